"""An import that was taken back counts for nothing, and nothing of it is lost."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.archive.audit import audit_archive
from pipeline.archive.fetch_log import read_about, read_fetch_log
from pipeline.archive.history.page_history import observed_bodies, page_states
from pipeline.archive.segments import ArchiveWriter, read_segment, sealed_segments
from pipeline.archive.source_settings import about_source
from pipeline.archive.withdrawal import WithdrawalError, withdraw_import, withdrawn_runs
from pipeline.core.settings import SAMPLE, Source
from tests.archive.archived import AT, capture, row

FETCHED, IMPORTED, UNDO = "20261122T180000Z", "20261123T180000Z", "20261124T180000Z"
OTHER = SAMPLE.model_copy(update={"source_id": "other"})
SITE = Source(source_id="site", base_url="http://site.test/index.php", title="A site")
LATER = AT + dt.timedelta(days=1)


@pytest.fixture
def raw_dir(tmp_path: Path) -> Path:
    """A night in which project 1 was fetched, and an import of projects 1 and 2, and of one of another source."""
    with ArchiveWriter(tmp_path, FETCHED, "site", about={**about_source(SITE), "made-by": "fetch"}) as archive:
        archive.append(row("1"), capture("1"))
    for source in (SITE, OTHER):
        about = {**about_source(source), "made-by": "import"}
        with ArchiveWriter(tmp_path, IMPORTED, source.source_id, about=about) as archive:
            for project_id in ("1", "2"):
                made = row(project_id, at=LATER)._replace(run_id=IMPORTED, source_id=source.source_id, attempts=0)
                archive.append(made._replace(snapshot_id=f"{source.source_id}{project_id}"), capture(project_id))
    return tmp_path


def withdraw(raw_dir: Path, run_id: str = IMPORTED, undo: str = UNDO) -> list[str]:
    return withdraw_import(raw_dir, run_id, undo_run_id=undo, at=LATER)


def files(raw_dir: Path) -> Mapping[str, bytes]:
    return {path.name: path.read_bytes() for path in raw_dir.iterdir()}


def test_what_a_withdrawn_import_brought_is_not_known_any_more(raw_dir: Path) -> None:
    assert page_states(raw_dir, "site")["1"].last_attempt_at == LATER
    assert withdraw(raw_dir) == ["other", "site"]
    states = page_states(raw_dir, "site")
    assert {project_id: page.last_attempt_at for project_id, page in states.items()} == {"1": AT}
    assert observed_bodies(raw_dir, "site").keys() == {"1"}
    assert page_states(raw_dir, "other") == {}
    assert withdrawn_runs(raw_dir) == {IMPORTED: UNDO}


def test_its_files_stay_as_they_are_and_the_chain_goes_on(raw_dir: Path) -> None:
    before = files(raw_dir)
    withdraw(raw_dir)
    assert files(raw_dir).items() >= before.items()
    assert sorted(files(raw_dir).keys() - before.keys()) == [
        f"{UNDO}-other.fetches.parquet",
        f"{UNDO}-site.fetches.parquet",
    ]
    n_bodies = sum(len(list(read_segment(segment))) for segment in sealed_segments(raw_dir))
    audit = audit_archive(raw_dir)
    assert (n_bodies, audit.bodies, audit.withdrawn) == (5, 5, 1)
    assert [problem for problem in audit.problems if "fetches" in problem] == []


def test_the_withdrawal_is_a_row_for_each_source_that_keeps_its_settings(raw_dir: Path) -> None:
    withdraw(raw_dir)
    log = raw_dir / f"{UNDO}-other.fetches.parquet"
    (logged,) = read_fetch_log(log)
    assert (logged.outcome, logged.withdraws, logged.source_id, logged.url) == ("withdrawn", IMPORTED, "other", "")
    assert (logged.project_id, logged.snapshot_id, logged.body_sha256) == (None, None, None)
    about = read_about(log)
    assert (about["made-by"], about["is-invented"], about["title"]) == ("undo", "true", SAMPLE.title)


@pytest.mark.parametrize(
    ("run_id", "said"),
    [
        ("20200101T000000Z", "20200101T000000Z: .* has no such run"),
        ("", ".* has no such run"),
        (FETCHED, f"{FETCHED}: is not an import"),
        (IMPORTED, f"{IMPORTED}: was withdrawn before, by run {UNDO}"),
        (UNDO, f"{UNDO}: is not an import"),
    ],
)
def test_what_cannot_be_withdrawn_is_one_line_and_leaves_no_trace(raw_dir: Path, run_id: str, said: str) -> None:
    withdraw(raw_dir)
    before = files(raw_dir)
    with pytest.raises(WithdrawalError, match=said) as error:
        withdraw(raw_dir, run_id, undo="20261125T180000Z")
    assert error.value.exit_code == 2
    assert "\n" not in str(error.value)
    assert files(raw_dir) == before
