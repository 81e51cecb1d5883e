"""The chain of sealed segments: each names the digests of its files and of the segments before it.

So a missing or damaged file is found even when every other file is whole: a segment that was sealed later names it.
"""

from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from pipeline.archive.fetch_log import read_about
from pipeline.archive.lost_segments import given_up
from pipeline.archive.segment_name import LISTING, LOG, WARC, files_of_segments
from pipeline.core.arrow_schema import UNREADABLE
from pipeline.core.files import sha256_of

_PREVIOUS, OF_WARC, OF_LISTING = "previous", "warc-sha256", "listing-sha256"


def links_of_new_segment(raw_dir: Path, name: str, warc: Path | None) -> dict[str, str]:
    """The digests that a segment names when it is sealed: of its files and of the segments before it.

    Args:
        raw_dir: the directory of all sealed segments, and of its listing if it has one.
        name: of the segment.
        warc: its WARC file, under its present name; None where no body was archived.

    Returns:
        Lines for the metadata of its fetch log.
    """
    links = {} if warc is None else {OF_WARC: sha256_of(warc)}
    listing = raw_dir / f"{name}{LISTING}"
    if listing.exists():
        links[OF_LISTING] = sha256_of(listing)
    sealed = files_of_segments(raw_dir, LOG)
    sealed.pop(name, None)
    named = {before for path in sealed.values() for before in previous_segments(_about(path))}
    # Usually one; several where archives were merged.
    heads = sorted(sealed.keys() - named)
    if heads:
        links[_PREVIOUS] = " ".join(f"{head}:{sha256_of(sealed[head])}" for head in heads)
    return links


def chain_problems(raw_dir: Path, names: Container[str] | None = None) -> Iterator[str]:
    """Compare sealed files with the digests that name them; a sentence for each file that differs or is missing.

    Args:
        raw_dir: their directory.
        names: the segments whose files are compared; all segments by default.
    """
    lost = given_up(raw_dir)
    for name, log in files_of_segments(raw_dir, LOG).items():
        about = _about(log)
        for suffix, key in ((WARC, OF_WARC), (LISTING, OF_LISTING)):
            if key in about and (names is None or name in names):
                yield from _compare(raw_dir / f"{name}{suffix}", about[key], f"its fetch log {log.name}")
        for before, sha256 in previous_segments(about).items():
            file = raw_dir / f"{before}{LOG}"
            if (names is None or before in names) and not (before in lost and not file.exists()):
                yield from _compare(file, sha256, f"the segment sealed after it, {name},")


def missing_files(raw_dir: Path) -> Iterator[tuple[str, str]]:
    """The segments without a file that a fetch log names, each with a sentence; digests are not compared."""
    lost, logs = given_up(raw_dir), files_of_segments(raw_dir, LOG)
    for name, log in logs.items():
        about = _about(log)
        for suffix, key in ((WARC, OF_WARC), (LISTING, OF_LISTING)):
            if key in about and not (raw_dir / f"{name}{suffix}").is_file():
                yield name, f"{raw_dir / name}{suffix}: missing, though its fetch log names it"
        for before in previous_segments(about):
            if before not in logs and before not in lost:
                yield before, f"{raw_dir / before}{LOG}: missing, though the segment sealed after it, {name}, names it"


def _compare(file: Path, sha256: str, witness: str) -> Iterator[str]:
    if not file.is_file():
        yield f"{file.name}: missing, though {witness} names it"
    elif sha256_of(file) != sha256:
        yield f"{file.name}: not the file that {witness} names"


def previous_segments(about: Mapping[str, str]) -> dict[str, str]:
    """The segments that one was sealed after, each with the digest of its fetch log."""
    pairs = [text.partition(":") for text in about.get(_PREVIOUS, "").split()]
    return {name: sha256 for name, _, sha256 in pairs}


def abouts(logs: Mapping[str, Path]) -> dict[str, Mapping[str, str]]:
    """The metadata of fetch logs by the names of their segments; empty where a log is torn."""
    return {name: _about(log) for name, log in logs.items()}


def _about(log: Path) -> Mapping[str, str]:
    try:
        return read_about(log)
    except UNREADABLE:
        return {}  # torn: reported by the audit and by every reader of its rows
