"""A fixture draft of a page, to attach to a bug report: the page with its contacts masked, and the values read.

A draft with a contact left after the masking is not written.
"""

import datetime as dt
import json
from decimal import Decimal
from itertools import chain, count
from pathlib import Path

from parsers.page import PROJECT_CODE, Page, PageKind, project_id_of
from parsers.project import parse_project
from pipeline.archive.pages import read_archived_page
from pipeline.archive.warc import Capture
from pipeline.run.check.masking import DraftError, check_masked, mask_page

UNREVIEWED = "read by the program, not by a person: compare every value with the page, then remove this line"
_OF_KEY = ("source_id", "snapshot_id")


def write_draft(directory: Path, capture: Capture, page: Page, number: int) -> Path:
    """Write a page below a directory, named by its project: page, case.json and expected.json, marked unreviewed.

    Args:
        directory: made when missing.
        capture: the page as received.
        page: the same page, read.
        number: the name of a page without a project code.

    Raises:
        DraftError: a contact is left after the masking, and nothing is written; or the directory cannot be written.
    """
    named = project_id_of(page) or ""
    name = named if PROJECT_CODE.fullmatch(named) else f"page-{number}"
    taken = {path.name for path in directory.iterdir()} if directory.is_dir() else set()
    folder = directory / next(one for one in chain([name], (f"{name}-{n}" for n in count(2))) if one not in taken)
    masked = mask_page(capture, page)
    content_type = None if capture.is_text else "text/html; charset=UTF-8"
    safe = capture._replace(body=masked.encode(), content_type=content_type)
    again = read_archived_page(safe)
    check_masked(again)
    file = "page.txt" if capture.is_text else "page.html"
    case = {"url": capture.url, "page": file, "content_type": content_type, "note": f"DRAFT, {UNREVIEWED}"}
    try:
        folder.mkdir(parents=True)
        (folder / file).write_bytes(safe.body)
        for part, content in (("case.json", case), ("expected.json", _expected(again))):
            (folder / part).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise DraftError(f"{folder}: cannot be written ({error.strerror})") from error
    return folder


def _expected(page: Page) -> dict[str, object]:
    """The values read, in the form of tests/fixtures/cases; for another page than a project's, its kind and reason."""
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
