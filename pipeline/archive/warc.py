"""WARC 1.1 records: captures to bytes and back, one gzip member per record."""

import datetime as dt
import hashlib
import io
import uuid
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from fastwarc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.core.errors import PipelineError
from pipeline.core.http_headers import first_header

_GZIP = 31  # zlib's wbits for a gzip member
_LEVEL = 6
_CAPTURES = WarcRecordType.response | WarcRecordType.conversion
# Headers that described the transfer, not the stored body. They stay readable under the name web archives give them. So
# does the age, which the capture time has taken into account.
_TRANSFER_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length", "age"})
_ORIGINAL = "X-Archive-Orig-"
# FastWARC stops reading a header at a line of 32 kB, so a longer line is cut before it is archived.
LONGEST_URL = 16_000
_LONGEST_LINE = 16_000

Headers = tuple[tuple[str, str], ...]


class WarcError(PipelineError):
    """A WARC file cannot be read; the message names it."""


class Capture(NamedTuple):
    """One page as it was received: the exchange of an HTTP request, or extracted text (status and headers unset).

    body is the entity without transfer or content encoding. captured_at is UTC.
    """

    url: str
    captured_at: dt.datetime
    body: bytes
    content_type: str | None = None
    status: int | None = None
    reason: str = ""
    headers: Headers = ()
    request_headers: Headers = ()
    note: str | None = None

    @property
    def is_text(self) -> bool:
        """Whether the body is text that was extracted from the page, not the page."""
        return self.status is None

    def header(self, name: str) -> str | None:
        """The first header of that name (in lower case)."""
        return first_header(self.headers, name)


def warcinfo_member(file_name: str, fields: Mapping[str, str]) -> bytes:
    """The member that opens a segment: the program that wrote it, and its settings."""
    record = _record(WarcRecordType.warcinfo, None, dt.datetime.now(dt.UTC), "application/warc-fields")
    record.headers["WARC-Filename"] = file_name
    record.set_bytes_content("".join(f"{name}: {_one_line(value)}\r\n" for name, value in fields.items()).encode())
    return _member(record)


def capture_members(capture: Capture) -> bytes:
    """The members of one capture: its response and, where known, the request; or one conversion record."""
    if capture.is_text:
        record = _record(WarcRecordType.conversion, capture.url, capture.captured_at, "text/plain")
        if capture.note:
            record.headers["X-Archive-Note"] = _one_line(capture.note)
        record.set_bytes_content(capture.body)
        return _member(record, capture.body)
    response = _record(
        WarcRecordType.response, capture.url, capture.captured_at, "application/http; msgtype=response", is_http=True
    )
    if capture.note:
        response.headers["X-Archive-Note"] = _one_line(capture.note)
    status_line = f"HTTP/1.1 {capture.status} {_one_line(capture.reason)}".rstrip()
    response.set_bytes_content(
        _http_head(status_line, _stored_headers(capture.headers, len(capture.body))) + capture.body
    )
    members = _member(response, capture.body)
    if not capture.request_headers:
        return members
    request = _record(
        WarcRecordType.request, capture.url, capture.captured_at, "application/http; msgtype=request", is_http=True
    )
    request.headers["WARC-Concurrent-To"] = response.record_id or ""
    path = "/" + capture.url.split("/", 3)[3] if capture.url.count("/") > 2 else "/"
    request.set_bytes_content(_http_head(f"GET {path} HTTP/1.1", capture.request_headers))
    return members + _member(request)


def read_captures(path: Path, start: int = 0) -> Iterator[tuple[int, Capture]]:
    """Yield (offset, capture) of every response and conversion record of one of our own segments.

    start is the offset of the record to begin with. Raises WarcError and OSError where the file is damaged.
    """
    with path.open("rb") as stream:
        stream.seek(start)
        for record in ArchiveIterator(stream, record_types=_CAPTURES, parse_http=True, strict_mode=False):
            yield record.stream_pos, capture_of(record)


def read_capture(path: Path, offset: int) -> Capture:
    """Read the one capture whose record begins at offset."""
    with path.open("rb") as stream:
        stream.seek(offset)
        for record in ArchiveIterator(stream, record_types=_CAPTURES, parse_http=True, strict_mode=False):
            try:
                return capture_of(record)
            except WarcError as error:
                raise WarcError(f"{path}, byte {offset}: {error}") from error
    raise WarcError(f"{path}: no record at offset {offset}")


def member_ends(path: Path) -> Iterator[int]:
    """Yield the end offset of every whole gzip member and stop before the first torn or foreign byte."""
    position = 0
    with path.open("rb") as stream:
        inflate = zlib.decompressobj(_GZIP)
        while chunk := stream.read(1 << 18):
            while chunk:
                try:
                    inflate.decompress(chunk)
                except zlib.error:
                    return
                used = len(chunk) - len(inflate.unused_data)
                position += used
                chunk = inflate.unused_data
                if inflate.eof:
                    yield position
                    inflate = zlib.decompressobj(_GZIP)


def warc_date(at: dt.datetime) -> str:
    """A timestamp as WARC 1.1 writes it, with microseconds."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _record(
    kind: WarcRecordType, url: str | None, at: dt.datetime, content_type: str, *, is_http: bool = False
) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(kind, uuid.uuid4().urn.removeprefix("urn:").encode())
    record.headers["WARC-Date"] = warc_date(at)
    if url is not None:
        record.headers["WARC-Target-URI"] = url
    record.headers["Content-Type"] = content_type
    record.is_http = is_http
    return record


def _member(record: WarcRecord, payload: bytes | None = None) -> bytes:
    plain = io.BytesIO()
    digest = None if payload is None else hashlib.sha1(payload, usedforsecurity=False).digest()
    record.write(plain, checksum_data=True, payload_digest=digest)
    deflate = zlib.compressobj(_LEVEL, wbits=_GZIP)
    return deflate.compress(plain.getbuffer()) + deflate.flush()


def capture_of(record: WarcRecord) -> Capture:
    """The capture that a response (its HTTP parsed) or conversion record of ours holds. Raises WarcError."""
    url = record.headers.get("WARC-Target-URI") or ""
    at = record.record_date.astimezone(dt.UTC)
    note = record.headers.get("X-Archive-Note")
    length = record.content_length
    body = record.reader.read()
    # At the end of a torn file the reader returns fewer bytes.
    if len(body) < length:
        raise WarcError(f"the record breaks off after {len(body)} of {length} bytes")
    if record.record_type == WarcRecordType.conversion:
        return Capture(url, at, body, "text/plain", note=note)
    http = record.http_headers
    headers = http.to_tuples()
    content_type = first_header(headers, "content-type")
    return Capture(url, at, body, content_type, http.status_code or 0, http.reason_phrase or "", headers, (), note)


def _stored_headers(headers: Headers, length: int) -> Headers:
    stored = [
        (_ORIGINAL + name if name.lower() in _TRANSFER_HEADERS else name, value)
        for name, value in headers
        if not (name.lower() == "content-length" and value == str(length))
    ]
    return (*stored, ("Content-Length", str(length)))


def _http_head(first_line: str, headers: Headers) -> bytes:
    lines = [first_line, *(f"{name}: {value}" for name, value in headers)]
    lines = [line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} [cut]" for line in lines]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _one_line(text: str) -> str:
    return " ".join(text.split())
