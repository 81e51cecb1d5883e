"""One run at a time per data directory."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest

from pipeline.run.lock import DataDirError, LockedError, data_dir_lock, lock_holder

HOLD = """
import sys, time
from pathlib import Path
from pipeline.run.lock import data_dir_lock
with data_dir_lock(Path(sys.argv[1]), "bma-projects refresh"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_the_second_run_is_told_who_holds_the_lock_since_when(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    with pytest.raises(LockedError) as caught, data_dir_lock(tmp_path, "bma-projects build"):
        pass
    assert caught.value.exit_code == 75
    assert f"(`bma-projects refresh`, process {holder.pid}, since 2" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_lock_of_a_killed_run_is_no_obstacle(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert lock_holder(tmp_path) is None
    with data_dir_lock(tmp_path, "bma-projects build"):
        assert json.loads((tmp_path / ".lock.json").read_text())["pid"] == os.getpid()
    assert lock_holder(tmp_path) is None


def test_a_reader_is_told_which_run_holds_the_lock(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    assert f"process {holder.pid}" in (lock_holder(tmp_path) or "")


def test_a_data_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(DataDirError, match=r"cannot be written.*--data-dir"),
        data_dir_lock(tmp_path / "file" / "x", "c"),
    ):
        pass


def test_the_note_of_a_killed_run_misleads_nobody_though_another_process_has_its_number(
    tmp_path: Path, holder: "subprocess.Popen[str]"
) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    note = tmp_path / ".lock.json"
    note.write_text(note.read_text().replace(str(holder.pid), str(os.getpid())))
    assert lock_holder(tmp_path) is None


def test_a_run_is_seen_without_its_note(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    (tmp_path / ".lock.json").unlink()
    assert lock_holder(tmp_path) == "a run that left no note of itself"
    os.mkfifo(tmp_path / ".lock.json")
    assert lock_holder(tmp_path) == "a run that left no note of itself"


def test_looking_for_a_holder_never_stops_a_run(tmp_path: Path) -> None:
    with data_dir_lock(tmp_path, "c"):
        pass
    with (tmp_path / ".lock").open() as looking:
        # As lock_holder does, if slowly.
        fcntl.flock(looking, fcntl.LOCK_SH)
        timer = Timer(0.05, fcntl.flock, (looking, fcntl.LOCK_UN))
        timer.start()
        with data_dir_lock(tmp_path, "c"):
            timer.join()
