"""The answer of a web archive for one capture, by replay or as a record of a file, and whether it is that capture."""

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.archive.response_age import dated_by_age
from pipeline.archive.warc import Capture, Headers
from pipeline.core.errors import PipelineError
from pipeline.core.http_headers import content_codings, first_header, http_date
from pipeline.importing.cdx_index import Entry
from pipeline.importing.coded_body import CodedBodyError, decoded
from pipeline.importing.digests import digests_of, is_digest_of_one
from pipeline.importing.foreign_warc import Found, Kind, read_foreign_warc
from pipeline.importing.http_response import Response, read_response
from pipeline.importing.warc_records import RecordsError

_ORIGINAL = "x-archive-orig-"
_GZIP = b"\x1f\x8b"
# A page has at most three layers: the archive's over the server's over the file's.
_MOST_LAYERS = 3
# Texts that replay adds to a page that it rewrites.
_REWRITTEN = re.compile(rb"wbinfo\.|wombat\.js|BEGIN WAYBACK TOOLBAR|FILE ARCHIVED ON|/_static/js/bundle-playback")
_REWRITTEN_LINK = re.compile(rb"/\d{14}(?:[a-z]{2}_)?/https?://")


class ReplayError(PipelineError):
    """The answer of an archive is not the capture that its index names; the message says why."""


class Answer(NamedTuple):
    """An answer of an archive; body is in the content coding in which it was received."""

    status: int | None
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that name (in lower case), or an empty text."""
        return first_header(self.headers, name) or ""


def read_replay(entry: Entry, answer: Answer, address: str, *, max_body_bytes: int) -> Found:
    """The capture of an index entry, from its replay.

    It is accepted if the archive gives the time of the entry and if its bytes have the digest of the index. A page
    that replay rewrote, or added a banner to, has another digest. If the index has no digest, or the digest of chunks
    or of a coding which the archive has decoded, such a page is recognised by the texts that replay adds.

    Args:
        entry: the entry of the index.
        answer: the answer for its replay address.
        address: names the capture in the archive.
        max_body_bytes: the largest body that is decoded.

    Raises:
        ReplayError: it is not that capture.
    """
    if answer.status != 200:
        location = answer.header("location")
        led = f", which leads to {location[:200]!r}" if location else ""
        raise ReplayError(f"the archive answers HTTP {answer.status}{led}")
    _check_time(entry, answer)
    try:
        forms, response = _decoded(answer, max_body_bytes)
    except CodedBodyError as error:
        raise ReplayError(f"it cannot be read: {error}") from error
    is_vouched_for = _is_vouched_for(entry, forms, response)
    capture = Capture(
        entry.url,
        entry.at,
        response.body,
        first_header(response.headers, "content-type"),
        response.status,
        response.reason,
        response.headers,
        note=f"harvested from {address}" + ("" if is_vouched_for else "; no digest vouches for its content"),
    )
    reason = None if response.torn is None else f"{address}: {response.torn}; what there is of the page is kept"
    return Found(
        Kind.CAPTURE,
        address,
        dated_by_age(capture),
        entry.at,
        # Another capture counts as having this content only if it is certain that this one has it.
        digests=digests_of(forms),
        is_vouched_for=is_vouched_for,
        reason=reason,
    )


def read_range(entry: Entry, answer: Answer, address: str, now: dt.datetime, *, max_body_bytes: int) -> Found:
    """The capture, or revisit, of an index entry, from the bytes of its record in a WARC file.

    Args:
        entry: the entry of the index.
        answer: the answer for the range of bytes that the index names.
        address: names the record in the archive.
        now: later times are refused.
        max_body_bytes: the largest body that is decoded.

    Raises:
        ReplayError: it is not that record, or not all of it.
    """
    if answer.status != 206:
        raise ReplayError(f"the archive answers HTTP {answer.status} to a request for a range of bytes")
    if len(answer.body) != entry.length:
        raise ReplayError(f"the range breaks off after {len(answer.body)} of {entry.length} bytes")
    begins = re.match(r"bytes ([0-9]{1,18})-", answer.header("content-range"))
    if begins is None or int(begins[1]) != entry.offset:
        raise ReplayError(f"it is another range ({answer.header('content-range')[:60]!r})")
    records = read_foreign_warc(
        lambda: io.BufferedReader(io.BytesIO(answer.body)),
        lambda url: url == entry.url,
        now,
        max_body_bytes=max_body_bytes,
    )
    try:
        found = next((record for record in records if record.kind is not Kind.FOREIGN), None)
    except RecordsError as error:
        raise ReplayError(str(error)) from error
    if found is None:
        raise ReplayError("the record there is of another address")
    if found.capture is None:
        raise ReplayError(found.reason or "the record there cannot be read")
    if found.recorded_at is None or found.recorded_at.replace(microsecond=0) != entry.at:
        raise ReplayError(f"the record there is of another time ({found.recorded_at})")
    if found.kind is Kind.CAPTURE and entry.digest is not None and entry.digest not in found.digests:
        raise ReplayError("the record there has another digest than the index names")
    note = f"{found.capture.note}; harvested from {address}" if found.capture.note else f"harvested from {address}"
    return found._replace(where=address, capture=found.capture._replace(note=note))


def _check_time(entry: Entry, answer: Answer) -> None:
    said = answer.header("memento-datetime")
    at = http_date(said)
    if at is None:
        raise ReplayError(f"the archive does not give its time (Memento-Datetime {said[:60]!r})")
    if at != entry.at:
        raise ReplayError(f"it is of another time, {at:%Y-%m-%dT%H:%M:%SZ}")


def _is_vouched_for(entry: Entry, forms: tuple[bytes, ...], response: Response) -> bool:
    """Whether the digest of the entry confirms the content. Raises ReplayError if the content has another digest."""
    if entry.digest is not None and is_digest_of_one(entry.digest, forms):
        return True
    if _REWRITTEN.search(response.body) or _REWRITTEN_LINK.search(response.body):
        raise ReplayError("the archive added its links or its banner to the page")
    was_coded = any(
        content_codings(value)
        for name, value in response.headers
        if name.lower() in ("transfer-encoding", "content-encoding")
    )
    if entry.digest is not None and not was_coded:
        raise ReplayError("its content does not have the digest of the index")
    return False


def _decoded(answer: Answer, limit: int) -> tuple[tuple[bytes, ...], Response]:
    """Every form of the body, from the received one to the page itself, and the response as the site sent it.

    Raises CodedBodyError.
    """
    forms, body = [answer.body], answer.body
    torn = None
    for coding in reversed(content_codings(answer.header("content-encoding"))):
        layer = decoded(body, coding, limit)
        body, torn = layer.content, torn or layer.torn
        forms.append(body)
    headers = tuple(_original_headers(answer))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    response = read_response(b"HTTP/1.1 200 OK\r\n" + head.encode("latin-1", "replace") + b"\r\n" + body, limit)
    if response is None:
        raise CodedBodyError("its headers are not those of a response")
    body = response.body
    # A body with a layer left but without a header for it is not a page.
    for _ in range(_MOST_LAYERS):
        if not body.startswith(_GZIP):
            break
        layer = decoded(body, "gzip", limit)
        forms.append(body)
        body, torn = layer.content, torn or layer.torn
    forms += [*response.stored, body]
    return tuple(forms), response._replace(headers=headers, body=body, torn=torn or response.torn)


def _original_headers(answer: Answer) -> Iterator[tuple[str, str]]:
    """The headers as the site sent them, without a length, because it may belong to another form of the body."""
    names = {name.lower() for name, _ in answer.headers}
    for name, value in answer.headers:
        if name.lower().startswith(_ORIGINAL):
            if name.lower() != f"{_ORIGINAL}content-length":
                yield name[len(_ORIGINAL) :], value
        elif name.lower() == "content-type" and f"{_ORIGINAL}content-type" not in names:
            yield name, value
