"""What the headers in sql/ say of key and columns is so; keys are said also of what stays out of the release."""

import random
from collections.abc import Iterator
from operator import attrgetter

import duckdb
import pytest

from parsers.records import Issue, PageCell
from pipeline.build.database import relations
from pipeline.build.models import Model, load_models
from tests.build.test_fields import FIELDS, TABLES
from tests.conftest import FINGERPRINT, ParsedArchive
from tests.sql import histories, test_checks, test_issues_against_reference

MODELS = load_models()
PUBLISHED = [model for model in MODELS.values() if model.layer in ("curated", "views")]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """All relations of random histories, and of what raises each check."""
    archive = ParsedArchive(tmp_path_factory.mktemp("headers") / "data")
    histories.fill(archive, random.Random(0))
    test_issues_against_reference.fill(archive, random.Random(0))
    for number, (arrange, _) in enumerate(test_checks.CASES.values()):
        arrange(archive, f"50{number:02}0000-3607")
    project_id = "50480000-0009"
    snapshot = archive.capture(project_id, "2026-01-01", name="a")
    unknown = PageCell("sample", project_id, snapshot, "other", 1, "วาระ", None, None, None, 1, "001")
    archive.rows["20260101T000000Z"]["page_cells"].append(unknown)
    archive.write()
    out_dir = archive.data_dir / "release"
    with relations(archive.settings(), fingerprint=FINGERPRINT, out_dir=out_dir) as (made, _):
        yield made


@pytest.mark.parametrize(
    "model", [model for model in MODELS.values() if model.layer != "views"], ids=attrgetter("relation")
)
def test_the_key_is_one(session: duckdb.DuckDBPyConnection, model: Model) -> None:
    key = ", ".join(f'"{column}"' for column in model.key or model.columns)
    twice = f"SELECT {key}, count(*) FROM {model.relation} GROUP BY ALL HAVING count(*) > 1"
    assert session.execute(twice).fetchall() == []
    assert session.execute(f"SELECT count(*) > 0 FROM {model.relation}").fetchall() == [(True,)]


@pytest.mark.parametrize("model", PUBLISHED, ids=attrgetter("relation"))
def test_the_columns_are_those_of_the_header(session: duckdb.DuckDBPyConnection, model: Model) -> None:
    columns = [row[0] for row in session.execute(f"DESCRIBE {model.relation}").fetchall()]
    assert columns == [column.name for column in model.columns]


def test_a_check_returns_only_columns_of_an_issue(session: duckdb.DuckDBPyConnection) -> None:
    columns = [row[0] for row in session.execute("DESCRIBE staging.check_issues").fetchall()]
    assert columns == [*Issue._fields, "first_seen_at"]


def test_the_field_of_a_check_is_a_column_or_a_table(session: duckdb.DuckDBPyConnection) -> None:
    found = session.execute("SELECT DISTINCT code, column_of(field) FROM staging.check_issues").fetchall()
    assert [(code, field) for code, field in found if field not in {None, *FIELDS, *TABLES}] == []


@pytest.mark.parametrize("model", PUBLISHED, ids=attrgetter("relation"))
def test_the_header_says_what_a_null_means(session: duckdb.DuckDBPyConnection, model: Model) -> None:
    nulls = ", ".join(f'count(*) - count("{column.name}")' for column in model.columns)
    [counts] = session.execute(f"SELECT {nulls} FROM {model.relation}").fetchall()
    mute = [column.name for column, n in zip(model.columns, counts, strict=True) if n and not column.null_means]
    assert mute == []
