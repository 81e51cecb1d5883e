"""WARC and WET files made by others: what they hold of our pages, without trusting anything they say."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from fastwarc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.archive.response_age import dated_by_age
from pipeline.archive.warc import Capture
from pipeline.core.errors import PipelineError
from pipeline.importing.capture_time import CaptureTimeError, read_time

_WANTED = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.revisit | WarcRecordType.conversion
_WARC_START = re.compile(rb"WARC/\d|\x1f\x8b|\x28\xb5\x2f\xfd")
_LARGEST = 50_000_000


class ForeignWarcError(PipelineError):
    """A file is no WARC file, or its rest cannot be read; the message names the file."""


class Kind(StrEnum):
    """What a record is to us."""

    CAPTURE = "capture"
    REVISIT = "revisit"
    FOREIGN = "foreign"
    DAMAGED = "damaged"
    REFUSED = "refused"


class Found(NamedTuple):
    """One record; capture is set for CAPTURE, and without a body for REVISIT.

    payload_digest is the record's own, as written: a revisit names the capture it repeats by it. reason says which
    record is damaged or refused, and why.
    """

    kind: Kind
    capture: Capture | None = None
    payload_digest: str | None = None
    reason: str | None = None


def is_warc(beginning: bytes) -> bool:
    """Whether a file that begins so can be a WARC file (plain, gzip or zstd)."""
    return _WARC_START.match(beginning) is not None


def read_foreign_warc(path: Path, is_ours: Callable[[str], bool], now: dt.datetime) -> Iterator[Found]:
    """Yield what every record that holds a page is to us; only the bodies of our own pages are read.

    now says which times have not come yet.

    Raises ForeignWarcError when the file is none, or breaks off in a way that leaves the rest unreadable.
    """
    n_records = 0
    try:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, parse_http=False, strict_mode=False):
                n_records += 1
                if record.record_type & _WANTED:
                    yield _read_record(record, is_ours, now)
    except OSError as error:
        where = f"after {n_records} records" if n_records else "at its beginning"
        raise ForeignWarcError(f"{path}: not readable as WARC {where} ({error})") from error
    if n_records == 0:
        raise ForeignWarcError(f"{path}: holds no WARC records")


def _read_record(record: WarcRecord, is_ours: Callable[[str], bool], now: dt.datetime) -> Found:
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    if not is_ours(url):
        return Found(Kind.FOREIGN)
    where = f"record {record.record_id or 'without an id'} of {url[:300]}"
    if record.content_length > _LARGEST:
        return Found(Kind.DAMAGED, reason=f"{where} is larger than {_LARGEST} bytes")
    block = record.reader.read()
    if len(block) < record.content_length:
        return Found(Kind.DAMAGED, reason=f"{where} breaks off after {len(block)} of {record.content_length} bytes")
    try:
        at = read_time(record.headers.get("WARC-Date") or "", now)
    except CaptureTimeError as error:
        return Found(Kind.REFUSED, reason=f"{where}: {error}")
    digest = record.headers.get("WARC-Payload-Digest")
    if record.record_type == WarcRecordType.revisit:
        return Found(Kind.REVISIT, Capture(url, at, b""), digest)
    if record.record_type == WarcRecordType.conversion:
        return Found(Kind.CAPTURE, Capture(url, at, block, "text/plain"), digest)
    if record.record_type == WarcRecordType.resource:
        content_type = record.headers.get("Content-Type")
        headers = (("Content-Type", content_type),) if content_type else ()
        return Found(Kind.CAPTURE, Capture(url, at, block, content_type, 200, "OK", headers), digest)
    capture = _http_capture(url, at, block)
    if capture is None:
        return Found(Kind.DAMAGED, reason=f"{where} holds no readable HTTP response")
    return Found(Kind.CAPTURE, dated_by_age(capture), digest)


def _http_capture(url: str, at: dt.datetime, block: bytes) -> Capture | None:
    exchange = WarcRecord()
    exchange.is_http = True
    exchange.set_bytes_content(block)
    try:
        exchange.parse_http(auto_decode="all", strict_mode=False)
        body = exchange.reader.read(_LARGEST)
    except (OSError, ValueError):
        return None
    http = exchange.http_headers
    if http.status_code is None:
        return None
    headers = http.to_tuples()
    content_type = next((value for name, value in headers if name.lower() == "content-type"), None)
    return Capture(url, at, body, content_type, http.status_code, http.reason_phrase or "", headers)
