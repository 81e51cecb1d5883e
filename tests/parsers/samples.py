"""The sample pages, the texts of real pages, and what was stored behind each page."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from parsers.html_page import read_page
from parsers.page import Page

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
PAGES = ROOT / "pipeline" / "sample" / "site"
REAL_ID = "50490000-3607"

REPORT_COLUMNS = ("report_date", "progress", "status", "problem", "detail")
Cells = tuple[str | None, ...]


class Truth(NamedTuple):
    """What the database held behind one sample page: texts before any rendering, null and '' kept apart."""

    file: str
    url: str
    status: int
    content_type: str | None
    page_kind: str
    project_id: str
    rows: tuple[tuple[str, str | None], ...]
    reports: tuple[Cells, ...]
    updates: tuple[Cells, ...]
    sections: dict[str, bool]

    def body(self) -> bytes:
        return (PAGES / self.file).read_bytes()

    def page(self) -> Page:
        return read_page(self.body(), status=self.status, content_type=self.content_type)


def _truth(line: str) -> Truth:
    stored = json.loads(line)
    headers = {name.lower(): value for name, value in stored["headers"]}
    return Truth(
        stored["file"],
        stored["url"],
        stored["status"],
        headers.get("content-type"),
        stored["page_kind"],
        stored["project_id"],
        tuple((label, value) for label, value in stored["rows"]),
        tuple(tuple(row[column] for column in REPORT_COLUMNS) for row in stored["progress"]),
        tuple(tuple(row.values()) for row in stored["history"]),
        stored["sections"],
    )


# A stored text may hold U+2028, which str.splitlines would take for the end of a line.
TRUTH = tuple(_truth(line) for line in (FIXTURES / "truth.jsonl").read_text("utf-8").split("\n") if line)
BY_ID = {truth.project_id: truth for truth in TRUTH}
REAL = BY_ID[REAL_ID]


def as_kept(text: str | None) -> str | None:
    """A stored text as a Page keeps it: one newline convention, trimmed ends, no NUL (HTML cannot carry it).

    LF CR, which no system writes, is one line end to PHP's nl2br and two to HTML.
    """
    if text is None:
        return None
    text = re.sub(r"\r\n|\n\r|\r", lambda end: "\n\n" if end[0] == "\n\r" else "\n", text.replace("\0", ""))
    return text.strip()
