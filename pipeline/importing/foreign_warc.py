"""Captures in WARC, WET and ARC files made by others; nothing in them is trusted."""

import datetime as dt
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from pipeline.archive.response_age import dated_by_age
from pipeline.archive.warc import Capture
from pipeline.core.http_headers import first_header
from pipeline.importing.capture_time import CaptureTimeError, read_time
from pipeline.importing.coded_body import CodedBodyError
from pipeline.importing.digests import Digest, digests_of, is_digest_of_one, is_garbled, read_digest
from pipeline.importing.http_response import read_response
from pipeline.importing.warc_records import ForeignRecord, Opener, RecordsError, read_records

_WANTED = frozenset({"response", "resource", "revisit", "conversion"})
_OF_OTHERS = frozenset({"warcinfo", "request", "metadata", "arc_header"})
_ANOTHER_RECORD = b"\r\n\r\nWARC/"
# By how much a block may be larger than its body: the head of the response, and the lengths of chunks.
_LARGEST_HEAD = 1 << 20


class Kind(StrEnum):
    """What a record means for the import."""

    CAPTURE = "capture"
    REVISIT = "revisit"
    FOREIGN = "foreign"
    DAMAGED = "damaged"
    REFUSED = "refused"


_BELIEVED = (Kind.CAPTURE, Kind.REVISIT)


class Original(NamedTuple):
    """How a revisit names the capture it repeats; a part that it does not state is None."""

    digest: Digest | None
    record_id: str | None
    url: str
    at: dt.datetime | None


class Found(NamedTuple):
    """One record with one of our pages, or a foreign one.

    capture is set for CAPTURE, and without a body for REVISIT. where names the record in a message. recorded_at is the
    time that the record states; a revisit can name the record by record_id and digests; original is what a revisit
    repeats. is_vouched_for is true when a digest matches. reason says which record is damaged or refused, or holds only
    the beginning of a page, and why.
    """

    kind: Kind
    where: str = ""
    capture: Capture | None = None
    recorded_at: dt.datetime | None = None
    record_id: str | None = None
    digests: frozenset[Digest] = frozenset()
    original: Original | None = None
    is_vouched_for: bool = False
    reason: str | None = None


def read_foreign_warc(
    opened: Opener, is_ours: Callable[[str], bool], now: dt.datetime, *, max_body_bytes: int
) -> Iterator[Found]:
    """Yield what every record that holds a page means for the import; only the bodies of our own pages are read.

    Args:
        opened: opens the file at its beginning.
        is_ours: whether an address is that of one of our pages.
        now: times after it are in the future.
        max_body_bytes: the largest body that is decoded.

    Raises:
        RecordsError: the file is not a WARC file, or is torn so that the rest cannot be read.
        OSError: it cannot be opened.
    """
    # A record without a digest is accepted once another record begins where it ends: only then is its length right.
    last: Found | None = None
    try:
        for record in read_records(opened):
            if last is not None:
                yield last
            last = _read_record(record, is_ours, now, max_body_bytes)
    except RecordsError as error:
        if last is not None:
            is_doubtful = error.spoils_last and last.kind in _BELIEVED and not last.is_vouched_for
            yield _damaged(last.where, "does not end where its length says, and has no digest") if is_doubtful else last
        raise
    if last is not None:
        yield last


def _read_record(
    record: ForeignRecord, is_ours: Callable[[str], bool], now: dt.datetime, max_body_bytes: int
) -> Found | None:
    if record.type in _OF_OTHERS:
        return None
    url = record.headers.get("warc-target-uri", "").strip("<> ")
    if not is_ours(url):
        return Found(Kind.FOREIGN) if record.type in _WANTED else None
    record_id = record.headers.get("warc-record-id") or None
    where = f"record {record_id or 'without an id'} of {url[:300]}"
    if record.type not in _WANTED:
        return _damaged(where, f"has an unknown type ({record.type[:40]!r})")
    if not record.is_sound:
        return _damaged(where, "is not what was written: its compression is damaged or breaks off")
    largest = max_body_bytes + _LARGEST_HEAD
    block = record.read(largest + 1)
    if len(block) > largest:
        return _damaged(where, f"is larger than {max_body_bytes} bytes")
    if record.length is not None and len(block) < record.length:
        return _damaged(where, f"cannot be read beyond {len(block)} of its {record.length} bytes")
    try:
        at = read_time(record.headers.get("warc-date", ""), now)
    except CaptureTimeError as error:
        return Found(Kind.REFUSED, reason=f"{where}: {error}")
    if record.type == "revisit":
        # Its block is the head of a response at most, which is not read.
        return Found(Kind.REVISIT, where, Capture(url, at, b""), at, record_id, original=_original_of(record, url, now))
    try:
        capture, stored, torn = _read_capture(record, url, at, block, max_body_bytes)
    except CodedBodyError as error:
        return _damaged(where, f"cannot be read: {error}")
    if capture is None:
        return _damaged(where, "holds no readable HTTP response")
    is_vouched_for, known_by = False, set(digests_of(stored))
    for name, bodies in (("block", (block,)), ("payload", stored)):
        written = record.headers.get(f"warc-{name}-digest")
        digest = read_digest(written)
        if is_garbled(written) or (digest is not None and not is_digest_of_one(digest, bodies)):
            return _damaged(where, f"is not what was written: its {name} digest is not {written}")
        is_vouched_for |= digest is not None
        known_by |= {digest} if digest is not None and name == "payload" else set()
    if not is_vouched_for and _ANOTHER_RECORD in block:
        return _damaged(where, "holds another record, as its length is wrong")
    if record.headers.get("warc-truncated"):
        torn = torn or f"its writer cut it ({record.headers['warc-truncated'][:40]!r})"
    reason = None if torn is None else f"{where}: {torn}; what there is of the page is kept"
    return Found(
        Kind.CAPTURE,
        where,
        capture,
        at,
        record_id,
        frozenset(known_by),
        is_vouched_for=is_vouched_for,
        reason=reason,
    )


def _read_capture(
    record: ForeignRecord, url: str, at: dt.datetime, block: bytes, max_body_bytes: int
) -> tuple[Capture | None, tuple[bytes, ...], str | None]:
    """The capture in a block (None without a response), the bodies its digest may be of, and what is incomplete."""
    content_type = record.headers.get("content-type")
    if record.type == "conversion":
        return Capture(url, at, _bounded(block, max_body_bytes), "text/plain"), (block,), None
    if record.type == "resource" or "http" not in (content_type or "http").lower():
        headers = (("Content-Type", content_type),) if content_type else ()
        return Capture(url, at, _bounded(block, max_body_bytes), content_type, 200, "OK", headers), (block,), None
    response = read_response(block, max_body_bytes)
    if response is None:
        return None, (), None
    content_type = first_header(response.headers, "content-type")
    capture = Capture(url, at, response.body, content_type, response.status, response.reason, response.headers)
    return dated_by_age(capture), response.stored, response.torn


def _bounded(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise CodedBodyError(f"its body is larger than {limit} bytes")
    return body


def _original_of(record: ForeignRecord, url: str, now: dt.datetime) -> Original:
    headers = record.headers
    try:
        at = read_time(headers.get("warc-refers-to-date", ""), now)
    except CaptureTimeError:
        at = None
    return Original(
        read_digest(headers.get("warc-payload-digest")),
        headers.get("warc-refers-to") or None,
        headers.get("warc-refers-to-target-uri", url).strip("<> "),
        at,
    )


def _damaged(where: str, why: str) -> Found:
    return Found(Kind.DAMAGED, where, reason=f"{where} {why}")
