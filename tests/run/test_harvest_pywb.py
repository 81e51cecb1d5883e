"""A real pywb gives, by replay and by the bytes of its records, what importing its WARC files gives.

pywb has an environment of its own (`make .venv/pywb/done`). The tests skip where there is none; with REQUIRE_PYWB=1
(as in CI) they fail instead.
"""

import datetime as dt
import gzip
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from pipeline.core.settings import SAMPLE, FetchSettings, HarvestSettings
from pipeline.fetch.archive_host import ArchiveHost
from pipeline.importing.cdx_index import Entry, read_index
from pipeline.importing.replay import Answer, ReplayError, read_replay
from pipeline.importing.web_archives import Dialect, WebArchive, Window, index_query, web_archive
from pipeline.sample.server import answer, sample_pages
from tests.cli.command import Done, bma_here
from tests.run.test_harvest import ask, rows, tables
from tests.run.web_archive import web_archive as running_archive

pytestmark = pytest.mark.slow

NAME = "http://archive.test/city"
FILE = "city.warc.gz"
N_PROJECTS = 4
TYPE = ("Content-Type", "text/html; charset=UTF-8")


class Pywb(NamedTuple):
    """A running pywb with one collection, and the WARC file in it."""

    address: str
    warc: Path


def programs() -> Path:
    """Where pywb's programs are."""
    folder = Path(sys.prefix) / "pywb" / "bin"
    if not (folder / "wayback").exists():
        said = "there is no pywb here: make .venv/pywb/done"
        if os.environ.get("REQUIRE_PYWB") == "1":
            pytest.fail(said)
        pytest.skip(said)
    return folder


def spelled(project_id: str, number: int) -> str:
    """The address of a project page, spelled in another way each month."""
    home = SAMPLE.base_url
    spellings = (
        f"{home}?r=tbl-project-main%2Fview&project_id={project_id}",
        f"{home}?project_id={project_id}&r=tbl-project-main%2Fview",
        f"{home.replace('http://', 'https://www.')}?r=tbl-project-main%2Fview&lang=th&project_id={project_id}",
    )
    return spellings[number % len(spellings)]


def write_captures(path: Path) -> None:
    """The sample at twelve points in time, as crawlers write it: plain, packed, chunked, and what else came."""
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)

        def write(url: str, number: int, body: bytes, status: str = "200 OK", *headers: tuple[str, str]) -> None:
            http = StatusAndHeaders(status, [TYPE, ("Server", "Apache"), *headers], protocol="HTTP/1.1")
            at = {"WARC-Date": f"2025-{number:02d}-03T04:05:06Z"}
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict=at
            )
            writer.write_record(record)
            record.raw_stream.close()

        for number in range(1, 13):
            for page in sample_pages()[:N_PROJECTS]:
                url = spelled(page.project_id, number)
                body = answer(f"/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id={page.project_id}").body
                body = body.replace(b"</th><td>0</td>", b"</th><td>%d</td>" % (100 * (number // 3)))
                if number == 4:
                    write(url, number, gzip.compress(body), "200 OK", ("Content-Encoding", "gzip"))
                elif number == 5:
                    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
                    write(url, number, chunks, "200 OK", ("Transfer-Encoding", "chunked"))
                elif number == 6:
                    write(url, number, b"", "302 Found", ("Location", "/index.php?r=site%2Flogin"))
                elif number == 7:
                    write(url, number, answer("/dp/frontend/web/index.php?r=site%2Flogin").body)
                else:
                    write(url, number, body)
            write("http://other.invalid/index.php?r=tbl-project-main%2Fview&project_id=50490000-3607", number, b"other")


@pytest.fixture(scope="module")
def pywb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pywb]:
    found, home = programs(), tmp_path_factory.mktemp("pywb")
    write_captures(home / FILE)
    for words in (("init", "city"), ("add", "city", FILE)):
        subprocess.run([found / "wb-manager", *words], cwd=home, check=True, capture_output=True, timeout=60)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(found / "wayback"), "--port", str(port), "--bind", "127.0.0.1"]
    with subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            for _ in range(600):
                with suppress(URLError, ConnectionError), urlopen(f"http://127.0.0.1:{port}/city/cdx?url=x.test"):
                    break
                time.sleep(0.1)
            yield Pywb(f"127.0.0.1:{port}", home / FILE)
        finally:
            running.terminate()


@pytest.fixture(scope="module")
def imported(pywb: Pywb, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the WARC file imported."""
    data = tmp_path_factory.mktemp("imported") / "data"
    done = bma_here("import", pywb.warc, "--source", "sample", "--data-dir", data)
    assert done.returncode == 0, done.stderr
    return data


def harvest(data: Path, address: str, *flags: str, name: str = NAME) -> Done:
    data.mkdir(exist_ok=True)
    config = data.with_suffix(".toml")
    config.write_text(f'[harvest]\nindex_per_minute = 0\nreplays_per_second = 0\nconnect_to = "{address}"\n')
    return bma_here("harvest", "--archive", name, "--source", "sample", "--config", config, "--data-dir", data, *flags)


def test_replay_gives_the_tables_of_an_import(pywb: Pywb, imported: Path, tmp_path: Path) -> None:
    done = harvest(tmp_path / "data", pywb.address)
    assert done.returncode == 0, done.stderr
    assert f"left out: {N_PROJECTS} of HTTP 302" in done.stderr
    # The import knows of the redirects: they are visits that failed, of pages that are there.
    assert without_redirects(tables(tmp_path / "data")) == without_redirects(tables(imported))
    assert ask(tmp_path / "data", "SELECT count(*), sum(n_observations) FROM project_versions")[0][1] == 10 * N_PROJECTS
    again = harvest(tmp_path / "data", pywb.address)
    assert (again.returncode, "0 archived, 0 as before, 44 held already" in again.stderr) == (0, True), again.stderr


def test_what_was_imported_is_known_and_not_asked_for(pywb: Pywb, imported: Path, tmp_path: Path) -> None:
    planned = harvest(imported, pywb.address, "--plan")
    assert planned.returncode == 0, planned.stderr
    assert "44 are held already, 0 are to be fetched, 0 have the content of another" in planned.stdout


def without_redirects(found: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    return {name: table for name, table in found.items() if name != "page_status"}


def test_the_bytes_of_its_records_give_the_same(
    pywb: Pywb, imported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_archive() as archive:
        # pywb serves no ranges of its files: its index comes from there, the bytes that it names from beside it.
        archive.data[FILE] = pywb.warc.read_bytes()
        archive.index = lambda shots, query: urlopen(
            f"http://{pywb.address}/city/cdx?{urlencode(query, doseq=True)}"
        ).read()
        named = replace(web_archive(NAME), replay_url=None, data_url="http://data.test/")
        monkeypatch.setattr("pipeline.importing.web_archives.web_archive", lambda name: named)
        done = harvest(tmp_path / "data", archive.address)
        assert done.returncode == 0, done.stderr
        assert len(archive.replayed()) == 44
    assert without_redirects(tables(tmp_path / "data")) == without_redirects(tables(imported))
    assert all(
        (row.archive_url or "").startswith(f"http://data.test/{FILE}#offset=") for row in rows(tmp_path / "data")
    )


def first_entry(host: ArchiveHost, archive: WebArchive) -> Entry:
    window = Window(dt.datetime(2025, 1, 1, tzinfo=dt.UTC), dt.datetime(2025, 1, 31, tzinfo=dt.UTC))
    query = index_query(archive.index_url or "", Dialect.PYWB, SAMPLE.base_url, window)
    return read_index(host.index(query).body, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).entries[0]


def test_its_nearest_capture_and_its_rewritten_page_are_refused(pywb: Pywb) -> None:
    settings = HarvestSettings(index_per_minute=0.0, replays_per_second=0.0, connect_to=pywb.address)
    archive = web_archive(NAME)
    with ArchiveHost(archive.home, settings, FetchSettings()) as host:
        entry = first_entry(host, archive)
        whole, missed = (
            host.replay(archive.replay_of(one)) for one in (entry, entry._replace(timestamp="20250104040506"))
        )
        rewritten = host.replay(archive.replay_of(entry).replace("id_/", "mp_/"))
    assert read_replay(entry, Answer(whole.status, whole.headers, whole.body), "x", max_body_bytes=10**7).capture
    # pywb answers with the capture nearest to the time that was asked for.
    other = entry._replace(timestamp="20250104040506", at=entry.at.replace(day=4))
    assert missed.status == 200
    with pytest.raises(ReplayError, match="of another time, 2025-01-03T04:05:06Z"):
        read_replay(other, Answer(missed.status, missed.headers, missed.body), "x", max_body_bytes=10**7)
    with pytest.raises(ReplayError, match="the archive added its links or its banner to the page"):
        read_replay(entry, Answer(rewritten.status, rewritten.headers, rewritten.body), "x", max_body_bytes=10**7)
