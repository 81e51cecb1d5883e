"""explorer.html: the projects of a release in one file, to find, to read and to compare without a network."""

from collections import Counter
from importlib import resources
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.build.database import DATABASE
from pipeline.core import citation_text, thai_time
from pipeline.publish.gate_messages import field_in_thai
from pipeline.report.data import ReportData
from pipeline.report.document import Document
from pipeline.report.packing import columns_of, packed
from pipeline.report.page import write_page

_SCRIPTS = (
    "elements.js", "address.js", "language.js", "packing.js", "folding.js", "csv.js", "clipboard.js", "drawing.js",
    "quantities.js", "explorer_projects.js", "explorer_list.js", "explorer_project.js", "explorer_compare.js",
    "explorer.js",
)  # fmt: skip
_FACTS = (
    "budget_received_thb", "budget_spent_thb", "progress_pct", "target_value", "result_value", "start_date",
    "finish_date", "weight",
)  # fmt: skip
# The tables with several rows for one project, in the order of the projects.
_ROWS_OF_PROJECTS = ("reports", "months", "edits", "issues")


def explorer_page(release: Path, document: Document, data: ReportData) -> str:
    """The page of a built release; document and data are those of its quality page.

    The list comes before the details of single projects, so that the page is ready while they are still unpacked.
    """
    with duckdb.connect(str(release / DATABASE), read_only=True) as con:
        con.execute(f"CREATE TEMP TABLE places AS {_sql('places')}").complete()
        projects = _answer(con, "projects")
        details: dict[str, object] = {"origins": columns_of(_answer(con, "origins"))}
        details |= {name: _by_project(_answer(con, name), len(projects)) for name in _ROWS_OF_PROJECTS}
        history = columns_of(_answer(con, "months_ago"))
    found = {
        "projects": columns_of(projects),
        "history": history,
        "agencies": [[a.agency_code, a.shown_name, a.name_en, a.kind] for a in data.agencies],
        "rules": {rule.code: [rule.severity, rule.title_th, rule.title_en] for rule in data.rules},
        "labels": {field: field_in_thai(field) for field in _FACTS},
        "months": {"th": thai_time.MONTHS_TH, "en": thai_time.MONTHS_EN},
        "citation": {
            "templates": citation_text.TEMPLATES,
            "unnamed": citation_text.UNNAMED,
            "place": citation_text.PLACE,
            "archive": citation_text.ARCHIVE,
            "bases": citation_text.BASES,
        },
        "release": document["run_id"],
    }
    return write_page(
        "explorer.html.j2",
        ("page.css", "explorer.css"),
        _SCRIPTS,
        q=document,
        found=packed(found),
        details=packed(details),
    )


def _by_project(table: pa.Table, n_projects: int) -> dict[str, object]:
    """The columns of a table without its place, and how many rows each project has."""
    counts = Counter(table["place"].to_pylist())
    return {"counts": [counts[place] for place in range(n_projects)], "rows": columns_of(table.drop_columns(["place"]))}


def _answer(con: duckdb.DuckDBPyConnection, name: str) -> pa.Table:
    table: pa.Table = con.sql(_sql(name)).to_arrow_table()
    return table


def _sql(name: str) -> str:
    return resources.files("sql").joinpath("explorer", f"{name}.sql").read_text(encoding="utf-8")
