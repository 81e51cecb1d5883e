"""Right tables or a clear error, never a silent drop."""

import hashlib
import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.bench_build import build_some
from parsers.records import PageRecord
from pipeline import open_release
from pipeline.analyst.query import QueryError
from pipeline.archive.fetch_log import FetchLogRow
from pipeline.build.database import DATABASE, build, relations
from pipeline.build.errors import BuildError
from pipeline.build.headers import Column
from pipeline.build.models import load_models
from pipeline.publish.release_check import verify_release
from pipeline.publish.releases import building_dir, publish
from tests.conftest import FINGERPRINT, Built, ParsedArchive
from tests.quick import quick
from tests.sql.in_memory import ModelArchive

P = "50490000-3607"
INVENTED = "50010000-0001"


def fill(archive: ParsedArchive) -> None:
    archive.capture(
        P,
        "2026-01-01",
        name="a",
        agency="สำนักงานเขตทุ่งครุ",
        budget_received_thb="1000.50",
        months=[(1, "5", "canonical"), (1, "6", "extra"), (2, "", "canonical")],
        reports=[("2025-12-01", "5", "1", "ไม่มี", "x")],
        updates=[("2025-12-01", "10:00", "u")],
        issues=[("month_conflict", "month", "5 | 6")],
    )
    archive.capture(INVENTED, "2026-01-01", name="b")
    archive.listing("2026-01-01", [P, INVENTED])


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Built:
    archive = ParsedArchive(tmp_path_factory.mktemp("filled") / "data")
    fill(archive)
    return archive.build()


def test_an_empty_archive_gives_empty_tables_with_the_right_schema(archive: ParsedArchive, filled: Built) -> None:
    empty = archive.build()
    verify_release(empty.path, empty.counts)
    assert {table: rows for table, rows in empty.counts.items() if rows} == {
        "agencies": 92,
        "quality_rules": filled.counts["quality_rules"],
    }
    for table in empty.counts:
        here, there = (pq.read_schema(built.path / f"{table}.parquet") for built in (empty, filled))
        assert (here.names, here.types) == (there.names, there.types), table


@pytest.mark.slow
def test_data_directories_that_do_not_exist_are_an_empty_archive(archive: ParsedArchive) -> None:
    shutil.rmtree(archive.parsed_dir)
    shutil.rmtree(archive.runs_dir)
    counts = build(archive.settings(), fingerprint=FINGERPRINT, out_dir=archive.data_dir / "out")
    assert counts["projects"] == 0


def digests(built: Built) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in built.path.glob("*.parquet")}


def test_the_same_parsed_data_gives_the_same_bytes(archive: ParsedArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(archive)
    for number in range(40):
        archive.capture(f"50010000-1{number:03}", "2026-01-01", name=f"n{number}", months=[(1, "5", "canonical")])
    one = archive.build("one", threads=2)
    monkeypatch.setattr("pipeline.build.session._MOST_PAGES_STAGED_IN_MEMORY", 0)
    other = archive.build("other", memory_limit="500MB")
    assert digests(one) == digests(other), "two threads in memory, and one on disk with little memory"


@pytest.mark.slow
def test_things_of_one_moment_give_the_same_bytes(archive: ParsedArchive) -> None:
    """Pages, listings and 404s dated to the same second, and one content captured twice in it."""
    dice = random.Random(20261128)
    projects = [f"50010000-1{number:03}" for number in range(100)]
    for day in range(1, 11):
        at = f"2026-01-{day:02}"
        for project_id in projects:
            # The second run of a day asks for the page again, at the same moment.
            for run in (at, f"2026-02-{day:02}")[: dice.choice((1, 1, 2))]:
                outcome = dice.choice(("captured", "unchanged", "missing", "missing", "failed"))
                if day == 1 or outcome == "captured":
                    archive.capture(project_id, at, run=run, name=dice.choice("ab"), remark=run)
                else:
                    archive.attempt(project_id, at, outcome, run=run)
        archive.listing(at, dice.sample(projects, 60))
    for rows in archive.rows.values():
        # The fingerprint of both captures of a moment is that of their name alone.
        pages = [page for page in rows["pages"] if isinstance(page, PageRecord)]
        content = {page.snapshot_id: str(page.name) for page in pages}
        rows["pages"] = [page._replace(content_sha256=content[page.snapshot_id]) for page in pages]
        rows["fetches"] = [
            row._replace(repeats=dice.choice(list(content)) if row.repeats and content else row.repeats)
            for row in rows["fetches"]
            if isinstance(row, FetchLogRow)
        ]
    assert (
        digests(archive.build("one", threads=2))
        == digests(archive.build("two", threads=2))
        == digests(archive.build("three"))
    )


def test_a_few_tables_alone_are_those_of_the_release(archive: ParsedArchive, filled: Built) -> None:
    fill(archive)
    archive.write()
    tables = ("projects", "quality_issues", "targets")
    build_some(archive.settings(), tables, archive.data_dir / "few", FINGERPRINT)
    assert {path.stem for path in (archive.data_dir / "few").iterdir()} == {*tables}
    for table in tables:
        few, whole = (pq.read_table(folder / f"{table}.parquet") for folder in (archive.data_dir / "few", filled.path))
        assert few.to_pylist() == whole.to_pylist(), table


def staging_file(archive: ParsedArchive, temp_directory: Path | None = None) -> str | None:
    """Where the tables of sql/staging lie while a release is built; None is memory."""
    fill(archive)
    archive.write()
    settings = archive.settings(temp_directory=temp_directory)
    with relations(settings, fingerprint=FINGERPRINT, out_dir=archive.data_dir / "out") as (con, _):
        query = "SELECT path FROM duckdb_databases() WHERE database_name = 'staging'"
        [(path,)] = con.execute(query).fetchall()
    assert path is None or isinstance(path, str)
    return path


@pytest.mark.slow
def test_staging_is_in_memory_where_pages_are_few(archive: ParsedArchive) -> None:
    assert staging_file(archive) is None


@pytest.mark.slow
@pytest.mark.parametrize("is_set", [False, True])
def test_staging_of_many_pages_lies_beside_the_release_or_where_the_settings_say(
    archive: ParsedArchive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_set: bool
) -> None:
    monkeypatch.setattr("pipeline.build.session._MOST_PAGES_STAGED_IN_MEMORY", 1)
    named = tmp_path / "named"
    named.mkdir()
    file = staging_file(archive, temp_directory=named if is_set else None)
    assert file is not None
    assert Path(file).parents[1] == (named if is_set else archive.data_dir)
    assert not Path(file).parent.exists()


@pytest.mark.slow
def test_a_build_does_not_take_the_time_to_import_pandas(archive: ParsedArchive) -> None:
    fill(archive)
    archive.write()
    program = """if True:
        import sys
        from pathlib import Path
        from pipeline.build.database import build
        from pipeline.core.settings import Settings
        data_dir = Path(sys.argv[1])
        build(Settings(data_dir=data_dir), fingerprint=sys.argv[2], out_dir=data_dir / "out")
        sys.exit("pandas" in sys.modules)
    """
    subprocess.run([sys.executable, "-c", program, str(archive.data_dir), FINGERPRINT], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("times", [15, pytest.param(40, marks=pytest.mark.slow)])
def test_a_table_that_is_interrupted_while_it_is_written_ends(archive: ParsedArchive, times: int) -> None:
    """With threads of its own for writing, DuckDB 2.0.0 waited for ever by the tenth time."""
    program = """if True:
        import sys
        from pathlib import Path
        from threading import Timer
        import duckdb
        from pipeline.build.database import relations
        from pipeline.core.settings import Settings
        data_dir = Path(sys.argv[1])
        with relations(Settings(data_dir=data_dir), fingerprint=sys.argv[2], out_dir=data_dir / "out") as (con, _):
            con.execute("CREATE TABLE staging.long AS SELECT md5(i::VARCHAR) FROM range(1_000_000) r(i)").complete()
            n_interrupted = 0
            times = int(sys.argv[3])
            for n in range(times):
                Timer(0.3 * n / times, con.interrupt).start()
                try:
                    con.execute(f"COPY staging.long TO '{data_dir}/long.parquet' (FORMAT parquet)").complete()
                except duckdb.InterruptException:
                    n_interrupted += 1
        print(n_interrupted > 0)
    """
    command = [sys.executable, "-c", program, str(archive.data_dir), FINGERPRINT, str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.endswith("True\n")


@pytest.mark.slow
def test_many_row_groups_give_the_same_bytes_on_one_thread_and_two(
    archive: ParsedArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("session", "tables"):
        monkeypatch.setattr(f"pipeline.build.{module}.ROW_GROUP_SIZE", 2048)
    reports = [("2025-12-01", "5", "1", "ไม่มี", f"{n}") for n in range(300)]
    for number in range(15):
        archive.capture(f"50010000-{number:04}", "2026-01-01", name="n", reports=reports)
    one, two = archive.build("one", threads=1), archive.build("two", threads=2)
    files = [built.path / "progress_history.parquet" for built in (one, two)]
    assert pq.read_metadata(files[0]).num_row_groups == 3
    assert files[0].read_bytes() == files[1].read_bytes()


def test_partitions_of_an_older_parser_are_left_aside(archive: ParsedArchive) -> None:
    fill(archive)
    archive.write()
    (partition,) = archive.parsed_dir.glob("*@*")
    partition.rename(archive.parsed_dir / "20260101T000000Z-sample@older")
    with pytest.raises(BuildError, match=r"has no partition of 20260101T000000Z-sample; run `bma-projects parse`"):
        archive_build(archive)


@pytest.mark.slow
def test_a_partition_without_some_of_its_tables_is_whole(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.write()
    (partition,) = archive.parsed_dir.glob("*@*")
    for table in ("month_rows", "progress_rows", "update_rows", "issues"):
        (partition / f"{table}.parquet").unlink()
    counts = build(archive.settings(), fingerprint=FINGERPRINT, out_dir=archive.data_dir / "out")
    assert (counts["projects"], counts["targets"]) == (1, 0)


def write_bad(archive: ParsedArchive, table: str, content: bytes | pa.Table) -> None:
    fill(archive)
    archive.write()
    (partition,) = archive.parsed_dir.glob("*@*")
    if isinstance(content, bytes):
        (partition / f"{table}.parquet").write_bytes(content)
    else:
        pq.write_table(content, partition / f"{table}.parquet")


@pytest.mark.parametrize("content", quick(2, [b"", b"PAR1" + b"\0" * 100, b"PAR1", b"not parquet"]))
@pytest.mark.parametrize("table", ["pages", "page_cells"])
def test_a_torn_partition_is_named_with_what_to_do(archive: ParsedArchive, table: str, content: bytes) -> None:
    write_bad(archive, table, content)
    with pytest.raises(
        BuildError, match=rf"{table}\.parquet: torn or unreadable .*; delete the directory .* run `bma-projects parse`"
    ):
        archive_build(archive)


def archive_build(archive: ParsedArchive) -> dict[str, int]:
    return build(archive.settings(), fingerprint=FINGERPRINT, out_dir=archive.data_dir / "out")


def test_a_partition_torn_inside_is_named(archive: ParsedArchive) -> None:
    fill(archive)
    archive.write()
    (partition,) = archive.parsed_dir.glob("*@*")
    path = partition / "page_cells.parquet"
    content = bytearray(path.read_bytes())
    content[8:200] = b"\xff" * 192
    path.write_bytes(content)
    with pytest.raises(BuildError, match=r"page_cells\.parquet: torn or unreadable .*; delete the directory"):
        archive_build(archive)


def test_a_partition_with_other_columns_is_named(archive: ParsedArchive) -> None:
    write_bad(archive, "month_rows", pa.table({"a": [1]}))
    with pytest.raises(
        BuildError, match=r"month_rows\.parquet: its columns are not those of the current parser; delete"
    ):
        archive_build(archive)


@pytest.mark.parametrize("is_there", [True, False])
def test_pages_that_the_history_does_not_know_are_named(archive: ParsedArchive, is_there: bool) -> None:
    fill(archive)
    archive.write()
    (partition,) = archive.parsed_dir.glob("*@*")
    (history,) = archive.parsed_dir.glob("history-*")
    if is_there:
        partition.rename(archive.parsed_dir / f"20260102T000000Z-sample@{FINGERPRINT}")
    else:
        shutil.rmtree(history)
    with pytest.raises(BuildError, match=r"@f00d: the history of the pages does not know it; run `bma-projects parse`"):
        archive_build(archive)


@pytest.mark.parametrize("text", quick(2, ["{", '{"run_id": "x", "started_at": "yesterday"}', "", "[]", "{}"]))
def test_a_run_record_that_is_none_is_named(archive: ParsedArchive, text: str) -> None:
    (archive.runs_dir / "20260101T000000Z.json").write_text(text)
    with pytest.raises(BuildError, match=r"20260101T000000Z\.json: not a run record .* move it away and build again"):
        archive_build(archive)


def test_run_records_and_fetch_logs_meet_in_runs(tmp_path: Path) -> None:
    archive = ModelArchive(tmp_path / "data")
    fill(archive)
    record = {
        "run_id": "20260101T000000Z",
        "started_at": "2026-01-01T00:00:00+00:00",
        "finished_at": "2026-01-01T00:01:30Z",
        "status": "done",
        "counts": {"listed": 2},
        "durations": {"fetch": 1.5},
        "unknown": [],
    }
    (archive.runs_dir / "20260101T000000Z.json").write_text(json.dumps(record))
    (archive.runs_dir / "20260102T000000Z.json").write_text('{"run_id": "20260102T000000Z"}')
    runs = archive.build().rows("SELECT run_id, status, duration_s, n_new, n_changed, n_listed, counts FROM runs")
    assert runs == [
        {
            "run_id": "20260101T000000Z",
            "status": "done",
            "duration_s": 90.0,
            "n_new": 0,
            "n_changed": 2,
            "n_listed": 2,
            "counts": '{"listed": 2}',
        },
        {
            "run_id": "20260102T000000Z",
            "status": None,
            "duration_s": None,
            "n_new": 0,
            "n_changed": 0,
            "n_listed": 0,
            "counts": None,
        },
    ]


def test_a_directory_in_use_is_refused(archive: ParsedArchive) -> None:
    (archive.data_dir / "out").mkdir()
    (archive.data_dir / "out" / "projects.parquet").touch()
    with pytest.raises(BuildError, match="not empty; build into a new directory"):
        archive_build(archive)


@pytest.mark.parametrize("table", ["projects", pytest.param("silent_projects", marks=pytest.mark.slow)])
def test_a_column_without_its_line_in_the_header_stops_the_build(
    archive: ParsedArchive, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    model = load_models()[table]
    odd = model.columns[-1].name
    models = {**load_models(), table: replace(model, columns=model.columns[:-1])}
    monkeypatch.setattr("pipeline.build.database.load_models", lambda: models)
    told = rf"{table}\.sql: header and SELECT differ in their columns: describe in the header, or do not select, {odd}$"
    with pytest.raises(BuildError, match=told):
        archive.build()


def test_a_line_of_the_header_without_its_column_stops_the_build(
    archive: ParsedArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_models()["projects"]
    models = {**load_models(), "projects": replace(model, columns=(*model.columns, Column("weather", "how it was")))}
    monkeypatch.setattr("pipeline.build.database.load_models", lambda: models)
    with pytest.raises(BuildError, match=r"columns: select, or strike from the header, weather$"):
        archive.build()


def test_a_temp_directory_that_is_none_is_named(archive: ParsedArchive, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"build\.temp_directory .*missing: cannot be written .*; make it"):
        archive.build(temp_directory=tmp_path / "missing")


def test_too_little_memory_is_told_with_the_setting_to_raise(archive: ParsedArchive) -> None:
    fill(archive)
    with pytest.raises(BuildError, match=r"Out of Memory .*; raise build\.memory_limit") as raised:
        archive.build(memory_limit="8MB")
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_a_data_directory_copied_from_another_machine_builds_the_same(archive: ParsedArchive, tmp_path: Path) -> None:
    fill(archive)
    here = archive.build()
    shutil.copytree(archive.data_dir, tmp_path / "ห้อง 'copy'")
    copied = ParsedArchive.__new__(ParsedArchive)
    copied.__dict__ |= archive.__dict__ | {"data_dir": tmp_path / "ห้อง 'copy'"}
    shutil.rmtree(copied.data_dir / "release")
    out = copied.data_dir / "release"
    build(copied.settings(), fingerprint=FINGERPRINT, out_dir=out)
    for file in here.path.glob("*.parquet"):
        assert file.read_bytes() == (out / file.name).read_bytes(), file.name


def test_hostile_values_stay_values(archive: ParsedArchive) -> None:
    name = "'); DROP TABLE projects; --\x00\x1b[31m\u202e<script>"
    archive.capture(P, "2026-01-01", name=name, unknown={"ป้าย'; --": "x"})
    assert archive.build().column("SELECT name FROM projects") == [name]


def test_every_table_view_and_column_carries_its_comment(filled: Built) -> None:
    uncommented = filled.rows(
        """
        SELECT table_name, NULL AS column_name FROM duckdb_tables() WHERE comment IS NULL
        UNION ALL SELECT view_name, NULL FROM duckdb_views() WHERE NOT internal AND comment IS NULL
        UNION ALL SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL
        """
    )
    assert uncommented == []


def test_the_database_holds_what_the_parquet_files_hold(filled: Built) -> None:
    for table in filled.counts:
        with duckdb.connect(str(filled.path / DATABASE), read_only=True) as con:
            file = str(filled.path / f"{table}.parquet")
            for one, other in (("here", "there"), ("there", "here")):
                query = f"""
                    WITH here AS (FROM {table}), there AS (FROM read_parquet($file))
                    SELECT count(*) FROM (FROM {one} EXCEPT ALL FROM {other})
                """
                assert con.execute(query, {"file": file}).fetchall() == [(0,)], table


def test_the_oldest_command_line_that_is_promised_opens_the_database(filled: Built) -> None:
    """DuckDB writes by itself what only its own version and later ones open; analysts have what their system has."""
    cli = [str(Path(sys.executable).with_name("duckdb")), "-readonly", "-csv", "-noheader", str(filled.path / DATABASE)]

    def ask(query: str) -> list[str]:
        return subprocess.run([*cli, query], capture_output=True, text=True, check=True).stdout.splitlines()

    assert ask("SELECT version()")[0].startswith("v1.4.")
    names = filled.column("SELECT DISTINCT table_name FROM duckdb_columns() WHERE NOT internal ORDER BY ALL")
    counts = "; ".join(f"SELECT count(*) FROM (SELECT * FROM {name} ORDER BY ALL)" for name in names)
    assert ask(counts) == [str(filled.column(f"SELECT count(*) FROM {name}")[0]) for name in names]
    assert ask("SELECT name FROM projects ORDER BY ALL") == filled.column("SELECT name FROM projects ORDER BY ALL")


def test_the_database_is_read_only_and_holds_nothing_else(filled: Built) -> None:
    assert (filled.path / DATABASE).stat().st_mode & 0o222 == 0
    names = set(filled.column("SELECT DISTINCT table_name FROM duckdb_columns() WHERE NOT internal"))
    assert names == {model.name for model in load_models().values() if model.layer in ("curated", "views")}


def test_parquet_metadata_explains_table_and_columns(filled: Built) -> None:
    metadata = pq.read_metadata(filled.path / "projects.parquet").metadata or {}
    columns = json.loads(metadata[b"columns"])
    assert metadata[b"key"] == b"source_id, project_id"
    assert "unit: THB" in columns["budget_spent_thb"]
    assert "งบฯ ที่ใช้ไป (บาท)" in columns["budget_spent_thb"]


def test_every_table_and_view_is_a_file_that_says_what_it_is(filled: Built) -> None:
    published = {model.name: model for model in load_models().values() if model.is_published}
    package = json.loads((filled.path / "datapackage.json").read_text(encoding="utf-8"))
    assert {file.stem for file in filled.path.glob("*.parquet")} == published.keys() == filled.counts.keys()
    assert [resource["name"] for resource in package["resources"]] == sorted(published)
    for name, model in published.items():
        metadata = pq.read_metadata(filled.path / f"{name}.parquet").metadata or {}
        assert metadata[b"description"].decode().startswith(model.description)
        assert [*json.loads(metadata[b"columns"])] == [column.name for column in model.columns]


def test_types_are_those_of_the_contract(filled: Built) -> None:
    schema = pq.read_schema(filled.path / "projects.parquet")
    assert schema.field("budget_received_thb").type == pa.decimal128(18, 2)
    assert schema.field("progress_pct").type == pa.decimal128(12, 4)
    assert schema.field("fiscal_year_be").type == pa.int64()
    assert schema.field("start_date").type == pa.date32()
    assert schema.field("last_seen_at").type == pa.timestamp("us", tz="UTC")


def test_invented_rows_are_marked_and_the_real_page_is_not(filled: Built) -> None:
    assert filled.rows("SELECT project_id, is_invented FROM projects") == [
        {"project_id": INVENTED, "is_invented": True},
        {"project_id": P, "is_invented": False},
    ]
    note = "Rows of source sample are INVENTED, except project 50490000-3607"
    package = json.loads((filled.path / "datapackage.json").read_text())
    assert note in package["description"]
    assert note in str(filled.column("SELECT comment FROM duckdb_tables() WHERE table_name = 'targets'")[0])
    metadata = pq.read_metadata(filled.path / "targets.parquet").metadata or {}
    assert note.encode() in metadata[b"description"]


@pytest.mark.slow
def test_a_release_of_real_pages_says_nothing_of_invented_ones(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", source="bmavisions", name="a")
    built = archive.build()
    assert "INVENTED" not in (built.path / "datapackage.json").read_text()
    assert built.column("SELECT is_invented FROM projects") == [False]


@pytest.mark.slow
def test_a_source_the_settings_do_not_know_keeps_its_rows(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", source="elsewhere", name="a")
    assert archive.build().column("SELECT url FROM projects") == [f"http://elsewhere.invalid/index.php?project_id={P}"]


@pytest.mark.slow
def test_a_published_release_answers_pandas_and_no_query_writes(archive: ParsedArchive) -> None:
    fill(archive)
    directory = building_dir(archive.data_dir / "curated", "20260101T000000Z")
    archive.write()
    counts = build(archive.settings(), fingerprint=FINGERPRINT, out_dir=directory)
    publish(archive.data_dir / "curated", directory, run_id="20260101T000000Z", counts=counts, keep=3)
    release = open_release(archive.data_dir)
    assert release.query("SELECT count(*) AS n FROM outliers")["n"].tolist() == [0]
    with pytest.raises(QueryError, match="nothing can be changed here, write a SELECT"):
        release.query("COPY projects TO '/dev/null'")
