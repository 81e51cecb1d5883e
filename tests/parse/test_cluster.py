"""A Dask cluster of one scheduler and two workers makes the partitions that this machine makes, or says why not."""

import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.archive.segments import sealed_segments
from pipeline.core.settings import Settings
from pipeline.parse import batch as batches_of
from pipeline.parse import cluster
from pipeline.parse.cluster import ClusterError, cluster_pool
from pipeline.parse.stage import ParseSummary, parse
from pipeline.run.lost_records import note_lost_records
from tests.cli.command import COMMAND, assert_one_line, bma, environment, said_on, start
from tests.parse.archived import MISFORTUNE, SLOW, archive_of, html_pages, parse_segment, partition_files

if TYPE_CHECKING:
    from distributed import Client

pytestmark = pytest.mark.slow

PATIENCE = 30.0
DASK = str(Path(sys.executable).with_name("dask"))


@contextmanager
def process(*arguments: str, log: Path, path: Path = MISFORTUNE, cwd: Path | None = None) -> Iterator[int]:
    """A Dask process with its children, gone at the end."""
    settings = {
        "PYTHONPATH": str(path),
        # A page is given up after two dead workers instead of four.
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    }
    with log.open("ab") as output:
        started = subprocess.Popen(
            [DASK, *arguments],
            stdout=output,
            stderr=output,
            env={**os.environ, **settings},
            cwd=cwd,
            start_new_session=True,
        )
    try:
        yield started.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def scheduler(port: int) -> tuple[str, ...]:
    return ("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")


def workers(address: str, folder: Path, *count: str) -> tuple[str, ...]:
    return ("worker", address, *count, "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder))


@contextmanager
def client_of(address: str) -> Iterator["Client"]:
    """Somebody else who asks the scheduler; waits until it listens."""
    # Here, as each process that runs tests collects these: the import takes a third of a second.
    from distributed import Client

    client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    try:
        yield client
    finally:
        client.close()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers."""
    folder = tmp_path_factory.mktemp("cluster")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with (
        process(*scheduler(port), log=folder / "scheduler.log"),
        process(*workers(address, folder, "--nworkers", "2"), log=folder / "workers.log"),
    ):
        with client_of(address) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
        yield address


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches_of, "_PAGES_PER_BATCH", 4)


def parsed_by(address: str, data: Path) -> ParseSummary:
    return parse(data / "raw", data / "parsed", pool=lambda tasks: cluster_pool(address, (data / "parsed").absolute()))


def parsed_here(data: Path) -> dict[str, bytes]:
    """What this process makes of the same archive."""
    here = data.with_name("here")
    for segment in sealed_segments(data / "raw"):
        parse_segment(segment, here / "parsed")
    return partition_files(here)


def eventually(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def worker_at_work(raw_dir: Path) -> int:
    """A process that reads pages: it has the WARC file open."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for process_dir in Path("/proc").glob("[0-9]*"):
            # Processes end while they are looked at.
            with suppress(OSError):
                files = [handle.readlink() for handle in (process_dir / "fd").iterdir()]
                if any(file.parent == raw_dir and file.name.endswith(".warc.gz") for file in files):
                    return int(process_dir.name)
        time.sleep(0.05)
    raise AssertionError(f"no process reads a page of {raw_dir}")


def test_the_partitions_are_those_of_a_local_run(tmp_path: Path, address: str) -> None:
    data = tmp_path / "data"
    archive_of(data, html_pages(10))
    archive_of(data, html_pages(2), day=1)
    summary = parsed_by(address, data)
    assert (summary.segments, summary.pages, summary.records, summary.quarantined) == (2, 12, 12, 0)
    assert partition_files(data) == parsed_here(data)


def test_a_worker_killed_in_the_middle_is_retried(tmp_path: Path, address: str) -> None:
    data = tmp_path / "data"
    archive_of(data, html_pages(24, mark=SLOW))
    victims: list[int] = []

    def kill_one(_: object) -> None:
        """With the first batch that comes back, while there are others to read."""
        if not victims:
            victims.append(worker_at_work(data / "raw"))
            os.kill(victims[0], signal.SIGKILL)

    summary = parse(
        data / "raw",
        data / "parsed",
        pool=lambda tasks: cluster_pool(address, data / "parsed"),
        on_batch=kill_one,
    )
    assert victims
    assert (summary.pages, summary.quarantined) == (24, 0)
    assert partition_files(data) == parsed_here(data)


def test_a_page_that_kills_workers_is_set_aside_as_locally(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(MISFORTUNE))
    data = tmp_path / "data"
    archive_of(data, html_pages(6, killers=[4]))
    summary = parsed_by(address, data)
    assert (summary.pages, summary.records, summary.quarantined) == (6, 5, 1)
    files = partition_files(data)
    shutil.rmtree(data / "parsed")
    parse(data / "raw", data / "parsed")
    assert partition_files(data) == files


def test_a_result_whose_worker_is_lost_once_it_is_fetched_counts(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheduler may tell of the dead worker between the fetching of a result and the next look at its task."""
    from distributed import Client

    fetch_results = Client._gather

    async def lose_when_fetched(client: Client, tasks: list[Any], **options: object) -> object:
        results: object = await fetch_results(client, tasks, **options)  # type: ignore[no-untyped-call]
        for task in tasks:
            task._state.lose()
        return results

    monkeypatch.setattr(Client, "_gather", lose_when_fetched)
    data = tmp_path / "data"
    archive_of(data, html_pages(10))
    assert parsed_by(address, data).records == 10
    assert partition_files(data) == parsed_here(data)


def test_the_command_reads_the_setting_and_shows_its_progress(tmp_path: Path, address: str) -> None:
    data = tmp_path / "data"
    archive_of(data, html_pages(3))
    (tmp_path / "bma-projects.toml").write_text(f'[parse]\ncluster = "{address}"\n')
    ours, theirs = pty.openpty()
    command = [COMMAND, "parse", "--data-dir", "data"]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, env=environment(TERM="xterm")
    ) as running:
        os.close(theirs)
        said = said_on(ours)
    assert running.returncode == 0, said
    assert b"0/3" in said
    assert b"parsed 3 archived pages in 1 new segment" in said
    assert partition_files(data) == parsed_here(data)


def test_ctrl_c_takes_the_tasks_back_and_ends_within_seconds(tmp_path: Path, address: str) -> None:
    data = tmp_path / "data"
    archive_of(data, html_pages(200, mark=SLOW))
    note_lost_records(Settings(data_dir=data))
    running = start("parse", "--data-dir", data, "--cluster", address)
    worker_at_work(data / "raw")
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    said = running.communicate()[1]
    assert time.monotonic() - began < 5
    assert running.returncode == 1
    assert "interrupted" in said
    assert len(said.splitlines()) == 1
    with client_of(address) as client:
        eventually(lambda: not client.run_on_scheduler(n_tasks))  # type: ignore[no-untyped-call]


def n_tasks(dask_scheduler: object) -> int:
    return len(dask_scheduler.tasks)  # type: ignore[attr-defined]


def test_a_worker_of_another_version_is_refused_by_name(tmp_path: Path, address: str) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    archive_of(data, html_pages(1))
    for package in ("parsers", "pipeline"):
        shutil.copytree(package, other / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "parsers" / "values.py").open("a") as source:
        source.write("# another version\n")
    with (
        process(*workers(address, tmp_path, "--no-nanny"), log=tmp_path / "log", path=other, cwd=other),
        client_of(address) as client,
    ):
        client.wait_for_workers(3, timeout=PATIENCE)
        with pytest.raises(ClusterError, match=r"^worker tcp://\S+ parses with parser \w+ instead of \w+; install"):
            parsed_by(address, data)
    assert partition_files(data) == {}
    with client_of(address) as client:
        eventually(lambda: len(client.scheduler_info()["workers"]) == 2)


def test_workers_without_the_data_directory_are_refused(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive_of(tmp_path / "data", html_pages(1))
    # A path that is another directory for every process.
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ClusterError, match=r"^worker tcp://.*does not see /proc/self/cwd/data/parsed; put"):
        parsed_by(address, Path("/proc/self/cwd/data"))


@pytest.mark.parametrize("greeting", [None, b"", b"SSH-2.0-OpenSSH_9.9\r\n"])
def test_a_scheduler_that_cannot_be_reached_is_one_line(tmp_path: Path, greeting: bytes | None) -> None:
    archive_of(tmp_path, html_pages(1))
    note_lost_records(Settings(data_dir=tmp_path))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        if greeting is None:
            done = bma("parse", "--data-dir", tmp_path, "--cluster", address)
            # The reason shows that Dask, which tries for longer and blames what answers, was not asked.
            assert_one_line(done, 1, address, "Connection refused", "dask scheduler", "--cluster")
            return
        listener.listen()
        with pytest.raises(ClusterError, match="something else answers"), answering(listener, greeting):
            parsed_by(address, tmp_path)


@contextmanager
def answering(listener: socket.socket, greeting: bytes) -> Iterator[None]:
    def answer() -> None:
        with listener.accept()[0] as connection:
            connection.sendall(greeting)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_a_scheduler_without_workers_one_that_loses_them_and_one_that_goes_away_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_FIRST_WORKER_SECONDS", 0.2)
    monkeypatch.setattr(cluster, "_NO_WORKER_SECONDS", 0.2)
    data, port = tmp_path / "data", free_port()
    address = f"tcp://127.0.0.1:{port}"
    archive_of(data, html_pages(40, mark=SLOW))

    def parse_and_kill(pid: int) -> None:
        """With the first batch that comes back."""
        pool = partial(cluster_pool, address, data / "parsed")
        parse(data / "raw", data / "parsed", pool=lambda _: pool(), on_batch=lambda _: os.kill(pid, signal.SIGKILL))

    a_worker = partial(process, *workers(address, tmp_path, "--no-nanny"), log=tmp_path / "workers.log")
    no_workers = f"{address}: the scheduler has no workers; start some with `dask worker"
    with process(*scheduler(port), log=tmp_path / "scheduler.log") as pid:
        with client_of(address):
            pass
        with pytest.raises(ClusterError, match=no_workers):
            parsed_by(address, data)
        monkeypatch.setattr(cluster, "_FIRST_WORKER_SECONDS", PATIENCE)
        with a_worker() as worker, pytest.raises(ClusterError, match=no_workers):
            parse_and_kill(worker)
        with a_worker(), pytest.raises(ClusterError, match="the scheduler has gone away; finished partitions are kept"):
            parse_and_kill(pid)


def test_without_dask_the_flag_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "distributed.py").write_text("raise ModuleNotFoundError('no module', name='distributed')\n")
    archive_of(tmp_path, html_pages(1))
    note_lost_records(Settings(data_dir=tmp_path))
    done = bma("parse", "--data-dir", tmp_path, "--cluster", "tcp://127.0.0.1:1", PYTHONPATH=str(tmp_path))
    assert_one_line(done, 1, "not installed", "pip install 'bma-projects[cluster]'")
