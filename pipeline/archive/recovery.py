"""Recovery after a crash: torn tails in data/raw are cut, whole pages are kept, open segments are sealed."""

import fcntl
import os
from pathlib import Path
from typing import NamedTuple

from pipeline.archive.fetch_log import read_journal
from pipeline.archive.segment_name import JOURNAL, OPEN_WARC, WARC, files_of_segments
from pipeline.archive.segments import explained, seal_segment
from pipeline.archive.warc import member_ends
from pipeline.core.files import PARTIAL, sync_path


class Recovery(NamedTuple):
    """What was done with one segment that a crash had left open."""

    segment: str
    kept_rows: int
    cut_bytes: int


def recover(raw_dir: Path) -> list[Recovery]:
    """Seal the segments that a crash left open: cut the torn tail after the last whole page, keep every row before it.

    A segment that another process is still writing is not touched.
    """
    if not raw_dir.is_dir():
        return []
    recovered = []
    try:
        for journal in files_of_segments(raw_dir, JOURNAL).values():
            with journal.open("rb") as handle:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                recovered.append(_recover_segment(raw_dir, journal))
        for partial in raw_dir.glob(f".*{PARTIAL}"):
            if partial.is_file():
                partial.unlink()
    except OSError as error:
        raise explained(error, raw_dir) from error
    return recovered


def _recover_segment(raw_dir: Path, journal: Path) -> Recovery:
    name = journal.name.removesuffix(JOURNAL)
    open_warc, sealed_warc = raw_dir / f"{name}{OPEN_WARC}", raw_dir / f"{name}{WARC}"
    warc = open_warc if open_warc.exists() else sealed_warc
    whole_ends = set(member_ends(warc)) if warc.exists() else set()
    about, entries = read_journal(journal)
    kept = [entry for entry in entries if entry.end == 0 or entry.end in whole_ends]
    cut = 0
    if open_warc.exists():
        end = max((entry.end for entry in kept), default=0)
        cut = open_warc.stat().st_size - end
        if end:
            os.truncate(open_warc, end)
            sync_path(open_warc)
        else:
            open_warc.unlink()
    seal_segment(raw_dir, name, about, (entry.row for entry in kept))
    return Recovery(name, len(kept), cut)
