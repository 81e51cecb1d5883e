"""What people do with data frames works on every table and view of a release."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.analyst.open_release import OpenRelease


@pytest.fixture(scope="module")
def frames(release: OpenRelease) -> Mapping[str, pd.DataFrame]:
    return {name: release.table(name) for name in release.tables}


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.select_dtypes("number")


def texts(frame: pd.DataFrame) -> list[str]:
    return [*frame.select_dtypes("string")]


def times(frame: pd.DataFrame) -> list[str]:
    return [*frame.select_dtypes("datetime")]


def dated(frame: pd.DataFrame) -> list[str]:
    """pandas resamples no empty frame by a column."""
    return [name for name in times(frame) if frame[name].notna().any()]


def flags(frame: pd.DataFrame) -> list[str]:
    return [*frame.select_dtypes("boolean")]


def each(columns: list[str], ask: Callable[[str], object]) -> list[object]:
    return [ask(column) for column in columns]


def written(write: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def first_by_group(frame: pd.DataFrame) -> Any:
    return frame.groupby(texts(frame)[0], dropna=False)


OPERATIONS: dict[str, Callable[[pd.DataFrame], object]] = {
    "head": lambda f: repr(f.head()) + repr(f.tail()),
    "sample": lambda f: f.sample(min(3, len(f)), random_state=0),
    "info": lambda f: f.info(buf=io.StringIO()),
    "describe": lambda f: f.describe(),
    "describe everything": lambda f: f.describe(include="all"),
    "memory_usage": lambda f: f.memory_usage(deep=True).sum(),
    "isna": lambda f: f.isna().sum(),
    "dropna": lambda f: f.dropna(),
    "fillna": lambda f: numbers(f).fillna(0),
    "drop_duplicates": lambda f: f.drop_duplicates(),
    "duplicated": lambda f: f.duplicated().sum(),
    "nunique": lambda f: f.nunique(),
    "value_counts": lambda f: each([*f], lambda c: f[c].value_counts(dropna=False)),
    "sort_values": lambda f: each(texts(f) + times(f) + [*numbers(f)], f.sort_values),
    "nlargest": lambda f: each([*numbers(f)], lambda c: f.nlargest(2, c)),
    "nsmallest": lambda f: each([*numbers(f)], lambda c: f[c].nsmallest(2)),
    "newest": lambda f: each(times(f), lambda c: f[c].nlargest(1)),
    "sum": lambda f: numbers(f).sum(),
    "mean": lambda f: numbers(f).mean(),
    "median": lambda f: numbers(f).median(),
    "quantile": lambda f: numbers(f).quantile([0.1, 0.9]),
    "std": lambda f: numbers(f).std(),
    "min and max": lambda f: f[texts(f) + times(f) + [*numbers(f)]].agg(["min", "max"]) if len(f) else None,
    "corr": lambda f: f.corr(numeric_only=True),
    "cumsum": lambda f: numbers(f).cumsum(),
    "diff": lambda f: numbers(f).diff(),
    "pct_change": lambda f: numbers(f).pct_change(),
    "rank": lambda f: numbers(f).rank(),
    "clip": lambda f: numbers(f).clip(0, 100),
    "round": lambda f: numbers(f).round(1),
    "divide": lambda f: each([*numbers(f)], lambda c: f[c] / numbers(f).iloc[:, 0] * 100),
    "subtract": lambda f: each([*numbers(f)], lambda c: f[c] - numbers(f).iloc[:, 0]),
    "numpy": lambda f: each([*numbers(f)], lambda c: np.log1p(f[c].astype("float64").abs())),
    "filter": lambda f: each([*numbers(f)], lambda c: f[(f[c] > 0) & f[c].notna()]),
    "query": lambda f: each([*numbers(f)], lambda c: f.query(f"{c} > 1")),
    "isin": lambda f: each(texts(f), lambda c: f[f[c].isin(["a", "b"])]),
    "flags": lambda f: each(flags(f), lambda c: (f[f[c]], f[~f[c]], f[c].sum(), f[c].mean())),
    "str.contains": lambda f: each(texts(f), lambda c: f[f[c].str.contains("เขต")]),
    "str.len": lambda f: each(texts(f), lambda c: f[c].str.len().max()),
    "str.split": lambda f: each(texts(f), lambda c: f[c].str.split("-", expand=True)),
    "between days": lambda f: each(times(f), lambda c: f[f[c].between("2022-10-01", "2023-09-30")]),
    "since a day": lambda f: each(times(f), lambda c: f[f[c] >= "2022-10-01"]),
    "dt.year": lambda f: each(times(f), lambda c: f[c].dt.year.value_counts()),
    "dt.to_period": lambda f: each(times(f), lambda c: f.groupby(f[c].dt.to_period("M")).size()),
    "days between": lambda f: each(times(f), lambda c: (f[c] - f[times(f)[0]]).dt.days.mean()),
    "to another zone": lambda f: each(times(f), lambda c: f[c].dt.tz_localize("UTC").dt.tz_convert("Asia/Bangkok")),
    "resample": lambda f: each(dated(f), lambda c: f.dropna(subset=c).resample("ME", on=c).size()),
    "resample sums": lambda f: each(dated(f), lambda c: f.dropna(subset=c).set_index(c).resample("YE").sum(True)),
    "groupby size": lambda f: first_by_group(f).size(),
    "groupby sum": lambda f: first_by_group(f).sum(numeric_only=True),
    "groupby agg": lambda f: first_by_group(f)[[*numbers(f)]].agg(["count", "mean", "max"]) if [*numbers(f)] else None,
    "groupby transform": lambda f: each([*numbers(f)], lambda c: f[c] - first_by_group(f)[c].transform("mean")),
    "groupby first": lambda f: first_by_group(f).first(),
    "pivot_table": lambda f: each(
        [*numbers(f)], lambda c: f.pivot_table(c, texts(f)[0], texts(f)[-1], "sum") if len(f) else None
    ),
    "crosstab": lambda f: pd.crosstab(f[texts(f)[0]], f[texts(f)[-1]]),
    "merge": lambda f: f.merge(f.iloc[:5], on=texts(f)[0], how="left", suffixes=("", "_y")),
    "concat": lambda f: pd.concat([f, f], ignore_index=True),
    "melt": lambda f: f.melt(id_vars=texts(f)[0], value_name="cell"),
    "set_index": lambda f: f.set_index(texts(f)[0]).sort_index().reset_index(),
    "explode": lambda f: each([c for c in map(str, f) if f[c].dtype == object], f.explode),
    "cut": lambda f: each([c for c in map(str, numbers(f)) if f[c].nunique() > 1], lambda c: pd.cut(f[c], 3)),
    "assign": lambda f: each([*numbers(f)], lambda c: f.assign(is_low=np.where(f[c].fillna(0) < 50, "low", "high"))),
    "apply": lambda f: f.apply(lambda row: row.notna().sum(), axis=1),
    "get_dummies": lambda f: pd.get_dummies(f[texts(f)[0]]),
    "astype": lambda f: (f.astype(str), f.convert_dtypes()),
    "itertuples": lambda f: [*f.itertuples()],
    "to_csv": lambda f: f.to_csv(index=False),
    "to_json": lambda f: pd.read_json(io.StringIO(f.to_json(orient="records", date_format="iso", force_ascii=False))),
    "to_excel": lambda f: written(lambda out: f.to_excel(out, index=False, engine="xlsxwriter")),
    "to_parquet": lambda f: pd.read_parquet(io.BytesIO(written(f.to_parquet))),
    "to_html": lambda f: f.to_html(),
    "to_string": lambda f: f.head(3).to_string(),
    "to_dict": lambda f: f.to_dict("records"),
    "to_pickle": lambda f: written(f.to_pickle),
}


# One kind in three; each is tried on every table and view.
TRIED_FIRST = [*OPERATIONS][::3]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name not in TRIED_FIRST else []) for name in OPERATIONS]
)
def test_an_everyday_operation_works_on_every_table_and_view(frames: Mapping[str, pd.DataFrame], name: str) -> None:
    failed = {}
    for table, frame in frames.items():
        try:
            OPERATIONS[name](frame.copy())
        except Exception as error:  # noqa: BLE001 - one test names every table on which it fails
            failed[table] = f"{type(error).__name__}: {error}"
    assert failed == {}
