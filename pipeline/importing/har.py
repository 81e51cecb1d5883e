"""HAR: the exchanges that a browser's developer tools recorded."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from http.client import responses

from pipeline.archive.response_age import dated_by_age
from pipeline.archive.warc import Capture, Headers
from pipeline.importing.capture_time import CaptureTimeError, read_time
from pipeline.importing.file_format import ContainerError
from pipeline.importing.foreign_warc import Found, Kind


def read_har(data: bytes, is_ours: Callable[[str], bool], now: dt.datetime, *, max_body_bytes: int) -> Iterator[Found]:
    """Yield what every exchange means for the import, as read_foreign_warc does for records. Raises ContainerError."""
    try:
        said: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ContainerError(f"is not a whole HAR ({error}); export it again") from error
    entries = _table(_table(said).get("log")).get("entries")
    if not isinstance(entries, list):
        raise ContainerError("holds no log.entries as a HAR has them")
    for number, entry in enumerate(entries, start=1):
        yield _read_entry(number, _table(entry), is_ours, now, max_body_bytes)


def _read_entry(
    number: int, entry: Mapping[str, object], is_ours: Callable[[str], bool], now: dt.datetime, max_body_bytes: int
) -> Found:
    url = str(_table(entry.get("request")).get("url", ""))
    if not is_ours(url):
        return Found(Kind.FOREIGN)
    where = f"entry {number} of {url[:300]}"
    if not url.isprintable():
        return Found(Kind.DAMAGED, reason=f"{where} has an address that is not text")
    try:
        at = read_time(str(entry.get("startedDateTime", "")), now)
    except CaptureTimeError as error:
        return Found(Kind.REFUSED, reason=f"{where}: {error}")
    response = _table(entry.get("response"))
    content = _table(response.get("content"))
    status = response.get("status")
    if not isinstance(status, int) or not 100 <= status <= 999:
        return Found(Kind.DAMAGED, reason=f"{where} has no response")
    body = _body_of(content)
    if body is None:
        return Found(Kind.DAMAGED, reason=f"{where} holds no readable content; export the HAR with content")
    if len(body) > max_body_bytes:
        return Found(Kind.DAMAGED, reason=f"{where} is larger than {max_body_bytes} bytes")
    content_type = _one_line(content.get("mimeType", "text/html")).partition(";")[0]
    if content.get("encoding") != "base64":
        # The browser has decoded it; in the HAR it is UTF-8, in any encoding of the site.
        content_type += "; charset=utf-8"
    headers = (("Content-Type", content_type), *_headers_of(response.get("headers")))
    capture = Capture(url, at, body, content_type, status, responses.get(status, ""), headers)
    size = content.get("size")
    torn = f"{where}: its content breaks off after {len(body)} of {size} bytes; what there is of the page is kept"
    is_torn = isinstance(size, int) and len(body) < size
    return Found(Kind.CAPTURE, where, dated_by_age(capture), at, reason=torn if is_torn else None)


def _body_of(content: Mapping[str, object]) -> bytes | None:
    text = content.get("text")
    if not isinstance(text, str):
        return None
    if content.get("encoding") != "base64":
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _headers_of(headers: object) -> Headers:
    pairs = [_table(header) for header in headers] if isinstance(headers, list) else []
    named = [(_one_line(pair.get("name", "")), _one_line(pair.get("value", ""))) for pair in pairs]
    return tuple((name, value) for name, value in named if name and name.lower() != "content-type")


def _one_line(value: object) -> str:
    # A line end would begin another header in the archive.
    return " ".join(str(value).split())


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
