"""Ctrl-C, SIGTERM, a second run at the same time, a full disk: one line each, and the same command goes on."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.cli.app import main
from pipeline.core.signals import SIGNALS, orderly_interruption
from tests.archive.mounts import small_disk
from tests.cli.command import COMMAND, assert_one_line, bma, bma_here, environment, said_on, start

STAGES = {"fetch": "raw/*.journal", "parse": "parsed/.*.partial", "build": "curated/building/*/*.duckdb"}
PATIENCE = 60.0
ENDS_WITHIN = 5.0


def wait_for(data: Path, pattern: str, process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    """Wait until a file appears that says how far a run has come."""
    until = time.monotonic() + PATIENCE
    while not any(data.glob(pattern)):
        assert process.poll() is None, "the run ended before this stage"
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.mark.parametrize(
    ("stage", "number"),
    [
        ("fetch", signal.SIGINT),
        pytest.param("parse", signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param("build", signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_the_run_in_good_order(tmp_path: Path, stage: str, number: signal.Signals) -> None:
    data = tmp_path / "data"
    process = start("refresh", "--data-dir", data, "--quiet", "--rate", "100")
    wait_for(data, STAGES[stage], process)
    if stage == "fetch":
        (journal,) = data.glob(STAGES[stage])
        while journal.read_bytes().count(b"\n") < 10:  # robots.txt, the pages of the listing, some projects
            time.sleep(0.002)
    began = time.monotonic()
    # As a terminal and systemd do: the whole process group hears it, workers too.
    process.send_signal(number)
    said = process.communicate()[1]
    assert time.monotonic() - began < ENDS_WITHIN
    assert process.returncode == 1
    assert [line.partition("warning: ")[2] for line in said.splitlines()] == [
        "interrupted; the fetched pages are kept and the release is unchanged; the same command goes on from here"
    ]
    assert not [path for path in (data / "raw").iterdir() if path.suffix in (".journal", ".open")]
    assert not (data / "curated" / "latest").exists()
    (record,) = [json.loads(path.read_text()) for path in (data / "runs").iterdir()]
    assert record["status"] == "interrupted"
    fetched = sum(record["counts"][name] for name in ("new", "failed", "refused"))
    assert (record["counts"]["due"], fetched == 46) == (46, stage != "fetch")
    assert fetched > 0
    if stage == "fetch":
        again = bma_here("refresh", "--data-dir", data, "--quiet")
        assert (again.returncode, again.stderr, again.stdout) == (0, "", "")


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["table", "csv"])
def test_a_question_that_takes_for_ever_can_be_interrupted(sample_data: Path, format_: str) -> None:
    for_ever = "SELECT count(*) AS n FROM range(100000000000), range(1000)"
    process = start("query", for_ever, "--format", format_, "--data-dir", sample_data)
    time.sleep(2)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=PATIENCE)
    assert time.monotonic() - began < ENDS_WITHIN
    assert process.returncode == 130
    assert "Traceback" not in said[1]


def test_an_interruption_before_a_command_begins_leaves_no_trace() -> None:
    def begin() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as end:
        main(begin)
    assert end.value.code == 130


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        *[
            pytest.param(one, marks=pytest.mark.slow)
            for one in (["query", "SELECT 1"], ["query", "SELECT 1", "--format", "csv"])
        ],
    ],
)
def test_a_full_disk_below_the_output_is_one_line(sample_data: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [COMMAND, *arguments, "--data-dir", str(sample_data)]
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment(), timeout=PATIENCE
        )
    assert_one_line(done, 1, "the output cannot be written (No space left on device)")


@pytest.mark.slow
def test_ctrl_c_in_a_terminal_reaches_no_worker(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ours, theirs = pty.openpty()
    command = [COMMAND, "refresh", "--data-dir", str(data)]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env=environment(TERM="xterm")
    ) as process:
        os.close(theirs)
        wait_for(data, STAGES["parse"], process)
        os.killpg(process.pid, signal.SIGINT)
        said = said_on(ours)
    assert process.returncode == 1
    assert b"Traceback" not in said
    assert b"interrupted; the fetched pages are kept" in said


def test_a_signal_that_duckdb_hears_is_an_interruption_too() -> None:
    """Its client takes the KeyboardInterrupt of the handler and raises a RuntimeError in its place."""
    script = """if True:
        import os, signal, threading
        import duckdb
        from pipeline.core.signals import orderly_interruption
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            with orderly_interruption():
                while True:
                    duckdb.execute("SELECT count(*) FROM range(10000000)").fetchall()
        except KeyboardInterrupt:
            print("interrupted")
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


def test_a_signal_that_an_event_loop_hears_is_an_interruption_too() -> None:
    async def work(number: signal.Signals) -> None:
        os.kill(os.getpid(), number)
        await asyncio.sleep(PATIENCE)

    for number in SIGNALS:
        with pytest.raises(KeyboardInterrupt), orderly_interruption():
            asyncio.run(work(number))


def test_a_task_that_was_cancelled_without_a_signal_is_not_an_interruption() -> None:
    async def work() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError), orderly_interruption():
        asyncio.run(work())


def test_a_second_signal_ends_at_once_and_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = start("refresh", "--data-dir", data)
    wait_for(data, STAGES["fetch"], process)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    said = process.communicate()[1]
    assert time.monotonic() - began < 1.0
    assert process.returncode == 1
    assert "Traceback" not in said
    assert bma_here("fetch", "--data-dir", data, "--quiet").returncode == 0
    assert "0 problems" in bma_here("verify", "--data-dir", data).stdout


def test_the_second_of_two_refreshes_ends_at_once_with_75(tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = start("refresh", "--data-dir", data)
    wait_for(data, ".lock.json", process)
    done = bma("refresh", "--data-dir", data, "--quiet")
    assert_one_line(done, 75, "`bma-projects refresh`", f"process {process.pid}", "since 2")
    assert "Running    `bma-projects refresh`" in bma_here("status", "--data-dir", data).stdout
    process.send_signal(signal.SIGTERM)
    process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("size", ["300k", "1500k"])
def test_a_full_disk_is_one_line_and_space_makes_it_good(tmp_path: Path, size: str) -> None:
    data = tmp_path / "disk"
    with small_disk(data, size):
        done = bma("refresh", "--data-dir", data, "--quiet")
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "space" in done.stderr
        assert not (data / "curated" / "latest").exists()
        subprocess.run(["mount", "-o", "remount,size=100m", str(data)], check=True)
        again = bma_here("refresh", "--data-dir", data)
        assert again.returncode == 0, again.stderr
        assert "0 problems" in bma_here("verify", "--data-dir", data).stdout
