"""A fixture draft of a page, to attach to a bug report: the page with its contacts masked, and what was read of it.

What is masked errs on the safe side: a text that is no value of a known row or column loses every number that could be
a contact, user names become `user-1`, comments go, and a draft in which a contact is left is not written.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from html import escape, unescape
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

from parsers.encoding import decode_page
from parsers.history_tables import cell_fields
from parsers.page import PROJECT_CODE, Page, PageKind, project_id_of
from parsers.page_layout import read_layout
from parsers.project import parse_project
from pipeline.archive.pages import read_archived_page
from pipeline.archive.warc import Capture
from pipeline.build.contacts import mask_contact, mask_text
from pipeline.core.errors import PipelineError

UNREVIEWED = "read by the program, not by a person: compare every value with the page, then remove this line"
_CONTACTS = ("responsible", "evaluator")
_USER_NAME = "update_history.user_name"
_TAG = re.compile(r"(<[^<>]*>)")
_ATTRIBUTE = re.compile(r"(?i)(\b(?:value|title|alt|content|placeholder|aria-label)=[\"'])([^\"'<>]*)([\"'])")
_TOKEN = re.compile(r"(?<=name=\"csrf-token\" content=\")[^\"]+|(?<=name=\"_csrf-frontend\" value=\")[^\"]+")
_REACHED = re.compile(r"(?i)\b(tel|mailto):[^\"'\s>]+")
_OF_KEY = ("source_id", "snapshot_id")


class DraftError(PipelineError):
    """A page cannot be drafted; the message says why."""


class _Texts(NamedTuple):
    """The lines of a page by what they may hold: those of known rows, those of contacts, and names of users."""

    known: frozenset[str]
    contacts: frozenset[str]
    users: Mapping[str, str]

    def mask(self, text: str) -> str:
        said = " ".join(text.split())
        if said in self.users:
            return self.users[said]
        mask = mask_text if said in self.known and said not in self.contacts else mask_contact
        # What is left of one number may look like another one.
        return mask(mask(text))


def write_draft(directory: Path, capture: Capture, page: Page, number: int) -> Path:
    """Write a page below a directory, named by its project: page, case.json and expected.json, marked unreviewed.

    Args:
        directory: made when missing.
        capture: the page as it came.
        page: the same, read.
        number: names the page where it names no project by its code.

    Raises:
        DraftError: a contact is left after the masking, and nothing is written; or the directory cannot be written.
    """
    named = project_id_of(page) or ""
    name = named if PROJECT_CODE.fullmatch(named) else f"page-{number}"
    taken = {path.name for path in directory.iterdir()} if directory.is_dir() else set()
    folder = directory / next(one for one in chain([name], (f"{name}-{n}" for n in count(2))) if one not in taken)
    masked = _masked(capture, page)
    safe = capture._replace(body=masked.encode(), content_type=_as_utf8(capture))
    again = read_archived_page(safe)
    _check_masked(again)
    file = "page.txt" if capture.is_text else "page.html"
    case = {"url": capture.url, "page": file, "content_type": safe.content_type, "note": f"DRAFT, {UNREVIEWED}"}
    try:
        folder.mkdir(parents=True)
        (folder / file).write_bytes(safe.body)
        for part, content in (("case.json", case), ("expected.json", _expected(again))):
            (folder / part).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise DraftError(f"{folder}: cannot be written ({error.strerror})") from error
    return folder


def _as_utf8(capture: Capture) -> str | None:
    return None if capture.is_text else "text/html; charset=UTF-8"


def _masked(capture: Capture, page: Page) -> str:
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


def _texts(page: Page) -> _Texts:
    known = {page.headline or "", page.title_id or "", *page.labels}
    contacts: set[str] = set()
    users: dict[str, str] = {}
    for label, value, field in zip(page.labels, page.values, read_layout(page.labels).fields, strict=True):
        lines = list(_lines(value))
        # In an extracted text label and value stand on one line.
        joined = [f"{label}{gap}{line}" for gap in ("", " ") for line in lines[:1]]
        (contacts if field is None or field in _CONTACTS else known).update((*lines, *joined))
    for grid in page.grids:
        known.update(grid.header)
        for row in grid.rows:
            for cell, field in zip(row, cell_fields(grid), strict=False):
                if field == _USER_NAME and cell and cell.strip():
                    users.setdefault(" ".join(cell.split()), f"user-{len(users) + 1}")
                elif field is not None:
                    known.update(_lines(cell))
    return _Texts(frozenset(known), frozenset(contacts), users)


def _lines(value: str | None) -> Iterator[str]:
    for line in (value or "").splitlines():
        if line.strip():
            yield " ".join(line.split())


def _check_masked(page: Page) -> None:
    """Raise DraftError where a row or cell of the masked page would still be masked by the tables."""
    rows = list(zip(page.labels, page.values, read_layout(page.labels).fields, strict=True))
    for grid in page.grids:
        for row in grid.rows:
            rows += zip(grid.header, row, cell_fields(grid), strict=False)
    for label, value, field in rows:
        mask = mask_contact if field is None or field in _CONTACTS else mask_text
        if value is not None and mask(value) != value:
            raise DraftError(f"{label!r:.80}: a contact is left there after masking; no draft is written")


def _expected(page: Page) -> dict[str, object]:
    """What was read, in the shape of tests/fixtures/cases; of a page that is no project its kind and reason."""
    if page.kind not in (PageKind.PROJECT, PageKind.TRUNCATED) or not page.labels:
        return {"unreviewed": UNREVIEWED, "page_kind": page.kind.value, "reason": page.reason}
    parsed = parse_project(page, source_id="", project_id=project_id_of(page) or "", snapshot_id="")
    left_out = (*_OF_KEY, "content_sha256")
    told = {
        name: _plain(value)
        for name, value in parsed.page._asdict().items()
        if name not in left_out and not name.endswith("_fingerprint")
    }
    tables = (("progress", parsed.progress), ("updates", parsed.updates))
    return {
        "unreviewed": UNREVIEWED,
        "page": told,
        "fields": [[row.ordinal, row.label, row.raw, row.field] for row in parsed.fields],
        "months": [[row.ordinal, row.month_no, row.raw, _plain(row.value), row.role] for row in parsed.months],
        **{
            name: [
                {key: _plain(value) for key, value in row._asdict().items() if key not in (*_OF_KEY, "project_id")}
                for row in rows
            ]
            for name, rows in tables
        },
        "issues": [[one.code, one.severity, one.field, one.label, one.ordinal] for one in parsed.issues],
    }


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal | dt.date) else value
