"""A reader of data/curated/latest finds one whole release, whatever happens to the publisher."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from pipeline.analyst.open_release import open_release
from pipeline.publish.checksums import damaged_list, write_checksums
from pipeline.publish.latest import PublishError
from pipeline.publish.release_check import VerifyError, verify_release
from pipeline.publish.releases import building_dir, latest_release, list_releases, publish
from pipeline.publish.rollback import rollback, withdrawn_release
from tests.conftest import Built, ParsedArchive

P = "50010000-0001"


def run_id(number: int) -> str:
    return f"202601{number:02}T000000Z"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Built:
    archive = ParsedArchive(tmp_path_factory.mktemp("pristine") / "data")
    archive.capture(P, "2026-01-01", name="a", agency="b", months=[(1, "5", "canonical")])
    archive.capture(P, "2026-01-02", name="b", agency="b", reports=[("2026-01-01", "5", "1", "", "")])
    return archive.build()


@pytest.fixture
def built(pristine: Built, tmp_path: Path) -> Built:
    return Built(shutil.copytree(pristine.path, tmp_path / "built"), pristine.counts)


@pytest.fixture
def curated(tmp_path: Path) -> Path:
    return tmp_path / "data" / "curated"


def publish_copy(curated: Path, built: Built, number: int, keep: int = 10, refusals: tuple[str, ...] = ()) -> Path:
    directory = building_dir(curated, run_id(number))
    shutil.copytree(built.path, directory, dirs_exist_ok=True)
    published = publish(curated, directory, run_id=run_id(number), counts=built.counts, keep=keep, refusals=refusals)
    return published.path


def test_a_published_release_is_the_latest_by_a_relative_link(curated: Path, built: Built) -> None:
    publish_copy(curated, built, 1)
    assert (curated / "latest").readlink() == Path("releases") / run_id(1)
    assert latest_release(curated).run_id == run_id(1)
    assert not any((curated / "building").iterdir())


def test_a_data_directory_copied_elsewhere_still_opens(curated: Path, built: Built, tmp_path: Path) -> None:
    publish_copy(curated, built, 1)
    shutil.copytree(curated.parent, tmp_path / "copy", symlinks=True)
    shutil.rmtree(curated)
    assert len(open_release(tmp_path / "copy").table("projects")) == 1


def test_a_copy_that_followed_the_link_is_refused_with_advice(curated: Path, built: Built, tmp_path: Path) -> None:
    publish_copy(curated, built, 1)
    copy = shutil.copytree(curated, tmp_path / "copy", symlinks=False)
    with pytest.raises(PublishError, match="is a directory, not a link; remove it"):
        publish_copy(copy, built, 2)


def test_the_last_releases_are_kept(curated: Path, built: Built) -> None:
    for number in range(1, 6):
        publish_copy(curated, built, number, keep=3)
    assert [release.run_id for release in list_releases(curated)] == [run_id(n) for n in (3, 4, 5)]


def test_a_refused_release_stays_aside_and_latest_stays(curated: Path, built: Built) -> None:
    publish_copy(curated, built, 1)
    path = publish_copy(curated, built, 2, refusals=("half of the pages failed",))
    assert path == curated / "refused" / run_id(2)
    assert latest_release(curated).run_id == run_id(1)
    assert [release.run_id for release in list_releases(curated)] == [run_id(1)]


@pytest.mark.slow
def test_the_last_refused_releases_are_kept(curated: Path, built: Built) -> None:
    for number in range(1, 6):
        publish_copy(curated, built, number, keep=3, refusals=("half of the pages failed",))
    assert sorted(path.name for path in (curated / "refused").iterdir()) == [run_id(n) for n in (3, 4, 5)]


@pytest.mark.slow
def test_a_release_of_a_clock_that_went_back_is_not_removed_as_an_old_one(curated: Path, built: Built) -> None:
    publish_copy(curated, built, 2)
    publish_copy(curated, built, 1, keep=1)
    assert latest_release(curated).run_id == run_id(1)


def test_rollback_goes_to_the_release_before_and_to_a_named_one(curated: Path, built: Built) -> None:
    for number in (1, 2, 3):
        publish_copy(curated, built, number)
    assert rollback(curated).run_id == run_id(2)
    assert rollback(curated).run_id == run_id(1)
    assert withdrawn_release(curated) == run_id(3), "however many steps back, this one was taken back"
    assert rollback(curated, run_id(3)).run_id == run_id(3)
    assert latest_release(curated).run_id == run_id(3)
    assert withdrawn_release(curated) is None
    rollback(curated)
    publish_copy(curated, built, 4)
    assert withdrawn_release(curated) is None, "who publishes has the last word"


def test_a_torn_mark_of_a_rollback_stops_the_publisher_with_advice(curated: Path, built: Built) -> None:
    publish_copy(curated, built, 1)
    (curated / "rolled-back.json").write_text("{")
    with pytest.raises(PublishError, match=r"rolled-back\.json: cannot be read .* remove it"):
        withdrawn_release(curated)


@pytest.mark.slow
def test_a_rollback_that_cannot_be_marked_does_not_happen(curated: Path, built: Built) -> None:
    for number in (1, 2):
        publish_copy(curated, built, number)
    (curated / ".rolled-back.json.partial").mkdir()
    with pytest.raises(PublishError, match="cannot be written"):
        rollback(curated)
    assert latest_release(curated).run_id == run_id(2)


def test_rollback_without_an_earlier_or_named_release_says_so(curated: Path, built: Built) -> None:
    publish_copy(curated, built, 1)
    with pytest.raises(PublishError, match="no earlier release"):
        rollback(curated)
    with pytest.raises(PublishError, match=f"no such release; there are {run_id(1)}"):
        rollback(curated, "../../etc")
    assert latest_release(curated).run_id == run_id(1)


@pytest.mark.slow
def test_a_release_rolled_back_to_is_not_pruned(curated: Path, built: Built) -> None:
    for number in (1, 2):
        publish_copy(curated, built, number)
    rollback(curated)
    publish_copy(curated, built, 3, keep=1)
    assert [release.run_id for release in list_releases(curated)] == [run_id(3)]


def test_a_release_is_never_overwritten(curated: Path, built: Built) -> None:
    publish_copy(curated, built, 1)
    with pytest.raises(PublishError, match="never overwritten"):
        publish_copy(curated, built, 1)


def test_no_release_yet_is_said_plainly(curated: Path) -> None:
    with pytest.raises(PublishError, match="no release yet; run `bma-projects refresh`"):
        latest_release(curated)


def test_what_a_killed_build_left_is_removed_by_the_next(curated: Path, built: Built) -> None:
    left = building_dir(curated, run_id(1)) / "half.parquet"
    left.write_text("half")
    publish_copy(curated, built, 2)
    assert not left.exists()


@pytest.mark.parametrize("folder", ["releases", "refused"])
def test_what_a_killed_removal_left_is_removed_by_the_next_build(curated: Path, folder: str) -> None:
    left = curated / folder / f".removing-{run_id(1)}"
    left.mkdir(parents=True)
    (left / "half.parquet").write_text("half")
    building_dir(curated, run_id(2))
    assert not left.exists()


def test_a_reader_in_the_middle_of_a_query_is_not_disturbed(curated: Path, built: Built) -> None:
    publish_copy(curated, built, 1)
    with duckdb.connect(str(curated / "latest" / "bma_projects.duckdb"), read_only=True) as con:
        rows = con.execute("SELECT label FROM page_fields ORDER BY ordinal")
        first = rows.fetchone()
        publish_copy(curated, built, 2, keep=1)
        assert not (curated / "releases" / run_id(1)).exists()
        assert [first, *rows.fetchall()] == [("ชื่อโครงการ",), ("หน่วยงาน",)]
        assert con.execute("SELECT count(*) FROM projects").fetchall() == [(1,)]


def test_a_list_of_digests_that_lost_its_last_line_is_told(tmp_path: Path) -> None:
    (tmp_path / "projects.parquet").write_text("projects")
    write_checksums(tmp_path)
    assert damaged_list(tmp_path) is None
    sums = tmp_path / "SHA256SUMS"
    sums.write_text(sums.read_text().partition("#")[0])
    assert damaged_list(tmp_path) == f"{sums}: was changed, though the files beside it are as published"


def rewrite(built: Built, table: str, query: str) -> None:
    """Replace a table by what a query makes of it, in the Parquet file and in the database."""
    (built.path / "bma_projects.duckdb").chmod(0o644)
    with duckdb.connect(str(built.path / "bma_projects.duckdb")) as con:
        con.execute(f"CREATE OR REPLACE TABLE {table} AS {query}").complete()
        con.execute(f"COPY {table} TO '{built.path}/{table}.parquet'").complete()


def count(built: Built, table: str) -> dict[str, int]:
    return built.counts | {table: pq.read_metadata(built.path / f"{table}.parquet").num_rows}


def test_a_sound_release_passes(built: Built) -> None:
    verify_release(built.path, built.counts)


def test_a_doubled_key_is_found(built: Built) -> None:
    rewrite(built, "page_fields", "FROM page_fields UNION ALL FROM page_fields ORDER BY ALL")
    with pytest.raises(VerifyError, match=r"page_fields has 2 rows whose key .* is doubled or out of order"):
        verify_release(built.path, count(built, "page_fields"))


def test_rows_out_of_order_are_found(built: Built) -> None:
    rewrite(built, "page_fields", "FROM page_fields ORDER BY ordinal DESC")
    with pytest.raises(VerifyError, match="doubled or out of order"):
        verify_release(built.path, built.counts)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("FROM projects_unique LIMIT 0", "projects_unique.parquet: holds 0 rows, the run record says 1"),
        (
            "SELECT * REPLACE (NULL AS project_id) FROM projects_unique",
            "projects_unique has 1 row without a whole key",
        ),
    ],
)
def test_a_view_is_checked_like_a_table(built: Built, query: str, message: str) -> None:
    (built.path / "bma_projects.duckdb").chmod(0o644)
    with duckdb.connect(str(built.path / "bma_projects.duckdb")) as con:
        con.execute(f"COPY ({query}) TO '{built.path}/projects_unique.parquet'").complete()
        if "NULL" in query:
            con.execute(f"CREATE TABLE kept AS {query}").complete()
            con.execute("CREATE OR REPLACE VIEW projects_unique AS FROM kept").complete()
    with pytest.raises(VerifyError, match=message):
        verify_release(built.path, built.counts)


def test_a_key_with_null_is_found(built: Built) -> None:
    rewrite(built, "agencies", "SELECT * REPLACE (NULL::VARCHAR AS agency_code) FROM agencies LIMIT 1")
    with pytest.raises(VerifyError, match="agencies has 1 row without a whole key"):
        verify_release(built.path, count(built, "agencies"))


def test_a_row_without_its_project_is_found(built: Built) -> None:
    rewrite(built, "page_fields", "SELECT * REPLACE ('50010000-9' AS project_id) FROM page_fields")
    with pytest.raises(VerifyError, match=r"projects has no row for 2 rows of page_fields \("):
        verify_release(built.path, built.counts)


def test_a_count_that_the_run_record_does_not_promise_is_found(built: Built) -> None:
    with pytest.raises(VerifyError, match="holds 1 row, the run record says 2"):
        verify_release(built.path, built.counts | {"projects": 2})
    with pytest.raises(
        VerifyError,
        match="differ in their tables and views: projects; where another version built it, `bma-projects build`",
    ):
        verify_release(built.path, {name: rows for name, rows in built.counts.items() if name != "projects"})


@pytest.mark.parametrize("file", ["projects.parquet", "bma_projects.duckdb"])
@pytest.mark.parametrize("damage", ["torn", "missing"])
def test_a_torn_or_missing_file_is_found(built: Built, file: str, damage: str) -> None:
    path = built.path / file
    path.chmod(0o644)
    if damage == "torn":
        path.write_bytes(path.read_bytes()[:200])
    else:
        path.unlink()
    with pytest.raises(VerifyError, match="cannot read it"):
        verify_release(built.path, built.counts)


def test_a_release_that_breaks_a_promise_is_not_published(curated: Path, built: Built) -> None:
    publish_copy(curated, built, 1)
    rewrite(built, "page_fields", "FROM page_fields UNION ALL FROM page_fields ORDER BY ALL")
    with pytest.raises(VerifyError):
        publish_copy(curated, Built(built.path, count(built, "page_fields")), 2)
    assert latest_release(curated).run_id == run_id(1)


PUBLISHER = """
import itertools, shutil, sys
from pathlib import Path
from pipeline.publish.releases import building_dir, publish
from pipeline.publish.release_check import verify_release
built, curated, first = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
counts = eval(sys.argv[4])
print("ready", flush=True)
for number in itertools.count(first):
    run_id = f"20260101T00{number // 60:02}{number % 60:02}Z"
    directory = building_dir(curated, run_id)
    shutil.copytree(built, directory, dirs_exist_ok=True)
    publish(curated, directory, run_id=run_id, counts=counts, keep=2)
    print(number, flush=True)
"""


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_kill_9_at_any_moment_leaves_one_whole_release(curated: Path, built: Built, kills: int) -> None:
    dice = random.Random(2566)
    acknowledged = 0
    for attempt in range(kills):
        first = 100 * attempt + 1
        arguments = [str(built.path), str(curated), str(first), repr(built.counts)]
        publisher = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        assert publisher.stdout is not None
        assert publisher.stdout.readline() == "ready\n"
        # However slow the machine is, every other kill hits after a release was published.
        said = publisher.stdout.readline().split() if attempt % 2 else []
        time.sleep(dice.uniform(0.0, 0.5))
        publisher.kill()
        said += publisher.communicate()[0].split()
        acknowledged = int(said[-1]) if said else acknowledged
        if acknowledged or (curated / "latest").is_symlink():
            latest = latest_release(curated)
            # What was acknowledged is there, or the one that was under way after it.
            number = 60 * int(latest.run_id[11:13]) + int(latest.run_id[13:15])
            assert number in (acknowledged, max(acknowledged + 1, first))
            for release in list_releases(curated):
                verify_release(release.path, built.counts)
            # The next publisher may be killed before it publishes, and then finds this one.
            acknowledged = number
    assert acknowledged
