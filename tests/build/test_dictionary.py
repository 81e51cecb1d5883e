"""The dictionary is generated, complete and understood by Frictionless."""

import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from docs.generate.data_dictionary import DOCUMENT, current_document
from pipeline.build.datapackage import FILE
from pipeline.build.models import load_models
from tests.conftest import Built, ParsedArchive

PUBLISHED = ("curated", "views")


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
    archive.capture("50490000-3607", "2026-01-02", name="b", remark="")
    archive.capture("50490000-3608", "2026-01-02", months=[(1, "5", "canonical"), (1, None, "extra")], remark=None)
    return archive.build()


def test_the_document_is_up_to_date() -> None:
    root = Path(__file__).parents[2]
    assert (root / DOCUMENT).read_text(encoding="utf-8") == current_document(), "run `make dictionary`"


def test_every_published_table_has_a_warning() -> None:
    assert [model.path for model in load_models().values() if model.layer in PUBLISHED and not model.warnings] == []


def test_every_column_is_described() -> None:
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


def _validate(release: Path) -> tuple[dict[str, int], list[tuple[str, str, str]]]:
    """Rows of each table that Frictionless read, and what it finds wrong: descriptor, rows, keys and references."""
    # Imported here: it takes a second.
    from frictionless import Package

    report = Package(str(release / FILE)).validate()
    assert not report.errors
    rows = {task.name: task.stats.get("rows", 0) for task in report.tasks}
    return rows, [(task.name, error.type, error.note) for task in report.tasks for error in task.errors]


@pytest.mark.slow
def test_frictionless_finds_nothing_wrong(built: Built) -> None:
    assert json.loads((built.path / FILE).read_text("utf-8"))["$schema"].endswith("/2.0/datapackage.json")
    assert _validate(built.path) == (built.counts, [])


@pytest.mark.slow
def test_frictionless_finds_nothing_wrong_with_empty_tables(tmp_path: Path) -> None:
    empty = ParsedArchive(tmp_path / "data").build()
    assert _validate(empty.path) == (empty.counts, [])


@pytest.mark.slow
def test_frictionless_would_find_wrong_rows(built: Built, tmp_path: Path) -> None:
    release = shutil.copytree(built.path, tmp_path / "release")
    wrong = {
        ("agencies", "primary-key"): "FROM original UNION ALL FROM original",
        ("targets", "foreign-key"): "SELECT * REPLACE ('50490000-1' AS project_id) FROM original",
        ("target_rows", "constraint-error"): "SELECT * REPLACE (NULL AS ordinal) FROM original",
        ("progress_history", "type-error"): "SELECT * REPLACE ('two' AS n_revisions) FROM original",
        ("project_versions", "type-error"): "SELECT * REPLACE ('soon' AS valid_to) FROM original",
        ("projects", "incorrect-label"): "SELECT * RENAME (name AS nmae) FROM original",
    }
    for (table, _), change in wrong.items():
        file = release / f"{table}.parquet"
        with duckdb.connect() as con:
            con.execute(f"CREATE TABLE original AS FROM '{file}'").fetchall()
            con.execute(f"COPY ({change}) TO '{file}' (FORMAT parquet)").fetchall()
    assert {(table, kind) for table, kind, _ in _validate(release)[1]} >= set(wrong)


@pytest.mark.slow
def test_an_empty_text_is_no_null_to_frictionless(built: Built) -> None:
    from frictionless import Package

    rows = Package(str(built.path / FILE)).get_table_resource("page_fields").read_rows()
    assert {row["raw"] for row in rows} >= {"", None}


def test_the_data_package_describes_the_files_beside_it(built: Built) -> None:
    package = json.loads((built.path / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        columns = built.column(f"SELECT column_name FROM (DESCRIBE {resource['name']})")
        assert [field["name"] for field in resource["schema"]["fields"]] == columns
        digest = hashlib.sha256((built.path / resource["path"]).read_bytes()).hexdigest()
        assert resource["hash"] == f"sha256:{digest}"
