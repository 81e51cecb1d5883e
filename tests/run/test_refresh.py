"""The nightly job as a whole: sources apart from each other, the run record, the alarm, silence."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pipeline.core.errors import ExitCode
from pipeline.core.log import RunLog
from pipeline.core.settings import AlarmSettings, Source
from pipeline.run.lifecycle import run_stages
from pipeline.run.refresh import fetch_sources
from tests.cli.command import bma_here
from tests.run.scripted_site import City, login_wall, watched

IDS = ["50490000-0001", "50490000-0002"]
Posts = list[tuple[str, dict[str, object]]]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    with watched(tmp_path / "data", *IDS) as city:
        yield city


def fetch_with(alarm: AlarmSettings, city: City) -> ExitCode:
    """Fetch the city's pages as one run that tells this alarm: done sooner than a whole refresh."""
    settings, log = city.settings.model_copy(update={"alarm": alarm}), RunLog(is_quiet=True)
    sources = list(settings.sources.values())
    code, *_ = run_stages(
        settings,
        log,
        "fetch",
        [],
        lambda record: (fetch_sources(settings, sources, record, log), None),
        sources=sources,
    )
    return code


@contextmanager
def receiver(status: int = 200) -> Iterator[tuple[str, Posts]]:
    """What an alarm speaks to; yields its address and what it was told."""
    posts: Posts = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posts.append((self.path, json.loads(body)))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret-uuid", posts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_source_in_trouble_does_not_stop_the_others(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    # No server listens there.
    dead = Source(source_id="dead", base_url="http://dead.test/index.php", connect_to="127.0.0.1:9")
    sources = {"dead": dead, **city.settings.sources}
    city.settings = city.settings.model_copy(update={"source": "dead,city", "sources": sources})
    code, record, published = city.refresh()
    assert code == ExitCode.FAILED
    assert published is not None
    assert city.rows("SELECT source_id, count(*) FROM projects GROUP BY ALL") == [("city", 2)]
    assert record.status == "published"
    (problem,) = record.problems
    assert problem.startswith("dead: robots.txt cannot be read (connect: ")
    assert [line.partition(" warning: ")[2] for line in capsys.readouterr().err.splitlines()] == [problem]
    by_source = {source["source_id"]: source["counts"] for source in record.sources}
    assert by_source["city"]["new"] == 2  # type: ignore[index]
    assert by_source["dead"]["new"] == 0  # type: ignore[index]


@pytest.mark.slow
def test_the_record_of_a_run_tells_what_it_did(city: City) -> None:
    # How much memory a worker took is known once it has ended.
    city.keeps_workers = False
    _, record, published = city.refresh()
    assert published is not None
    stored = json.loads((city.settings.runs_dir / f"{record.run_id}.json").read_text(encoding="utf-8"))
    assert stored["status"] == "published"
    assert stored["counts"]["new"] == 2
    assert set(stored["durations"]) == {"discover", "fetch", "parse", "build", "report", "publish"}
    assert stored["rows"]["projects"] == 2
    assert sum(stored["issue_codes"].values()) == sum(stored["issues"].values())
    assert stored["gate"]["is_refused"] is False
    assert stored["peak_memory_bytes"] > 10_000_000
    assert stored["peak_memory_bytes_of_workers"] > 10_000_000
    assert stored["versions"].keys() >= {"bma-projects", "python", "duckdb", "pyarrow", "selectolax"}
    assert stored["failing_pages"] == 0
    assert stored["next_due_at"] is not None
    assert json.loads((published.path / "run.json").read_text(encoding="utf-8"))["release"] == record.run_id


@pytest.mark.slow
def test_a_refused_release_needs_a_reason_to_be_accepted(tmp_path: Path) -> None:
    with watched(tmp_path / "data", *(f"50490000-{number:04d}" for number in range(12))) as city:
        city.revisit_always()
        city.site.shows = login_wall
        code, record, published = city.refresh()
        assert code == ExitCode.REFUSED
        assert published is not None
        assert published.path.parent.name == "refused"
        assert not (city.settings.curated_dir / "latest").exists()
        assert "pages_of_wrong_kind" in str(record.gate["reasons"])
        assert city.refresh(accepted_because="the site moved behind a login")[0] == ExitCode.DONE
    gate = json.loads((city.release / "run.json").read_text(encoding="utf-8"))["gate"]
    assert gate["accepted_because"] == "the site moved behind a login"
    assert gate["reasons"]


class TestOutput:
    @pytest.mark.slow
    def test_json_lines_carry_the_run_id_and_no_secret_of_the_flags(self, sample_copy: Path) -> None:
        flags = ["--notify-url", "http://127.0.0.1:9/secret-uuid", "--on-failure=mail secret-address"]
        done = bma_here("refresh", "--log-json", "--verbose", "--data-dir", sample_copy, *flags)
        assert done.returncode == 0
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        run = max((sample_copy / "runs").iterdir())
        assert {line["run_id"] for line in lines} == {run.stem}
        assert {line.get("stage") for line in lines} >= {"fetch", "parse", "publish"}
        assert done.stdout == ""
        assert "secret-" not in done.stderr
        for file in (run, *(sample_copy / "curated" / "latest").glob("*.*")):
            assert b"secret-" not in file.read_bytes(), file

    @pytest.mark.slow
    def test_without_a_terminal_a_few_lines_with_their_time(self, sample_copy: Path) -> None:
        done = bma_here("refresh", "--data-dir", sample_copy)
        lines = done.stderr.splitlines()
        assert len(lines) == 3
        assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 info: ", line) for line in lines)
        assert "39 unchanged" in lines[0]
        assert "nothing to parse" in lines[1]
        assert "quality.html" in done.stdout
        assert f"show 50490000-3607 --data-dir {sample_copy}" in done.stdout.splitlines()[-1]


@contextmanager
def dripping_receiver() -> Iterator[str]:
    """An endpoint that sends a byte of its answer every tenth of a second, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                Thread(target=_drip, args=(connection,), daemon=True).start()

        Thread(target=drip, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/ping"
        server.shutdown(socket.SHUT_RDWR)


def _drip(connection: socket.socket) -> None:
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(600):
            connection.sendall(b"X")
            time.sleep(0.1)


class TestAlarm:
    def test_start_and_good_end_are_posted(self, city: City) -> None:
        with receiver() as (url, posts):
            assert fetch_with(AlarmSettings(url=url), city) == ExitCode.DONE
        assert [path for path, _ in posts] == ["/secret-uuid/start", "/secret-uuid"]
        assert (posts[1][1]["status"], posts[1][1]["exit_code"]) == ("done", 0)

    def test_a_bad_end_is_posted_and_runs_the_command(self, city: City, tmp_path: Path) -> None:
        told = tmp_path / "told.json"
        city.site.is_broken = True
        with receiver() as (url, posts):
            alarm = AlarmSettings(url=url, command=f"cat > '{told}'")
            assert fetch_with(alarm, city) == ExitCode.FAILED
        assert [path for path, _ in posts] == ["/secret-uuid/start", "/secret-uuid/fail"]
        assert "robots.txt" in json.loads(told.read_text())["problems"][0]

    def test_an_alarm_that_drips_is_left_alone_at_its_timeout(
        self, city: City, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It sent a byte every few seconds and held a run for 90 of them."""
        with dripping_receiver() as url:
            began = time.monotonic()
            fetch_with(AlarmSettings(url=url, timeout=0.5), city)
            assert time.monotonic() - began < 20
        said = capsys.readouterr().err
        assert said.count("the alarm at 127.0.0.1 cannot be reached (it takes too long); the run is not affected") == 2

    @pytest.mark.parametrize("status", [500, None])
    def test_a_failing_alarm_never_fails_the_run_and_keeps_the_secret(
        self, city: City, capsys: pytest.CaptureFixture[str], status: int | None
    ) -> None:
        with receiver(status or 200) as (url, _):
            address = url if status else "http://127.0.0.1:9/secret-uuid"
            assert fetch_with(AlarmSettings(url=address), city) == ExitCode.DONE
        said = capsys.readouterr().err
        assert said.count("the alarm at 127.0.0.1") == 2
        assert "secret-uuid" not in said

    @pytest.mark.parametrize(("command", "said"), [("exit 3", "ended with 3"), ("sleep 9", "took too long")])
    def test_a_failing_command_is_a_warning(
        self, city: City, capsys: pytest.CaptureFixture[str], command: str, said: str
    ) -> None:
        city.site.is_broken = True
        alarm = AlarmSettings(command=command, timeout=0.2)
        assert fetch_with(alarm, city) == ExitCode.FAILED
        assert f"the command of alarm.command {said}; the run is not affected" in capsys.readouterr().err
