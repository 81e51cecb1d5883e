"""Work that may hang or crash costs its process, and its caller is told why."""

import operator
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.core.worker_process import LIMIT_SECONDS, WorkerDiedError, WorkerProcess, time_limit

ROOT = Path(__file__).parents[2]
# What a run does that is killed while its worker is busy.
WAITING = """
import os, time
from pipeline.core.worker_process import WorkerProcess
worker = WorkerProcess()
print(worker.call(os.getpid), flush=True)
worker.call(time.sleep, 60)
"""


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    with WorkerProcess() as process:
        yield process


def count_within_limit() -> None:
    with time_limit():
        # Native code, which no signal handler of Python interrupts.
        sum(range(10**12))


class PeculiarError(Exception):
    """One that cannot be pickled and made again."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def raise_peculiar_error() -> None:
    raise PeculiarError(1, 2)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually_gone(pid: int) -> None:
    until = time.monotonic() + 20
    while is_alive(pid):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_function_is_called_there_and_answers_here(worker: WorkerProcess) -> None:
    assert worker.call(operator.add, b"x" * 1_000_000, b"y") == b"x" * 1_000_000 + b"y"
    assert worker.call(os.getpid) == worker.call(os.getpid) != os.getpid()


def test_what_it_prints_does_not_stand_among_the_answers(
    worker: WorkerProcess, capfd: pytest.CaptureFixture[str]
) -> None:
    assert worker.call(os.write, 1, b"hello") == 5
    assert worker.call(operator.add, 1, 2) == 3
    assert capfd.readouterr() == ("", "hello")


def test_what_the_function_raises_is_raised_here_with_its_trace(worker: WorkerProcess) -> None:
    with pytest.raises(ValueError, match="invalid literal") as raised:
        worker.call(int, "x")
    assert "Traceback" in raised.value.__notes__[0]
    assert worker.call(int, "7") == 7


def test_an_error_that_does_not_travel_is_told_with_its_trace(
    worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with pytest.raises(RuntimeError, match=r"raise_peculiar_error(.|\n)*PeculiarError: 1 and 2"):
        worker.call(raise_peculiar_error)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (signal.SIGSEGV, r"crashed \(Segmentation fault\)"),
        (signal.SIGKILL, r"crashed \(Killed\)"),
        (signal.SIGPROF, "took more than 5 seconds of processor time"),
    ],
)
def test_a_death_is_told_and_the_next_call_starts_another_process(
    worker: WorkerProcess, number: int, said: str
) -> None:
    before = worker.call(os.getpid)
    with pytest.raises(WorkerDiedError, match=f"^{said}$"):
        worker.call(signal.raise_signal, number)
    assert worker.call(os.getpid) != before


def test_a_death_between_two_tasks_costs_none_of_them(worker: WorkerProcess) -> None:
    pid = worker.call(os.getpid)
    os.kill(pid, signal.SIGKILL)
    # Until all its threads have ended, which the state of a process does not tell.
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert worker.call(operator.add, 1, 2) == 3


def test_what_takes_too_long_is_ended(worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    hasty = ROOT / "tests" / "parse" / "misfortune"
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{hasty}")
    began = time.monotonic()
    with pytest.raises(WorkerDiedError, match="took more than"):
        worker.call(count_within_limit)
    assert time.monotonic() - began < 60


def test_the_limit_is_over_with_its_block_and_what_was_set_before_goes_on() -> None:
    with time_limit():
        assert LIMIT_SECONDS - 1 < signal.getitimer(signal.ITIMER_PROF)[0] < LIMIT_SECONDS + 1
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0
    signal.setitimer(signal.ITIMER_PROF, 100)
    try:
        with time_limit():
            pass
        assert 99 < signal.getitimer(signal.ITIMER_PROF)[0] < 101
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@pytest.mark.parametrize("later", [0, 0.001, 0.01])
def test_closing_ends_what_is_under_way_and_what_would_begin(later: float) -> None:
    worker, told = WorkerProcess(), threading.Event()
    pid = worker.call(os.getpid)

    def sleep() -> None:
        with pytest.raises(WorkerDiedError):
            worker.call(time.sleep, 60)
        told.set()

    thread = threading.Thread(target=sleep)
    thread.start()
    time.sleep(later)
    worker.close()
    assert told.wait(20)
    thread.join()
    assert not is_alive(pid)
    with pytest.raises(WorkerDiedError, match="at the end of the run"):
        worker.call(os.getpid)


def test_no_interruption_reaches_it_and_it_ends_with_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(pid, number)
        time.sleep(0.1)
        assert is_alive(pid)
        parent.kill()
    eventually_gone(pid)
