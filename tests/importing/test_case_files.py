"""Files as people have them, each made by another tool, come in as the page they hold or are told for what they are."""

import base64
import gzip
import hashlib
from pathlib import Path

import pytest

from parsers.page import Page
from pipeline.archive.audit import audit_archive
from pipeline.archive.pages import read_archived_page
from tests.importing.bring import ADDRESS, BLOCK, BODY, CASES, PROJECT, archived, bring, logged, warc_of

READ = {
    "revisit-1-original.warc": ("2026-11-29T10:00:00", "protocol"),
    "warc-titlecase-header-names.warc": ("2026-11-29T10:00:00", "protocol"),
    "warc-lf-http-headers.warc": ("2026-11-29T10:00:00", "protocol"),
    "warc-chunked-header-plain-body.warc": ("2026-11-29T10:00:00", "protocol"),
    "warc-gzip-header-plain-body.warc": ("2026-11-29T10:00:00", "protocol"),
    "chunk-ext.warc": ("2026-11-29T10:00:00", "protocol"),
    "one.wacz": ("2026-11-29T10:00:00", "protocol"),
    "page.har": ("2026-11-29T10:00:00", "protocol"),
    "chromium.mhtml": ("2026-11-29T15:15:15", "stated"),
    "singlefile-default.html": ("2026-11-29T15:28:18", "stated"),
}


def rows_of(page: Page) -> list[tuple[str, str | None]]:
    """Label and value of each row, without the line ends that the tools write in other ways."""
    return [
        (label, None if value is None else " ".join(value.split()))
        for label, value in zip(page.labels, page.values, strict=True)
    ]


def cells_of(page: Page) -> list[list[str]]:
    return [[" ".join((cell or "").split()) for cell in row] for grid in page.grids for row in grid.rows]


@pytest.mark.parametrize(("name", "at", "time_basis"), [(name, *said) for name, said in READ.items()], ids=READ.keys())
def test_the_page_is_read_whole_at_its_time(tmp_path: Path, name: str, at: str, time_basis: str) -> None:
    summary = bring(tmp_path / "raw", CASES / name)
    assert (summary.archived, summary.problems) == (1, [])
    [(row, capture)] = archived(tmp_path / "raw")
    assert (row.project_id, row.outcome, row.url) == (PROJECT, "new", ADDRESS)
    assert (row.requested_at.isoformat()[:19], row.time_basis) == (at, time_basis)
    page, original = read_archived_page(capture), read_archived_page(capture._replace(body=BODY, content_type=None))
    assert rows_of(page) == rows_of(original)
    assert cells_of(page) == cells_of(original)
    assert len(page.labels) == 41
    assert audit_archive(tmp_path / "raw").problems == ()


def test_a_page_saved_from_a_web_archive_is_of_the_day_of_its_capture(tmp_path: Path) -> None:
    summary = bring(tmp_path / "raw", CASES / "saved-from-web-archive.html")
    assert (summary.archived, summary.problems) == (1, [])
    [(row, capture)] = archived(tmp_path / "raw")
    assert (row.requested_at.isoformat()[:19], row.time_basis) == ("2023-05-01T08:21:00", "stated")
    assert ("คืบหน้าล่าสุด", "40") in rows_of(read_archived_page(capture))


def test_a_record_whose_digests_fail_is_reported_and_not_believed(tmp_path: Path) -> None:
    summary = bring(tmp_path / "raw", CASES / "warc-wrong-digests.warc")
    assert (summary.archived, summary.damaged) == (0, 1)
    assert logged(tmp_path / "raw") == []
    [problem] = summary.problems
    assert problem == (
        f"{CASES / 'warc-wrong-digests.warc'}: record <urn:uuid:00000000-0000-4000-8000-000000000040> of {ADDRESS} "
        "is not what was written: its block digest is not sha1:RFXSOVV2DSW6QFOJLVIUFNNV7S7BTF5S"
    )


@pytest.mark.parametrize("order", [(1, 2), (2, 1)], ids=["after its original", "before it"])
def test_a_revisit_and_its_original_in_two_files_are_two_sightings(tmp_path: Path, order: tuple[int, int]) -> None:
    files = {1: CASES / "revisit-1-original.warc", 2: CASES / "revisit-2-revisit.warc"}
    summary = bring(tmp_path / "raw", *(files[number] for number in order))
    assert (summary.archived, summary.unchanged, summary.problems) == (1, 1, [])
    first, second = logged(tmp_path / "raw")
    assert [(row.outcome, row.requested_at.hour) for row in (first, second)] == [("new", 10), ("unchanged", 11)]
    assert second.repeats == first.snapshot_id


def test_a_revisit_of_a_capture_in_the_archive_shows_the_same_content_later(tmp_path: Path) -> None:
    bring(tmp_path / "raw", CASES / "revisit-1-original.warc")
    summary = bring(tmp_path / "raw", CASES / "revisit-2-revisit.warc", run=2)
    assert (summary.archived, summary.problems) == (1, [])
    (first, one), (second, two) = archived(tmp_path / "raw")
    assert (first.requested_at.hour, second.requested_at.hour) == (10, 11)
    assert first.content_sha256 == second.content_sha256
    assert one.body == two.body
    assert two.note == "a revisit record; the body is that of the capture of 2026-11-29T10:00:00Z"
    again = bring(tmp_path / "raw", CASES / "revisit-2-revisit.warc", run=3)
    assert (again.archived, again.known) == (0, 1)


SHA1 = hashlib.sha1(BODY).digest()
NAMED_BY = {
    "its digest in base32": f"WARC-Payload-Digest: sha1:{base64.b32encode(SHA1).decode()}\r\n",
    "its digest in hexadecimal": f"WARC-Payload-Digest: SHA-1:{SHA1.hex()}\r\n",
    "another digest": f"WARC-Payload-Digest: sha256:{hashlib.sha256(BODY).hexdigest()}\r\n",
    "its date": "WARC-Refers-To-Date: 2026-11-29T10:00:00Z\r\n",
    "its address and date": f"WARC-Refers-To-Target-URI: <{ADDRESS}>\r\nWARC-Refers-To-Date: 2026-11-29T10:00:00Z\r\n",
}


@pytest.mark.parametrize("named", NAMED_BY.values(), ids=NAMED_BY.keys())
@pytest.mark.parametrize("is_archived", [True, False], ids=["in the archive", "in the same import"])
def test_a_revisit_finds_its_original_by(tmp_path: Path, named: str, *, is_archived: bool) -> None:
    revisit = tmp_path / "revisit.warc"
    revisit.write_bytes(warc_of(b"", kind="revisit", at="2026-11-29T11:00:00Z", extra=named))
    original = CASES / "revisit-1-original.warc"
    if is_archived:
        bring(tmp_path / "raw", original)
        summary = bring(tmp_path / "raw", revisit, run=2)
    else:
        summary = bring(tmp_path / "raw", revisit, original)
    assert (summary.unresolved, summary.problems) == (0, [])
    assert [(row.requested_at.hour, row.page_kind) for row in logged(tmp_path / "raw")] == [
        (10, "project"),
        (11, "project"),
    ]


@pytest.mark.parametrize(
    "named",
    [
        "WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000035>\r\n",
        "WARC-Refers-To-Date: 2026-11-29T10:00:00Z\r\n",
    ],
    ids=["record id", "date"],
)
@pytest.mark.parametrize("is_archived", [True, False], ids=["in the archive", "in the same import"])
def test_a_revisit_of_another_content_than_it_names_is_not_believed(
    tmp_path: Path, named: str, *, is_archived: bool
) -> None:
    revisit, original = tmp_path / "revisit.warc", CASES / "revisit-1-original.warc"
    digest = f"WARC-Payload-Digest: sha1:{hashlib.sha1(b'another').hexdigest()}\r\n"
    revisit.write_bytes(warc_of(b"", kind="revisit", at="2026-11-29T11:00:00Z", extra=named + digest))
    if is_archived:
        bring(tmp_path / "raw", original)
    summary = bring(tmp_path / "raw", revisit, *(() if is_archived else (original,)), run=2)
    assert summary.unresolved == 1
    assert (
        "repeats a capture whose content is neither here nor in the archive; import the file that holds it too"
        in (summary.problems[0])
    )


def test_a_revisit_by_the_digest_of_a_packed_body_is_resolved_by_what_holds_its_original(tmp_path: Path) -> None:
    packed = gzip.compress(BODY, mtime=0)
    original, revisit = tmp_path / "original.warc", tmp_path / "revisit.warc"
    original.write_bytes(warc_of(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed))
    digest = f"WARC-Payload-Digest: sha1:{hashlib.sha1(packed).hexdigest()}\r\n"
    revisit.write_bytes(warc_of(b"", kind="revisit", at="2026-11-29T11:00:00Z", extra=digest))
    bring(tmp_path / "raw", original)
    assert bring(tmp_path / "raw", revisit, run=2).unresolved == 1
    summary = bring(tmp_path / "raw", original, revisit, run=3)
    assert (summary.known, summary.archived, summary.problems) == (1, 1, [])


def test_a_revisit_by_date_of_a_packed_body_in_the_archive_is_believed(tmp_path: Path) -> None:
    """As wget writes it; what its digest is of is not archived."""
    packed = gzip.compress(BODY, mtime=0)
    original, revisit = tmp_path / "original.warc", tmp_path / "revisit.warc"
    original.write_bytes(warc_of(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed))
    named = (
        f"WARC-Payload-Digest: sha1:{hashlib.sha1(packed).hexdigest()}\r\nWARC-Refers-To-Date: 2026-11-29T10:00:00Z\r\n"
    )
    revisit.write_bytes(warc_of(b"", kind="revisit", at="2026-11-29T11:00:00Z", extra=named))
    bring(tmp_path / "raw", original)
    summary = bring(tmp_path / "raw", revisit, run=2)
    assert (summary.archived, summary.problems) == (1, [])


def test_a_revisit_with_the_block_digest_that_wget_writes_is_one_more_sighting(tmp_path: Path) -> None:
    """It writes the digest of nothing over the head of the response, from which nothing is read."""
    revisit = tmp_path / "revisit.warc"
    digests = f"WARC-Payload-Digest: sha1:{SHA1.hex()}\r\nWARC-Block-Digest: sha1:{hashlib.sha1(b'').hexdigest()}\r\n"
    written = warc_of(b"HTTP/1.1 200 OK\r\n\r\n", kind="revisit", at="2026-11-29T11:00:00Z", extra=digests)
    revisit.write_bytes(written)
    summary = bring(tmp_path / "raw", revisit, CASES / "revisit-1-original.warc")
    assert (summary.archived, summary.unchanged, summary.problems) == (1, 1, [])


def test_a_revisit_of_the_page_of_another_project_is_not_believed(tmp_path: Path) -> None:
    other = ADDRESS.replace(PROJECT, "50490000-9999")
    named = f"WARC-Refers-To-Target-URI: {ADDRESS}\r\nWARC-Refers-To-Date: 2026-11-29T10:00:00Z\r\n"
    written = warc_of(b"", kind="revisit", at="2026-11-29T11:00:00Z", extra=named)
    (tmp_path / "revisit.warc").write_bytes(written.replace(ADDRESS.encode(), other.encode(), 1))
    summary = bring(tmp_path / "raw", tmp_path / "revisit.warc", CASES / "revisit-1-original.warc")
    assert (summary.archived, summary.evidence, summary.unresolved) == (1, 0, 1)


def test_a_revisit_names_its_original_by_record_id(tmp_path: Path) -> None:
    revisit = tmp_path / "revisit.warc"
    named = "WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000035>\r\n"
    revisit.write_bytes(warc_of(b"", kind="revisit", at="2026-11-29T11:00:00Z", extra=named))
    summary = bring(tmp_path / "raw", revisit, CASES / "revisit-1-original.warc")
    assert (summary.archived, summary.unchanged, summary.problems) == (1, 1, [])


def test_a_revisit_of_a_page_that_was_seen_unchanged_has_its_content(tmp_path: Path) -> None:
    """The original itself was archived without a body."""
    digest = f"WARC-Payload-Digest: sha1:{hashlib.sha1(BODY + b' ').hexdigest()}\r\n"
    path = tmp_path / "x.warc"
    path.write_bytes(
        warc_of(BLOCK, at="2026-11-27T10:00:00Z")
        + warc_of(BLOCK + b" ", at="2026-11-28T10:00:00Z")
        + warc_of(b"", kind="revisit", at="2026-11-29T10:00:00Z", extra=digest)
    )
    summary = bring(tmp_path / "raw", path)
    assert (summary.archived, summary.unchanged, summary.problems) == (1, 2, [])


def test_a_revisit_of_a_capture_that_is_nowhere_is_told_with_its_address(tmp_path: Path) -> None:
    summary = bring(tmp_path / "raw", CASES / "revisit-2-revisit.warc")
    assert (summary.unresolved, summary.damaged) == (1, 0)
    [problem] = summary.problems
    assert f"of {ADDRESS} repeats a capture whose content is neither here nor in the archive" in problem


@pytest.mark.parametrize("name", ["revisit.warc.gz", "lower.warc.gz"], ids=["by address and date", "lower-case digest"])
def test_a_revisit_is_seen_whatever_it_names_its_original_by(tmp_path: Path, name: str) -> None:
    summary = bring(tmp_path / "raw", CASES / name)
    assert (summary.archived, summary.unchanged, summary.problems) == (1, 1, [])
    assert [row.requested_at.date().isoformat() for row in logged(tmp_path / "raw")] == ["2024-05-01", "2024-06-01"]


def test_a_page_whose_chunks_were_taken_out_is_read(tmp_path: Path) -> None:
    summary = bring(tmp_path / "raw", CASES / "dechunked.warc.gz")
    assert (summary.archived, summary.problems) == (1, [])
    [(row, capture)] = archived(tmp_path / "raw")
    assert row.project_id == "50450000-0101"
    assert capture.body.startswith(b"<!DOCTYPE html>")
