"""Imports files into an archive and tells what is in it then."""

import io
from collections.abc import Callable
from pathlib import Path

from fastwarc.stream_io import BrotliWriter, WarcWriter, ZstdWriter

from pipeline.archive.fetch_log import FetchLogRow, read_fetch_log
from pipeline.archive.segments import read_segment, sealed_segments
from pipeline.archive.warc import Capture
from pipeline.core.settings import KNOWN_SOURCES
from pipeline.importing.importer import import_files
from pipeline.importing.summary import ImportSummary

CASES = Path(__file__).parent / "cases"
HOME = "http://www.bmavisions.com/dp/frontend/web/index.php"
PROJECT = "50490000-3607"
ADDRESS = f"{HOME}?r=tbl-project-main%2Fview&project_id={PROJECT}"
RECORD = (CASES / "revisit-1-original.warc").read_bytes()
"""A WARC of one response, as most writers make it."""
BLOCK = RECORD.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n\r\n")
BODY = BLOCK.split(b"\r\n\r\n", 1)[1]


def bring(raw_dir: Path, *paths: Path, run: int = 1, max_body_bytes: int = 10_000_000) -> ImportSummary:
    return import_files(
        paths,
        raw_dir=raw_dir,
        run_id=f"202611{run:02d}T180000Z",
        sources=KNOWN_SOURCES,
        default_source=KNOWN_SOURCES["bmavisions"],
        max_body_bytes=max_body_bytes,
    )


def packed(writer_of: Callable[[io.BytesIO], WarcWriter], data: bytes) -> bytes:
    """What a writer of FastWARC makes of this."""
    stream = io.BytesIO()
    writer = writer_of(stream)
    while data:
        data = data[writer.write(data) :]
    writer.close()
    return stream.getvalue()


def packed_by_brotli(data: bytes) -> bytes:
    return packed(BrotliWriter, data)


def packed_by_zstd(data: bytes) -> bytes:
    return packed(ZstdWriter, data)


def archived(raw_dir: Path) -> list[tuple[FetchLogRow, Capture]]:
    return [pair for segment in sealed_segments(raw_dir) for pair in read_segment(segment)]


def logged(raw_dir: Path) -> list[FetchLogRow]:
    return [row for segment in sealed_segments(raw_dir) for row in read_fetch_log(segment.fetches)]


def warc_of(block: bytes, *, kind: str = "response", at: str = "2026-11-29T10:00:00Z", extra: str = "") -> bytes:
    """One record of the page of PROJECT with just this block."""
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {ADDRESS}\r\nWARC-Date: {at}\r\n"
        f"WARC-Record-ID: <urn:uuid:{at}>\r\nContent-Type: application/http; msgtype=response\r\n{extra}"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"
