"""The bytes of a response → Page: what kind of page it is, its label/value rows in order, its grids."""

import hashlib
import json
from enum import StrEnum
from typing import NamedTuple


class PageKind(StrEnum):
    """What a response turned out to be; only `project` goes on to project.py."""

    PROJECT = "project"
    LISTING = "listing"
    NOT_FOUND = "not_found"
    LOGIN = "login"
    MAINTENANCE = "maintenance"
    SERVER_ERROR = "server_error"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    REDIRECT_STUB = "redirect_stub"
    UNKNOWN = "unknown"


class Row(NamedTuple):
    """A label/value row; value is None where Yii says "not set" and '' where the cell is empty."""

    label: str
    value: str | None


class Grid(NamedTuple):
    """A table with header cells: the progress reports or the edit log."""

    heading: str | None
    header: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


class Page(NamedTuple):
    """What both readers produce; `reason` says in one sentence why a page is not a project page."""

    kind: PageKind
    reason: str | None
    title_id: str | None
    headline: str | None
    rows: tuple[Row, ...]
    grids: tuple[Grid, ...]
    reader: str
    encoding: str
    flags: frozenset[str]


def content_sha256(page: Page) -> str:
    """Fingerprint what the page says, never its bytes: Yii2 puts a new CSRF token into every response."""
    content = (page.kind, page.title_id, page.headline, page.rows, page.grids)
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
