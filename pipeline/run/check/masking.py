"""Masks a page that is to be attached to a bug report: its contacts, the names of users, its comments and its token.

The masking is on the safe side: a text outside the known rows and columns loses every number that could be a contact,
and user names become `user-1`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape, unescape
from typing import NamedTuple

from parsers.encoding import decode_page
from parsers.history_columns import cell_fields
from parsers.page import Page
from parsers.page_layout import read_layout
from pipeline.archive.warc import Capture
from pipeline.build.contacts.mask import CONTACT_FIELDS, mask_contact, mask_text
from pipeline.core.errors import PipelineError

USER_NAME = "update_history.user_name"
_TAG = re.compile(r"(<[^<>]*>)")
_ATTRIBUTE = re.compile(r"(?i)(\b(?:value|title|alt|content|placeholder|aria-label)=[\"'])([^\"'<>]*)([\"'])")
_TOKEN = re.compile(r"(?<=name=\"csrf-token\" content=\")[^\"]+|(?<=name=\"_csrf-frontend\" value=\")[^\"]+")
_MOMENT = re.compile(r"[0-9]{1,4}[-/][0-9]{1,2}[-/][0-9]{1,4}(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?(?![0-9])")
_MASKED = "xxxx"
_USER = re.compile(r"user-[0-9a-f]+")
_REACHED = re.compile(r"(?i)\b(tel|mailto):[^\"'\s>]+")


class DraftError(PipelineError):
    """A page cannot be drafted; the message says why."""


class _Texts(NamedTuple):
    """The lines of a page by what they may hold: those of known rows, those of contacts, and replacements for others.

    instead holds the names of users, and the rows of tables as an extracted text has them: on one line.
    """

    known: frozenset[str]
    contacts: frozenset[str]
    instead: Mapping[str, str]

    def mask(self, text: str) -> str:
        said = " ".join(text.split())
        if said in self.instead:
            return self.instead[said]
        mask = mask_text if said in self.known and said not in self.contacts else mask_contact
        # The rest of a masked number may look like another number.
        return mask(mask(text))

    def mask_lines(self, text: str) -> str:
        """Mask a text of several lines: each line, and what only the lines together show."""
        lines = text.split("\n")
        said = " ".join(text.split())
        if said in self.instead or len(lines) == 1:
            return self.mask(text)
        is_contact = any(" ".join(line.split()) in self.contacts for line in lines)
        return (mask_contact if is_contact else mask_text)("\n".join(map(self.mask, lines)))


def mask_page(capture: Capture, page: Page) -> str:
    """The page as text, without comments, masked between its tags and in those attributes that hold texts."""
    text = decode_page(capture.body, capture.content_type).text
    texts = _texts(page)
    if capture.is_text:
        return "\n".join(map(texts.mask, text.split("\n")))
    beginning, *behind = text.split("<!--")
    text = beginning + "".join(part.partition("-->")[2] for part in behind)
    parts = _TAG.split(_TOKEN.sub("invented", text))
    return "".join(_masked_tag(part) if place % 2 else _masked_text(part, texts) for place, part in enumerate(parts))


def _masked_tag(tag: str) -> str:
    tag = _REACHED.sub(r"\1:xxxx", tag)
    return _ATTRIBUTE.sub(
        lambda found: f"{found[1]}{escape(mask_contact(mask_contact(unescape(found[2]))))}{found[3]}", tag
    )


def _masked_text(text: str, texts: _Texts) -> str:
    said = unescape(text)
    safe = texts.mask(said)
    return text if safe == said else escape(safe)


def masks_of(page: Page, pseudonym: Callable[[str], str]) -> Callable[[str], str]:
    """The masking of one cell or paragraph of a page, the names of its users replaced by their pseudonyms."""
    return _texts(page, pseudonym).mask_lines


def _texts(page: Page, pseudonym: Callable[[str], str] | None = None) -> _Texts:
    known = {page.headline or "", page.title_id or "", *page.labels}
    contacts: set[str] = set()
    users: dict[str, str] = {}
    for label, value, field in zip(page.labels, page.values, read_layout(page.labels).fields, strict=True):
        lines = list(_lines(value))
        # In an extracted text label and value are on one line.
        joined = [f"{label}{gap}{line}" for gap in ("", " ") for line in lines[:1]]
        (contacts if field is None or field in CONTACT_FIELDS else known).update((*lines, *joined))
    rows: dict[str, str] = {}
    for grid in page.grids:
        known.update(grid.header)
        fields = cell_fields(grid)
        for row in grid.rows:
            if USER_NAME in fields and len(row) != len(fields):
                # It cannot be known which of its words is the name of a user.
                rows.update((line, _without_names(line)) for cell in row for line in _lines(cell))
                continue
            for cell, field in zip(row, fields, strict=False):
                if field == USER_NAME and cell and cell.strip():
                    said = " ".join(cell.split())
                    users.setdefault(said, pseudonym(cell.strip()) if pseudonym else f"user-{len(users) + 1}")
                elif field is not None:
                    known.update(_lines(cell))
            rows.update(_on_lines(row, [_masked_cell(*pair, users) for pair in zip(row, fields, strict=False)]))
    return _Texts(frozenset(known), frozenset(contacts), {**rows, **users})


def _masked_cell(cell: str | None, field: str | None, users: Mapping[str, str]) -> str | None:
    if cell is None or field == USER_NAME:
        return None if cell is None else users.get(" ".join(cell.split()), cell)
    mask = mask_contact if field is None else mask_text
    return mask(mask(cell))


def _on_lines(row: Sequence[str | None], masked: Sequence[str | None]) -> Iterator[tuple[str, str]]:
    """The lines of a row whose cells are joined by spaces, as an extracted text has it, and those of it masked."""
    plain, safe = (list(_lines(" ".join(cell for cell in cells if cell))) for cells in (row, masked))
    if len(plain) == len(safe):
        yield from zip(plain, safe, strict=True)


def _without_names(line: str) -> str:
    """A row of the edit log that could not be split: its day and time, and nothing else."""
    moment = _MOMENT.match(line)
    return f"{moment[0].strip() if moment else ''} {_MASKED}".strip()


def _lines(value: str | None) -> Iterator[str]:
    for line in (value or "").splitlines():
        if line.strip():
            yield " ".join(line.split())


def check_masked(page: Page) -> None:
    """Raise DraftError where a row or cell of the masked page would still be masked by the tables."""
    rows = list(zip(page.labels, page.values, read_layout(page.labels).fields, strict=True))
    for grid in page.grids:
        fields = cell_fields(grid)
        for row in grid.rows:
            rows += zip(grid.header, row, fields, strict=False)
            named = [cell for cell, field in zip(row, fields, strict=False) if field == USER_NAME and cell]
            is_split = len(row) == len(fields) or USER_NAME not in fields
            left = [cell for cell in (named if is_split else row) if cell and not _is_masked(cell)]
            if left:
                raise DraftError("a name of a user is left in the edit log after masking; no draft is written")
    for label, value, field in rows:
        mask = mask_contact if field is None or field in CONTACT_FIELDS else mask_text
        if value is not None and mask(value) != value:
            raise DraftError(f"{label!r:.80}: a contact is left there after masking; no draft is written")


def _is_masked(cell: str) -> bool:
    said = " ".join(cell.split())
    return not said or _USER.fullmatch(said) is not None or said == _without_names(said)
