"""Page: the result of both readers for a response, its fingerprint, and the project it is about."""

import hashlib
import re
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from parsers.labels import match_label
from parsers.no_values import shown_or_hidden

# Eight digits of the agency, a hyphen and a running number; Thai digits are typed by people, not written by the site.
PROJECT_CODE = re.compile(r"([0-9]{8})-[0-9]{1,6}")
# U+001F ends a part of the content text, U+001E escapes both characters inside a part.
SEPARATOR, _ESCAPE = "\x1f", "\x1e"
_NOT_SET = _ESCAPE


class PageKind(StrEnum):
    """The kind of a response; only `project` goes on to project.py."""

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


class Details(NamedTuple):
    """The labels of a label/value table and their values, column by column."""

    labels: tuple[str, ...]
    values: tuple[str | None, ...]


class Grid(NamedTuple):
    """A table with header cells; stated_total is how many rows the site says there are, where it says so.

    footer: the texts of rows with sums. is_paged says that the site has more rows on other pages.
    """

    heading: str | None
    header: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    stated_total: int | None
    is_paged: bool = False
    footer: tuple[str, ...] = ()


class Page(NamedTuple):
    """The result of both readers.

    labels and values are those of the label/value rows, in page order. reason says in one sentence why a page is not a
    whole project page. flags: `encoding_repaired`, `undecodable_bytes`, `php_warnings`, `nul_characters`,
    `ambiguous_text`; `open_end` where the last section may be incomplete; `lost_rows` where rows of the known layout
    are missing from a text.
    """

    kind: PageKind
    reason: str | None
    title_id: str | None
    headline: str | None
    labels: tuple[str, ...]
    values: tuple[str | None, ...]
    grids: tuple[Grid, ...]
    reader: str
    encoding: str
    flags: frozenset[str]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The label/value rows."""
        return tuple(map(Row, self.labels, self.values))


def _escaped(part: str | None) -> str:
    if part is None:
        return _NOT_SET
    return part.replace(_ESCAPE, f"{_ESCAPE}0").replace(SEPARATOR, f"{_ESCAPE}1")


def content_text(page: Page) -> bytes:
    """Write the content of the page as one text in UTF-16-LE: the injective input of the fingerprint.

    Its parts, each ended by SEPARATOR: kind, title, headline, the number of rows, the rows' labels and values, and for
    each grid its shape, heading, header cells and cells. "Not set" is the escape character alone.
    """
    details: list[str | None] = [None] * (2 * len(page.labels))
    details[::2], details[1::2] = page.labels, page.values
    parts = [page.kind, page.title_id, page.headline, str(len(page.labels)), *details]
    for grid in page.grids:
        lengths = " ".join([str(len(cells)) for cells in (grid.header, *grid.rows)])
        below = f" {len(grid.footer)}" if grid.footer else ""
        parts += (f"{lengths} {grid.stated_total}{below}", grid.heading, *grid.footer, *grid.header)
        parts += chain.from_iterable(grid.rows)
    parts.append("")
    n_not_set = len([part for part in parts if part is None])
    content = SEPARATOR.join([_NOT_SET if part is None else part for part in parts])
    if content.count(SEPARATOR) != len(parts) - 1 or content.count(_ESCAPE) != n_not_set:
        # A text itself holds one of the two characters.
        content = SEPARATOR.join(map(_escaped, parts))
    return content.encode("utf-16-le", "surrogatepass")


def content_sha256(page: Page) -> str:
    """Fingerprint the content of the page, not its bytes: Yii2 puts a new CSRF token into every response.

    Returns:
        64 hexadecimal digits, the same for pages with the same content and different for all others.
    """
    return sha256_of(content_text(page))


def sha256_of(content: bytes) -> str:
    """The fingerprint of a content text, for callers that also need the text itself."""
    return hashlib.sha256(content).hexdigest()


def project_id_of(page: Page) -> str | None:
    """Name the project a page is about.

    Returns:
        The text of its code row, else the text after its title; None when it has neither. It may be any text.
    """
    return next(iter(_named_in_rows(page)), page.title_id)


class NamingProblem(NamedTuple):
    """Why a page is not that of a project: the code of the issue, and a sentence."""

    code: str
    sentence: str


def naming_problem(page: Page, project_id: str) -> NamingProblem | None:
    """Why a page is not the page of a project; the page must name the project by its code in title or code row.

    Returns:
        None when it names that project and no other. A page that names no project could be the page of any project.
    """
    names = [name for name in (page.title_id, *_named_in_rows(page)) if name]
    codes = list(dict.fromkeys(name for name in names if PROJECT_CODE.fullmatch(name)))
    if len(codes) > 1:
        return NamingProblem("two_projects", f"the page names the projects {', '.join(map(repr, codes[:3]))}")
    other = next((name for name in names if name != project_id), None)
    if other is not None:
        where = "the title" if other == page.title_id else "the row รหัสโครงการ"
        return NamingProblem("wrong_project", f"{where} names project {other!r:.200} instead of {project_id!r:.200}")
    if not codes:
        return NamingProblem("page_of_no_project", "neither title nor code row names a project by its code")
    return None


def _named_in_rows(page: Page) -> list[str]:
    matches = ((match_label(label), value) for label, value in zip(page.labels, page.values, strict=True))
    names = [value for match, value in matches if match is not None and match.field == "project_id" and value]
    # A page may hide the row, and still means the project.
    return [shown_or_hidden(name) for name in names]
