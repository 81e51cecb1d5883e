"""Data frames of a release: their types, their values, and what a query takes and tells."""

import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.analyst.open_release import OpenRelease
from pipeline.analyst.query import QueryError
from tests.cli.command import environment


def test_the_examples_of_an_analyst_work_on_projects(release: OpenRelease) -> None:
    projects = release.table("projects_unique")
    spent, received = projects["budget_spent_thb"], projects["budget_received_thb"]
    share = (spent / received)[received > 0]
    assert share.dtype == np.float64
    assert share.notna().any()
    assert projects.nlargest(3, "budget_received_thb")["budget_received_thb"].is_monotonic_decreasing
    assert projects.describe()["progress_pct"]["max"] >= 100
    assert (projects["finish_date"] - projects["start_date"]).dt.days.max() > 300
    by_year = projects.set_index("start_date").sort_index()["budget_received_thb"].resample("YE").sum()
    assert by_year.sum() == pytest.approx(received[projects["start_date"].notna()].sum())
    assert (
        projects[projects["policy_tags"].map(len) > 0].explode("policy_tags")["policy_tags"].str.startswith("P").all()
    )


def test_a_frame_has_the_types_of_pandas_and_names_no_time_zone(release: OpenRelease) -> None:
    projects = release.table("projects")
    wanted = {
        "budget_received_thb": "float64",
        "progress_pct": "float64",
        "fiscal_year_be": "Int64",
        "name": "string",
        "is_invented": "boolean",
        "start_date": "datetime64[us]",
        "last_seen_at": "datetime64[us]",
        "policy_tags": "object",
    }
    # Text by text: "string" equals both of the string types of pandas.
    assert [name for name, dtype in wanted.items() if projects[name].dtype != dtype] == []
    columns = ", ".join(wanted)
    asked = release.query(f"SELECT {columns} FROM projects ORDER BY source_id, project_id")
    pd.testing.assert_frame_equal(asked, projects[[*wanted]])


def test_exact_values_are_there_when_they_are_asked_for(release: OpenRelease) -> None:
    columns = ["budget_received_thb", "fiscal_year_be", "start_date", "last_seen_at", "policy_tags"]
    exact = release.table("projects", columns, exact=True)
    assert [str(dtype) for dtype in exact.dtypes] == [
        "decimal128(18, 2)[pyarrow]",
        "int64[pyarrow]",
        "date32[day][pyarrow]",
        "timestamp[us, tz=UTC][pyarrow]",
        "list<element: string>[pyarrow]",
    ]
    sql = "SELECT sum(budget_received_thb) AS total FROM projects"
    assert release.query(sql, exact=True)["total"][0] == sum(map(Decimal, exact["budget_received_thb"].dropna()))
    assert release.query(sql)["total"].dtype == np.float64


def test_both_kinds_of_frame_hold_the_values_of_the_file(release: OpenRelease) -> None:
    for name in release.tables:
        rows = pq.read_table(release.path / f"{name}.parquet").to_pylist()
        for exact in (False, True):
            frame = release.table(name, exact=exact)
            assert len(frame) == len(rows), name
            for column in map(str, frame):
                values = [plain(value) for value in frame[column].astype(object)]
                assert values == [plain(row[column]) for row in rows], (name, column)


def plain(value: Any) -> Any:
    """A value whichever type carries it: moments as UTC, decimals as float, any null as None."""
    if isinstance(value, list | tuple | np.ndarray):
        return [*value]
    if pd.isna(value):
        return None
    if isinstance(value, Decimal):
        return float(value)
    if hasattr(value, "isoformat"):
        moment = pd.Timestamp(value)
        return moment if moment.tzinfo is None else moment.tz_convert(None)
    return value


def test_the_frame_of_an_empty_answer_has_the_same_types(release: OpenRelease) -> None:
    whole = release.query("SELECT * FROM projects")
    none = release.query("SELECT * FROM projects WHERE false")
    assert none.dtypes.to_dict() == whole.dtypes.to_dict()


def test_a_query_takes_parameters_by_place_and_by_name(release: OpenRelease) -> None:
    hostile = "50490000-3607' OR true --"
    by_place = "SELECT project_id FROM projects WHERE project_id = ? AND progress_pct >= ?"
    assert release.query(by_place, ["50490000-3607", 100])["project_id"].tolist() == ["50490000-3607"]
    assert release.query(by_place, [hostile, 100]).empty
    by_name = "SELECT count(*) AS n FROM projects WHERE list_contains($ids, project_id)"
    assert release.query(by_name, {"ids": ["50490000-3607", hostile]})["n"].tolist() == [1]
    with pytest.raises(QueryError, match="Values were not provided"):
        release.query(by_place)


@pytest.mark.parametrize(
    "years",
    [
        [np.int64(2566), np.int64(2567)],
        np.array([2566, 2567]),
        pd.Series([2566, 2567], dtype="Int64"),
        pd.Series([2566, 2567], dtype=pd.ArrowDtype(pa.int64())),
    ],
    ids=["scalars", "array", "column", "Arrow column"],
)
def test_parameters_may_come_from_numpy_and_pandas(release: OpenRelease, years: Any) -> None:
    wanted = release.query("SELECT count(*) AS n FROM projects WHERE fiscal_year_be IN (2566, 2567)")
    asked = release.query("SELECT count(*) AS n FROM projects WHERE fiscal_year_be IN (?, ?)", years)
    listed = release.query("SELECT count(*) AS n FROM projects WHERE list_contains($l, fiscal_year_be)", {"l": years})
    assert wanted["n"].tolist() == asked["n"].tolist() == listed["n"].tolist() != [0]


@pytest.mark.parametrize("alone", ["2566", 2566])
def test_a_parameter_alone_is_not_taken_apart(release: OpenRelease, alone: Any) -> None:
    with pytest.raises(QueryError, match=r"is one value; write \[value\]"):
        release.query("SELECT ?", alone)


def test_a_span_of_time_can_be_counted_with(release: OpenRelease) -> None:
    moments = "last_seen_at, start_date, last_seen_at - start_date AS span"
    asked = release.query(f"SELECT {moments} FROM projects WHERE start_date IS NOT NULL")
    assert asked["span"].dtype == "timedelta64[us]"
    assert (asked["span"] == asked["last_seen_at"] - asked["start_date"]).all()
    assert asked["span"].max() > pd.Timedelta(days=1_000)
    spans = release.query("SELECT unnest([INTERVAL '1 month -2 days', NULL, INTERVAL '-1 microsecond']) AS span")[
        "span"
    ]
    assert [None if pd.isna(span) else span for span in spans] == [pd.Timedelta(days=28), None, pd.Timedelta(-1, "us")]


def test_what_stands_in_lists_and_maps_is_plain_too(release: OpenRelease) -> None:
    asked = release.query("SELECT [[1.5::DECIMAL(5, 2)], NULL] AS l, {'a': 2.5::DECIMAL(5, 2)} AS s, MAP {'b': 1} AS m")
    assert [*asked.iloc[0]] == [((1.5,), None), {"a": 2.5}, {"b": 1}]


def test_a_day_that_pandas_cannot_hold_is_told(release: OpenRelease) -> None:
    with pytest.raises(QueryError, match=r"pandas cannot hold .* exact=True"):
        release.query("SELECT DATE 'infinity' AS day")


def test_a_name_of_other_data_gets_the_key_that_projects_have(release: OpenRelease) -> None:
    keys = release.query("SELECT name, name_key, name_key('  (P999) ' || name || ' ') AS made FROM projects")
    assert keys["name_key"].notna().any()
    named = keys[keys["name"].notna() & ~keys["name"].str.contains("P", na=True)]
    assert named["made"].tolist() == named["name_key"].tolist()


def test_an_answer_may_give_a_name_twice(release: OpenRelease) -> None:
    for exact in (False, True):
        answer = release.query("SELECT 1 AS n, 'a' AS n, 2.5 AS n", exact=exact)
        assert (list(answer.columns), [*answer.iloc[0]]) == (["n", "n", "n"], [1, "a", 2.5])


def test_every_table_and_view_is_there_to_be_read(release: OpenRelease) -> None:
    names = release.query("SELECT DISTINCT table_name FROM duckdb_columns() WHERE NOT internal ORDER BY ALL")
    assert release.tables == names["table_name"].tolist()
    assert "projects_unique" in release.tables


def test_the_columns_asked_for_come_in_their_order(release: OpenRelease) -> None:
    assert [*release.table("projects", ["name", "project_id"])] == ["name", "project_id"]
    assert [*release.table("projects", "name")] == ["name"]
    assert [*release.table("projects", release.table("projects").columns[:2])] == ["source_id", "project_id"]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda r: r.table("project"), "no table 'project'; did you mean projects or "),
        (lambda r: r.table("../projects"), r"no table '../projects'; did you mean projects"),
        (lambda r: r.table("ทะเบียน"), "no table 'ทะเบียน'; it has agencies, budget_by_agency_year, "),
        (lambda r: r.table("projects", ["name", "agancy"]), "projects has no column 'agancy'; did you mean agency"),
        (lambda r: r.table("projects", ["budget"]), "did you mean budget_received_thb or "),
        (lambda r: r.query("FROM project"), 'project does not exist! Did you mean "projects'),
        (lambda r: r.query("SELECT agancy FROM projects"), '"agancy" not found .* "agency"'),
    ],
)
def test_an_unknown_name_is_told_with_its_neighbours(
    release: OpenRelease, ask: Callable[[OpenRelease], object], said: str
) -> None:
    with pytest.raises(QueryError, match=said) as caught:
        ask(release)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_times_are_the_same_in_every_time_zone(sample_data: Path) -> None:
    ask = """if True:
        from pipeline import open_release
        release = open_release({!r})
        sql = "SELECT last_seen_at, right(last_seen_at::VARCHAR, 3) AS zone FROM projects ORDER BY ALL LIMIT 1"
        print(release.query(sql)["last_seen_at"][0] == release.table("projects")["last_seen_at"].min())
        print(release.query(sql, exact=True)["last_seen_at"].dtype, release.query(sql)["zone"][0])
    """
    command = [sys.executable, "-c", ask.format(str(sample_data))]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(TZ="Asia/Bangkok"), check=True)
    assert done.stdout == "True\ntimestamp[us, tz=UTC][pyarrow] +00\n"
