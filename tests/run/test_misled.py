"""Inputs on which a user would have been misled: what the tables say of them, in literal values.

The files (tests/fixtures/misled) are invented or sample pages that went through other people's tools.
"""

import datetime as dt
import os
import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline.sample.server import sample_pages
from tests.cli.command import Done, bma_here
from tests.conftest import made_once
from tests.importing.test_importer import Warc, url
from tests.quick import quick

pytestmark = [
    pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
]

FILES = Path(__file__).parents[1] / "fixtures" / "misled"
SAVED = Path(__file__).parents[1] / "importing" / "cases"
SITE = Path(__file__).parents[2] / "pipeline" / "sample" / "site"
FIVE = ("03000000-0068", "04000000-0025", "50010000-9020", "50010000-9034", "50010000-9050")
# The agencies of two of them had other names when somebody copied their text.
RENAMED = {
    "03000000-0068": ("สำนักงานคณะกรรมการข้าราชการกรุงเทพมหานคร", "สำนักอนามัย"),
    "04000000-0025": ("สำนักปลัดกรุงเทพมหานคร", "สำนักการศึกษา"),
}
REAL, OTHER = "50490000-3607", "50450000-0101"
SEEN = "2026-11-20T10:00:00Z"


class Told:
    """A data directory and what its newest release says."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def bring(self, *arguments: str | Path) -> Done:
        return bma_here("import", *arguments, "--source", "bmavisions", "--data-dir", self.data)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        database = self.data / "curated" / "latest" / "bma_projects.duckdb"
        with duckdb.connect(str(database), read_only=True) as con:
            return con.execute(query).fetchall()

    def current(self) -> dict[str, object]:
        """What is compared before and after: values, history and issues, without where and when they were seen."""
        queries = {
            "projects": "SELECT project_id, name, budget_received_thb, progress_pct, status, n_versions FROM projects",
            "reports": "SELECT project_id, reported_on, progress_pct, is_current, n_revisions FROM progress_history",
            "changes": "SELECT project_id, label, old, new FROM project_changes",
            "issues": "SELECT code, project_id, field, raw FROM quality_issues",
        }
        return {name: self.ask(f"{query} ORDER BY ALL") for name, query in queries.items()}


@pytest.fixture
def told(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The real page and five others as their site answered on 20 November 2026."""

    def bring(data: Path) -> None:
        warc, found = Warc(), {page.project_id: page.file for page in sample_pages()}
        for project_id in (REAL, *FIVE):
            now, then = RENAMED.get(project_id, ("", ""))
            page = (SITE / found[project_id]).read_text(encoding="utf-8").replace(now, then)
            warc.response(url(project_id), page.encode(), SEEN)
        assert Told(data).bring(warc.save(tmp_path / "seen.warc.gz")).returncode == 0

    made = made_once(tmp_path_factory, "misled", bring)
    return Told(Path(shutil.copytree(made, tmp_path / "data", symlinks=True)))


@pytest.mark.slow
def test_the_text_of_five_unchanged_pages_is_no_change(told: Told) -> None:
    before = told.current()
    done = told.bring(FILES / "five-pages-again.wet.gz")
    assert done.returncode == 0, done.stderr
    after = told.current()
    assert after["changes"] == []
    assert {code for code, *_ in after["issues"]} & {"report_changed_later", "edited_after_completion"} == set()  # type: ignore[attr-defined]
    assert [after[name] for name in ("projects", "reports")] == [before[name] for name in ("projects", "reports")]


@pytest.mark.slow
def test_a_page_saved_from_a_web_archive_is_as_old_as_its_address_says(told: Told) -> None:
    assert told.bring(SAVED / "saved-from-web-archive.html").returncode == 0
    versions = f"SELECT valid_from::VARCHAR, time_basis, is_current FROM project_versions WHERE project_id = '{REAL}'"
    assert told.ask(f"{versions} ORDER BY 1") == [
        ("2023-05-01 08:21:00+00", "stated", False),
        ("2026-11-20 10:00:00+00", "protocol", True),
    ]
    assert told.ask(f"SELECT last_seen_at::VARCHAR FROM projects WHERE project_id = '{REAL}'") == [
        ("2026-11-20 10:00:00+00",)
    ]


@pytest.mark.slow
def test_a_text_with_a_cell_on_each_line_removes_no_report(told: Told) -> None:
    done = told.bring(FILES / "text-bs4-get_text.txt", "--captured-at", "2026-11-25")
    assert done.returncode == 0, done.stderr
    query = f"SELECT reported_on::VARCHAR, is_current FROM progress_history WHERE project_id = '{REAL}' ORDER BY 1"
    assert told.ask(query) == [(day, True) for day in ("2023-01-31", "2023-02-20", "2023-03-27", "2023-05-02")]
    assert told.ask("SELECT * FROM project_changes WHERE change_type = 'removed'") == []
    states = f"SELECT reports_state FROM project_versions WHERE project_id = '{REAL}' ORDER BY version_no DESC LIMIT 1"
    assert told.ask(states) in ([("unreadable",)], [("present",)])


REFUSED = {
    "two-pages.jl": "holds JSON, not a page",
    "two-pages-concatenated.html": "holds 2 HTML documents one after the other",
    "text-html2text.txt": "laid out in Markdown, so its cells cannot be told apart",
    "warc-date-in-2566.warc": "capture time '2566-05-01T08:21:00Z' has not come yet; it looks like the Buddhist era",
}


@pytest.mark.slow
@pytest.mark.parametrize(("file", "said"), REFUSED.items(), ids=REFUSED)
def test_what_proves_no_page_or_time_is_refused_and_named_and_changes_nothing(told: Told, file: str, said: str) -> None:
    before = told.current()
    done = told.bring(next(path for path in (FILES / file, SAVED / file) if path.exists()))
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert told.current() == before


@pytest.mark.slow
def test_a_saved_page_counts_at_the_time_it_states_whatever_the_date_of_its_file(tmp_path: Path) -> None:
    told = Told(tmp_path / "data")
    saved = tmp_path / "saved.html"
    saved.write_bytes((FILES / "saved.html").read_bytes())
    os.utime(saved, (1795600000, 1795600000))
    assert told.bring(FILES / "live.warc.gz").returncode == 0
    assert told.bring(saved).returncode == 0
    assert told.ask("SELECT progress_pct::DOUBLE, n_versions FROM projects") == [(60.2, 2)]
    versions = "SELECT valid_from, time_basis, is_current FROM project_versions ORDER BY version_no"
    assert told.ask(versions)[0] == (dt.datetime(2024, 3, 10, 5, 34, 56, tzinfo=dt.UTC), "stated", False)


def test_a_capture_of_a_year_that_has_not_come_is_no_state(tmp_path: Path) -> None:
    told = Told(tmp_path / "data")
    done = told.bring(FILES / "be.warc.gz")
    assert done.returncode == 1
    assert "has not come yet; it looks like the Buddhist era" in done.stderr
    assert bma_here("verify", "--data-dir", told.data).returncode == 0


def page(name: str, at: str, told: Told, tmp_path: Path) -> Done:
    warc = Warc()
    warc.response(url(OTHER), (FILES / name).read_bytes(), at)
    return told.bring(warc.save(tmp_path / f"{name}.warc.gz"))


@pytest.mark.slow
def test_a_page_that_names_nobody_takes_nothing_from_the_project(tmp_path: Path) -> None:
    told = Told(tmp_path / "data")
    assert page("50450000-0101.html", "2026-11-20T10:00:00Z", told, tmp_path).returncode == 0
    before = told.current()
    assert page("nobody.html", "2026-11-21T10:00:00Z", told, tmp_path).returncode == 0
    after = told.current()
    assert [after[name] for name in ("projects", "reports", "changes")] == [
        before[name] for name in ("projects", "reports", "changes")
    ]
    assert ("page_of_no_project", OTHER, "project_id", None) in after["issues"]  # type: ignore[operator]
    assert told.ask("SELECT last_outcome FROM page_status") == [("failed",)]


@pytest.mark.slow
def test_a_page_without_its_table_of_reports_says_so_and_removes_none(tmp_path: Path) -> None:
    told = Told(tmp_path / "data")
    assert page("50450000-0101.html", "2026-11-20T10:00:00Z", told, tmp_path).returncode == 0
    n_reports = told.ask("SELECT count(*) FROM progress_history WHERE is_current")
    assert page("page-without-its-reports.html", "2026-11-21T10:00:00Z", told, tmp_path).returncode == 0
    assert told.ask("SELECT count(*) FROM progress_history WHERE is_current") == n_reports
    assert told.ask("SELECT field FROM quality_issues WHERE code = 'missing_table'") == [("progress_history",)]
    assert told.ask("SELECT code FROM quality_issues WHERE code = 'report_changed_later'") == []


ISSUES = "SELECT project_id, code, field FROM quality_issues ORDER BY ALL"
SAID: dict[str, dict[str, list[tuple[object, ...]]]] = {
    "dots.warc.gz": {
        "SELECT budget_received_thb_raw, budget_received_thb FROM projects ORDER BY 1": [
            ("127.800", None),
            ("132.182.444", None),
        ],
        ISSUES: [
            ("50450000-0101", "unreadable_number", "budget_received_thb"),
            ("50450000-0103", "unreadable_number", "budget_received_thb"),
        ],
    },
    "twice.warc.gz": {
        "SELECT budget_received_thb_raw, budget_received_thb FROM projects": [
            ("\ufffc<hidden>127800</hidden> \ufffc<hidden>127800</hidden>", None)
        ],
        ISSUES: [("50450000-0101", "text_not_shown", "budget_received_thb")],
    },
    "target.warc.gz": {
        "SELECT target_raw, target_value, target_unit FROM projects ORDER BY project_id": [
            ("1 200 คน", None, None),
            ("100 - 200 คน", None, None),
            ("3 ใน 4 แห่ง", None, None),
        ],
        "SELECT DISTINCT code, field FROM quality_issues": [("unreadable_quantity", "target_value")],
    },
    "marks.warc.gz": {
        "SELECT name, agency FROM projects": [(None, None)],
        ISSUES: [
            ("50450000-0101", "replacement_character", "agency"),
            ("50450000-0101", "replacement_character", "name"),
        ],
    },
    "php.warc.gz": {
        "SELECT project_id, name IS NULL FROM projects ORDER BY 1": [("50450000-0101", True), ("50450000-0102", False)],
        ISSUES: [
            ("50450000-0101", "php_warnings", None),
            ("50450000-0101", "program_text", "name"),
            ("50450000-0102", "php_warnings", None),
        ],
    },
    "icons.warc.gz": {
        "SELECT DISTINCT project_id, status_code FROM progress_history ORDER BY ALL": [
            ("50450000-0101", None),
            ("50450000-0102", "0"),
            ("50450000-0102", "1"),
        ],
        "SELECT progress_pct::DOUBLE FROM projects ORDER BY project_id": [(60.2,), (None,)],
        ISSUES: [
            *[("50450000-0101", "value_without_text", "progress_history.status_code")] * 2,
            ("50450000-0102", "value_without_text", "progress_pct"),
        ],
    },
    "phones.warc.gz": {
        "SELECT responsible, is_contact_masked FROM projects ORDER BY project_id": [
            ("ฝ่ายโยธา โทรฯ xxxx", True),
            ("ฝ่ายโยธา ภายใน xxxx", True),
            ("ฝ่ายโยธา โทร.xxxx หรือ xxxx", True),
            ("080xx xxxx", True),
            ("080xx xxxx", True),
        ],
    },
}


@pytest.mark.parametrize("file", quick(1, SAID))
def test_what_is_uncertain_is_published_as_none_with_its_reason(tmp_path: Path, file: str) -> None:
    told = Told(tmp_path / "data")
    assert told.bring(FILES / file).returncode == 0
    assert {query: told.ask(query) for query in SAID[file]} == SAID[file]


@pytest.mark.slow
def test_days_that_move_to_the_evening_before_are_no_days(tmp_path: Path) -> None:
    told = Told(tmp_path / "data")
    assert page("50450000-0101.html", "2026-11-20T10:00:00Z", told, tmp_path).returncode == 0
    days = "SELECT start_date::VARCHAR, finish_date::VARCHAR FROM projects"
    assert told.ask(days) == [("2022-01-17", "2022-09-30")]
    assert page("shift.html", "2026-11-21T10:00:00Z", told, tmp_path).returncode == 0
    assert told.ask(days) == [(None, None)]
    told_of = "SELECT field, code FROM quality_issues WHERE field IN ('start_date', 'finish_date') ORDER BY 1"
    assert told.ask(told_of) == [("finish_date", "ambiguous_date"), ("start_date", "ambiguous_date")]
