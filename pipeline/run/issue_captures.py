"""Writes the archived pages that have issues beside the report of a release: masked as in the tables, and inert."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
from selectolax.lexbor import LexborHTMLParser

from parsers.encoding import decode_page
from parsers.history_columns import cell_fields
from parsers.html_content import read_content
from parsers.html_page import read_page
from parsers.page import Page, PageKind
from pipeline.archive.pages import read_archived_page
from pipeline.archive.warc import Capture, read_capture
from pipeline.build.salt import user_name_salt
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.worker_process import WorkerDiedError, WorkerProcess, time_limit
from pipeline.report.inert_page import FOLDER, file_of, inert_html, inert_page, inert_text
from pipeline.run.check.masking import USER_NAME, DraftError, check_masked, masks_of

MAX_PAGES = 1_000
MAX_BYTES = 50_000_000
# One page with all its reports is about 30 kB.
MAX_PAGE_BYTES = 1_000_000
# The heading of the names of users on the site.
_USERS = "ชื่อผู้ใช้"
_PAGES = """
WITH shown AS (
    SELECT
        snapshot_id,
        min(list_position(['error', 'warning', 'info'], severity)) AS worst,
        count(*) AS n_issues,
        any_value(source_id) AS source_id,
        any_value(project_id) AS project_id
    FROM read_parquet($issues)
    WHERE snapshot_id IS NOT NULL
    GROUP BY snapshot_id
)

SELECT
    shown.snapshot_id,
    shown.source_id,
    shown.project_id,
    coalesce(
        projects.is_invented,
        shown.source_id IN (SELECT source_id FROM read_parquet($projects) WHERE is_invented)
    ) AS is_invented,
    logs.warc_file,
    logs.warc_offset,
    logs.time_basis = 'file' AS is_undated
FROM shown
INNER JOIN (
    SELECT
        snapshot_id,
        arg_min(warc_file, (run_id, warc_file, warc_offset)) AS warc_file,
        arg_min(warc_offset, (run_id, warc_file, warc_offset)) AS warc_offset,
        arg_min(time_basis, (run_id, warc_file, warc_offset)) AS time_basis
    FROM read_parquet($logs, union_by_name => true)
    WHERE warc_file IS NOT NULL
    GROUP BY snapshot_id
) AS logs
    ON shown.snapshot_id = logs.snapshot_id
LEFT JOIN read_parquet($projects) AS projects
    ON shown.source_id = projects.source_id AND shown.project_id = projects.project_id
ORDER BY shown.worst, shown.n_issues DESC, shown.source_id, shown.project_id, shown.snapshot_id
"""


class IssuePage(NamedTuple):
    """An archived page that has issues, and where it is in data/raw."""

    snapshot_id: str
    source_id: str
    project_id: str | None
    is_invented: bool
    warc_file: str
    warc_offset: int
    is_undated: bool


class Written(NamedTuple):
    """How many pages were written, left out for their size, and withheld because they could not be made safe."""

    n_written: int
    n_left_out: int
    n_withheld: int


def write_captures(release: Path, settings: Settings) -> Written:
    """Write captures/ into a built release, the pages with errors first, until its limits; see docs/operations.md.

    A page on which a contact or a user's name is left after the masking is withheld, and so is one that cannot be read.
    """
    folder = release / FOLDER
    salt = user_name_salt(settings.data_dir)
    n_written = n_bytes = n_withheld = 0
    pages = list(_pages(release, settings.raw_dir))
    with WorkerProcess() as process:
        for place, page in enumerate(pages):
            if n_written == MAX_PAGES:
                return Written(n_written, len(pages) - place, n_withheld)
            try:
                capture = read_capture(settings.raw_dir / Path(page.warc_file).name, page.warc_offset)
                html = process.call(inert_capture, capture, page, salt).encode()
            except (PipelineError, WorkerDiedError, OSError):
                html = b""
            if not 0 < len(html) <= MAX_PAGE_BYTES:
                n_withheld += 1
                continue
            if n_bytes + len(html) > MAX_BYTES:
                return Written(n_written, len(pages) - place, n_withheld)
            folder.mkdir(exist_ok=True)
            (folder / f"{file_of(page.snapshot_id)}.html").write_bytes(html)
            n_written, n_bytes = n_written + 1, n_bytes + len(html)
    return Written(n_written, 0, n_withheld)


def inert_capture(capture: Capture, about: IssuePage, salt: str) -> str:
    """One archived page as the HTML of its file. Raises DraftError where a contact or a name may be left in it."""
    with time_limit():
        text = decode_page(capture.body, capture.content_type).text
        page = read_archived_page(capture)
        if not capture.is_text:
            page = _with_all_tables(page, text)
        elif page.kind is not PageKind.PROJECT:
            raise DraftError("the text is not that of a project page, so it cannot be known where names are in it")
        mask = masks_of(page, lambda name: f"user-{hashlib.sha256(f'{salt}{name}'.encode()).hexdigest()[:12]}")
        content = inert_text(text, mask) if capture.is_text else inert_html(text, mask)
        if not content:
            raise DraftError("the page has no text")
        html = f"<body>{content}</body>"
        again = _with_all_tables(read_page(html.encode(), content_type="text/html; charset=UTF-8"), html)
        check_masked(again)
        has_log = any(USER_NAME in cell_fields(grid) for grid in again.grids)
        if _USERS in content and not has_log and not capture.is_text and page.kind is not PageKind.LOGIN:
            raise DraftError("the page names users outside of a table that could be read")
    return inert_page(
        content,
        project_id=about.project_id,
        source_id=about.source_id,
        snapshot_id=about.snapshot_id,
        is_invented=about.is_invented,
        is_undated=about.is_undated,
        captured_at=capture.captured_at.isoformat(),
        address=capture.url,
    )


def _with_all_tables(page: Page, text: str) -> Page:
    """The page with the rows and tables that its reader leaves out where it is not a whole project page."""
    found = read_content(LexborHTMLParser(text))
    return page._replace(labels=found.labels, values=found.values, grids=found.grids)


def _pages(release: Path, raw_dir: Path) -> Iterator[IssuePage]:
    logs = sorted(map(str, raw_dir.glob("*.fetches.parquet")))
    if not logs:
        return
    issues, projects = (str(release / f"{table}.parquet") for table in ("quality_issues", "projects"))
    with duckdb.connect() as con:
        rows = con.execute(_PAGES, {"issues": issues, "projects": projects, "logs": logs}).fetchall()
    yield from (IssuePage(*row) for row in rows)
