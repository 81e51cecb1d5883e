"""A data directory that belongs to another user, as that of the systemd unit does."""

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.core.errors import ExitCode
from pipeline.core.log import RunLog
from pipeline.core.settings import Settings
from pipeline.publish.releases import Published
from pipeline.run.lifecycle import run_stages
from pipeline.run.record import RunRecord
from tests.cli.command import assert_one_line, bma_here

NOBODY = 65534


@contextmanager
def by_another_user() -> Iterator[None]:
    """Act as a user who owns nothing; where the tests do not run as root, as the user of the tests."""
    if os.getuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.mark.parametrize("command", [("status",), ("verify",), ("releases",), ("show", "50490000-3607")], ids=" ".join)
def test_looking_at_a_closed_data_directory_is_one_line(sample_copy: Path, command: tuple[str, ...]) -> None:
    sample_copy.chmod(0o000)
    try:
        with by_another_user():
            done = bma_here(*command, "--data-dir", sample_copy)
    finally:
        sample_copy.chmod(0o755)
    assert_one_line(done, 1, str(sample_copy), "this user may not use it", "the user of the nightly job")


def test_a_run_that_may_not_use_a_folder_is_one_line_and_recorded(tmp_path: Path) -> None:
    err = io.StringIO()

    def stages(record: RunRecord) -> tuple[ExitCode, Published | None]:
        # What the system says, as root may use every folder.
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "parsed"))

    code, record, _ = run_stages(Settings(data_dir=tmp_path), RunLog(stream=err), "parse", [], stages)
    assert code == ExitCode.FAILED
    assert err.getvalue().count("\n") == 1
    assert f"{tmp_path / 'parsed'}: this user may not use it" in err.getvalue()
    assert (record.status, record.problems) == ("failed", [err.getvalue().partition("warning: ")[2].rstrip()])
