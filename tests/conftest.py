"""A parsed archive written row by row, for the tests of what reads data/parsed; and one refreshed sample for all."""

import datetime as dt
import gc
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from parsers.labels import PROGRESS_COLUMNS
from parsers.labels import UPDATE_COLUMNS as EDIT_LOG
from parsers.month_rows import comparable_values, month_results
from parsers.records import RECORD_TYPES, Issue, MonthRow, PageRecord, ProgressRow, UpdateRow
from parsers.sections import RowLayout, Section, SectionState, read_table_cells, report_field
from pipeline.archive.fetch_log import FetchLogRow, Outcome, TimeBasis, blank_row, snapshot_id
from pipeline.archive.history.state import carry_on, states
from pipeline.archive.segments import ListingRow
from pipeline.build.database import DATABASE, build
from pipeline.build.inputs import AgencyRow
from pipeline.core.arrow_schema import schema_of
from pipeline.core.settings import BuildSettings, Settings
from pipeline.sample.earlier_night import main as write_captures
from tests.cli.command import bma, bma_here

# Hypothesis tries moderately in the suite and harder with HYPOTHESIS_EXAMPLES=2000 in the environment. A slow machine
# is no failure. CI tries the same examples every time: a new find is for whoever looks for one, not for who lands.
settings.register_profile(
    "suite",
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "60")),
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over the thousands of tests, which stay to the end."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let go of what Hypothesis gave the garbage collector: it kept DuckDB's types beyond the interpreter's end."""
    gc.callbacks.clear()


FINGERPRINT = "f00d"
LABELS = {"name": "ชื่อโครงการ", "agency": "หน่วยงาน", "responsible": "ผู้รับผิดชอบ", "remark": "หมายเหตุ"}
REPORT_COLUMNS = [(report_field(column.field), column.text) for column in PROGRESS_COLUMNS]
UPDATE_COLUMNS = [(column.field, column.text) for column in EDIT_LOG[:4]]
RAW_TEXTS = {
    "budget_received_thb": "budget_received_thb_raw",
    "budget_spent_thb": "budget_spent_thb_raw",
    "progress_pct": "progress_pct_raw",
    "target_value": "target_raw",
    "result_value": "result_raw",
}
SECTIONS = {Section.FIELD: "fields", Section.MONTH: "months", Section.UPDATE: "updates", Section.PROGRESS: "reports"}
WRITTEN_TABLES: Mapping[str, type[NamedTuple]] = {**RECORD_TYPES, "fetches": FetchLogRow, "listing": ListingRow}
Report = tuple[str | None, str, str, str | None, str]


# A name of the list of agencies that nobody has read.
GUESSED_AGENCY = AgencyRow("50490000", "สำนักงานเขตทุ่งครุ", "district", "eliminated", (), None, None, None)


@dataclass
class Built:
    """A release directory that was built, and how many rows each table got."""

    path: Path
    counts: dict[str, int]

    def rows(self, query: str) -> list[dict[str, object]]:
        """Rows of the release's DuckDB file."""
        with duckdb.connect(str(self.path / DATABASE), read_only=True) as con:
            return rows_of(con, query)

    def column(self, query: str) -> list[object]:
        return [next(iter(row.values())) for row in self.rows(query)]


def rows_of(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    """Rows of a query by column; a bare table name selects all of it."""
    table = con.sql(query if " " in query else f"FROM {query}").to_arrow_table()
    assert table is not None
    rows: list[dict[str, object]] = table.to_pylist()
    return rows


class ParsedArchive:
    """Collects parsed rows by run and writes one partition per run; times are ISO texts and mean UTC."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.runs_dir = data_dir / "runs"
        self.runs_dir.mkdir(parents=True)
        self.parsed_dir, self.raw_dir = data_dir / "parsed", data_dir / "raw"
        self.parsed_dir.mkdir()
        self.raw_dir.mkdir()
        self.rows: dict[str, dict[str, list[NamedTuple]]] = {}
        self._written: dict[Path, list[NamedTuple]] = {}
        self._shown: dict[str, str] = {}

    def capture(
        self,
        project_id: str,
        at: str,
        *,
        run: str | None = None,
        source: str = "sample",
        reader: str = "html",
        months: Iterable[tuple[int, str | None, str]] = (),
        reports: Iterable[Report] = (),
        updates: Iterable[tuple[str, str, str]] = (),
        issues: Iterable[tuple[str, str | None, str | None]] = (),
        unknown: dict[str, str] | None = None,
        states: Mapping[str, str] = MappingProxyType({}),
        time_basis: str = "protocol",
        **fields: str | None,
    ) -> str:
        """Add one archived page; months (no, raw, role), updates (day, time, user), issues (code, field, raw).

        states says how much of a section (fields, months, updates, reports) the page shows, where that is not all.
        """
        months, reports, updates = list(months), list(reports), list(updates)
        said = json.dumps([fields, unknown, months, reports, updates], ensure_ascii=False)
        snapshot = snapshot_id(source, project_id, moment(at), said.encode())
        key = (source, project_id, snapshot)
        rows = self._rows(run or at)
        page = dict.fromkeys(PageRecord._fields) | {
            **fields,
            "source_id": source,
            "project_id": project_id,
            "snapshot_id": snapshot,
            "content_sha256": hashlib.sha256(said.encode()).hexdigest(),
            "reader": reader,
            "encoding": "utf-8",
            "is_truncated": False,
            "agency_code": project_id[:8],
        }
        for name, raw in RAW_TEXTS.items():
            page[name] = Decimal(fields[name] or 0) if fields.get(name) is not None else None
            page[raw] = fields.get(name)
        for name in ("start_date", "finish_date"):
            page[name], page[f"{name}_raw"] = day_of(fields.get(name)), fields.get(name)
        cells = [(LABELS.get(name, name), value, name, name) for name, value in fields.items()]
        cells += [(label, value, None, label) for label, value in (unknown or {}).items()]  # type: ignore[misc]
        shown = {
            Section.FIELD: RowLayout.of(
                Section.FIELD, [(n, label, field, name) for n, (label, _, field, name) in enumerate(cells, 1)]
            ).read(key, [raw for _, raw, _, _ in cells]),
            Section.MONTH: RowLayout.of(
                Section.MONTH,
                [
                    (len(cells) + n, f"ผลงานเดือนที่ {month_no}", "month", f"month {month_no}")
                    for n, (month_no, _, _) in enumerate(months, 1)
                ],
            ).read(key, [raw for _, raw, _ in months]),
            Section.PROGRESS: read_table_cells(
                key, Section.PROGRESS, REPORT_COLUMNS, [(n, row[0], row) for n, row in enumerate(reports, 1)]
            ),
            Section.UPDATE: read_table_cells(
                key,
                Section.UPDATE,
                UPDATE_COLUMNS,
                [(n, f"{day} {time}", (day, time, user, "แก้ไข")) for n, (day, time, user) in enumerate(updates, 1)],
            ),
        }
        for section, name in SECTIONS.items():
            state = states.get(name, "present" if shown[section].cells or section is Section.FIELD else "empty")
            page[f"{name}_state"] = state
            is_whole = SectionState(state).is_whole
            page[f"{name}_fingerprint"] = shown[section].fingerprint if is_whole else None
            rows["page_cells"] += shown[section].cells
        rows["pages"].append(PageRecord(**page))  # type: ignore[arg-type]
        before_months = len(cells)
        numbers = [Decimal(raw) if raw else None for _, raw, _ in months]
        rows["month_rows"] += [
            MonthRow(*key, before_months + n, no, f"ผลงานเดือนที่ {no}", raw, number, role)
            for n, ((no, raw, role), number) in enumerate(zip(months, numbers, strict=True), 1)
        ]
        raws = [raw for _, raw, _ in months]
        rows["month_results"] += month_results(
            key,
            tuple([no for no, _, _ in months]),
            tuple([role for _, _, role in months]),
            raws,
            numbers,
            comparable_values(raws, numbers),
        )
        rows["progress_rows"] += [
            ProgressRow(*key, n, day_of(day), day, Decimal(percent), percent, status, problem, detail, None, before)
            for n, ((day, percent, status, problem, detail), before) in enumerate(
                zip(reports, progress_before(reports), strict=True), 1
            )
        ]
        rows["update_rows"] += [
            UpdateRow(*key, n, day_of(day), day, time, user, "แก้ไข", None, None, None, None, None, None, None, None)
            for n, (day, time, user) in enumerate(updates, 1)
        ]
        rows["issues"] += [
            Issue(code, "warning", *key, field, None, None, raw, f"found {raw}") for code, field, raw in issues
        ]
        if time_basis != "file":
            self._shown[f"{source} {project_id}"] = snapshot
        self.attempt(project_id, at, "changed", run=run, source=source, snapshot=snapshot, time_basis=time_basis)
        return snapshot

    def attempt(
        self,
        project_id: str,
        at: str,
        outcome: str,
        *,
        run: str | None = None,
        source: str = "sample",
        snapshot: str | None = None,
        time_basis: str = "protocol",
    ) -> None:
        """Add one row of the fetch log; `unchanged` repeats the page captured last by this archive."""
        is_seen = outcome in ("new", "changed", "unchanged")
        run_id, url = run or run_of(at), f"http://{source}.invalid/index.php?project_id={project_id}"
        row = blank_row(run_id, source, url, moment(at), Outcome(outcome), time_basis=TimeBasis(time_basis))._replace(
            project_id=project_id,
            snapshot_id=snapshot,
            repeats=self._shown.get(f"{source} {project_id}") if outcome == "unchanged" else None,
            page_kind="project" if is_seen else None,
            http_status=200 if is_seen else None,
            attempts=1,
            elapsed_ms=5,
            error=None if is_seen else "no answer",
            warc_file=f"{run_id}-{source}.warc.gz" if snapshot else None,
            warc_offset=0 if snapshot else None,
        )
        self._rows(run or at)["fetches"].append(row)

    def withdraw(self, run: str, at: str, *, source: str = "sample") -> None:
        """Take an import back, as a run of its own does."""
        self.attempt("", at, "withdrawn", source=source)
        rows = self._rows(at)["fetches"]
        rows[-1] = rows[-1]._replace(project_id=None, url="", attempts=0, error=None, withdraws=run)

    def listing(
        self, at: str, project_ids: Iterable[str], *, is_complete: bool = True, stated: int | None = None
    ) -> None:
        self._rows(at)["listing"] += [
            ListingRow(run_of(at), "sample", project_id, moment(at), is_complete, stated) for project_id in project_ids
        ]

    def write(self) -> None:
        """Write one segment and one partition per run with the rows collected so far, and the history anew.

        A table whose rows are those that were written last is left as it is.
        """
        for state in states(self.parsed_dir):
            shutil.rmtree(state)
        for run, tables in self.rows.items():
            partition = self.parsed_dir / f"{run}-sample@{FINGERPRINT}"
            partition.mkdir(exist_ok=True)
            for name, rows in tables.items():
                path = partition / f"{name}.parquet"
                if name not in RECORD_TYPES:
                    path = self.raw_dir / f"{run}-sample.{name}.parquet"
                if self._written.get(path) == rows or (name == "listing" and not rows):
                    continue
                schema = schema_of(WRITTEN_TABLES[name])
                pq.write_table(pa.Table.from_pylist([row._asdict() for row in rows], schema=schema), path)
                self._written[path] = [*rows]
        carry_on(self.raw_dir, self.parsed_dir)

    def settings(self, **build_settings: object) -> Settings:
        # A second thread has nothing to do where tables are so small.
        build_settings = {"threads": 1, **build_settings}
        return Settings(data_dir=self.data_dir, build=BuildSettings(**build_settings))  # type: ignore[arg-type]

    def build(self, name: str = "release", **build_settings: object) -> Built:
        self.write()
        out = self.data_dir / name
        return Built(out, build(self.settings(**build_settings), fingerprint=FINGERPRINT, out_dir=out))

    def _rows(self, run: str) -> dict[str, list[NamedTuple]]:
        return self.rows.setdefault(run_of(run), {name: [] for name in WRITTEN_TABLES})


def run_of(at: str) -> str:
    """A run id of its own for a moment; a run id stays what it is."""
    return at if at.endswith("Z") else f"{moment(at):%Y%m%dT%H%M%SZ}"


def moment(at: str) -> dt.datetime:
    return dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)


def progress_before(reports: Sequence[Report]) -> list[Decimal | None]:
    """For each report the progress of the one before it by day; None for an undated one and the first."""
    days = [day_of(report[0]) for report in reports]
    found: list[Decimal | None] = []
    for number, day in enumerate(days):
        before = [
            (other, at, report[1])
            for at, (other, report) in enumerate(zip(days, reports, strict=True))
            if other is not None and day is not None and (other, at) < (day, number)
        ]
        found.append(Decimal(max(before)[2]) if before else None)
    return found


def day_of(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text and re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None


@pytest.fixture
def archive(tmp_path: Path) -> ParsedArchive:
    return ParsedArchive(tmp_path / "data")


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after one refresh of the built-in source; tests must leave it as it is."""

    def refresh(data: Path) -> None:
        done = bma("refresh", "--data-dir", data)
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "sample", refresh)


@pytest.fixture(scope="session")
def two_nights(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after two nights, the second without anything new; tests must leave it as it is."""

    def refresh(data: Path) -> None:
        shutil.copytree(sample_data, data, symlinks=True)
        done = bma_here("refresh", "--data-dir", data)
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "two-nights", refresh)


@pytest.fixture(scope="session")
def documented_data(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory after `make run`, of which the documents speak; tests must leave it as it is."""

    def import_captures(data: Path) -> None:
        shutil.copytree(sample_data, data, symlinks=True)
        captures = tmp_path_factory.mktemp("captures") / "earlier-captures.warc.gz"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["earlier_night", str(captures)])
            write_captures()
        done = bma("import", captures, "--data-dir", data)
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "documented", import_captures)


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A directory for all processes that run tests side by side, made by the first that needs it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            make(folder.with_suffix(".making"))
            folder.with_suffix(".making").rename(folder)
    return folder


@pytest.fixture
def sample_copy(sample_data: Path, tmp_path: Path) -> Path:
    """The same in a directory that a test may change."""
    return Path(shutil.copytree(sample_data, tmp_path / "data", symlinks=True))
