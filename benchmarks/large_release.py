"""Makes a release of any number of plausible projects, no two with the same texts, for the pages that people open.

python -m benchmarks.large_release DIRECTORY [--projects 20000] writes one with its explorer.html and quality.html.
"""

import argparse
import time
from pathlib import Path

import duckdb

from benchmarks.parsed_archive import FINGERPRINT, make_parsed
from pipeline.build.database import DATABASE, build
from pipeline.core.settings import Settings
from pipeline.report.quality_page import write_report

RUN_ID = "20260103T000000Z"
N_PROJECTS = 20_000
_WORDS = """
    พัฒนา ชุมชน ระบายน้ำ ส่งเสริม สุขภาพ โรงเรียน ปรับปรุง ถนน ตลาด จราจร ผู้สูงอายุ เด็ก สวน คลอง ขยะ อาชีพ กีฬา ดับเพลิง
    ห้องสมุด สะพาน ทางเท้า ต้นไม้ อาสา วัฒนธรรม
"""
# Names, money, days, percents and month cells that differ from project to project, in the tables that the pages read.
_DISTINCT = (
    """
    UPDATE projects SET
        name = array_to_string(
            list_transform(range(9), lambda n: $words[1 + (hash(project_id, n) % len($words))::INT]), ' '
        ) || ' ' || hash(project_id) % 1000000,
        budget_received_thb = (hash(project_id, 'received') % 1000000000) / 100,
        budget_spent_thb = (hash(project_id, 'spent') % 1000000000) / 100,
        start_date = DATE '2022-10-01' + (hash(project_id, 'start') % 120)::INT,
        finish_date = DATE '2023-03-01' + (hash(project_id, 'finish') % 210)::INT,
        progress_pct = (hash(project_id, 'progress') % 1001) / 10,
        kpi_id = '50' || lpad((hash(project_id, 'kpi') % 90)::VARCHAR, 2, '0') || '-' || hash(project_id, 'k') % 9999,
        governor_policy = array_to_string(
            list_transform(range(3), lambda n: $words[1 + (hash(project_id, 'policy', n) % len($words))::INT]), ' '
        )
    """,
    """
    UPDATE projects SET
        budget_received_thb_raw = budget_received_thb::VARCHAR,
        budget_spent_thb_raw = budget_spent_thb::VARCHAR,
        progress_pct_raw = progress_pct::VARCHAR
    """,
    """
    UPDATE progress_history SET
        reported_on = DATE '2022-10-01' + (hash(project_id, report_no) % 365)::INT,
        progress_pct = (hash(project_id, report_no, 'progress') % 1001) / 10
    """,
    "UPDATE target_rows SET raw = ((hash(project_id, ordinal) % 10000) / 100)::VARCHAR",
    "UPDATE quality_issues SET raw = hash(project_id) % 100000 || ' | ' || hash(project_id, ordinal) % 100000",
)


def make_release(folder: Path, n_projects: int = N_PROJECTS) -> Path:
    """Build a release of invented projects below an empty folder, with its pages; returns its directory."""
    settings = Settings(data_dir=folder)
    make_parsed(settings.parsed_dir, n_projects)
    release = folder / RUN_ID
    build(settings, fingerprint=FINGERPRINT, out_dir=release)
    database = release / DATABASE
    database.chmod(0o644)
    words = "[" + ", ".join(f"'{word}'" for word in _WORDS.split()) + "]"
    with duckdb.connect(str(database)) as con:
        for statement in _DISTINCT:
            con.execute(statement.replace("$words", words)).complete()
        con.execute("CHECKPOINT").complete()
    write_report(release, {"run_id": RUN_ID, "finished_at": "2026-01-03T00:00:00Z"}, previous=None)
    return release


def main() -> None:
    """Write a release and say how large its pages are."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--projects", type=int, default=N_PROJECTS)
    chosen = options.parse_args()
    chosen.folder.mkdir(parents=True)
    began = time.perf_counter()
    release = make_release(chosen.folder, chosen.projects)
    print(f"{release}: {time.perf_counter() - began:.0f} s")
    for page in ("explorer.html", "quality.html"):
        print(f"{page}: {(release / page).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
