"""Stored texts → page → Page is the identity, in every skin, whatever the texts are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.html_page import read_page
from parsers.page import Grid
from tests.parsers.projects import PLAIN, StoredProject, parse
from tests.parsers.rendering import DETAIL_SKINS, GRID_SKINS, REPORT_HEADER, UPDATE_HEADER
from tests.parsers.samples import Cells, as_kept
from tests.parsers.stored import projects, values
from tests.quick import quick


def kept_rows(project: StoredProject) -> list[tuple[str, str | None]]:
    return [(label, as_kept(value)) for label, value in project.rows]


@pytest.mark.parametrize(
    "skin", [*[*DETAIL_SKINS][:1], *[pytest.param(skin, marks=pytest.mark.slow) for skin in [*DETAIL_SKINS][1:]]]
)
@given(project=projects())
def test_label_value_rows_survive_every_skin(skin: str, project: StoredProject) -> None:
    page = project.page(details=DETAIL_SKINS[skin])
    assert [tuple(row) for row in page.rows] == kept_rows(project)
    assert page.title_id == project.project_id


def kept_grid(grid: Grid, skin: str) -> list[Cells]:
    return [row[1:] if skin == "numbered-grid-view" else row for row in grid.rows]


@pytest.mark.parametrize("skin", quick(1, GRID_SKINS))
@given(project=projects())
def test_table_rows_survive_every_skin(skin: str, project: StoredProject) -> None:
    page = project.page(grid=GRID_SKINS[skin])
    sections = {grid.header[-5:]: kept_grid(grid, skin) for grid in page.grids}
    expected = {}
    if project.updates is not None:
        expected[UPDATE_HEADER[-5:]] = [tuple(map(as_kept, row)) for row in project.updates]
    if project.reports is not None:
        expected[REPORT_HEADER] = [tuple(map(as_kept, row)) for row in project.reports]
    assert sections == expected


@pytest.mark.parametrize(
    "skin", [*[*DETAIL_SKINS][:1], *[pytest.param(skin, marks=pytest.mark.slow) for skin in [*DETAIL_SKINS][1:]]]
)
@given(project=projects())
def test_every_row_of_any_page_is_accounted_for(skin: str, project: StoredProject) -> None:
    page = project.page(details=DETAIL_SKINS[skin])
    parsed = parse(page, project.project_id) if page.kind in ("project", "truncated") else None
    if parsed is None:
        return
    assert [(row.label, row.raw) for row in parsed.fields] == kept_rows(project)
    assert [row.ordinal for row in parsed.fields] == list(range(1, len(project.rows) + 1))
    reported = {issue.ordinal for issue in parsed.issues if issue.code in ("unknown_label", "ambiguous_label")}
    assert {row.ordinal for row in parsed.fields if row.field is None} == reported
    assert [row.ordinal for row in parsed.months] == [row.ordinal for row in parsed.fields if row.field == "month"]


@given(value=values, other=values)
def test_null_empty_and_a_text_that_looks_like_null_stay_apart(value: str | None, other: str | None) -> None:
    page = PLAIN.having(remark=value, evaluator=other).page()
    rows = dict(page.rows)
    assert rows["หมายเหตุ"] == as_kept(value)
    assert rows["ผู้ตรวจประเมิน"] == as_kept(other)


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_page_of_some_kind(body: bytes) -> None:
    page = read_page(body)
    assert page.kind != "project"
