"""The index of a web archive as CDX servers send it: lines of JSON, JSON arrays, CDXJ or plain lines, in any order.

The form is recognised from the answer, not from the request: the Wayback CDX server sends one array whose first row
names the fields, pywb (and with it Common Crawl) an object a line, older servers plain lines with or without a head.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.core.errors import PipelineError
from pipeline.importing.capture_time import CaptureTimeError, believed
from pipeline.importing.digests import Digest, read_digest

# The default fields of the Wayback CDX server, in its order.
FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_NAMES = {"url": "original", "mime": "mimetype", "status": "statuscode"}
# The letters of a head such as ` CDX N b a m s k r M S V g`.
_LETTERS = {
    "N": "urlkey", "b": "timestamp", "a": "original", "m": "mimetype", "s": "statuscode", "k": "digest", "S": "length",
    "V": "offset", "g": "filename",
}  # fmt: skip
_HEAD = re.compile(r"\s?CDX((?: [A-Za-z])+)")
_TIMESTAMP = re.compile(r"[0-9]{14}")
_STATUS = re.compile(r"[1-5][0-9]{2}")
_DIGEST = re.compile(r"(?:sha1:)?[A-Z2-7]{32}|\w+:\S+", re.IGNORECASE)
_LONGEST_NUMBER = 18

_Fields = Mapping[str, str]


class IndexAnswerError(PipelineError):
    """An answer is not an index; the message says how it begins."""


class Entry(NamedTuple):
    """One capture in an index: its original address and time, and the archive's description of it.

    timestamp is the time as written, at the same in UTC, to the second. status is None if the index does not give it,
    as for revisits. digest is the digest of the payload as the archive stored it. offset, length and filename locate
    its record.
    """

    url: str
    timestamp: str
    at: dt.datetime
    mime: str
    status: int | None
    digest: Digest | None
    length: int | None = None
    offset: int | None = None
    filename: str | None = None


class IndexAnswer(NamedTuple):
    """One answer of an index: its captures, the number of its lines and of unreadable ones, with an example.

    resume_key requests the next part; None if the answer does not give a key.
    """

    entries: list[Entry]
    n_lines: int
    n_unreadable: int = 0
    example: str | None = None
    resume_key: str | None = None


def read_index(body: bytes, now: dt.datetime) -> IndexAnswer:
    """Read an answer of a CDX server; times after now are refused. Raises IndexAnswerError."""
    text = body.decode("utf-8", "replace").strip()
    if not text:
        return IndexAnswer([], 0)
    if text.startswith("["):
        rows, key = _array(text)
    elif text.startswith("<"):
        raise IndexAnswerError(f"is not an index but a page that begins with {text[:60]!r}")
    else:
        rows, key = _lines(text)
    if rows and not any("://" in row or _TIMESTAMP.search(row) for row, _ in rows):
        raise IndexAnswerError(f"is not an index; it begins with {text[:60]!r}")
    read = [(row, _entry(fields, now)) for row, fields in rows]
    bad = [row for row, entry in read if entry is None]
    entries = [entry for _, entry in read if entry is not None]
    return IndexAnswer(entries, len(read), len(bad), bad[0][:200] if bad else None, key)


def read_page_count(body: bytes) -> int | None:
    """The number of pages that an index states; None if the answer is the index itself and not a number."""
    try:
        said: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(said, dict):
        said = said.get("pages")
    return said if isinstance(said, int) and not isinstance(said, bool) and said >= 0 else None


def _array(text: str) -> tuple[list[tuple[str, _Fields | None]], str | None]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise IndexAnswerError(f"is JSON that breaks off or is damaged ({error})") from error
    rows: list[tuple[str, _Fields | None]] = []
    names: Sequence[str] = FIELDS
    key = None
    is_after_gap = False
    for number, row in enumerate(said):
        if isinstance(row, dict):
            rows.append((str(row), _named(row)))
        elif not isinstance(row, list):
            rows.append((str(row), None))
        elif not row:
            is_after_gap = True
        elif is_after_gap and len(row) == 1:
            key = str(row[0])
        elif number == 0 and "timestamp" in row:
            names = [str(name) for name in row]
        else:
            # If a row is longer or shorter than the list of names, the meaning of its values is unknown.
            rows.append((str(row), _named(dict(zip(names, row, strict=True))) if len(row) == len(names) else None))
    return rows, key


def _lines(text: str) -> tuple[list[tuple[str, _Fields | None]], str | None]:
    body, _, rest = text.replace("\r\n", "\n").partition("\n\n")
    lines = body.split("\n")
    names: Sequence[str] | None = None
    if head := _HEAD.fullmatch(lines[0]):
        names = [_LETTERS.get(letter, letter) for letter in head[1].split()]
        lines = lines[1:]
    rows = [(line, _line(line, names)) for line in lines]
    key = rest.strip() if len(rest.split()) == 1 and "{" not in rest else None
    if key is None:
        rows += [(line, _line(line, names)) for line in rest.split("\n") if line.strip()]
    return rows, key


def _line(line: str, names: Sequence[str] | None) -> _Fields | None:
    plain, brace, _ = line.partition("{")
    if brace:
        try:
            said = json.loads(line[len(plain) :])
        except (ValueError, RecursionError):
            return None
        # CDXJ has key and time before the object.
        before = dict(zip(("urlkey", "timestamp"), plain.split(), strict=False))
        return _named({**before, **said}) if isinstance(said, dict) else None
    values = line.split(" ")
    if names is not None:
        return dict(zip(names, values, strict=True)) if len(names) == len(values) else None
    if len(values) == len(FIELDS):
        asked = dict(zip(FIELDS, values, strict=True))
        if _fits(asked):
            return asked
    return _by_form(values)


def _by_form(values: Sequence[str]) -> _Fields | None:
    """The fields of a line in an unknown order, each recognised by its form; None if two could be the same field."""
    forms = {
        "timestamp": [value for value in values if _TIMESTAMP.fullmatch(value)],
        "original": [value for value in values if "://" in value],
        "digest": [value for value in values if _DIGEST.fullmatch(value) and "://" not in value],
        "statuscode": [value for value in values if _STATUS.fullmatch(value)],
        "mimetype": [value for value in values if "/" in value and "://" not in value and ")" not in value],
    }
    needed = all(len(forms[name]) == 1 for name in ("timestamp", "original", "statuscode"))
    found = {name: each[0] for name, each in forms.items() if len(each) == 1}
    return found if needed else None


def _fits(fields: _Fields) -> bool:
    is_status = _STATUS.fullmatch(fields["statuscode"]) or fields["statuscode"] == "-"
    return bool(_TIMESTAMP.fullmatch(fields["timestamp"]) and "://" in fields["original"] and is_status)


def _named(said: Mapping[str, object]) -> _Fields:
    return {_NAMES.get(name, name): str(value) for name, value in said.items() if value is not None}


def _entry(fields: _Fields | None, now: dt.datetime) -> Entry | None:
    if fields is None or not fields.get("original") or not _TIMESTAMP.fullmatch(fields.get("timestamp", "")):
        return None
    # An address or file name is requested, stored and shown, so it must be printable text without line breaks.
    if not fields["original"].isprintable() or not fields.get("filename", "").isprintable():
        return None
    written = fields["timestamp"]
    try:
        at = believed(dt.datetime.strptime(written, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC), written, now)
    except (ValueError, CaptureTimeError):
        return None
    status = fields.get("statuscode", "")
    numbers = dict(_numbers(fields))
    return Entry(
        fields["original"],
        written,
        at,
        fields.get("mimetype", "").lower(),
        int(status) if _STATUS.fullmatch(status) else None,
        read_digest(fields.get("digest")),
        numbers.get("length"),
        numbers.get("offset"),
        fields.get("filename"),
    )


def _numbers(fields: _Fields) -> Iterator[tuple[str, int]]:
    for name in ("length", "offset"):
        written = fields.get(name, "")
        if written.isascii() and written.isdecimal() and len(written) <= _LONGEST_NUMBER:
            yield name, int(written)
