"""A harvest takes what a web archive holds and we have not, once, as evidence, and leaves a tired archive alone."""

import datetime as dt
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from pipeline.archive.audit import audit_archive
from pipeline.archive.fetch_log import FetchLogRow, read_about
from pipeline.archive.segments import sealed_segments
from pipeline.archive.warc import Capture
from pipeline.core.settings import HarvestSettings
from pipeline.fetch.archive_host import Asked, seconds_between
from pipeline.importing.web_archives import WebArchive as Named
from pipeline.importing.web_archives import web_archive as by_name
from pipeline.run.lock import LOCK_FILES, data_dir_lock
from tests.cli.command import COMMAND, Done, bma_here, environment
from tests.fetch.misbehaving import project_page
from tests.importing.bring import archived, logged
from tests.quick import quick
from tests.run.web_archive import (
    ARCHIVE,
    HOME,
    Answer,
    Index,
    Shot,
    WebArchive,
    is_replay,
    packed,
    paged,
    plain,
    pywb,
    records,
    replay,
    wayback,
    web_archive,
    write_warc,
)

PYWB = by_name(ARCHIVE)
WAYBACK = replace(
    by_name("wayback"),
    home="http://wayback.test/",
    index_url="http://wayback.test/cdx/search/cdx",
    replay_url="http://wayback.test/web",
)
COMMON_CRAWL = replace(
    by_name("commoncrawl"),
    home="http://index.test/",
    collections_url="http://index.test/collinfo.json",
    data_url="http://data.test/",
)
ONE, TWO = "50010000-0001", "50010000-0002"
LOGIN = (files("pipeline") / "sample" / "site" / "other" / "login.html").read_bytes()


@pytest.fixture
def archive() -> Iterator[WebArchive]:
    with web_archive() as running:
        yield running


def url_of(project_id: str, home: str = HOME) -> str:
    return f"{home}?r=tbl-project-main%2Fview&project_id={project_id}"


def month(number: int) -> str:
    """The time of a capture in that month, counted from January 2023."""
    return f"{2023 + (number - 1) // 12}{(number - 1) % 12 + 1:02d}01082100"


def shots(project_ids: Sequence[str], months: int) -> list[Shot]:
    """Captures of projects in so many months, each of them edited."""
    return [
        Shot(url_of(project_id), month(number), project_page(project_id, f" แก้ไข {number}"))
        for number in range(1, months + 1)
        for project_id in project_ids
    ]


def harvest(
    data: Path,
    archive: WebArchive,
    *flags: str,
    name: str = ARCHIVE,
    named: Named | None = None,
    releases: bool = False,
) -> Done:
    """Harvest with the command; the archives whose addresses are built in stand on loopback under others, named so.

    Most tests look at data/raw alone, and a release takes longer than all of that.
    """
    data.mkdir(exist_ok=True)
    config = data.with_suffix(".toml")
    if not config.exists():
        config.write_text(settings(archive))
    given = ("--archive", name, "--source", "bmavisions", "--config", config, "--data-dir", data)
    with pytest.MonkeyPatch.context() as patch:
        if named is not None:
            patch.setattr("pipeline.importing.web_archives.web_archive", lambda name: named)
        if not releases:
            patch.setattr("pipeline.run.harvest_captures.release_archive", lambda *arguments: None)
        return bma_here("harvest", *given, *flags)


def settings(archive: WebArchive, **changes: object) -> str:
    said = {"index_per_minute": 0, "replays_per_second": 0, "connect_to": archive.address, **changes}
    lines = [f"{name} = {json.dumps(value)}" for name, value in said.items()]
    return "[fetch]\nbackoff = 0.01\ntimeout = 2.0\n[harvest]\n" + "\n".join(lines) + "\n"


def kept(data: Path) -> list[tuple[FetchLogRow, Capture]]:
    return archived(data / "raw")


def rows(data: Path) -> list[FetchLogRow]:
    return logged(data / "raw")


def ask(data: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(data / "curated" / "latest" / "bma_projects.duckdb"), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        return con.execute(query).fetchall()


@pytest.mark.slow
def test_every_spelling_of_an_address_is_the_project(tmp_path: Path, archive: WebArchive) -> None:
    spellings = [
        url_of(ONE),
        f"{HOME}?project_id={ONE}&r=tbl-project-main%2Fview",
        url_of(ONE, HOME.replace("http://www.", "https://")),
        f"{HOME.replace('www.', '')}?lang=th&project_id={ONE}&_=1&r=tbl-project-main/view",
    ]
    archive.shots = [Shot(url, month(n), project_page(ONE, str(n))) for n, url in enumerate(spellings, 1)]
    foreign = [url_of(ONE).replace("view", "update"), url_of(ONE, "http://other.test/index.php")]
    archive.shots += [Shot(url, month(6), b"foreign") for url in foreign]
    done = harvest(tmp_path / "data", archive, releases=True)
    assert done.returncode == 0, done.stderr
    assert [(row.project_id, capture.url) for row, capture in kept(tmp_path / "data")] == [
        (ONE, url) for url in spellings
    ]
    (record,) = (json.loads(path.read_text()) for path in (tmp_path / "data" / "runs").glob("*.json"))
    counts = record["counts"]
    assert (counts["harvest_listed"], counts["harvest_foreign"], counts["harvest_archived"]) == (4, 2, 4)
    assert len([asked for asked in archive.asked if not is_replay(asked)]) == 1


@pytest.mark.slow
def test_what_came_says_whose_when_and_out_of_which_archive(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 2)
    assert harvest(tmp_path / "data", archive, releases=True).returncode == 0
    (first, capture), _ = kept(tmp_path / "data")
    address = f"{ARCHIVE}/{month(1)}/{url_of(ONE)}"
    assert (first.archive_url, first.time_basis, first.attempts) == (address, "protocol", 0)
    assert capture.note == f"harvested from {address}"
    (log,) = (segment.fetches for segment in sealed_segments(tmp_path / "data" / "raw"))
    assert read_about(log)["harvested-from"] == ARCHIVE
    versions = ask(tmp_path / "data", "SELECT valid_from::VARCHAR, archive_url FROM project_versions ORDER BY 1")
    assert versions == [(f"2023-0{n}-01 08:21:00+00", f"{ARCHIVE}/{month(n)}/{url_of(ONE)}") for n in (1, 2)]
    shown = bma_here("show", ONE, "--version", "1", "--data-dir", tmp_path / "data").stdout
    assert address in "".join(shown.split())
    newest = f"{ARCHIVE}/{month(2)}/{url_of(ONE)}"
    assert ask(tmp_path / "data", "SELECT archive_url FROM projects") == [(newest,)]
    cited = bma_here("cite", ONE, "--data-dir", tmp_path / "data").stdout
    assert f"Web archive: {newest} " in cited
    assert f"คลังเว็บ: {newest} " in cited


FORMS: dict[str, Index] = {
    "a line of JSON each": pywb,
    "in pages, some of them empty": paged(3, empty=(0, 2)),
    "in arrays with a key": wayback(3),
    "in plain lines of another order": plain,
}


@pytest.mark.parametrize("form", FORMS)
def test_an_index_in_whatever_form_is_read_to_its_end(tmp_path: Path, archive: WebArchive, form: str) -> None:
    archive.shots = shots([ONE, TWO], 5)
    archive.index = FORMS[form]
    named = WAYBACK if form == "in arrays with a key" else PYWB
    done = harvest(tmp_path / "data", archive, named=named)
    assert done.returncode == 0, done.stderr
    assert len(kept(tmp_path / "data")) == len(archive.replayed()) == 10


@pytest.mark.parametrize("fault", ["loses_key", "repeats_key"])
def test_an_index_that_loses_its_key_is_asked_for_shorter_times(
    tmp_path: Path, archive: WebArchive, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr("pipeline.run.harvest_index.MOST_LINES", 3)
    archive.shots = shots([ONE, TWO], 5)
    archive.index = wayback(3, **{fault: True})
    done = harvest(tmp_path / "data", archive, named=WAYBACK)
    assert done.returncode == 0, done.stderr
    assert len(kept(tmp_path / "data")) == len(archive.replayed()) == 10


def test_an_index_that_breaks_off_within_a_day_is_told(
    tmp_path: Path, archive: WebArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.run.harvest_index.MOST_LINES", 3)
    archive.shots = [Shot(url_of(ONE), f"202305010821{n:02d}", project_page(ONE, str(n))) for n in range(5)]
    archive.index = wayback(3, loses_key=True)
    done = harvest(tmp_path / "data", archive, named=WAYBACK)
    assert done.returncode == 1
    assert "it gives no key for the next part, even for 2023-0" in done.stderr
    assert len(kept(tmp_path / "data")) == 3


def test_lines_that_are_none_are_told_and_no_failure(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 2)
    archive.index = lambda found, query: pywb(found, query) + b'{"timestamp": "25660501082100", "url": "http://a/"}\n'
    done = harvest(tmp_path / "data", archive)
    assert done.returncode == 0, done.stderr
    assert "lines of the index cannot be read, such as " in done.stderr
    assert len(kept(tmp_path / "data")) == 2


def test_an_index_that_moved_is_told_with_where_it_leads(tmp_path: Path, archive: WebArchive) -> None:
    archive.refuses = lambda number, path: Answer(301, b"", (("Location", "https://archive.test/city/cdx"),))
    done = harvest(tmp_path / "data", archive)
    assert (done.returncode, len(archive.asked)) == (1, 1)
    assert "answers HTTP 301 and leads to https://archive.test/city/cdx" in done.stderr


def test_redirects_and_errors_are_left_out_and_counted(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 1)
    archive.shots += [
        Shot(url_of(ONE), month(n), b"", status) for n, status in ((2, 302), (3, 404), (4, 404), (5, 503))
    ]
    done = harvest(tmp_path / "data", archive)
    assert done.returncode == 0, done.stderr
    assert "left out: 1 of HTTP 302, 2 of HTTP 404, 1 of HTTP 503" in done.stderr
    assert len(archive.replayed()) == 1


@pytest.mark.slow
def test_a_second_harvest_asks_the_index_and_nothing_else(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE, TWO], 3)
    assert harvest(tmp_path / "data", archive, releases=True).returncode == 0
    before = list(archive.asked)
    done = harvest(tmp_path / "data", archive, releases=True)
    assert (done.returncode, len(archive.asked) - len(before)) == (0, 1)
    assert "6 held already" in done.stderr
    assert "nothing to build" in done.stderr
    archive.shots += shots([TWO], 4)[-1:]
    assert harvest(tmp_path / "data", archive, releases=True).returncode == 0
    assert len(archive.replayed()) == 7


@pytest.mark.slow
def test_what_was_imported_from_files_is_not_fetched(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE, TWO], 3)
    files = write_warc(tmp_path / "theirs.warc.gz", archive.shots[:4])
    flags = ("--source", "bmavisions", "--data-dir", tmp_path / "data")
    assert bma_here("import", files, *flags).returncode == 0
    done = harvest(tmp_path / "data", archive)
    assert (done.returncode, len(archive.replayed())) == (0, 2)
    assert "2 archived" in done.stderr
    assert "4 held already" in done.stderr


@pytest.mark.slow
def test_content_that_is_held_is_another_visit_without_a_request(tmp_path: Path, archive: WebArchive) -> None:
    body = project_page(ONE)
    archive.shots = [Shot(url_of(ONE), month(n), body) for n in (1, 2)]
    archive.shots += [Shot(url_of(ONE), month(3), project_page(ONE, " แก้ไข"))]
    archive.shots += [Shot(url_of(ONE), month(4), body, mime="warc/revisit")]
    done = harvest(tmp_path / "data", archive, releases=True)
    assert (done.returncode, len(archive.replayed())) == (0, 2)
    seen = "SELECT left(valid_from::VARCHAR, 7), left(last_seen_at::VARCHAR, 7) FROM project_versions ORDER BY 1"
    assert ask(tmp_path / "data", seen) == [("2023-01", "2023-02"), ("2023-03", "2023-03"), ("2023-04", "2023-04")]
    assert [row.archive_url is not None for row in rows(tmp_path / "data")] == [True] * 4


@pytest.mark.slow
def test_a_capture_of_a_login_page_is_evidence_and_no_project(tmp_path: Path, archive: WebArchive) -> None:
    stub = b"<html><body><h1>This page is not available: robots.txt</h1></body></html>"
    archive.shots = [Shot(url_of(ONE), month(1), project_page(ONE))]
    archive.shots += [Shot(url_of(ONE), month(2), LOGIN), Shot(url_of(TWO), month(2), stub)]
    done = harvest(tmp_path / "data", archive, releases=True)
    assert done.returncode == 0, done.stderr
    kinds = [(row.outcome, row.page_kind) for row in rows(tmp_path / "data")]
    assert kinds == [("new", "project"), ("failed", "login"), ("failed", "unknown")]
    assert ask(tmp_path / "data", "SELECT project_id, n_versions FROM projects") == [(ONE, 1)]


def cut(answer: Answer) -> Answer:
    return answer._replace(headers=(*answer.headers, ("Content-Length", "999999")))


def longest_zone(shot: Shot) -> Answer:
    at = f"{shot.at:%a, %d %b %Y %H:%M:%S} +{'9' * 20}"
    return replay(shot)._replace(headers=(("Memento-Datetime", at),))


TRIED_FIRST = ("a digest that does not fit", "a body that is cut")
FAULTS: dict[str, tuple[Callable[[Shot], Answer], str]] = {
    "a time that is none": (longest_zone, "does not give its time"),
    "a digest that does not fit": (lambda shot: replay(shot, body=shot.body + b" "), "have the digest of the index"),
    "another time": (lambda shot: replay(shot, at=shot.at + dt.timedelta(days=1)), "of another time, 2023-03-02"),
    "a banner": (lambda shot: replay(shot, body=b"<script src='/static/wombat.js'></script>" + shot.body), "banner"),
    "a redirect": (lambda shot: Answer(302, b"", (("Location", "/else"),)), "HTTP 302, which leads to '/else'"),
    "blocked": (lambda shot: Answer(403, b"blocked by robots"), "HTTP 403"),
    "a body that is cut": (lambda shot: cut(replay(shot)), "cut: "),
}


@pytest.mark.parametrize(
    "fault", [pytest.param(one, marks=pytest.mark.slow if one not in TRIED_FIRST else []) for one in FAULTS]
)
def test_a_replay_that_is_not_the_capture_is_refused_told_and_costs_no_other(
    tmp_path: Path, archive: WebArchive, fault: str
) -> None:
    archive.shots = shots([ONE], 5)
    spoil, said = FAULTS[fault]
    archive.replays = lambda shot: spoil(shot) if shot.timestamp == month(3) else replay(shot)
    done = harvest(tmp_path / "data", archive, releases=fault == "blocked")
    assert done.returncode == 1
    assert said in done.stderr
    assert [row.requested_at.month for row in rows(tmp_path / "data") if row.project_id] == [1, 2, 4, 5]
    (record,) = (json.loads(path.read_text()) for path in (tmp_path / "data" / "runs").glob("*.json"))
    assert (record["harvest"]["n_listed"], record["harvest"]["n_held"]) == (5, 4)
    archive.replays = replay
    # What was cut on its way may come whole.
    again = () if fault == "a body that is cut" else ("--again",)
    assert harvest(tmp_path / "data", archive, *again, releases=fault == "blocked").returncode == 0
    assert sorted(row.requested_at.month for row in rows(tmp_path / "data") if row.project_id) == [1, 2, 3, 4, 5]


def test_a_capture_that_was_refused_is_evidence_of_the_archive_and_not_asked_for_again(
    tmp_path: Path, archive: WebArchive
) -> None:
    archive.shots = shots([ONE], 5)
    archive.replays = lambda shot: Answer(404, b"") if shot.timestamp == month(5) else replay(shot)
    assert harvest(tmp_path / "data", archive, releases=True).returncode == 1
    address = f"{ARCHIVE}/{month(5)}/{url_of(ONE)}"
    refused = rows(tmp_path / "data")[-1]
    assert (refused.url, refused.archive_url, refused.project_id, refused.outcome) == (
        address,
        address,
        None,
        "refused",
    )
    assert refused.error == "the archive answers HTTP 404"
    # It says nothing of the page.
    status = "SELECT n_attempts, last_outcome, last_attempt_at::VARCHAR FROM page_status"
    assert ask(tmp_path / "data", status) == [(4, "changed", "2023-04-01 08:21:00+00")]
    assert not audit_archive(tmp_path / "data" / "raw").problems
    n_asked = len(archive.replayed())
    again = harvest(tmp_path / "data", archive, releases=True)
    assert (again.returncode, len(archive.replayed())) == (0, n_asked)
    assert "4 held already" in again.stderr
    assert "1 refused before (--again asks for them again), 0 left" in again.stderr
    planned = harvest(tmp_path / "data", archive, "--plan")
    assert "1 was refused before; --again asks again\n4 are held already, 0 are to" in planned.stdout
    assert "4 are held already, 1 is to be" in harvest(tmp_path / "data", archive, "--plan", "--again").stdout
    assert harvest(tmp_path / "data", archive, "--again").returncode == 1
    assert len(archive.replayed()) == n_asked + 1


def test_an_archive_that_gives_nothing_of_what_it_names_is_left_alone(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 20)
    archive.replays = lambda shot: Answer(403, b"blocked") if shot.timestamp <= month(12) else replay(shot)
    first = harvest(tmp_path / "data", archive)
    assert (first.returncode, len(archive.replayed())) == (1, 9)
    assert "answer differed 9 times in a row from its index; the same command goes on from here" in first.stderr
    assert "9 refused, 11 left" in first.stderr
    second = harvest(tmp_path / "data", archive)
    assert (second.returncode, len(archive.replayed())) == (1, 20)
    assert "8 archived" in second.stderr


def test_pages_packed_twice_and_foreign_captures_between_are_no_trouble(tmp_path: Path, archive: WebArchive) -> None:
    others = [shot._replace(url=url_of(TWO, "http://other.test/index.php")) for shot in shots([TWO], 4)]
    archive.shots = [shot for pair in zip(shots([ONE], 4), others, strict=True) for shot in pair]
    archive.replays = packed
    done = harvest(tmp_path / "data", archive)
    assert done.returncode == 0, done.stderr
    assert [capture.body for _, capture in kept(tmp_path / "data")] == [shot.body for shot in archive.shots[::2]]


def refuse_every(n: int, answer: Answer) -> Callable[[int, str], Answer | None]:
    return lambda number, path: answer if number % n == 0 else None


SLOW_DOWN = Answer(503, b"<Error><Code>SlowDown</Code></Error>")


def test_429_at_every_third_request_ends_the_run_and_the_next_goes_on(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 6)
    archive.refuses = refuse_every(3, Answer(429, b"", (("Retry-After", "0"),)))
    said = [harvest(tmp_path / "data", archive) for _ in range(6)]
    # The index, a capture, and a third request that is refused; in the last run nothing is left to ask for.
    assert [done.returncode for done in said] == [1] * 5 + [0]
    assert all("HTTP 429 and is left alone" in done.stderr for done in said[:-1])
    assert len(kept(tmp_path / "data")) == 6
    answered = [path for number, path in enumerate((asked.target for asked in archive.asked), 1) if number % 3]
    replayed = [path for path in answered if "id_/" in path]
    assert len(replayed) == len(set(replayed)) == 6


@pytest.mark.parametrize("headers", [(("Retry-After", "3600"),), ()])
def test_retry_after_is_kept_over_runs(
    tmp_path: Path, archive: WebArchive, headers: tuple[tuple[str, str], ...]
) -> None:
    archive.shots = shots([ONE], 3)
    archive.refuses = refuse_every(3, SLOW_DOWN._replace(headers=headers))
    first = harvest(tmp_path / "data", archive)
    assert (first.returncode, len(archive.asked)) == (1, 3)
    for flags in ((), ("--plan",)):
        again = harvest(tmp_path / "data", archive, *flags)
        assert (again.returncode, len(archive.asked)) == (1, 3)
        assert "asked to be left alone until" in again.stderr


def test_a_plan_that_was_told_to_wait_makes_others_wait(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 1)
    archive.refuses = lambda number, path: Answer(429, b"", (("Retry-After", "a while"),)) if number == 1 else None
    planned = harvest(tmp_path / "data", archive, "--plan")
    assert (planned.returncode, planned.stdout) == (1, "")
    assert "answers HTTP 429 and is left alone until" in planned.stderr
    for flags in (("--plan",), ()):
        again = harvest(tmp_path / "data", archive, *flags)
        assert (again.returncode, len(archive.asked)) == (1, 1)
        assert "asked to be left alone until" in again.stderr
    theirs = write_warc(tmp_path / "theirs.warc.gz", archive.shots)
    assert bma_here("import", theirs, "--source", "bmavisions", "--data-dir", tmp_path / "data").returncode == 0
    (run, *_) = ask(tmp_path / "data", "SELECT status, harvested_from, n_captures_listed FROM runs ORDER BY run_id")
    assert run == ("failed", ARCHIVE, None)


def test_a_plan_asks_nothing_while_a_run_holds_the_data_directory(tmp_path: Path, archive: WebArchive) -> None:
    with data_dir_lock(tmp_path / "data", "bma-projects harvest"):
        assert (harvest(tmp_path / "data", archive, "--plan").returncode, archive.asked) == (75, [])


def test_the_budget_of_a_run_is_kept_and_is_no_failure(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 5)
    (tmp_path / "data.toml").write_text(settings(archive, max_requests=3))
    done = [harvest(tmp_path / "data", archive) for _ in range(3)]
    assert [one.returncode for one in done] == [0, 0, 0]
    assert "the budget of 3 requests is spent; the same command goes on from here" in done[0].stderr
    assert [len(archive.asked), len(kept(tmp_path / "data"))] == [3 + 3 + 2, 5]


def test_a_budget_that_the_index_alone_spends_is_told(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 5)
    archive.index = paged(1)
    (tmp_path / "data.toml").write_text(settings(archive, max_requests=3))
    done = harvest(tmp_path / "data", archive)
    assert (done.returncode, archive.replayed()) == (1, [])
    assert "the budget of 3 requests is spent before the index is read to its end; raise harvest.max" in done.stderr


def test_an_archive_that_fails_on_and_on_is_given_up(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 9)
    archive.refuses = lambda number, path: Answer(500, b"") if "id_/" in path else None
    done = harvest(tmp_path / "data", archive)
    assert done.returncode == 1
    assert "the archive failed 9 times in a row, last: HTTP 500" in done.stderr
    assert len(archive.asked) == 1 + 9


def test_the_two_paces_hold(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 5)
    archive.index = paged(1)
    (tmp_path / "data.toml").write_text(settings(archive, index_per_minute=600, replays_per_second=5))
    assert harvest(tmp_path / "data", archive).returncode == 0
    for of_replays, least in ((False, 0.1), (True, 0.2)):
        times = [asked.at for asked in archive.asked if is_replay(asked) is of_replays]
        assert len(times) >= 5
        # One of them may arrive late, and the next does not wait for that.
        assert times[-1] - times[0] > 0.9 * least * (len(times) - 1), times


def test_the_pace_holds_over_runs(tmp_path: Path, archive: WebArchive) -> None:
    (tmp_path / "data.toml").write_text(settings(archive, index_per_minute=60))
    for _ in range(2):
        assert harvest(tmp_path / "data", archive, "--plan").returncode == 0
    first, second = (asked.at for asked in archive.asked)
    assert second - first >= 0.99


@pytest.mark.parametrize(
    ("connect_to", "pace"),
    [
        (None, 3.0),
        ("web.archive.org:443", 3.0),
        ("207.241.237.3:443", 3.0),
        ("127.0.0.1:80", 0.0),
        ("localhost:80", 0.0),
    ],
)
def test_only_an_archive_in_a_private_network_is_asked_faster(connect_to: str | None, pace: float) -> None:
    asked = seconds_between(HarvestSettings(index_per_minute=0, replays_per_second=0, connect_to=connect_to))
    assert (asked[Asked.INDEX], asked[Asked.REPLAY]) == (pace, min(pace, 1.0))


def test_we_say_who_we_are_and_go_nowhere_private_unasked(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 1)
    assert harvest(tmp_path / "data", archive).returncode == 0
    assert all(asked.headers["user-agent"].startswith("bma-projects/") for asked in archive.asked)
    assert {asked.headers["host"] for asked in archive.asked} == {"archive.test"}
    config = tmp_path / "no.toml"
    config.write_text("[harvest]\n")
    n_asked = len(archive.asked)
    done = harvest(tmp_path / "no", archive, name=f"http://{archive.address}/city")
    assert (done.returncode, len(archive.asked)) == (1, n_asked)
    assert f"http://{archive.address}/city/cdx" in done.stderr
    assert "is a private address: refused" in done.stderr
    assert "for an archive set connect_to of [harvest]" in done.stderr


def test_months_limit_what_is_asked_for(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 6)
    assert harvest(tmp_path / "data", archive, "--from", "2023-02", "--to", "2023-04").returncode == 0
    assert [row.requested_at.month for row in rows(tmp_path / "data")] == [2, 3, 4]


@pytest.mark.parametrize(
    "flags",
    [
        ("--from", "2566-13"),
        ("--to", "May"),
        ("--from", "2023-05", "--to", "2023-04"),
        ("--to", "1990-01"),
        ("--to", "2567-12"),
        ("--to", "9999-12"),
    ],
)
def test_months_that_cannot_be_are_one_line_and_2(tmp_path: Path, archive: WebArchive, flags: tuple[str, ...]) -> None:
    done = harvest(tmp_path / "data", archive, *flags)
    assert (done.returncode, len(done.stderr.splitlines()), archive.asked) == (2, 1, [])


def test_a_month_of_the_buddhist_era_is_told_in_ce(tmp_path: Path, archive: WebArchive) -> None:
    assert "write the year CE, 2023-01" in harvest(tmp_path / "data", archive, "--from", "2566-01").stderr


def test_the_invented_sample_is_not_looked_for_in_public_archives(tmp_path: Path) -> None:
    done = bma_here("harvest", "--plan", "--data-dir", tmp_path / "data")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "--source names a real one: bmavisions, bs2568" in done.stderr


def test_a_plan_counts_and_fetches_nothing(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE, TWO], 3)
    archive.shots += [archive.shots[0]._replace(timestamp=month(9)), Shot(url_of(ONE), month(8), b"", 404)]
    (tmp_path / "data.toml").write_text(settings(archive, replays_per_second=0.5, max_requests=4))
    done = harvest(tmp_path / "data", archive, "--plan")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "7 captures of 2 projects in the index",
        "from 2023-01-01 to 2023-09-01",
        "0 are held already, 6 are to be fetched, 1 has the content of another",
        "1 of HTTP 404 is left out",
        "this takes at least 0 h 0 min 12 s, 2 runs of 4 requests",
    ]
    assert len(archive.asked) == 1
    assert {path.name for path in (tmp_path / "data").iterdir()} <= set(LOCK_FILES)


def test_a_plan_counts_a_content_once_and_the_index_with_every_run(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = [Shot(url_of(project_id), month(n), LOGIN) for project_id in (ONE, TWO) for n in (11, 12)]
    archive.shots += shots([ONE], 6)
    archive.index = paged(5)
    (tmp_path / "data.toml").write_text(settings(archive, max_requests=6))
    done = harvest(tmp_path / "data", archive, "--plan")
    assert "0 are held already, 7 are to be fetched, 3 have the content of another" in done.stdout
    assert "3 runs of 6 requests" in done.stdout
    runs = [harvest(tmp_path / "data", archive) for _ in range(3)]
    assert [one.returncode for one in runs] == [0, 0, 0]
    assert len(archive.replayed()) == 7


@pytest.mark.parametrize("flags", [("--plan",), ("--source", "bmavisions")])
def test_nothing_is_counted_where_the_index_does_not_answer(tmp_path: Path, flags: tuple[str, ...]) -> None:
    done = bma_here("harvest", "--archive", "http://127.0.0.1:9/web", *flags, "--data-dir", tmp_path / "data")
    assert (done.returncode, done.stdout) == (1, "")
    assert "127.0.0.1 is a private address" in done.stderr
    assert "captures in the index" not in done.stderr


def test_an_index_that_fails_for_each_address_of_a_source_is_one_line(tmp_path: Path, archive: WebArchive) -> None:
    archive.refuses = lambda number, path: Answer(404, b"no such collection")
    said = f"{ARCHIVE}/cdx: answers HTTP 404; run the harvest again later"
    planned = harvest(tmp_path / "data", archive, "--source", "bs2568", "--plan")
    assert len(archive.asked) == 2
    assert (planned.returncode, planned.stdout, planned.stderr) == (1, "", f"bma-projects: {said}\n")
    done = harvest(tmp_path / "data", archive, "--source", "bs2568")
    assert (done.returncode, done.stderr.count(said)) == (1, 1)


def test_an_archive_that_is_not_there_is_one_line_and_2(tmp_path: Path) -> None:
    done = bma_here("harvest", "--archive", "ftp://127.0.0.1/", "--plan", "--data-dir", tmp_path / "data")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


@pytest.mark.slow
def test_records_of_common_crawl_come_by_their_bytes(tmp_path: Path, archive: WebArchive) -> None:
    crawls = {"CC-MAIN-2023-06": shots([ONE, TWO], 1), "CC-MAIN-2023-14": shots([ONE], 3)[1:]}
    placed = {}
    for name, found in crawls.items():
        archive.data[f"{name}/a.warc.gz"], places = records(found)
        for shot, (offset, length) in zip(found, places, strict=True):
            placed[shot] = {"offset": str(offset), "length": str(length), "filename": f"{name}/a.warc.gz"}
    listed = [{"id": name, "cdx-api": f"http://index.test/{name}/cdx"} for name in reversed(crawls)]
    archive.data["collinfo.json"] = json.dumps(listed).encode()
    archive.shots = [shot for found in crawls.values() for shot in found]

    def index(asked: Sequence[Shot], query: dict[str, list[str]]) -> bytes:
        name = archive.asked[-1].target.split("/")[1]
        shown = [shot for shot in asked if shot in crawls[name]]
        return "\n".join(json.dumps({**shot.fields(), **placed[shot]}) for shot in shown).encode()

    archive.index = index
    done = harvest(tmp_path / "data", archive, named=COMMON_CRAWL, releases=True)
    assert done.returncode == 0, done.stderr
    assert [row.requested_at.month for row, _ in kept(tmp_path / "data")] == [1, 1, 2, 3]
    assert {asked.headers["host"] for asked in archive.asked if is_replay(asked)} == {"data.test"}
    assert rows(tmp_path / "data")[0].archive_url == (
        f"http://data.test/CC-MAIN-2023-06/a.warc.gz#offset=0&length={placed[crawls['CC-MAIN-2023-06'][0]]['length']}"
    )
    again = harvest(tmp_path / "data", archive, named=COMMON_CRAWL, releases=True)
    assert (again.returncode, len(archive.replayed())) == (0, 4)
    # A range that breaks off is no record.
    (tmp_path / "cut").mkdir()
    archive.data = {name: data[:-60] if name.endswith(".gz") else data for name, data in archive.data.items()}
    cut = harvest(tmp_path / "cut" / "data", archive, named=COMMON_CRAWL)
    assert cut.returncode == 1
    assert cut.stderr.count("the range breaks off after") == 2
    assert len(kept(tmp_path / "cut" / "data")) == 2


def tables(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table but the runs, without what names a run, a file or an archive."""
    apart = ("run_id", "warc_file", "warc_offset", "archive_url")
    with duckdb.connect(str(data / "curated" / "latest" / "bma_projects.duckdb"), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        found = {}
        for name in names:
            columns = [column for column, *_ in con.execute(f"DESCRIBE {name}").fetchall() if column not in apart]
            if name != "runs":
                found[name] = con.execute(f"SELECT {', '.join(columns)} FROM {name} ORDER BY ALL").fetchall()
    return found


@pytest.mark.slow
def test_the_tables_are_those_of_an_import_of_the_same_files(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE, TWO], 12)
    archive.shots += [Shot(url_of(TWO), month(13), LOGIN), archive.shots[-1]._replace(timestamp=month(14))]
    files = write_warc(tmp_path / "theirs.warc.gz", archive.shots)
    assert bma_here("import", files, "--source", "bmavisions", "--data-dir", tmp_path / "imported").returncode == 0
    assert harvest(tmp_path / "harvested", archive, releases=True).returncode == 0
    assert tables(tmp_path / "harvested") == tables(tmp_path / "imported")
    assert ask(tmp_path / "harvested", "SELECT count(*) FROM project_versions") == [(24,)]


@pytest.mark.slow
def test_history_that_comes_in_over_a_release_passes_the_gate(tmp_path: Path, archive: WebArchive) -> None:
    many = [f"50010000-{n:04d}" for n in range(1, 31)]
    archive.shots = shots(many, 3)
    newest = write_warc(tmp_path / "newest.warc.gz", archive.shots[-30:])
    assert bma_here("import", newest, "--source", "bmavisions", "--data-dir", tmp_path / "data").returncode == 0
    done = harvest(tmp_path / "data", archive, releases=True)
    assert done.returncode == 0, done.stderr
    assert "60 archived" in done.stderr
    assert ask(tmp_path / "data", "SELECT count(*), min(n_versions) FROM projects") == [(30, 3)]


@pytest.mark.slow
def test_a_harvest_can_be_taken_back_like_an_import(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 3)
    first = write_warc(tmp_path / "first.warc.gz", archive.shots[:1])
    assert bma_here("import", first, "--source", "bmavisions", "--data-dir", tmp_path / "data").returncode == 0
    before = tables(tmp_path / "data")
    assert harvest(tmp_path / "data", archive, releases=True).returncode == 0
    run = max(segment.run_id for segment in sealed_segments(tmp_path / "data" / "raw"))
    assert bma_here("import", "--undo", run, "--data-dir", tmp_path / "data").returncode == 0
    assert tables(tmp_path / "data") == before
    assert harvest(tmp_path / "data", archive, releases=True).returncode == 0
    assert ask(tmp_path / "data", "SELECT n_versions FROM projects") == [(3,)]


@pytest.mark.slow
def test_the_report_and_runs_say_how_much_of_the_history_is_held(tmp_path: Path, archive: WebArchive) -> None:
    archive.shots = shots([ONE], 4)
    (tmp_path / "data.toml").write_text(settings(archive, max_requests=3))
    assert harvest(tmp_path / "data", archive, releases=True).returncode == 0
    columns = "command, harvested_from, harvested_source_id, n_captures_listed, n_captures_held, captures_from::VARCHAR"
    (run,) = ask(tmp_path / "data", f"SELECT {columns} FROM runs")
    assert run == ("harvest", ARCHIVE, "bmavisions", 4, 2, "2023-01-01 08:21:00+00")
    latest = tmp_path / "data" / "curated" / "latest"
    (harvested,) = json.loads((latest / "quality.json").read_text())["harvests"]
    assert (harvested["n_listed"], harvested["n_held"]) == (4, 2)
    assert (harvested["archive"], harvested["captures_to"]) == (ARCHIVE, "2023-04-01T08:21:00Z")
    assert re.search(r'id="harvests".*>4</td><td class="n">2</td>', (latest / "quality.html").read_text(), re.DOTALL)
    assert "2 of 4 captures held" in bma_here("report", "--format", "md", "--data-dir", tmp_path / "data").stdout


@pytest.mark.parametrize("goals", quick(1, [[20], [5, 20, 40]]), ids=["once", "three times"])
def test_a_harvest_that_is_killed_goes_on_and_fetches_nothing_twice(
    tmp_path: Path, archive: WebArchive, goals: list[int]
) -> None:
    archive.shots = shots([ONE, TWO], 30)
    data, kills = tmp_path / "data", 0
    (tmp_path / "data.toml").write_text(settings(archive))
    data.mkdir()
    flags = ["--archive", ARCHIVE, "--source", "bmavisions", "--config", str(tmp_path / "data.toml")]
    for goal in goals:
        with subprocess.Popen(
            [COMMAND, "harvest", *flags, "--data-dir", str(data)], env=environment(), stderr=subprocess.DEVNULL
        ) as killed:
            while killed.poll() is None and len(archive.replayed()) < goal:
                time.sleep(0.005)
            killed.kill()
            kills += killed.wait() == -9
    assert kills == len(goals)
    done = harvest(data, archive, releases=True)
    assert done.returncode == 0, done.stderr
    replayed = archive.replayed()
    # The one that was on its way when a run was killed had not arrived.
    assert len(replayed) - len(set(replayed)) <= kills
    assert sorted(row.archive_url or "" for row in rows(data)) == sorted(
        f"{ARCHIVE}/{shot.timestamp}/{shot.url}" for shot in archive.shots
    )
    assert not audit_archive(data / "raw").problems
    assert ask(data, "SELECT project_id, n_versions FROM projects ORDER BY 1") == [(ONE, 30), (TWO, 30)]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_ten_thousand_captures_are_harvested(tmp_path: Path, archive: WebArchive) -> None:
    pages = {f"50010000-{n:04d}": project_page(f"50010000-{n:04d}") for n in range(1, 101)}
    begin = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
    archive.shots = [
        Shot(url_of(project_id), f"{begin + dt.timedelta(days=n):%Y%m%d%H%M%S}", page + b"<!-- %d -->" % (n % 10))
        for n in range(100)
        for project_id, page in pages.items()
    ]
    archive.index = wayback(4000)
    done = harvest(tmp_path / "data", archive, named=WAYBACK, releases=True)
    assert done.returncode == 0, done.stderr
    # Of the content that comes again the index tells, so that it is not asked for.
    assert (len(rows(tmp_path / "data")), len(archive.replayed())) == (10_000, 1_000)
    assert ask(tmp_path / "data", "SELECT count(*), sum(n_observations) FROM project_versions") == [(100, 10_000)]
