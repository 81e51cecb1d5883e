"""The audit: damage of any file of the archive is found and named."""

import os
from pathlib import Path

from pipeline.archive.audit import audit_archive
from pipeline.archive.segments import (
    ArchiveWriter,
)
from tests.archive.archived import RUN, capture, row, write


def damage(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


def test_the_audit_finds_a_changed_byte(tmp_path: Path) -> None:
    write(tmp_path, ["1", "2"])
    path = tmp_path / f"{RUN}-site.warc.gz"
    damage(path, path.stat().st_size // 2)
    assert any(path.name in problem for problem in audit_archive(tmp_path).problems)


def test_the_audit_finds_a_body_that_is_not_the_logged_one(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, RUN, "site") as archive:
        archive.append(row("1", b"something else"), capture("1"))
    problems = audit_archive(tmp_path).problems
    assert any("not the one the log names" in problem for problem in problems)


def test_the_audit_finds_a_torn_tail_a_missing_log_and_a_missing_warc(tmp_path: Path) -> None:
    for run_id in (RUN, "20261123T180000Z", "20261124T180000Z"):
        write(tmp_path, ["1"], run_id)
    torn = tmp_path / f"{RUN}-site.warc.gz"
    os.truncate(torn, torn.stat().st_size - 3)
    (tmp_path / "20261123T180000Z-site.fetches.parquet").unlink()
    (tmp_path / "20261124T180000Z-site.warc.gz").unlink()
    (tmp_path / "20261125T180000Z-site.journal").write_bytes(b"")
    said = "\n".join(audit_archive(tmp_path).problems)
    for words in ("torn or overwritten after", "has no fetch log", "there is no WARC file", "an open segment"):
        assert words in said


def test_the_audit_finds_an_unchanged_row_without_its_body(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, RUN, "site") as archive:
        archive.append(row("1", outcome="unchanged")._replace(snapshot_id=None))
    assert "no such body is archived" in audit_archive(tmp_path).problems[0]
