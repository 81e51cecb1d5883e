"""A page → its plain tables, read from the source, and the rest of it: most of a page, which then needs no tree."""

import secrets
from typing import NamedTuple, TypeAlias

from parsers.encoding import DECLARED_WITHIN
from parsers.page import Details, GridCells
from parsers.page_kind import ENDS_WITHIN
from parsers.plain_tables import DETAIL_VIEW, read_details, read_grid

# With their number, the ids of the empty tables that stand where the plain ones were: drawn anew by each process, so
# that no page can name one.
STAND_IN = f"read-from-source-{secrets.token_hex(8)}-"
_STAND_IN = STAND_IN.encode()
_OPENING, _CLOSING = b"<table", b"</table>"
_DETAIL_VIEW = DETAIL_VIEW.encode()


Table: TypeAlias = Details | GridCells


class MisplacedError(Exception):
    """What was lifted out of the page cannot be put back where it stood."""


class Lifted(NamedTuple):
    """The tables of a page in their order, label/value rows or a grid, and the page with empty tables for them."""

    tables: tuple[Table, ...]
    rest: bytes


def _read(table: bytes, *, is_first: bool) -> Table | None:
    """Read a table by its source; None where it is not plain or not UTF-8, or the first and no DetailView."""
    is_details = _DETAIL_VIEW in table
    if b"\0" in table or (is_first and not is_details):
        return None
    try:
        source = table.decode()
        if "\ufffd" in source:
            return None
        return read_details(source) if is_details else read_grid(source)
    except ValueError:
        return None


def _is_whole(end: bytes) -> bool:
    return b"</html" in end or b"</html" in end.lower()


def lift_tables(body: bytes) -> Lifted | None:
    """Take the plain tables out of a page in UTF-8; None where there is no DetailView among them.

    What they hold is what the tree of the whole page says if the tree of the rest has each stand-in where a table is
    read. For up to a table both pages are the same bytes, so a table begins here in both or (in a comment, a script, a
    form field) in neither. Between the tags of a plain table HTML has one reading, wherever a table has begun. And
    behind it a parser goes on as if it had been empty. tests/parsers/test_lifting.py compares the two.
    """
    tables: list[Table] = []
    kept: list[bytes] = []
    end = 0
    start = body.find(_OPENING)
    while start >= 0:
        closing = body.find(_CLOSING, start)
        if closing < 0:
            break
        behind = closing + len(_CLOSING)
        table = _read(body[start:behind], is_first=not tables)
        if table is not None:
            kept += (body[end:start], b'<table id="%s%d"></table>' % (_STAND_IN, len(tables)))
            tables.append(table)
            end = behind
        start = body.find(_OPENING, behind)
    if not tables or not _is_whole(body[-ENDS_WITHIN:]):
        # Without rows, or without an end, a page is judged by all of its text.
        return None
    rest = b"".join((*kept, body[end:]))
    if b"charset" in rest[len(kept[0]) : DECLARED_WITHIN].lower():
        # Would be taken for the charset of the page, near to its beginning as it is now.
        return None
    return Lifted(tuple(tables), rest)
