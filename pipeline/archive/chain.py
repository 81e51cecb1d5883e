"""The chain of sealed segments: each names the digests of its files and of the segments before it.

So a file that is missing or has rotten shows, though every other file is whole: whatever was sealed later names it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from pipeline.archive.fetch_log import read_about

_LOG, _WARC, _LISTING = ".fetches.parquet", ".warc.gz", ".listing.parquet"
_PREVIOUS, _OF_WARC, _OF_LISTING = "previous", "warc-sha256", "listing-sha256"
_RESTORE = "restore it from a copy of data/raw"


def links_of_new_segment(raw_dir: Path, name: str, warc: Path | None) -> dict[str, str]:
    """What a segment that is about to be sealed says of its files and of those before it.

    Args:
        raw_dir: where its listing lies, if it has one, and all sealed segments.
        name: of the segment.
        warc: its WARC file, under whatever name; None where no body was archived.

    Returns:
        Lines for the metadata of its fetch log.
    """
    links = {} if warc is None else {_OF_WARC: _sha256(warc)}
    listing = raw_dir / f"{name}{_LISTING}"
    if listing.exists():
        links[_OF_LISTING] = _sha256(listing)
    sealed = {path.name.removesuffix(_LOG): path for path in raw_dir.glob(f"*{_LOG}")}
    sealed.pop(name, None)
    named = {before for path in sealed.values() for before in previous_segments(_about(path))}
    # As a rule one; several where archives were put together.
    heads = sorted(sealed.keys() - named)
    if heads:
        links[_PREVIOUS] = " ".join(f"{head}:{_sha256(sealed[head])}" for head in heads)
    return links


def has_listing(about: Mapping[str, str]) -> bool:
    """Whether a segment was sealed with a listing beside it."""
    return _OF_LISTING in about


def chain_problems(raw_dir: Path) -> Iterator[str]:
    """Compare every sealed file with the digest that names it: a sentence for each that differs or is missing."""
    for log in sorted(raw_dir.glob(f"*{_LOG}")):
        name, about = log.name.removesuffix(_LOG), _about(log)
        for suffix, key in ((_WARC, _OF_WARC), (_LISTING, _OF_LISTING)):
            if key in about:
                yield from _compare(raw_dir / f"{name}{suffix}", about[key], f"its fetch log {log.name}")
        for before, sha256 in previous_segments(about).items():
            yield from _compare(raw_dir / f"{before}{_LOG}", sha256, f"the segment sealed after it, {name},")


def _compare(file: Path, sha256: str, witness: str) -> Iterator[str]:
    if not file.exists():
        yield f"{file.name}: missing, though {witness} names it; {_RESTORE}"
    elif _sha256(file) != sha256:
        yield f"{file.name}: not the file that {witness} names; {_RESTORE}"


def previous_segments(about: Mapping[str, str]) -> dict[str, str]:
    """The segments that one was sealed after, each with the digest of its fetch log."""
    pairs = [text.partition(":") for text in about.get(_PREVIOUS, "").split()]
    return {name: sha256 for name, _, sha256 in pairs}


def abouts(logs: Mapping[str, Path]) -> dict[str, Mapping[str, str]]:
    """What fetch logs say of their segments, by the names of these; nothing where one is torn."""
    return {name: _about(log) for name, log in logs.items()}


def _about(log: Path) -> Mapping[str, str]:
    try:
        return read_about(log)
    except (OSError, ValueError, pa.ArrowException):
        return {}  # torn: told by the audit and by every reader of its rows


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
