"""Files that are complete or absent."""

import os
import stat
from pathlib import Path

import pytest

from pipeline.core.files import written_aside


def test_a_pipe_or_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link, tmp_path):
        with pytest.raises(OSError, match="Is not a file, but a directory, a pipe or a device"), written_aside(path):
            pytest.fail("nothing is written")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe"]


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    file, link = tmp_path / "folder" / "file", tmp_path / "link"
    file.write_text("old")
    link.symlink_to(file)
    with written_aside(link) as partial:
        partial.write_text("new")
    assert (link.readlink(), file.read_text()) == (file, "new")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["file"]
