"""Takes an import back: from then on its rows do not count, while every body stays in the archive."""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline.archive.fetch_log import Outcome, blank_row, read_about, read_fetch_log, read_journal
from pipeline.archive.segment_name import JOURNAL, files_of_segments
from pipeline.archive.segments import ArchiveWriter, sealed_segments, unreadable
from pipeline.archive.source_settings import settings_of_source
from pipeline.core.arrow_schema import UNREADABLE
from pipeline.core.errors import ExitCode, PipelineError

_IMPORT, _UNDO = "import", "undo"


class WithdrawalError(PipelineError):
    """A run cannot be taken back: it does not exist, is not an import, or is withdrawn; the message says which."""

    exit_code = ExitCode.WRONG_USAGE


class _Logged(NamedTuple):
    run_id: str
    about: Mapping[str, str]


def check_withdrawable(raw_dir: Path, run_id: str) -> None:
    """Raise WithdrawalError unless run_id is an import that counts; nothing is written."""
    logged = [one for one in _logged(raw_dir) if one.run_id == run_id]
    if not logged:
        raise WithdrawalError(
            f'{run_id:.60}: {raw_dir} has no such run; `bma-projects query` lists all runs: "SELECT run_id FROM runs"'
        )
    made_by = {one.about.get("made-by") for one in logged}
    if made_by != {_IMPORT}:
        raise WithdrawalError(f"{run_id}: is not an import; only imports can be taken back")
    if by := withdrawn_runs(raw_dir).get(run_id):
        raise WithdrawalError(f"{run_id}: was withdrawn before, by run {by}")


def withdraw_import(raw_dir: Path, run_id: str, *, undo_run_id: str, at: dt.datetime) -> list[str]:
    """Withdraw an import: one row for each of its sources, in sealed segments of their own.

    Args:
        raw_dir: the archive; no segment of the import is open.
        run_id: the import.
        undo_run_id: the run that withdraws it.
        at: when, in UTC.

    Returns:
        The sources it had brought captures of.

    Raises:
        WithdrawalError: there is nothing to withdraw.
        ArchiveError: the archive cannot be written.
    """
    check_withdrawable(raw_dir, run_id)
    sources = {one.about["source"]: one.about for one in _logged(raw_dir) if one.run_id == run_id}
    for source_id, about_import in sources.items():
        about = {**settings_of_source(about_import), "made-by": _UNDO}
        with ArchiveWriter(raw_dir, undo_run_id, source_id, about=about) as archive:
            archive.append(blank_row(undo_run_id, source_id, "", at, Outcome.WITHDRAWN)._replace(withdraws=run_id))
    return list(sources)


def withdrawn_runs(raw_dir: Path) -> dict[str, str]:
    """The withdrawn imports, each with the run that withdrew it."""
    withdrawals = (
        row
        for segment in sealed_segments(raw_dir)
        if _about(segment.fetches).get("made-by") == _UNDO
        for row in read_fetch_log(segment.fetches)
    )
    return {row.withdraws: row.run_id for row in withdrawals if row.withdraws is not None}


def _logged(raw_dir: Path) -> Iterator[_Logged]:
    """Every segment, including those that a crash left open."""
    for segment in sealed_segments(raw_dir):
        yield _Logged(segment.run_id, _about(segment.fetches))
    for journal in files_of_segments(raw_dir, JOURNAL).values():
        about = read_journal(journal).about
        yield _Logged(about.get("isPartOf", ""), about)


def _about(log: Path) -> Mapping[str, str]:
    try:
        return read_about(log)
    except UNREADABLE as error:
        raise unreadable(log, error) from error
