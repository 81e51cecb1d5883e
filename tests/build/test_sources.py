"""What was invented when it was archived stays invented, whatever the settings know when the tables are made again."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline.archive.fetch_log import read_fetch_log, write_fetch_log
from pipeline.archive.source_settings import about_source
from pipeline.build.database import DATABASE
from pipeline.core.settings import KNOWN_SOURCES, Source
from tests.cli.command import bma_here
from tests.conftest import Built, ParsedArchive

P = "50490000-0001"
CITY = Source(source_id="city", base_url="http://city.invalid/index.php", title="An invented city", is_invented=True)
TEXT = Path(__file__).parents[1] / "fixtures" / "real" / "50490000-3607.txt"


def build_as_archived(archive: ParsedArchive, *kept: Source) -> Built:
    """A release made with the settings of a machine that knows none of these sources; each has a night of its own."""
    for day, source in enumerate(kept, 1):
        archive.capture(P, f"2026-01-{day:02}", source=source.source_id, name="road")
    archive.write()
    for log, source in zip(sorted(archive.raw_dir.glob("*.fetches.parquet")), kept, strict=True):
        rows = list(read_fetch_log(log))
        write_fetch_log(log, iter(rows), about_source(source))
    # Without write(), which would leave out what the logs are about.
    archive.rows.clear()
    return archive.build()


def test_a_source_that_the_settings_do_not_know_has_what_its_archive_says(archive: ParsedArchive) -> None:
    built = build_as_archived(archive, CITY)
    assert built.column("SELECT is_invented FROM projects") == [True]
    comment = built.column("SELECT comment FROM duckdb_tables() WHERE table_name = 'projects'")
    assert "Rows of source city are INVENTED" in str(comment[0])
    package = json.loads((built.path / "datapackage.json").read_text("utf-8"))
    assert package["sources"] == [{"title": "An invented city", "path": "http://city.invalid/index.php"}]
    assert "INVENTED" in package["description"]


@pytest.mark.slow
def test_what_was_invented_once_is_not_real_later(archive: ParsedArchive) -> None:
    renamed = CITY.model_copy(update={"title": "A city", "is_invented": False})
    built = build_as_archived(archive, CITY, renamed)
    assert built.column("SELECT is_invented FROM projects") == [True]
    package = json.loads((built.path / "datapackage.json").read_text("utf-8"))
    assert [source["title"] for source in package["sources"]] == ["A city"]


@pytest.mark.slow
def test_the_settings_cannot_call_real_what_the_archive_calls_invented(archive: ParsedArchive) -> None:
    known = KNOWN_SOURCES["bmavisions"]
    built = build_as_archived(archive, known.model_copy(update={"is_invented": True, "title": "not this"}))
    assert built.column("SELECT is_invented FROM projects") == [True]
    package = json.loads((built.path / "datapackage.json").read_text("utf-8"))
    assert [source["title"] for source in package["sources"]] == [known.title]


@pytest.mark.slow
@pytest.mark.parametrize("source_id", ["bmavisions", "unheard_of"])
def test_real_pages_are_real(archive: ParsedArchive, source_id: str) -> None:
    built = build_as_archived(archive, CITY.model_copy(update={"source_id": source_id, "is_invented": False}))
    assert built.column("SELECT is_invented FROM projects") == [False]


@pytest.mark.slow
def test_a_restored_archive_needs_no_settings_file_to_call_its_rows_invented(tmp_path: Path) -> None:
    data, config = tmp_path / "data", tmp_path / "city.toml"
    config.write_text('[sources.city]\nbase_url = "http://city.invalid/index.php"\nis_invented = true\n')
    flags = ("--data-dir", data)
    done = bma_here("import", TEXT, "--source", "city", "--config", config, *flags)
    assert done.returncode == 0, done.stderr
    restored = tmp_path / "restored"
    shutil.copytree(data / "raw", restored / "raw")
    assert bma_here("build", "--data-dir", restored).returncode == 0
    with duckdb.connect(str(restored / "curated" / "latest" / DATABASE), read_only=True) as con:
        assert con.execute("SELECT source_id, is_invented FROM projects").fetchall() == [("city", True)]
