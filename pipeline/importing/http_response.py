"""A response in a record: its head, read by FastWARC, or by warcio where FastWARC cannot, and its body."""

import io
from typing import NamedTuple

from fastwarc import WarcRecord
from warcio.statusandheaders import (  # type: ignore[import-untyped]
    StatusAndHeadersParser,
    StatusAndHeadersParserException,
)

from pipeline.archive.warc import Headers
from pipeline.core.http_headers import content_codings
from pipeline.importing.coded_body import Body, decoded, without_chunks

_PROTOCOL = b"HTTP/"
_FIRST_STATUS, _LAST_STATUS = 100, 599


class Response(NamedTuple):
    """A response; body is decoded, and stored are the forms of it for which a writer may have computed the digest.

    torn says which part of the body is incomplete; None where it is whole.
    """

    status: int
    reason: str
    headers: Headers
    body: bytes
    stored: tuple[bytes, ...]
    torn: str | None


class _Head(NamedTuple):
    status: int
    reason: str
    headers: Headers
    payload: bytes


def read_response(block: bytes, limit: int) -> Response | None:
    """Read the block of a response record; None where it does not begin with the status line of a response.

    Raises CodedBodyError where the body cannot be decoded, or is larger than limit bytes.
    """
    head = _head_by_fastwarc(block) if _has_crlf(block) else _head_by_warcio(block)
    if head is None:
        return None
    codings = content_codings(_header(head.headers, "transfer-encoding"))
    unchunked = without_chunks(head.payload) if "chunked" in codings else Body(head.payload)
    sent = decoded(unchunked.content, ", ".join(coding for coding in codings if coding != "chunked"), limit)
    body = decoded(sent.content, _header(head.headers, "content-encoding"), limit)
    stored = (head.payload, unchunked.content, sent.content, body.content)
    length = _header(head.headers, "content-length")
    torn = unchunked.torn or sent.torn or body.torn
    if torn is None and not codings and length.isdecimal() and len(head.payload) < int(length[:18]):
        torn = f"its body breaks off after {len(head.payload)} of {length[:18]} bytes"
    return Response(head.status, head.reason, head.headers, body.content, stored, torn)


def _head_by_fastwarc(block: bytes) -> _Head | None:
    exchange = WarcRecord()
    exchange.is_http = True
    exchange.set_bytes_content(block)
    try:
        exchange.parse_http(auto_decode="none", strict_mode=False)
        payload = exchange.reader.read()
    except (OSError, ValueError):
        return None
    http = exchange.http_headers
    if http.status_code is None or not _FIRST_STATUS <= http.status_code <= _LAST_STATUS:
        return None
    return _Head(http.status_code, http.reason_phrase or "", http.to_tuples(), payload)


def _head_by_warcio(block: bytes) -> _Head | None:
    stream = io.BytesIO(block)
    try:
        head = StatusAndHeadersParser([_PROTOCOL.decode()]).parse(stream)
    except (StatusAndHeadersParserException, EOFError):
        return None
    # After "HTTP/" comes "1.1 200 OK".
    _, _, line = str(head.statusline).partition(" ")
    status, _, reason = line.partition(" ")
    if not (status.isascii() and status.isdecimal() and _FIRST_STATUS <= int(status[:9]) <= _LAST_STATUS):
        return None
    headers = tuple((str(name), str(value)) for name, value in head.headers)
    return _Head(int(status), reason, headers, stream.read())


def _has_crlf(block: bytes) -> bool:
    """Whether every line of the head ends with CR LF; FastWARC reads no other line end."""
    end = block.find(b"\r\n\r\n")
    return end >= 0 and block.count(b"\n", 0, end) == block.count(b"\r\n", 0, end)


def _header(headers: Headers, name: str) -> str:
    """The header lines of that name as one (RFC 9110, 5.2)."""
    return ", ".join(value for key, value in headers if key.lower() == name)
