"""The dictionary is generated, complete and understood by Frictionless."""

import json
from pathlib import Path

import duckdb
import pytest

from pipeline.dictionary_document import DOCUMENT, current_document
from pipeline.models import load_models
from tests.conftest import Built, ParsedArchive


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    archive = ParsedArchive(tmp_path_factory.mktemp("built") / "data")
    archive.capture(
        "50490000-3607",
        "2026-01-01",
        name="a",
        months=[(1, "5", "canonical"), (1, "7", "extra")],
        reports=[("2026-01-01", "5", "1", "", "")],
        updates=[("2026-01-01", "10:00", "u")],
    )
    archive.capture("50490000-3607", "2026-01-02", name="b")
    return archive.build()


def test_the_document_is_up_to_date() -> None:
    root = Path(__file__).parents[2]
    assert (root / DOCUMENT).read_text(encoding="utf-8") == current_document(), "run `make dictionary`"


def test_every_published_column_is_described() -> None:
    for model in load_models().values():
        for column in model.columns:
            assert len(column.description) > 5, f"{model.path}: {column.name}"


@pytest.mark.parametrize("suffix", ["_thb", "_pct", "_at", "_be", "_ce"])
def test_columns_that_end_in_a_unit_say_it(suffix: str) -> None:
    units = {"_thb": "THB", "_pct": "percent", "_at": "UTC timestamp", "_be": "year BE", "_ce": "year CE"}
    for model in load_models().values():
        for column in model.columns:
            if column.name.endswith(suffix):
                assert (column.unit or "").startswith(units[suffix]), f"{model.path}: {column.name}"


def test_nullable_columns_say_what_null_means(built: Built) -> None:
    """Every column that holds a null in this small release says in the dictionary what it means."""
    for model in load_models().values():
        if model.layer != "curated":
            continue
        nulls = ", ".join(f'count(*) - count("{column.name}") AS "{column.name}"' for column in model.columns)
        (counts,) = built.rows(f"SELECT {nulls} FROM {model.name}")
        for column in model.columns:
            assert not counts[column.name] or column.null_means, f"{model.path}: {column.name}"


def test_frictionless_finds_nothing_wrong(built: Built) -> None:
    # Imported here: it takes a second.
    from frictionless import Package

    descriptor = json.loads((built.path / "datapackage.json").read_text(encoding="utf-8"))
    assert descriptor["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert Package.validate_descriptor(descriptor).flatten(["note"]) == []
    package = Package.from_descriptor(descriptor)
    assert sorted(package.resource_names) == sorted(built.counts)


def test_frictionless_would_find_a_wrong_descriptor() -> None:
    from frictionless import Package

    broken = {"name": "x", "resources": [{"name": "y", "path": "y.csv", "schema": {"fields": [{"type": "string"}]}}]}
    assert not Package.validate_descriptor(broken).valid


def test_the_data_package_describes_the_files_beside_it(built: Built) -> None:
    package = json.loads((built.path / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        columns = built.column(f"SELECT column_name FROM (DESCRIBE {resource['name']})")
        assert [field["name"] for field in resource["schema"]["fields"]] == columns
        assert (built.path / resource["path"]).stat().st_size == resource["bytes"]


def test_rows_pass_the_schema_of_the_data_package(built: Built, tmp_path: Path) -> None:
    """Frictionless reads no Parquet by itself, so the rows go to it as CSV."""
    from frictionless import Resource

    package = json.loads((built.path / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        file = tmp_path / f"{resource['name']}.csv"
        columns = ", ".join(
            f'to_json("{field["name"]}") AS "{field["name"]}"'
            if field["type"] == "array"
            else f'strftime(make_timestamp(epoch_us("{field["name"]}")), \'%Y-%m-%dT%H:%M:%SZ\') AS "{field["name"]}"'
            if field["type"] == "datetime"
            else f'"{field["name"]}"'
            for field in resource["schema"]["fields"]
        )
        with duckdb.connect(str(built.path / "bma_projects.duckdb"), read_only=True) as con:
            con.execute(f"COPY (SELECT {columns} FROM {resource['name']}) TO '{file}' (HEADER)").complete()
        schema = {key: value for key, value in resource["schema"].items() if key != "foreignKeys"}
        report = Resource.from_descriptor(
            {"name": resource["name"], "path": file.name, "schema": schema}, basepath=str(tmp_path)
        ).validate()
        assert report.flatten(["type", "note"]) == [], resource["name"]
