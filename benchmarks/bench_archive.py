"""What WARC costs our archive to write and to read, beside warcio doing the same and zlib on the same bytes.

    python -m benchmarks.bench_archive [--runs 5] [--pages 1000]

Ours writes the journal and flushes every record, as a crash would find it; warcio writes the response and request
records and nothing else. Both compress each record by itself at level 6.
"""

import argparse
import datetime as dt
import hashlib
import io
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from benchmarks.pages import pages
from benchmarks.results import Table, in_turns, markdown
from parsers.html_page import read_page
from pipeline.archive.fetch_log import Outcome, blank_row, snapshot_id
from pipeline.archive.segments import ArchiveWriter, read_segment, sealed_segments
from pipeline.archive.warc import Capture

_RUN = "20261101T000000Z"
_START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
_SENT = (("Host", "bench.test"), ("User-Agent", "bench"))
_RECEIVED = (("Content-Type", "text/html; charset=UTF-8"), ("Server", "Apache"))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--pages", type=int, default=1000)
    chosen = options.parse_args()
    for table in archive_tables(chosen.runs, chosen.pages):
        print(markdown(table))


def archive_tables(runs: int, n_pages: int = 1000) -> Iterator[Table]:
    """Measure writing, then reading what was written."""
    archived = list(captures(n_pages))
    about = f"{n_pages} pages of 20 kB, one core, CPU time."
    with tempfile.TemporaryDirectory() as scratch:
        ours, theirs = Path(scratch) / "ours", Path(scratch) / "theirs.warc.gz"
        writers: list[tuple[str, Callable[[], None]]] = [
            ("zlib, the bodies alone", lambda: _deflate(archived)),
            ("ours, with journal and fetch log", lambda: write_archive(archived, ours)),
            ("warcio, records only", lambda: _write_with_warcio(archived, theirs)),
        ]
        lines = in_turns([_timed(name, work, n_pages) for name, work in writers], runs)
        yield Table("Archive: write", about, "µs a page", writers[1][0], writers[0][0], lines)
        (segment,) = sealed_segments(ours)
        members = [zlib.compress(capture.body, 6) for capture in archived]
        readers: list[tuple[str, Callable[[], None]]] = [
            ("zlib, the bodies alone", lambda: _inflate(members)),
            ("ours, with the fetch log", lambda: _drain(body.body for _, body in read_segment(segment))),
            ("warcio, records only", lambda: _read_with_warcio(theirs)),
        ]
        lines = in_turns([_timed(name, work, n_pages) for name, work in readers], runs)
        yield Table("Archive: read", about, "µs a page", readers[1][0], readers[0][0], lines)


def _timed(name: str, work: Callable[[], None], n_pages: int) -> tuple[str, Callable[[], float]]:
    def measure() -> float:
        begin = time.process_time()
        work()
        return (time.process_time() - begin) / n_pages * 1e6

    return name, measure


def captures(n_pages: int) -> Iterator[Capture]:
    """Generated pages as the site would have sent them, a second apart."""
    for n, body in enumerate(pages(n_pages)):
        url = f"http://bench.test/index.php?r=tbl-project-main%2Fview&project_id={read_page(body).title_id}"
        at = _START + dt.timedelta(seconds=n)
        yield Capture(url, at, body, "text/html; charset=UTF-8", 200, "OK", _RECEIVED, _SENT)


def write_archive(archived: Iterable[Capture], raw_dir: Path) -> None:
    """Write captures and their fetch log as one segment, in place of what the directory holds."""
    shutil.rmtree(raw_dir, ignore_errors=True)
    with ArchiveWriter(raw_dir, _RUN, "bench") as archive:
        for capture in archived:
            sha = hashlib.sha256(capture.body).digest()
            project_id = capture.url.rpartition("=")[2]
            name = snapshot_id("bench", project_id, capture.captured_at, sha)
            row = blank_row(_RUN, "bench", capture.url, capture.captured_at, Outcome.NEW)._replace(
                project_id=project_id,
                snapshot_id=name,
                page_kind="project",
                http_status=200,
                attempts=1,
                elapsed_ms=5,
                bytes=len(capture.body),
                body_sha256=sha,
                content_sha256=sha,
            )
            archive.append(row, capture)


def _write_with_warcio(archived: Sequence[Capture], path: Path) -> None:
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True, warc_version="1.1")
        for capture in archived:
            received = StatusAndHeaders("200 OK", list(_RECEIVED), protocol="HTTP/1.1")
            response = writer.create_warc_record(
                capture.url, "response", payload=io.BytesIO(capture.body), http_headers=received
            )
            sent = StatusAndHeaders("GET / HTTP/1.1", list(_SENT), is_http_request=True)
            request = writer.create_warc_record(capture.url, "request", payload=io.BytesIO(), http_headers=sent)
            writer.write_request_response_pair(request, response)


def _read_with_warcio(path: Path) -> None:
    with path.open("rb") as stream:
        _drain(record.content_stream().read() for record in ArchiveIterator(stream) if record.rec_type == "response")


def _deflate(archived: Sequence[Capture]) -> None:
    for capture in archived:
        zlib.compress(capture.body, 6)


def _inflate(members: Sequence[bytes]) -> None:
    _drain(zlib.decompress(member) for member in members)


def _drain(bodies: Iterator[bytes]) -> None:
    assert all(bodies)


if __name__ == "__main__":
    main()
