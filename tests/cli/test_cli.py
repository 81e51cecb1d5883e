"""The installed command as a user meets it: exit codes, one line for every mistake, quick answers."""

import datetime as dt
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import ANY

import duckdb
import pytest

from pipeline.archive.fetch_log import read_fetch_log
from pipeline.archive.warc import Capture, capture_members
from pipeline.core.time import new_run_id
from pipeline.run.lock import data_dir_lock
from pipeline.run.record import write_record
from tests.archive.mounts import read_only
from tests.cli.command import COMMAND, NAMES, Done, assert_one_line, bma, bma_here, environment, on_terminal
from tests.docs.blocks import check_flags
from tests.fetch.misbehaving import project_page
from tests.quick import quick

REAL_TEXT = Path("tests/fixtures/real/50490000-3607.txt").resolve()
# Most of the time a command takes to start is that of typer and of what it converts arguments with.
LIGHT = {"typer", "annotated_doc", "shellingham"}
LIGHT |= {"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}
# Runs a script and names at its end the installed packages it imported; setuptools hooks into every start by itself.
TELL_PACKAGES = """if True:
    import atexit, runpy, sys
    def tell():
        files = [(name, getattr(module, "__file__", None) or "") for name, module in sys.modules.items()]
        packages = {name.partition(".")[0] for name, file in files if "site-packages" in file}
        print(*packages - {"_distutils_hack"}, file=sys.stderr)
    atexit.register(tell)
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
"""


def archive_only(*arguments: str | Path) -> Done:
    """Import without the release that follows, for what is said of the files and stands in data/raw."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.run.import_captures.release_archive", lambda *arguments: None)
        return bma_here("import", *arguments)


def imports_of(*arguments: str | Path) -> set[str]:
    """The modules that the command imports, those of the standard library too."""
    command = [sys.executable, "-X", "importtime", COMMAND, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=True)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


class TestExitCodes:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["no-such-command"],
            ["refresh", "--no-such-flag"],
            ["show"],
            ["import"],
            ["refresh", "--rate", "fast"],
            ["show", "50490000-3607", "--version", "one"],
        ],
    )
    def test_wrong_usage_is_2(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
        monkeypatch.chdir(tmp_path)
        done = bma_here(*arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("command", ["refresh", "fetch", "discover"])
    def test_an_unknown_source_is_one_line_and_2(self, tmp_path: Path, command: str) -> None:
        done = bma_here(command, "--source", "nowhere", "--data-dir", tmp_path / "data")
        assert_one_line(done, 2, "unknown source 'nowhere'", "sample")
        assert not (tmp_path / "data").exists()

    def test_wrong_settings_are_one_line_and_2(self, tmp_path: Path) -> None:
        (tmp_path / "bma-projects.toml").write_text("[fetch]\nrate = -1\n")
        assert_one_line(bma("status", cwd=tmp_path), 2, "bma-projects.toml, line 2", "fetch.rate")

    @pytest.mark.parametrize(
        "arguments",
        [
            ["query", "SELECT 1", "--format", "yaml"],
            ["query", "SELEC 1"],
            pytest.param(["query", "SELECT nosuch FROM projects"], marks=pytest.mark.slow),
            ["query", "DROP TABLE projects"],
            pytest.param(["query", "COPY projects TO 'stolen.csv'"], marks=pytest.mark.slow),
            pytest.param(["query", "SELECT * FROM read_text('/etc/passwd')"], marks=pytest.mark.slow),
            pytest.param(["query", ""], marks=pytest.mark.slow),
            ["query", "SELECT 1", "--output", "x.txt"],
            pytest.param(["query", "SELECT 1", "--format", "csv", "--output", "."], marks=pytest.mark.slow),
            pytest.param(["query", "SELECT 1", "--format", "csv", "--output", ""], marks=pytest.mark.slow),
            ["export", "nosuch"],
            pytest.param(["export", "--format", "ods"], marks=pytest.mark.slow),
            pytest.param(["report", "--format", "pdf"], marks=pytest.mark.slow),
            ["releases", "--to", "20200101T000000Z"],
            ["prune", "--keep", "0"],
        ],
    )
    def test_a_wrong_value_is_one_line_and_2(
        self, sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert_one_line(bma_here(*arguments, "--data-dir", sample_data), 2)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "arguments",
        [
            ["show", "50490000-9999"],
            ["show", "50490000-3607", "--version", "7"],
            ["show", "50490000-3607", "--source", "bs2568"],
            ["releases", "--rollback"],
            ["releases", "--rollback", "--to", "20200101T000000Z"],
        ],
    )
    def test_what_is_not_there_is_one_line_and_1(self, sample_data: Path, arguments: list[str]) -> None:
        assert_one_line(bma_here(*arguments, "--data-dir", sample_data), 1)

    @pytest.mark.parametrize("command", [["query", "SELECT 1"], ["show", "x"], ["export"], ["report"]])
    def test_before_the_first_release_commands_say_what_to_do(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert_one_line(bma_here(*command, "--data-dir", tmp_path / "none"), 1, "bma-projects refresh")

    def test_a_damaged_database_is_one_line(self, sample_copy: Path) -> None:
        database = next((sample_copy / "curated" / "releases").glob("*/*.duckdb"))
        database.chmod(0o644)
        database.write_bytes(b"not a database" * 1000)
        assert_one_line(bma_here("query", "SELECT 1", "--data-dir", sample_copy), 1, "not the file that SHA256SUMS")


class TestDataDirectory:
    @pytest.mark.parametrize("command", [["refresh"], ["import", str(REAL_TEXT)], ["build"], ["parse"], ["fetch"]])
    def test_a_path_that_is_no_directory_is_one_line_and_1(self, tmp_path: Path, command: list[str]) -> None:
        (tmp_path / "file").write_text("")
        assert_one_line(bma_here(*command, "--data-dir", tmp_path / "file"), 1, "cannot be written", "--data-dir")

    @pytest.mark.slow
    def test_a_read_only_directory_is_one_line_and_1_and_can_be_looked_at(self, sample_copy: Path) -> None:
        with read_only(sample_copy):
            for command in ("refresh", "build"):
                assert_one_line(bma(command, "--data-dir", sample_copy), 1, "cannot be written", str(sample_copy))
            for looking in (["status"], ["show", "50490000-3607"], ["verify"], ["query", "SELECT 1"]):
                assert bma_here(*looking, "--data-dir", sample_copy).returncode == 0


class TestImport:
    def test_a_real_text_becomes_a_release(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        done = bma_here("import", REAL_TEXT, "--data-dir", data, "--source", "bmavisions")
        assert done.returncode == 0, done.stderr
        assert "import: 1 file looked at (1 HTML or text): 1 page archived, 1 dated by its file alone" in done.stderr
        shown = bma_here("show", "50490000-3607", "--data-dir", data)
        assert "สำนักงานเขตทุ่งครุ · source bmavisions · listed" in shown.stdout
        assert "INVENTED" not in shown.stdout
        again = bma_here("import", REAL_TEXT, "--data-dir", data, "--source", "bmavisions")
        assert again.returncode == 0
        assert "no new captures" in again.stderr
        assert len(list((data / "curated" / "releases").iterdir())) == 1

    @pytest.mark.slow
    def test_pages_without_an_address_are_told_to_count_as_invented(self, tmp_path: Path) -> None:
        done = bma_here("import", REAL_TEXT, "--data-dir", tmp_path / "data")
        assert done.returncode == 0
        assert "files without an address: 1; they count as pages of sample, so as invented" in done.stderr
        named = bma_here("import", REAL_TEXT, "--data-dir", tmp_path / "named", "--source", "bmavisions")
        assert "without an address" not in named.stderr

    def test_a_mistyped_name_is_wrong_usage_and_not_the_last_run(self, sample_data: Path, tmp_path: Path) -> None:
        before = bma_here("status", "--json", "--data-dir", sample_data).stdout
        done = bma_here("import", tmp_path / "nowhere.html", tmp_path / "none", "--data-dir", sample_data)
        assert_one_line(done, 2, f"bma-projects: {tmp_path / 'nowhere.html'}: there is no such file or directory")
        after = bma_here("status", "--json", "--data-dir", sample_data).stdout
        assert json.loads(after)["last_run"] == json.loads(before)["last_run"]

    @pytest.mark.parametrize("kind", ["empty directory", "other bytes", "other page", "unreadable"])
    def test_what_is_no_project_page_is_one_line_and_leaves_nothing(self, tmp_path: Path, kind: str) -> None:
        source, data = tmp_path / "source", tmp_path / "data"
        if kind == "empty directory":
            source.mkdir()
        elif kind == "other bytes":
            source.write_bytes(bytes(range(256)) * 40)
        elif kind == "other page":
            source.write_text("<html><body><h1>Hello</h1></body></html>")
        elif kind == "unreadable":
            source.symlink_to(source)
        assert_one_line(bma_here("import", source, "--data-dir", data), 1, str(source))
        assert not list((data / "raw").iterdir())
        assert not (data / "curated").exists()

    def test_a_name_that_is_no_text_is_told_and_recorded(self, tmp_path: Path) -> None:
        source, data = tmp_path / os.fsdecode(b"page-\xff.html"), tmp_path / "data"
        source.write_text("<html><body><h1>Hello</h1></body></html>")
        assert_one_line(bma_here("import", source, "--data-dir", data), 1, "page-\N{REPLACEMENT CHARACTER}.html")
        (record,) = (json.loads(path.read_text("utf-8")) for path in (data / "runs").glob("*.json"))
        assert "page-\N{REPLACEMENT CHARACTER}.html" in record["problems"][0]

    @pytest.mark.slow
    def test_a_good_file_beside_a_bad_one_is_kept_and_the_bad_one_told(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        done = bma_here("import", tmp_path / "nowhere.html", REAL_TEXT, "--data-dir", data, "--source", "bmavisions")
        assert_one_line(done, 1, "nowhere.html")
        assert bma_here("show", "50490000-3607", "--data-dir", data).returncode == 0

    @pytest.mark.slow
    def test_the_closing_lines_name_release_report_and_next_command(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        done = bma_here("import", REAL_TEXT, "--data-dir", data, "--source", "bmavisions")
        (release,) = (data / "curated" / "releases").iterdir()
        said = done.stdout.splitlines()
        assert said[0].endswith(": published")
        assert f"Release   {release}" in said
        assert f"Report    {release / 'quality.html'}" in said
        assert f"Explorer  {release / 'explorer.html'}" in said
        assert said[-1].startswith("Next      ")
        assert re.search(r"^  archived +1$", done.stdout, re.MULTILINE)
        dated = ("--captured-at", "2023-05-01", "--source", "bmavisions")
        quiet = bma_here("import", REAL_TEXT, "--data-dir", data, *dated, "--quiet")
        assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")

    @pytest.mark.slow
    def test_three_closing_tables_fit_a_narrow_terminal(self, tmp_path: Path) -> None:
        said = on_terminal("import", REAL_TEXT, "--data-dir", tmp_path / "data", columns=50)
        tables = re.sub(r"\x1b\[[0-9;]*m", "", said.partition("Source ")[0]).splitlines()
        assert [line.strip() for line in tables if re.fullmatch(r"\w+ *", line)] == ["Pages", "Rows", "Issues"]
        assert max(map(len, tables)) <= 50
        assert not any("…" in line for line in tables)

    @pytest.mark.slow
    def test_only_the_sources_of_what_came_are_named(self, tmp_path: Path) -> None:
        warc = Path(__file__).parents[1] / "importing" / "cases" / "dechunked.warc.gz"
        done = bma_here("import", warc, "--data-dir", tmp_path / "data")
        (record,) = (json.loads(path.read_text("utf-8")) for path in (tmp_path / "data" / "runs").glob("*.json"))
        assert [source["source_id"] for source in record["sources"]] == ["bmavisions"]
        assert "invented" not in done.stdout

    def test_formats_that_are_not_read_are_counted_with_the_way_that_works(self, tmp_path: Path) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        shutil.copy(REAL_TEXT, folder / "page.txt")
        (folder / "page.pdf").write_bytes(b"%PDF-1.7")
        (folder / "style.css").write_text("body {}")
        done = archive_only(folder, "--data-dir", tmp_path / "data")
        assert done.returncode == 0, done.stderr
        assert (
            "1 of the files in directories left out: PDF; for what it holds, open the page and save it" in done.stderr
        )
        assert "import: 3 files looked at (1 HTML or text): 1 page archived, 1 of another site" in done.stderr

    def test_a_damaged_record_is_told_once_and_ends_in_1(self, tmp_path: Path) -> None:
        wrong = Path(__file__).parents[1] / "importing" / "cases" / "warc-wrong-digests.warc"
        done = archive_only(wrong, REAL_TEXT, "--data-dir", tmp_path / "data", "--source", "bmavisions")
        assert_one_line(done, 1, "record <urn:uuid:00000000-0000-4000-8000-000000000040>", "its block digest is not")
        assert "1 page archived, 1 damaged, not read" in done.stderr

    def test_a_body_beyond_the_largest_of_the_settings_is_told(self, tmp_path: Path) -> None:
        settings = tmp_path / "settings.toml"
        settings.write_text("[fetch]\nmax_body_bytes = 9000\n")
        original = Path(__file__).parents[1] / "importing" / "cases" / "revisit-1-original.warc"
        done = archive_only(original, "--data-dir", tmp_path / "data", "--config", settings)
        assert_one_line(done, 1, "its body is larger than 9000 bytes")

    def test_an_import_that_was_killed_while_it_archived_is_finished_by_the_same_command(self, tmp_path: Path) -> None:
        data, many = tmp_path / "data", tmp_path / "many.warc"
        many.write_bytes(warc_of_pages(400, dt.datetime(2023, 5, 1, tzinfo=dt.UTC)))
        arguments = [COMMAND, "import", str(many), "--data-dir", str(data)]
        with subprocess.Popen(arguments, env=environment(), stderr=subprocess.DEVNULL) as killed:
            while killed.poll() is None and not journalled(data):
                time.sleep(0.01)
            killed.kill()
        assert not (data / "curated").exists()
        done = bma_here(*arguments[1:])
        assert done.returncode == 0, done.stderr
        assert re.search(r"[0-9]+ pages archived, [0-9]+ known already", done.stderr)
        with latest(data) as con:
            assert con.execute("SELECT count(*) FROM projects").fetchall() == [(400,)]

    @pytest.mark.slow
    def test_an_import_of_nothing_but_changes_is_published(self, tmp_path: Path) -> None:
        data, may, june = tmp_path / "data", tmp_path / "may.warc", tmp_path / "june.warc"
        may.write_bytes(warc_of_pages(30, dt.datetime(2023, 5, 1, tzinfo=dt.UTC)))
        june.write_bytes(warc_of_pages(30, dt.datetime(2023, 6, 1, tzinfo=dt.UTC), " แก้ไข"))
        assert bma_here("import", may, "--data-dir", data).returncode == 0
        done = bma_here("import", june, "--data-dir", data)
        assert done.returncode == 0, done.stderr
        with latest(data) as con:
            assert con.execute("SELECT count(*), min(n_versions) FROM projects").fetchall() == [(30, 2)]

    @pytest.mark.slow
    def test_a_page_that_was_cut_refuses_no_first_release(self, tmp_path: Path) -> None:
        data, cut = tmp_path / "data", tmp_path / "cut.html"
        cut.write_bytes(project_page("50010000-0001")[:7000])
        done = bma_here("import", cut, REAL_TEXT, "--data-dir", data, "--captured-at", "2023-05-01")
        assert done.returncode == 0, done.stderr
        assert "1 page archived, 1 kept as evidence, not a whole project page" in done.stderr
        with latest(data) as con:
            assert con.execute("SELECT project_id FROM projects").fetchall() == [("50490000-3607",)]

    @pytest.mark.slow
    def test_an_import_that_was_killed_before_its_release_is_finished_by_the_same_command(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        at = ("--captured-at", "2023-05-01", "--data-dir", data)
        assert bma_here("import", REAL_TEXT, *at).returncode == 0
        page = tmp_path / "page.html"
        page.write_bytes(project_page("50010000-0001"))
        assert bma_here("import", page, *at).returncode == 0
        killed = max((data / "curated" / "releases").iterdir())
        (data / "curated" / "latest").unlink()
        (data / "curated" / "latest").symlink_to(min((data / "curated" / "releases").iterdir()))
        shutil.rmtree(killed)
        for partition in (data / "parsed").rglob(f"*{killed.name}*"):
            shutil.rmtree(partition) if partition.is_dir() else partition.unlink()
        done = bma_here("import", page, *at)
        assert done.returncode == 0, done.stderr
        assert "1 known already" in done.stderr
        with latest(data) as con:
            assert con.execute("SELECT count(*) FROM projects").fetchall() == [(2,)]

    @pytest.mark.slow
    def test_a_record_of_the_year_1_is_told_and_every_command_goes_on(self, tmp_path: Path) -> None:
        data, old = tmp_path / "data", tmp_path / "old.warc"
        assert bma_here("import", REAL_TEXT, "--data-dir", data).returncode == 0
        url = "http://www.bmavisions.com/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id=50010000-0001"
        body = b"HTTP/1.1 200 OK\r\n\r\n" + project_page("50010000-0001")
        head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 0001-01-01T00:00:00Z\r\n"
        old.write_bytes(head.encode() + b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(body), body))
        assert_one_line(
            bma_here("import", old, "--data-dir", data), 1, url, "'0001-01-01T00:00:00Z' lies before the web"
        )
        for command in (("status",), ("verify",), ("build",), ("discover", "--archive"), ("show", "50490000-3607")):
            assert bma_here(*command, "--data-dir", data).returncode == 0, command

    @pytest.mark.slow
    def test_the_question_to_ask_next_counts_each_project_once(self, tmp_path: Path) -> None:
        done = bma_here("import", REAL_TEXT, "--data-dir", tmp_path / "data", "--source", "bmavisions")
        asked = re.search(r'^Next .* query "(.+)" --data-dir', done.stdout, re.MULTILINE)
        assert asked is not None, done.stdout
        assert "FROM projects_unique" in asked[1]
        answer = bma_here("query", asked[1], "--data-dir", tmp_path / "data", "--format", "csv")
        assert answer.stdout.splitlines()[1:] == ["สำนักงานเขตทุ่งครุ,1"], answer.stderr


class TestCaptureTime:
    def test_a_file_without_a_time_gets_the_one_that_is_given(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        given = ("--captured-at", "2023-05-01T15:21:00+07:00")
        done = archive_only(REAL_TEXT, "--data-dir", data, "--source", "bmavisions", *given)
        assert "import: 1 file looked at (1 HTML or text): 1 page archived\n" in done.stderr
        assert "dated by their file" not in done.stderr
        (row,) = read_fetch_log(*(data / "raw").glob("*.fetches.parquet"))
        at = dt.datetime(2023, 5, 1, 8, 21, tzinfo=dt.UTC)
        assert (row.requested_at, row.time_basis, row.outcome) == (at, "given", "new")

    def test_one_that_its_file_alone_dates_is_told_with_what_to_do(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        done = archive_only(REAL_TEXT, "--data-dir", data, "--source", "bmavisions")
        assert "1 page archived, 1 dated by its file alone\n" in done.stderr
        (told,) = (line for line in done.stderr.splitlines() if "dated by file alone: 1 capture, which" in line)
        assert "--captured-at" in told
        (record,) = (json.loads(path.read_text("utf-8")) for path in (data / "runs").glob("*.json"))
        assert (record["counts"]["import_undated"], record["counts"]["import_refused"]) == (1, 0)

    def test_a_time_that_contradicts_what_the_file_states_is_told(self, tmp_path: Path) -> None:
        page, data = tmp_path / "page.html", tmp_path / "data"
        page.write_bytes(
            b"<!-- Page saved with SingleFile\n url: http://www.bmavisions.com/dp/frontend/web/index.php"
            b"?r=tbl-project-main%2Fview&project_id=50010000-0001\n"
            b" saved date: Mon May 01 2023 08:21:00 GMT+0000 (UTC)\n-->" + project_page("50010000-0001")
        )
        done = archive_only(page, "--data-dir", data, "--captured-at", "2024-01-01")
        assert "says that it was saved at 2023-05-01 08:21 UTC, which counts; given was 2024-01-01 00:00" in done.stderr

    @pytest.mark.parametrize(
        ("time", "said"),
        [("yesterday", "not readable"), ("2566-05-01T08:21:00Z", "Buddhist era, 2023 CE"), ("1994-01-01", "before")],
    )
    def test_a_time_that_cannot_be_is_one_line_and_2(self, tmp_path: Path, time: str, said: str) -> None:
        done = bma_here("import", REAL_TEXT, "--captured-at", time, "--data-dir", tmp_path / "data")
        assert_one_line(done, 2, "--captured-at", repr(time), said)
        assert not (tmp_path / "data").exists()

    def test_an_undo_takes_no_time(self, tmp_path: Path) -> None:
        arguments = ("--undo", "20200101T000000Z", "--captured-at", "2023-05-01")
        assert_one_line(bma_here("import", *arguments, "--data-dir", tmp_path / "data"), 2, "--captured-at", "files")


class TestUndo:
    @pytest.mark.slow
    def test_the_state_before_the_import_is_the_newest_again(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        for name, at, remark in (("true", "2023-05-01", ""), ("false", "2023-06-01", "ไม่จริง")):
            (tmp_path / name).write_bytes(project_page("50010000-0001", remark))
            flags = ("--captured-at", at, "--source", "bmavisions", "--data-dir", data)
            assert bma_here("import", tmp_path / name, *flags).returncode == 0
        with latest(data) as con:
            assert con.execute("SELECT n_versions FROM projects").fetchall() == [(2,)]
        run_id = max(path.stem for path in (data / "runs").glob("*.json"))
        done = bma_here("import", "--undo", run_id, "--data-dir", data)
        assert done.returncode == 0, done.stderr
        with latest(data) as con:
            assert con.execute(
                "SELECT n_versions, n_edits FROM projects, (SELECT count(*) AS n_edits FROM project_changes)"
            ).fetchall() == [(1, 0)]

    @pytest.mark.slow
    def test_an_import_that_is_taken_back_leaves_the_tables_and_stays_archived(self, tmp_path: Path) -> None:
        data, gone = tmp_path / "data", tmp_path / "gone.warc"
        gone.write_bytes(warc_of_missing_page())
        assert bma_here("import", gone, "--data-dir", data, "--source", "bmavisions").returncode == 0
        (run_id,) = (path.stem for path in (data / "runs").glob("*.json"))
        done = bma_here("import", "--undo", run_id, "--data-dir", data)
        assert done.returncode == 0, done.stderr
        assert f"import {run_id} of bmavisions is withdrawn" in done.stderr
        with latest(data) as con:
            assert con.execute("SELECT count(*) FROM page_status").fetchone() == (0,)
            runs = con.execute("SELECT withdrawn_by IS NOT NULL, n_missing FROM runs ORDER BY run_id").fetchall()
        assert runs == [(True, 1), (False, 0)]
        assert f"Withdrawn  {run_id}: " in bma_here("status", "--data-dir", data).stdout
        assert json.loads(bma_here("status", "--json", "--data-dir", data).stdout)["withdrawn_imports"] == [run_id]
        assert "2 fetch-log rows, 1 import withdrawn, " in bma_here("verify", "--data-dir", data).stdout
        again = bma_here("import", gone, "--data-dir", data, "--source", "bmavisions")
        assert "1 kept as evidence, not a whole project page" in again.stderr
        with latest(data) as con:
            assert con.execute("SELECT last_outcome FROM page_status").fetchall() == [("missing",)]

    def test_what_cannot_be_taken_back_is_one_line_and_2_and_leaves_nothing(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        assert_one_line(bma_here("import", "--undo", "20200101T000000Z", "--data-dir", data), 2, "20200101T000000Z")
        assert not data.exists()

    def test_a_fetch_cannot_be_taken_back(self, sample_data: Path) -> None:
        (run_id,) = (path.stem for path in (sample_data / "runs").glob("*.json"))
        n_files = len(list((sample_data / "raw").iterdir()))
        assert_one_line(bma_here("import", "--undo", run_id, "--data-dir", sample_data), 2, run_id, "not an import")
        assert len(list((sample_data / "raw").iterdir())) == n_files

    @pytest.mark.parametrize("arguments", [[], ["--undo", "20200101T000000Z", str(REAL_TEXT)]])
    def test_it_is_either_files_or_an_undo(self, tmp_path: Path, arguments: list[str]) -> None:
        assert_one_line(bma_here("import", *arguments, "--data-dir", tmp_path / "data"), 2, "--undo")
        assert not (tmp_path / "data").exists()


def warc_of_pages(number: int, at: dt.datetime, remark: str = "") -> bytes:
    """Captures of that many projects."""
    home, html = "http://www.bmavisions.com/dp/frontend/web/index.php", (("Content-Type", "text/html"),)
    pages = {f"50010000-{running:04d}": project_page(f"50010000-{running:04d}", remark) for running in range(number)}
    return b"".join(
        capture_members(
            Capture(f"{home}?r=tbl-project-main%2Fview&project_id={name}", at, page, "text/html", 200, "OK", html)
        )
        for name, page in pages.items()
    )


def journalled(data: Path) -> bool:
    """Whether an import has archived some pages, and is at it still."""
    return any(len(journal.read_bytes().splitlines()) > 20 for journal in (data / "raw").glob("*.journal"))


def warc_of_missing_page() -> bytes:
    """A capture that says that a page is not there."""
    body = (Path(__file__).parents[2] / "pipeline" / "sample" / "site" / "other" / "not-found.html").read_bytes()
    url = "http://www.bmavisions.com/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id=50010000-0001"
    at = dt.datetime(2023, 5, 1, 8, tzinfo=dt.UTC)
    return capture_members(Capture(url, at, body, "text/html", 404, "Not Found", (("Content-Type", "text/html"),)))


def latest(data: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(data / "curated" / "latest" / "bma_projects.duckdb"), read_only=True)


class TestHelp:
    def test_every_command_says_what_it_does(self) -> None:
        said = bma_here("--help").stdout
        for name in NAMES:
            assert re.search(rf"^  {name} +\w+ \w+", said, re.MULTILINE)

    @pytest.mark.parametrize("name", NAMES)
    def test_a_command_explains_each_of_its_flags(self, name: str) -> None:
        said = bma_here(name, "--help").stdout
        assert f"Usage: bma-projects {name}" in said
        # A flag that is too long for its column is explained in the next line.
        explained = re.findall(r"^  (?:-\w, )?(--[\w-]+)(?: <\w+>)?(?:\n *| {2,})(.+)", said, re.MULTILINE)
        assert {flag for flag, _ in explained} == set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", said, re.MULTILINE))
        assert [flag for flag, words in explained if len(words.split()) < 3] == []

    @pytest.mark.parametrize("name", NAMES)
    def test_a_command_shows_one_example_that_it_understands(self, name: str) -> None:
        (example,) = re.findall(r"^  Example: bma-projects ((?:.+\n)+)", bma_here(name, "--help").stdout, re.MULTILINE)
        arguments = shlex.split(" ".join(example.split()))
        assert arguments[0] == name
        check_flags(arguments)

    @pytest.mark.parametrize("name", ["show", "query", "export", "cite", "report"])
    def test_an_example_that_is_tried_leaves_no_file_that_git_would_show(
        self, name: str, sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (example,) = re.findall(r"^  Example: bma-projects ((?:.+\n)+)", bma_here(name, "--help").stdout, re.MULTILINE)
        monkeypatch.chdir(tmp_path)
        done = bma_here(*shlex.split(" ".join(example.split())), "--data-dir", sample_data)
        assert done.returncode == 0, done.stderr
        assert {path.name for path in tmp_path.iterdir()} <= {"export", "report"}

    def test_the_version_is_told(self) -> None:
        assert re.fullmatch(r"bma-projects \d+\.\d+\.\d+\n", bma_here("--version").stdout)

    def test_every_command_of_the_design_is_there(self) -> None:
        design = (
            "refresh discover fetch import harvest parse build report "
            "show query explore export cite status check verify releases prune settings"
        )
        assert set(design.split()) == set(NAMES)

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            # As a variable that is not set makes them.
            (("refresh", "--data-dir", ""), "--data-dir: data_dir = '' is wrong"),
            (("build", "--accept", " "), "--accept needs the reason"),
            (("verify", "--data-dir", "nowhere"), "nowhere: there is no such directory"),
        ],
    )
    def test_a_flag_without_a_value_that_makes_sense_is_wrong_usage(
        self, arguments: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert_one_line(bma_here(*arguments), 2, words)
        assert list(tmp_path.iterdir()) == []

    def test_a_directory_without_a_release_says_so(self, tmp_path: Path) -> None:
        done = bma_here("releases", "--data-dir", tmp_path)
        assert (done.returncode, done.stdout.count("\n")) == (0, 1)
        assert "no release yet; run `bma-projects refresh`" in done.stdout

    @pytest.mark.parametrize("command", ["show", "cite"])
    def test_help_claims_no_default_source_where_any_is_taken(self, command: str) -> None:
        said = " ".join(bma_here(command, "--help").stdout.split())
        assert "where several have the project. [default: any]" in said

    @pytest.mark.parametrize("arguments", quick(2, [["--help"], ["status"], ["settings"], ["releases"]]))
    def test_looking_imports_nothing_heavy(self, sample_data: Path, arguments: list[str]) -> None:
        flags = ["--data-dir", str(sample_data)] if arguments != ["--help"] else []
        command = [sys.executable, "-c", TELL_PACKAGES, COMMAND, *arguments, *flags]
        done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=True)
        imported = set(done.stderr.split())
        assert "typer" in imported
        assert imported <= LIGHT

    def test_help_imports_nothing_that_only_a_run_uses(self) -> None:
        imported = imports_of("--help")
        assert "typer" in imported
        assert imported.isdisjoint({"email", "logging", "zipfile", "pydantic"})

    @pytest.mark.parametrize("arguments", quick(1, [["show", "50490000-3607"], ["verify"]]))
    def test_answers_do_not_take_the_time_to_import_pandas(self, sample_data: Path, arguments: list[str]) -> None:
        imported = imports_of(*arguments, "--data-dir", sample_data)
        assert "pyarrow" in imported
        assert "pandas" not in imported


class TestStatus:
    def test_it_tells_how_things_stand(self, sample_data: Path) -> None:
        done = bma_here("status", "--data-dir", sample_data)
        assert done.returncode == 0
        assert re.search(r"Last run +\d{8}T\d{6}Z refresh: published", done.stdout)
        assert re.search(r"Fetched +sample \d+ minutes? ago$", done.stdout, re.MULTILINE)
        assert re.search(r"Failing +7 pages", done.stdout)
        assert re.search(r"Disk +raw [\d.]+ kB, parsed .*free", done.stdout)

    def test_json_for_a_monitor(self, sample_data: Path) -> None:
        said = json.loads(bma_here("status", "--json", "--data-dir", sample_data).stdout)
        assert said["last_run"]["status"] == "published"
        assert said["is_old"] is False
        assert said["disk_bytes"]["raw"] > 0
        assert said["running"] is None

    @pytest.mark.parametrize("started_at", ["null", '"yesterday"', '"2026-11-22T21:20:23"', "[" * 5000])
    def test_a_file_that_is_no_record_is_passed_over(self, tmp_path: Path, started_at: str) -> None:
        runs = tmp_path / "runs"
        runs.mkdir()
        (runs / "20261122T212023Z.json").write_text(f'{{"run_id": "20261122T212023Z", "started_at": {started_at}}}')
        assert "Last run   none yet" in bma_here("status", "--data-dir", tmp_path).stdout

    def test_a_run_that_was_killed_is_called_so_at_once(self, tmp_path: Path) -> None:
        runs = tmp_path / "runs"
        runs.mkdir()
        record = {"run_id": "20261122T212023Z", "command": "refresh", "status": "running"}
        file = runs / "20261122T212023Z.json"
        file.write_text(json.dumps({**record, "started_at": "2026-11-22T21:20:23+00:00"}))
        assert "refresh: killed" in bma_here("status", "--data-dir", tmp_path).stdout
        with data_dir_lock(tmp_path, "bma-projects refresh"):
            assert "refresh: running" in bma_here("status", "--data-dir", tmp_path).stdout

    def test_too_old_a_release_is_1(self, sample_data: Path) -> None:
        done = bma("status", "--data-dir", sample_data, BMA_ALARM_MAX_RELEASE_AGE_HOURS="0.000001")
        assert done.returncode == 1
        assert "OLDER than" in done.stdout

    def test_a_source_that_gives_nothing_is_1_though_releases_are_made(self, sample_copy: Path) -> None:
        now = dt.datetime.now(dt.UTC)

        def ran(hours_ago: int, command: str = "refresh", **counts: dict[str, int]) -> None:
            at = now - dt.timedelta(hours=hours_ago)
            sources = [{"source_id": name, "counts": given} for name, given in counts.items()]
            record = {"run_id": new_run_id(at), "command": command, "status": "published", "problems": []}
            write_record(
                sample_copy / "runs",
                {**record, "started_at": at.isoformat(), "sources": sources},
                f"{new_run_id(at)}.json",
            )

        ran(100, gone={"new": 5}, silent={"new": 5}, alive={"new": 5}, resting={"new": 5})
        ran(50, silent={"due": 5, "failed": 5})
        ran(20, silent={"due": 5, "failed": 5}, alive={"due": 5, "unchanged": 5}, resting={"due": 0, "listed": 9})
        ran(3, unheard={}, silent={"due": 5, "failed": 5, "listed": 9})
        ran(2, "discover", silent={"listed": 9})
        done = bma_here("status", "--quiet", "--data-dir", sample_copy)
        assert done.returncode == 1
        (line,) = [line for line in done.stdout.splitlines() if line.startswith("Fetched")]
        assert line.split(None, 1)[1].split("; ") == [
            "alive 20 hours ago",
            "resting 20 hours ago",
            ANY,
            "silent 4 days ago, OLDER than 36 hours",
            "unheard NEVER",
        ]
        assert json.loads(bma_here("status", "--json", "--data-dir", sample_copy).stdout)["silent_sources"] == [
            "silent",
            "unheard",
        ]

    @pytest.mark.parametrize("closed", ["<&- >&-", pytest.param("2>&-", marks=pytest.mark.slow)])
    def test_a_closed_stream_is_no_error(self, tmp_path: Path, closed: str) -> None:
        command = ["sh", "-c", f'exec "$0" settings {closed}', COMMAND]
        done = subprocess.run(command, capture_output=True, text=True, env=environment(), cwd=tmp_path, check=False)
        assert (done.returncode, done.stderr) == (0, "")

    def test_quiet_speaks_only_when_something_is_wrong(self, sample_data: Path, tmp_path: Path) -> None:
        assert bma_here("status", "--quiet", "--data-dir", sample_data).stdout == ""
        assert "none yet" in bma_here("status", "--quiet", "--data-dir", tmp_path / "none").stdout

    def test_without_a_release_it_is_1_and_says_what_to_do(self, tmp_path: Path) -> None:
        done = bma_here("status", "--data-dir", tmp_path / "none")
        assert done.returncode == 1
        assert "bma-projects refresh" in done.stdout
        assert not (tmp_path / "none").exists()


class TestStages:
    def test_stages_with_nothing_to_do_say_so(self, sample_copy: Path) -> None:
        for command, words in (("parse", "nothing to parse"), ("build", "nothing to build")):
            done = bma_here(command, "--data-dir", sample_copy)
            assert done.returncode == 0, done.stderr
            assert words in done.stderr
        assert bma_here("build", "--data-dir", sample_copy, "--quiet").stderr == ""
        assert len(list((sample_copy / "curated" / "releases").iterdir())) == 1

    def test_a_build_without_pages_stops(self, tmp_path: Path) -> None:
        assert_one_line(bma_here("build", "--data-dir", tmp_path / "data"), 1, "no page is archived", "import FILE")
        assert not list((tmp_path / "data" / "curated").glob("releases/*"))

    def test_where_no_page_ever_came_nothing_is_published(self, tmp_path: Path) -> None:
        unreachable = ("--source", "bs2568", "--base-url", "http://127.0.0.1:9/index.php")
        other = tmp_path / "other.html"
        other.write_text("<html><body><h1>Hello</h1></body></html>")
        data = tmp_path / "data"
        for command in (("refresh", *unreachable), ("import", other)):
            done = bma_here(*command, "--data-dir", data)
            assert done.returncode == 1
            assert "no page is archived" in done.stderr
            assert not (data / "curated" / "latest").is_symlink()
        assert bma_here("status", "--data-dir", data).returncode == 1

    @pytest.mark.slow
    def test_a_lost_layer_is_made_again_from_the_one_before(self, sample_data: Path, sample_copy: Path) -> None:
        shutil.rmtree(sample_copy / "parsed")
        shutil.rmtree(sample_copy / "curated")
        assert bma_here("build", "--data-dir", sample_copy).returncode == 0
        for file in (sample_data / "curated" / "latest").glob("*.parquet"):
            if file.stem != "runs":
                assert (sample_copy / "curated" / "latest" / file.name).read_bytes() == file.read_bytes(), file.name

    def test_discover_names_the_projects_of_the_archive(self, sample_copy: Path) -> None:
        done = bma_here("discover", "--archive", "--data-dir", sample_copy)
        assert done.returncode == 0
        assert "50490000-3607" in done.stdout.splitlines()
        assert len(done.stdout.splitlines()) == 39
        planned = bma_here("discover", "--archive", "--plan", "--data-dir", sample_copy)
        assert planned.stdout.startswith("39 of 39 pages due")
        group = "39 due 0 expected new 0 later asked for by name or by the source's setting"
        assert " ".join(planned.stdout.splitlines()[1].split()) == group

    def test_verify_reads_everything_again(self, sample_data: Path) -> None:
        done = bma_here("verify", "--data-dir", sample_data)
        assert done.returncode == 0, done.stdout
        assert "0 problems" in done.stdout

    def test_the_newest_segment_cannot_go_unseen(self, sample_copy: Path) -> None:
        (log,) = (sample_copy / "raw").glob("*.fetches.parquet")
        segment = log.name.removesuffix(".fetches.parquet")
        for path in (sample_copy / "raw").iterdir():
            path.unlink()
        done = bma_here("verify", "--data-dir", sample_copy)
        assert done.returncode == 1
        assert f"{segment}: the segment is gone, though" in done.stdout
        before = (sample_copy / "curated" / "latest").resolve()
        for command in ("parse", "build"):
            assert_one_line(bma_here(command, "--data-dir", sample_copy), 1, segment, "restore it from a copy")
        assert (sample_copy / "curated" / "latest").resolve() == before

    def test_status_names_sources_that_the_settings_do_not_know(self, sample_copy: Path) -> None:
        assert json.loads(bma_here("status", "--json", "--data-dir", sample_copy).stdout)["unset_sources"] == []
        log = next((sample_copy / "raw").glob("*.fetches.parquet"))
        shutil.copy(log, log.with_name("20200101T000000Z-bs2570.fetches.parquet"))
        said = bma_here("status", "--data-dir", sample_copy).stdout
        assert "Not set    bs2570: in the archive, but not in the settings" in said

    def test_verify_tells_all_it_found_though_the_record_of_the_release_is_broken(self, sample_copy: Path) -> None:
        (sample_copy / "raw" / "20200101T000000Z-sample.journal").touch()
        record = (sample_copy / "curated" / "latest" / "run.json").resolve()
        record.chmod(0o644)
        record.write_text("{")
        done = bma_here("verify", "--data-dir", sample_copy)
        assert done.returncode == 1
        assert "an open segment" in done.stdout
        assert "run.json: not the file that SHA256SUMS names; the next run sets it aside" in done.stdout
        assert "2 problems" in done.stdout

    def test_prune_keeps_the_latest_and_the_history_and_never_touches_the_archive(self, sample_copy: Path) -> None:
        (release,) = (sample_copy / "curated" / "releases").iterdir()
        old = sample_copy / "curated" / "releases" / "20200101T000000Z"
        shutil.copytree(release, old)
        # What a removal left that was killed halfway.
        shutil.copytree(release, sample_copy / "curated" / "releases" / ".removing-20191231T000000Z")
        parsed = sorted(path.name for path in (sample_copy / "parsed").iterdir())
        assert any(name.startswith("history-") for name in parsed)
        (sample_copy / "parsed" / "20200101T000000Z-sample@0123456789ab").mkdir()
        raw = sorted(path.name for path in (sample_copy / "raw").iterdir())
        rehearsed = bma_here("prune", "--keep", "1", "--dry-run", "--data-dir", sample_copy)
        assert old.exists()
        assert f"would go  {old}" in rehearsed.stdout
        assert bma_here("prune", "--keep", "1", "--data-dir", sample_copy).returncode == 0
        assert [path.name for path in (sample_copy / "curated" / "releases").iterdir()] == [release.name]
        assert sorted(path.name for path in (sample_copy / "parsed").iterdir()) == parsed
        assert sorted(path.name for path in (sample_copy / "raw").iterdir()) == raw

    def test_rollback_where_nothing_can_be_written_is_one_line(self, sample_copy: Path) -> None:
        (release,) = (sample_copy / "curated" / "releases").iterdir()
        shutil.copytree(release, sample_copy / "curated" / "releases" / "20200101T000000Z")
        with read_only(sample_copy / "curated"):
            done = bma_here("releases", "--rollback", "--data-dir", sample_copy)
        assert_one_line(done, 1, str(sample_copy / "curated"), "cannot be written", "check permissions and space")
        assert (sample_copy / "curated" / "latest").readlink().name == release.name

    def test_releases_are_listed_with_what_they_hold(self, sample_copy: Path) -> None:
        (release,) = (sample_copy / "curated" / "releases").iterdir()
        quality = json.loads((release / "quality.json").read_text(encoding="utf-8"))
        older = sample_copy / "curated" / "releases" / "20200101T000000Z"
        older.mkdir()
        quality["run"]["finished_at"] = "2019-12-31T18:05:00+00:00"
        quality |= {"previous_run_id": "20191231T000000Z", "difference": {"n_added": 2, "n_changed": 1}}
        quality["gate"]["accepted_because"] = "a new\x1b layout"
        (older / "quality.json").write_text(json.dumps(quality), encoding="utf-8")
        heads, first, last = bma_here("releases", "--data-dir", sample_copy).stdout.splitlines()
        assert heads.split() == [
            "release",
            "published",
            "(Bangkok)",
            "projects",
            "changed",
            "errors",
            "warnings",
            "reason",
        ]
        assert re.fullmatch(r"20200101T000000Z  1 Jan 2020 01:05 +39 +3 +\d+ +\d+  refresh, accepted: .*layout", first)
        assert "\x1b" not in first
        assert re.fullmatch(rf"{release.name} .+ 39 +- +\d+ +\d+  refresh \(latest\)", last)

    def test_a_release_whose_report_cannot_be_read_is_listed(self, sample_copy: Path) -> None:
        broken = sample_copy / "curated" / "releases" / "20200101T000000Z"
        broken.mkdir()
        (broken / "quality.json").write_text("[" * 5000)
        said = bma_here("releases", "--data-dir", sample_copy).stdout
        assert re.search(r"^20200101T000000Z +– +- +- +- +-  quality.json cannot be read$", said, re.MULTILINE)

    def test_rollback_goes_to_the_release_before(self, sample_copy: Path) -> None:
        (release,) = (sample_copy / "curated" / "releases").iterdir()
        shutil.copytree(release, sample_copy / "curated" / "releases" / "20200101T000000Z")
        assert "20200101T000000Z" in bma_here("releases", "--rollback", "--data-dir", sample_copy).stdout
        assert bma_here("releases", "--data-dir", sample_copy).stdout.splitlines()[1].endswith("(latest)")
