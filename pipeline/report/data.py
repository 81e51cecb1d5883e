"""Reads the data of the data-quality report from a release."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import NamedTuple, TypeVar

import duckdb

from pipeline.publish.gate_measures import OTHER_COLUMNS, attach_pair
from pipeline.report.records import (
    AgeGroup,
    AgencyState,
    ChangedPage,
    EditedIssue,
    FailingPage,
    FieldRange,
    FieldState,
    HarvestState,
    LabelDrift,
    OldPage,
    OurChange,
    ReportedIssue,
    ResolvedIssue,
    Rule,
    RunCounts,
    Totals,
    VanishedProject,
)


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything the report needs from the tables of a release and, if comparable, of the previous one."""

    is_compared: bool
    totals: Totals
    rules: list[Rule]
    issues: list[ReportedIssue]
    edited: dict[int, EditedIssue]
    resolved: list[ResolvedIssue]
    agencies: list[AgencyState]
    fields: list[FieldState]
    ranges: list[FieldRange]
    labels: list[LabelDrift]
    runs: list[RunCounts]
    changed: list[ChangedPage]
    reader_changes: list[OurChange]
    oldest: list[OldPage]
    ages: list[AgeGroup]
    failing: list[FailingPage]
    vanished: list[VanishedProject]
    harvests: list[HarvestState]


_Row = TypeVar("_Row", bound=NamedTuple)


def read_report_data(release: Path, previous: Path | None) -> ReportData:
    """Read a release; previous is the one published before it, None for the first.

    A release that an older version built with other columns cannot be compared; it counts as none.
    """
    try:
        return _read(release, previous)
    except OTHER_COLUMNS:
        if previous is None:
            raise
        return _read(release, None)


def _read(release: Path, previous: Path | None) -> ReportData:
    with duckdb.connect() as con:
        attach_pair(con, release, previous)
        con.execute("""
            CREATE TEMP MACRO iso(moment) AS strftime(make_timestamp(epoch_us(moment)), '%Y-%m-%dT%H:%M:%SZ')
        """).complete()

        def rows(name: str, record_type: type[_Row]) -> list[_Row]:
            sql = resources.files("sql").joinpath("report", f"{name}.sql").read_text(encoding="utf-8")
            return [record_type(*row) for row in con.execute(sql).fetchall()]

        return ReportData(
            is_compared=previous is not None,
            totals=rows("totals", Totals)[0],
            rules=rows("rules", Rule),
            issues=rows("issues", ReportedIssue),
            edited={issue.issue_no: issue for issue in rows("edited_issues", EditedIssue)},
            resolved=rows("resolved_issues", ResolvedIssue),
            agencies=rows("agencies", AgencyState),
            fields=rows("fields", FieldState),
            ranges=rows("ranges", FieldRange),
            labels=rows("labels", LabelDrift),
            runs=rows("runs", RunCounts),
            changed=rows("changed", ChangedPage),
            reader_changes=rows("reader_changes", OurChange),
            oldest=rows("oldest", OldPage),
            ages=rows("ages", AgeGroup),
            failing=rows("failing", FailingPage),
            vanished=rows("vanished", VanishedProject),
            harvests=rows("harvests", HarvestState),
        )
