"""The reading of one page of a new source: its kind, template, labels, months, tables and values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.encoding import decode_page
from parsers.history_columns import cell_fields
from parsers.labels import COLUMNS, LABELS, MONTH_FIELD
from parsers.page import Grid, Page, PageKind, naming_problem, project_id_of
from parsers.page_layout import Layout, read_layout
from parsers.project import parse_project
from parsers.records import ParsedPage
from pipeline.archive.warc import Capture
from pipeline.build.contacts.mask import CONTACT_FIELDS, mask_contact, mask_text
from pipeline.run.check.obstacle import obstacle_of, stub_target

_LONGEST_LABEL = 60
# Issues of a row whose label, not its text, is in doubt.
_OF_LABELS = ("unknown_label", "ambiguous_label", "renamed_label")
_OF_TABLES = ("unknown_table", "unknown_column", "missing_column", "missing_table", "incomplete_table")

_KARTIK = re.compile(r"class=\"[^\"]{0,200}\bkv-attribute\b")
_DETAIL_VIEW = re.compile(r"class=\"[^\"]{0,200}\bdetail-view\b")
_GRID_VIEW = re.compile(r"class=\"[^\"]{0,200}\bgrid-view\b")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_HEAD = 2048
_IS_PLAIN = re.compile(r"(?i)text/(?:html|plain)|application/xhtml")


@dataclass(frozen=True, slots=True)
class ValueReading:
    """One row of the page: its text, the value that was read, and the code of the issue where it was refused."""

    field: str
    label: str
    raw: str | None
    read: str | None
    refused: str | None


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page, read; kind is `none` without a response, and error says why.

    trouble is one of fetch.client.Trouble where no whole response came. obstacle is what the site shows instead of
    the page: `challenge`, `login`, `frames` or `javascript`. labels_known counts those
    spelled as ever. months is `known`, `new` or `none`. columns says of each table which one it is
    (`unknown` for none), how many of its columns are known, and how many it has; tables are sentences on what is not as
    known. Contacts are
    masked.
    """

    where: str
    project_id: str | None
    http_status: int | None
    kind: str
    error: str | None
    trouble: str | None = None
    obstacle: str | None = None
    template: str = "none"
    encoding_declared: str | None = None
    encoding_found: str | None = None
    flags: tuple[str, ...] = ()
    labels_known: int = 0
    labels_renamed: tuple[str, ...] = ()
    labels_unknown: tuple[str, ...] = ()
    labels_missing: tuple[str, ...] = ()
    months: str = "none"
    columns: tuple[tuple[str, int, int], ...] = ()
    tables: tuple[str, ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    values: tuple[ValueReading, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether this is the whole page of the project that was asked for."""
        return self.kind == PageKind.PROJECT and self.error is None

    @property
    def n_labels(self) -> int:
        return self.labels_known + len(self.labels_renamed) + len(self.labels_unknown)


def read_capture_of(capture: Capture, page: Page, project_id: str | None, where: str) -> PageReading:
    """Read a page and find out how much of it is known.

    Args:
        capture: the answer.
        page: the same page, read.
        project_id: the project that was asked for; None for the one that the page names.
        where: the address or the file.
    """
    text = decode_page(capture.body, capture.content_type).text
    named = project_id or project_id_of(page)
    problem = naming_problem(page, named) if page.kind is PageKind.PROJECT and named is not None else None
    declared = _CHARSET.search(capture.content_type or "") or _CHARSET.search(
        capture.body[:_HEAD].decode("ascii", "replace")
    )
    layout = read_layout(page.labels)
    reading = PageReading(
        where,
        named,
        capture.status,
        page.kind.value,
        problem.sentence if problem is not None else _reason(page, text, capture.content_type),
        obstacle=None if page.labels else obstacle_of(text, page.kind),
        template=_template(text, page),
        encoding_declared=declared[1].lower() if declared is not None else None,
        encoding_found=page.encoding,
        flags=tuple(sorted(page.flags)),
    )
    if page.kind not in (PageKind.PROJECT, PageKind.TRUNCATED) or not page.labels:
        return reading
    parsed = parse_project(page, source_id="check", project_id=named or "", snapshot_id="")
    meanings = list(zip(page.labels, layout.meanings, strict=True))
    new_months = any(issue.code == "month_layout_unknown" for issue in parsed.issues)
    states = (parsed.page.fields_state, parsed.page.months_state, parsed.page.updates_state, parsed.page.reports_state)
    fields = {label.field: label.text for label in LABELS}
    return replace(
        reading,
        labels_known=sum(meaning.is_known and meaning.is_exact for _, meaning in meanings),
        labels_renamed=tuple(
            f"{label[:_LONGEST_LABEL]} = {fields.get(meaning.field or '', MONTH_FIELD)}"
            for label, meaning in meanings
            if meaning.is_known and not meaning.is_exact
        ),
        labels_unknown=tuple(label[:_LONGEST_LABEL] for label, meaning in meanings if not meaning.is_known),
        labels_missing=tuple(
            label.text
            for label in LABELS
            if label.field not in layout.first_rows and label.is_due(parsed.page.fiscal_year_be)
        ),
        months="new" if new_months else "known" if parsed.months else "none",
        columns=tuple(map(_columns, page.grids)),
        tables=tuple(dict.fromkeys(issue.message[:200] for issue in parsed.issues if issue.code in _OF_TABLES)),
        sections=tuple(zip(("fields", "months", "updates", "reports"), map(str, states), strict=True)),
        values=tuple(_values(page, layout, parsed)),
    )


def _values(page: Page, layout: Layout, parsed: ParsedPage) -> Iterator[ValueReading]:
    refusals = {
        (issue.ordinal, issue.label): issue.code
        for issue in parsed.issues
        if issue.severity != "info" and issue.code not in _OF_LABELS
    }
    months = {row.ordinal: row.value for row in parsed.months}
    for row, (label, raw, field) in enumerate(zip(page.labels, page.values, layout.fields, strict=True)):
        if row + 1 in months:
            read: object = months[row + 1]
        elif field == "project_id":
            read = raw or None
        else:
            read = getattr(parsed.page, COLUMNS.get(field, field)) if field else None
        is_text = read is None or isinstance(read, str)
        mask = (mask_contact if field in CONTACT_FIELDS else mask_text) if is_text else str
        yield ValueReading(
            field or "",
            label[:_LONGEST_LABEL],
            None if raw is None else mask(raw),
            None if read is None else mask(str(read)),
            # A value under an unknown label is not read, so it is not refused either.
            refusals.get((row + 1, label)) if field and raw and read is None else None,
        )


def _reason(page: Page, text: str, content_type: str | None) -> str | None:
    """Why this is not a whole project page, with the target of a redirect and the type of a response without HTML."""
    target = stub_target(text) if page.kind is PageKind.REDIRECT_STUB else None
    if target is not None:
        return f"{page.reason}: {target!r}"
    is_other = page.kind is PageKind.UNKNOWN and content_type and not _IS_PLAIN.match(content_type)
    return f"{page.reason} ({content_type[:60]!r})" if is_other and content_type else page.reason


def _columns(grid: Grid) -> tuple[str, int, int]:
    known = [field for field in cell_fields(grid) if field is not None]
    return known[0].partition(".")[0] if known else "unknown", len(known), len(grid.header)


def _template(text: str, page: Page) -> str:
    if not page.labels:
        return "none"
    if page.reader == "text":
        return "none, extracted text"
    rows = "kartik" if _KARTIK.search(text) else "Yii DetailView" if _DETAIL_VIEW.search(text) else "hand-written"
    return f"{rows}, tables {'GridView' if _GRID_VIEW.search(text) else 'hand-written' if page.grids else 'none'}"
