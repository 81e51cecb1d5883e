"""Yii's DetailView in its own exact writing, read from the source: most of a page, which then needs no tree."""

import re
from typing import NamedTuple

from parsers.encoding import DECLARED_WITHIN
from parsers.page import Row
from parsers.records import records

# One line end between rows, nothing else between the tags.
_OPENING = re.compile(rb'<table id="w[0-9]{1,4}" class="[a-z -]*\bdetail-view"><tr><th>')
_CLOSING = b"</td></tr></table>"
_BETWEEN_ROWS = "</td></tr>\n<tr><th>"
_BETWEEN_CELLS = "</th><td>"
_NOT_SET = '<span class="not-set">(ไม่ได้ตั้ง)</span>'
# What PHP's htmlspecialchars writes, and nothing else.
_ENTITY = re.compile("&(?:(amp|lt|gt|quot|#039|#39);)?")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#039": "'", "#39": "'"}

# The id of the empty table that stands where a DetailView was.
STAND_IN = "detail-view-read-from-source"
_STAND_IN = STAND_IN.encode()
_EMPTY_TABLE = b'<table id="%s"></table>' % _STAND_IN


class MisplacedError(Exception):
    """What was lifted out of the page cannot be put back where it stood."""


class Lifted(NamedTuple):
    """The rows of a DetailView, and the page with an empty table in its place."""

    rows: list[Row]
    rest: bytes


class _NotPlainError(ValueError):
    """A label holds something else than text, or a value something else than text, line breaks and the mark."""


def _decoded(entity: re.Match[str]) -> str:
    name = entity[1]
    if name is None:
        raise _NotPlainError
    return _CHARACTERS[name]


def _text(source: str) -> str:
    if "<" in source:
        raise _NotPlainError
    return _ENTITY.sub(_decoded, source).strip()


def _lines(source: str) -> str:
    return _text(source.replace("<br />\n", "\n").replace("<br />", "\n"))


def _rows(source: str) -> list[Row]:
    # A text typed into a browser has such line ends, so this is worth a short way.
    with_line_ends = "\n".join(source.split("<br />\r\n"))
    source = with_line_ends if "\r" not in with_line_ends else source.replace("\r\n", "\n").replace("\r", "\n")
    rows = [row.split(_BETWEEN_CELLS) for row in source.split(_BETWEEN_ROWS)]
    labels, values = zip(*rows, strict=True)
    # Six tags a row but for the first two and the last two, and no others than those of the mark.
    n_tags = 6 * len(rows) - 4 + 2 * values.count(_NOT_SET)
    is_plain = source.count("<") == n_tags and "&" not in source
    label_text, value_text = (str.strip, str.strip) if is_plain else (_text, _lines)
    texts = [None if value == _NOT_SET else value_text(value) for value in values]
    return records(Row, map(label_text, labels), texts)


def lift_detail_view(body: bytes) -> Lifted | None:
    """Take the first DetailView out of a page; None where it is not written in UTF-8 as Yii writes it, to the byte.

    The rows are those of the tree of the whole page if the tree of the rest has the stand-in where a table is read. For
    up to the table both pages are the same bytes, so a table begins here in both or (in a comment, a script, a form
    field) in neither. Between these tags HTML has one reading, wherever a table has begun. And behind the table a
    parser goes on as if it had been empty. tests/parsers/test_detail_view.py compares the two.
    """
    opening = _OPENING.search(body)
    if opening is None:
        return None
    end = body.find(_CLOSING, opening.end())
    if end < 0:
        return None
    written, before, behind = body[opening.end() : end], body[: opening.start()], body[end + len(_CLOSING) :]
    if b"\0" in written or _STAND_IN in before or _STAND_IN in behind:
        return None
    if len(before) < DECLARED_WITHIN and b"charset" in behind[:DECLARED_WITHIN].lower():
        # Would be taken for the charset of the page, near to its beginning as it is now.
        return None
    try:
        source = written.decode()
        rows = _rows(source)
    except ValueError:
        return None
    return Lifted(rows, before + _EMPTY_TABLE + behind) if "\ufffd" not in source else None
