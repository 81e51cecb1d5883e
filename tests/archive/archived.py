"""Segments of pages, written for a test."""

import datetime as dt
import hashlib
from pathlib import Path

from pipeline.archive.fetch_log import (
    FetchLogRow,
    Outcome,
    blank_row,
    read_fetch_log,
    snapshot_id,
)
from pipeline.archive.segments import (
    ArchiveWriter,
    sealed_segments,
)
from pipeline.archive.warc import Capture
from tests.fetch.misbehaving import BASE_URL

RUN = "20261122T180000Z"
AT = dt.datetime(2026, 11, 22, 18, 0, 0, 123456, tzinfo=dt.UTC)
BODY = "<html>สวัสดี</html>".encode() * 50


def row(project_id: str, body: bytes = BODY, at: dt.datetime = AT, outcome: str = "new") -> FetchLogRow:
    sha = hashlib.sha256(body).digest()
    url = f"{BASE_URL}?r=tbl-project-main%2Fview&project_id={project_id}"
    return blank_row(RUN, "site", url, at, Outcome(outcome))._replace(
        project_id=project_id,
        snapshot_id=snapshot_id("site", project_id, at, sha),
        page_kind="project",
        http_status=200,
        attempts=1,
        elapsed_ms=5,
        bytes=len(body),
        body_sha256=sha,
        content_sha256=hashlib.sha256(b"content of " + body).digest(),
    )


def capture(project_id: str, body: bytes = BODY, at: dt.datetime = AT) -> Capture:
    url = f"{BASE_URL}?r=tbl-project-main%2Fview&project_id={project_id}"
    headers = (("Content-Type", "text/html; charset=UTF-8"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    return Capture(url, at, body, "text/html; charset=UTF-8", 200, "OK", headers, (("host", "site.test"),))


def write(raw_dir: Path, project_ids: list[str], run_id: str = RUN, segment_bytes: int = 10**9) -> None:
    with ArchiveWriter(raw_dir, run_id, "site", segment_bytes=segment_bytes) as archive:
        for project_id in project_ids:
            archive.append(row(project_id), capture(project_id))


def ids(raw_dir: Path) -> list[str]:
    return [r.project_id or "" for segment in sealed_segments(raw_dir) for r in read_fetch_log(segment.fetches)]
