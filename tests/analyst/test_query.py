"""Questions to the latest release: every format holds the same answer, and nothing can be changed by asking."""

import csv
import io
import json
import re
import shutil
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pyarrow.parquet as pq
import pytest
from rich.cells import cell_len

from pipeline.analyst.query import QueryError, ask, invented_note, query
from pipeline.analyst.result_table import print_answer, shown
from pipeline.core.files import sha256_of
from tests.cli.command import COMMAND, assert_one_line, bma, bma_here, environment, on_terminal
from tests.conftest import ParsedArchive
from tests.publish.compared import ComparedArchive

SQL = "SELECT project_id, agency, budget_received_thb, last_seen_at FROM projects ORDER BY project_id LIMIT 7"


def release_of(data: Path) -> Path:
    return (data / "curated" / "latest").resolve()


def test_every_format_holds_the_same_answer(
    sample_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    release = release_of(sample_data)
    for format_ in ("csv", "json", "parquet"):
        assert query(release, SQL, format_, tmp_path / f"answer.{format_}") == 7
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answer.csv", "answer.json", "answer.parquet"]
    from_parquet = pq.read_table(tmp_path / "answer.parquet").to_pylist()
    from_json = json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))
    from_csv = list(csv.DictReader(io.StringIO((tmp_path / "answer.csv").read_text(encoding="utf-8-sig"))))
    assert [row["project_id"] for row in from_parquet] == [row["project_id"] for row in from_json]
    assert [row["agency"] or None for row in from_csv] == [row["agency"] for row in from_parquet]
    assert [Decimal(row["budget_received_thb"]) for row in from_csv if row["budget_received_thb"]] == [
        row["budget_received_thb"] for row in from_parquet if row["budget_received_thb"] is not None
    ]
    query(release, SQL, "csv", None)
    printed = list(csv.DictReader(io.StringIO(capfd.readouterr().out)))
    assert [row["agency"] for row in printed] == [row["agency"] for row in from_csv]


@pytest.mark.slow
def test_standard_output_can_be_appended_to(sample_data: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    file.write_text("before\n")
    with file.open("a") as stream:
        command = [COMMAND, "query", "SELECT 1 AS one", "--format", "csv", "--data-dir", str(sample_data)]
        subprocess.run(command, stdout=stream, stderr=subprocess.PIPE, check=True, env=environment())
    assert file.read_text() == "before\none\n1\n"


@pytest.mark.slow
def test_a_terminal_without_thai_letters_gets_their_numbers(sample_data: Path) -> None:
    done = bma("query", "SELECT 'ก' AS a", "--data-dir", sample_data, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "\\u0e01" in done.stdout


def test_thai_columns_align(sample_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(release_of(sample_data), "SELECT agency, '|' AS edge FROM projects WHERE agency IS NOT NULL")
    print_answer(answer.columns, answer.rows, is_cut=answer.is_cut)
    lines = [line for line in capsys.readouterr().out.splitlines() if "|" in line]
    assert len(lines) > 30
    assert len({cell_len(line.partition("|")[0]) for line in lines}) == 1


def test_invented_data_is_said_to_be_so(sample_data: Path) -> None:
    said = bma_here("query", "SELECT 1", "--data-dir", sample_data).stderr
    assert said == "Source sample is invented data, except 50490000-3607: do not quote it.\n"


@pytest.mark.slow
def test_a_release_of_real_pages_needs_no_note(archive: ParsedArchive) -> None:
    archive.capture("50490000-0001", "2026-11-01", source="bmavisions", name="จริง")
    assert invented_note(archive.build().path) is None


def contents(folder: Path) -> dict[str, str]:
    """The digest of each file of a release."""
    return {path.name: sha256_of(path) for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE x AS SELECT 1",
        "DELETE FROM projects",
        "ATTACH '{tmp}/x.duckdb' AS x",
        "COPY projects TO '{tmp}/x.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd.csv'",
        "EXPORT DATABASE '{tmp}/x'",
        "INSTALL httpfs",
        "LOAD '{tmp}/x.duckdb_extension'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "",
        "CREATE TEMP TABLE x AS SELECT 1",
        "CREATE TEMP MACRO x() AS 1",
        "SET VARIABLE x = 1",
        "CHECKPOINT",
        "BEGIN",
        "WITH x AS (SELECT 1) DELETE FROM projects",
        "EXPLAIN ANALYZE DELETE FROM projects",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT '\ud800'",
        "SELECT 1; DROP TABLE projects",
        "SELECT 1; SELECT 2",
    ],
)
def test_asking_changes_and_reads_nothing_else(sample_data: Path, tmp_path: Path, sql: str) -> None:
    before = contents(release_of(sample_data))
    with pytest.raises(QueryError) as caught:
        ask(release_of(sample_data), sql.format(tmp=tmp_path))
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert contents(release_of(sample_data)) == before


@pytest.mark.parametrize(
    "sql",
    [
        "DESCRIBE projects",
        "SHOW TABLES",
        "SUMMARIZE runs",
        "FROM projects LIMIT 1",
        "PRAGMA table_info('projects')",
        "PIVOT projects ON status USING count(*) GROUP BY fiscal_year_be",
        "; SELECT 1 -- the end\n;",
    ],
)
def test_every_kind_of_question_is_answered(sample_data: Path, sql: str) -> None:
    assert ask(release_of(sample_data), sql).rows


def test_what_only_duckdb_can_write_is_a_text(sample_data: Path, tmp_path: Path) -> None:
    sql = """SELECT INTERVAL 3 DAY AS n, [INTERVAL 1 HOUR] AS "a""b", {'x': 1.50} AS n, MAP {'k': 1} AS m, 1 AS one"""
    wanted = ("3 days", "['01:00:00']", "{'x': 1.50}", "{k=1}")
    assert ask(release_of(sample_data), sql).rows == [(*wanted, 1)]
    for format_ in ("csv", "xlsx"):
        query(release_of(sample_data), sql, format_, tmp_path / f"answer.{format_}")
    with (tmp_path / "answer.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert [*csv.reader(lines)][1] == [*wanted, "1"]
    assert [cell.value for cell in openpyxl.load_workbook(tmp_path / "answer.xlsx")["answer"][2]] == [*wanted, 1]


@pytest.mark.parametrize("format_", ["table", "csv", "xlsx"])
@pytest.mark.parametrize("value", ["DATE 'infinity'", "DATE '99999-01-01'", "TIMESTAMP '0044-03-15 (BC)'"])
def test_a_day_beyond_the_calendar_is_told(sample_data: Path, tmp_path: Path, value: str, format_: str) -> None:
    output = None if format_ == "table" else tmp_path / "answer"
    with pytest.raises(QueryError, match="outside the years 1 to 9999; cast it to VARCHAR"):
        query(release_of(sample_data), f"SELECT {value} AS day", format_, output)
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_fit_into_memory_does_not_go_beside_the_release(sample_data: Path) -> None:
    release = release_of(sample_data)
    scratch = Path(str(ask(release, "SELECT current_setting('temp_directory')").rows[0][0]))
    assert scratch.parent == Path(tempfile.gettempdir())
    assert not scratch.is_relative_to(release)
    assert not scratch.exists()


def test_cells_that_had_to_be_cut_are_told(sample_data: Path, tmp_path: Path) -> None:
    sql = "SELECT repeat('x', 40_000) AS long, 'y' AS short"
    for format_ in ("csv", "xlsx"):
        asked = ("query", sql, "--format", format_, "--output", tmp_path / "answer", "--data-dir", sample_data)
        assert "1 cell was too long for a spreadsheet and cut; --format json" in bma_here(*asked).stderr


def test_a_question_that_is_no_text_is_told(sample_data: Path) -> None:
    assert_one_line(bma_here("query", "SELECT '\udcff'", "--data-dir", sample_data), 2, "not a text in UTF-8")


def test_a_long_answer_is_cut_on_the_screen_and_says_so(sample_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert query(release_of(sample_data), "SELECT * FROM range(5000)", "table", None) == 1_000
    assert "more than 1,000 rows" in capsys.readouterr().out


def test_an_unwritable_output_is_told_and_leaves_nothing(sample_data: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(QueryError, match="cannot be written"):
        query(release_of(sample_data), "SELECT 1", "csv", tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_temporary_directory_may_have_any_name(
    sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / "it's odd"
    odd.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(odd))
    assert query(release_of(sample_data), "SELECT 1", "csv", tmp_path / "answer.csv") == 1


@pytest.fixture(scope="module")
def hostile_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a release whose texts would drive a terminal."""
    archive = ComparedArchive(tmp_path_factory.mktemp("hostile") / "data")
    archive.capture("50490000-0001", "2026-11-01", name="a\x1b[2J\x07b\u202ec\x9bd", remark="one\rtwo")
    archive.build("curated/releases/20261101T000000Z")
    (archive.data_dir / "curated" / "latest").symlink_to("releases/20261101T000000Z")
    return archive.data_dir


@pytest.mark.parametrize("format_", ["table", *[pytest.param(one, marks=pytest.mark.slow) for one in ("csv", "json")]])
def test_no_control_character_reaches_a_terminal(hostile_data: Path, format_: str) -> None:
    said = on_terminal("query", "SELECT name, remark FROM projects", "--format", format_, "--data-dir", hostile_data)
    # What is left are line ends and the colours of our own table.
    plain = said.replace("\r\n", "\n").replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert "one" in plain
    assert all(character.isprintable() or character == "\n" for character in plain), ascii(plain)


@pytest.mark.slow
def test_an_answer_too_wide_for_the_terminal_is_shown_value_by_value(sample_data: Path) -> None:
    said = on_terminal("query", "SELECT * FROM projects WHERE project_id = '50490000-3607'", "--data-dir", sample_data)
    plain = re.sub(r"\x1b\[\d*m", "", said)
    assert "── 1 ──" in plain
    assert re.search(r"^agency +สำนักงานเขตทุ่งครุ", plain, re.MULTILINE)
    assert re.search(r"^progress_pct +100\s", plain, re.MULTILINE)


def test_values_as_people_read_them() -> None:
    assert shown(None) == ""
    assert shown(Decimal("100.000000")) == "100"
    assert shown(Decimal("0.500")) == "0.500"
    assert shown(["1", None]) == "[1, null]"
    assert shown("two\nlines") == "two lines"


def test_an_empty_answer_has_its_headings(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(("a", "b"), [], is_cut=False)
    assert "a" in capsys.readouterr().out


def test_an_empty_answer_says_so(sample_data: Path) -> None:
    done = bma_here("query", "SELECT project_id FROM projects WHERE false", "--data-dir", sample_data)
    assert done.stdout.splitlines()[0].strip() == "project_id"
    assert done.stdout.splitlines()[-1] == "no rows"


def test_the_question_can_stand_in_a_file_or_on_standard_input(sample_data: Path, tmp_path: Path) -> None:
    file = tmp_path / "my question.sql"
    file.write_text("\ufeff-- how many?\nSELECT 39 AS n, 'ก' AS letter;\n", encoding="utf-8")
    shutil.copy(file, tmp_path / "question.txt")
    options = ("--format", "CSV", "--data-dir", sample_data)
    for done in (
        bma_here("query", file, *options),
        bma_here("query", tmp_path / "question.txt", *options),
        bma("query", "-", *options, stdin="SELECT 39 AS n, 'ก' AS letter"),
    ):
        assert done.stdout == "n,letter\n39,ก\n", done.stderr
    assert_one_line(
        bma_here("query", tmp_path / "none.sql", "--data-dir", sample_data), 2, "none.sql", "cannot be read"
    )
    file.write_bytes(b"SELECT '\xa1'")
    assert_one_line(bma_here("query", file, "--data-dir", sample_data), 2, "UTF-8")


def test_an_answer_in_a_file_for_spreadsheets_is_written_as_export_does(sample_data: Path, tmp_path: Path) -> None:
    sql = (
        "SELECT '=1+1' AS trap, '0000' AS branch_id, 1234.5::DECIMAL(9, 2) AS spent_thb, url, NULL AS none, 'ก' AS ก "
        "FROM projects LIMIT 2"
    )
    for format_ in ("csv", "XLSX"):
        output = tmp_path / f"answer.{format_.lower()}"
        done = bma_here("query", sql, "--format", format_, "--output", output, "--data-dir", sample_data)
        assert f"2 rows in {output}" in done.stderr
    assert (tmp_path / "answer.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "answer.csv").read_text(encoding="utf-8-sig"))))
    assert [(row["trap"], row["branch_id"], row["spent_thb"], row["none"], row["ก"]) for row in rows] == [
        ("'=1+1", "0000", "1234.5", "", "ก")
    ] * 2
    book = openpyxl.load_workbook(tmp_path / "answer.xlsx")
    assert book.sheetnames == ["answer", "NOTES"]
    trap, branch, spent, url, none, thai = book["answer"][2]
    assert (trap.value, trap.data_type, branch.value, none.value, thai.value) == ("=1+1", "s", "0000", None, "ก")
    assert (spent.value, spent.number_format) == (1234.5, "#,##0.00")
    assert url.hyperlink.target == url.value
    notes = [cell.value for cell in book["NOTES"]["A"]]
    assert "invented data" in notes[1]
    assert notes[2] == sql


def test_a_workbook_needs_a_file_and_a_place_to_write_it(sample_data: Path, tmp_path: Path) -> None:
    asked = ("query", "SELECT 1", "--data-dir", sample_data, "--format", "xlsx")
    assert_one_line(bma_here(*asked), 2, "--output")
    assert_one_line(bma_here(*asked, "--output", tmp_path / "none" / "a.xlsx"), 2, "cannot be written")
    assert list(tmp_path.iterdir()) == []
