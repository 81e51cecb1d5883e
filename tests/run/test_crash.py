"""kill -9 in every stage of a refresh: a plain refresh afterwards gives the tables of an undisturbed run."""

import datetime as dt
import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.archive.audit import audit_archive
from pipeline.build.models import load_models
from pipeline.build.salt import SALT_FILE
from pipeline.core.errors import ExitCode
from pipeline.run.record import read_records
from pipeline.sample.server import Reply, serve
from tests.importing.bring import logged
from tests.parsers.projects import StoredProject
from tests.run.scripted_site import HTML, City, ScriptedSite

IDS = [f"50490000-{number:04d}" for number in range(1, 25)]
NOW = dt.datetime(2026, 11, 1, 18, 15, tzinfo=dt.UTC)
# A file that appears when the stage is under way, and how long the stage goes on at least.
STAGES = {
    "fetch": ("raw/*.journal", 0.15),
    "parse": ("parsed/.*.partial", 0.1),
    "build": ("curated/building/*/*.duckdb", 0.6),
    "report": ("curated/building/*/run.json", 0.3),
    "publish": ("curated/building/*/quality.html", 0.3),
}
# Where a page lies in the archive, and how often it was looked at, is the story of the runs and not of the page.
OF_THE_RUNS = {"warc_file", "warc_offset", "n_attempts", "last_outcome"}
TABLES_OF_THE_RUNS = {"runs", "listings"}


def unhurried(stored: StoredProject) -> Reply:
    """The same bytes for every request, and slow enough to be killed in the middle."""
    time.sleep(0.01)
    return Reply(200, HTML, stored.html().encode())


def refresh_once(data_dir: Path, address: str) -> None:
    """One plain refresh at the always same time and with the same pseudonyms, in a process of its own."""
    data_dir.mkdir(exist_ok=True)
    (data_dir / SALT_FILE).write_text("0" * 64)
    city = City(data_dir, {}, {"city": address})
    city.now = NOW
    code, _, _ = city.refresh()
    os._exit(code)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    site = ScriptedSite(*IDS)
    site.shows = unhurried
    with serve(site.answer) as address:
        yield address


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, address: str) -> dict[str, pa.Table]:
    data = tmp_path_factory.mktemp("undisturbed") / "data"
    assert run(data, address) == ExitCode.DONE
    return tables(data)


def start(data: Path, address: str) -> "multiprocessing.process.BaseProcess":
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=refresh_once, args=(data, address))
    process.start()
    return process


def run(data: Path, address: str) -> int | None:
    process = start(data, address)
    process.join()
    return process.exitcode


def matching(data: Path, pattern: str) -> set[Path]:
    while True:
        # A directory can go away between being listed and being looked into.
        with suppress(FileNotFoundError):
            return set(data.glob(pattern))


def kill_in(stage: str, data: Path, address: str, delay: float) -> bool:
    """Run until the stage has begun and the delay is over; returns whether there was something left to kill."""
    pattern, _ = STAGES[stage]
    process = start(data, address)
    before = matching(data, pattern)
    while process.is_alive() and not matching(data, pattern) - before:
        time.sleep(0.002)
    time.sleep(delay)
    was_alive = process.is_alive()
    process.kill()
    process.join()
    return was_alive


def tables(data: Path) -> dict[str, pa.Table]:
    release = data / "curated" / "latest"
    found = {}
    for model in load_models().values():
        if model.layer == "curated" and model.name not in TABLES_OF_THE_RUNS:
            table = pq.read_table(release / f"{model.name}.parquet").replace_schema_metadata(None)
            found[model.name] = table.drop_columns([name for name in table.column_names if name in OF_THE_RUNS])
    return found


@pytest.mark.parametrize("n_rounds", [1, pytest.param(4, marks=[pytest.mark.slow, pytest.mark.timeout(300)])])
def test_a_plain_refresh_after_kills_gives_the_tables_of_an_undisturbed_run(
    tmp_path: Path, address: str, undisturbed: dict[str, pa.Table], n_rounds: int
) -> None:
    # Nearly all of the time is spent in other processes.
    with ThreadPoolExecutor(2) as pool:
        rounds = [pool.submit(kill_and_go_on, tmp_path / f"{n}", address, undisturbed, n) for n in range(n_rounds)]
        for finished in rounds:
            finished.result()


def kill_and_go_on(data: Path, address: str, undisturbed: dict[str, pa.Table], seed: int) -> None:
    chance = random.Random(seed)
    delays = {stage: chance.uniform(0, longest) for stage, (_, longest) in STAGES.items()}
    killed = [stage for stage, delay in delays.items() if kill_in(stage, data, address, delay)]
    assert len(killed) >= len(STAGES) - 1, f"too late for the others: {delays}"

    assert run(data, address) == ExitCode.DONE

    assert [name for name, table in tables(data).items() if not table.equals(undisturbed[name])] == []
    assert audit_archive(data / "raw").problems == ()
    visited = [row.project_id for row in logged(data / "raw")]
    assert sorted(filter(None, visited)) == IDS, "what was complete is not fetched twice"
    statuses = [record["status"] for record in read_records(data / "runs")]
    assert statuses[-1] == "published"
    assert "running" not in statuses
    assert statuses.count("killed") >= len(killed) - 1
    assert [path.name for path in (data / "curated").iterdir() if path.name.startswith(".")] == []
    assert not any((data / "curated" / "building").iterdir())


def test_workers_die_with_a_killed_run(tmp_path: Path, address: str) -> None:
    data = tmp_path / "data"
    assert kill_in("parse", data, address, 0.0)
    left = {path.name for path in (data / "parsed").glob(".*.partial")}
    time.sleep(1.0)
    assert {path.name for path in (data / "parsed").iterdir() if path.is_dir()} == left
    assert not (data / "curated" / "latest").exists()
