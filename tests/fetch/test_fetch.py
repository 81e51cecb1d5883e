"""What a misbehaving site does to a run: the outcome that is logged, what is archived, what is asked again."""

import datetime as dt
import gzip
import re
import shutil
import socket
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest

from pipeline.archive.audit import audit_archive
from pipeline.archive.history.page_history import page_states
from pipeline.archive.segments import read_segment, sealed_segments
from pipeline.core.settings import FetchSettings
from pipeline.core.site_urls import project_url
from pipeline.fetch.redirects import stays_on_site
from pipeline.fetch.transport import is_private
from tests.fetch.misbehaving import (
    PATIENCE,
    Behaviour,
    Fetched,
    Handler,
    MisbehavingSite,
    chunked,
    cut_after,
    drip,
    fetch,
    misbehaving_site,
    not_found,
    page,
    project,
    project_page,
    redirect,
    silent,
)
from tests.parse.archived import BOTTOMLESS, KILLER
from tests.quick import quick

ONE = "50010000-0001"
WHOLE = project_page(ONE)
PHP_FATAL = b"<br />\n<b>Fatal error</b>:  Uncaught Error: no database in /var/www/index.php:11<br />\n"
LOGIN = b'<!DOCTYPE html><html><body><form id="login-form"><input type="password"></form></body></html>'

FETCH_AND_MEASURE = f"""
import resource, sys
from pathlib import Path
from tests.fetch.misbehaving import MisbehavingSite, fetch
site = MisbehavingSite()
site.address = sys.argv[1]
row = fetch(Path(sys.argv[2]), site, [{ONE!r}]).rows[{ONE!r}]
print(row.outcome, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.fixture
def raw_dir(tmp_path: Path) -> Path:
    return tmp_path / "raw"


def archived_bodies(raw_dir: Path) -> list[bytes]:
    return [
        capture.body
        for segment in sealed_segments(raw_dir)
        for row, capture in read_segment(segment)
        if row.project_id is not None
    ]


HEALS = {
    "500": page(b"<html>no</html>", status=500),
    "502": page(b"<html>no</html>", status=502),
    "503": page(b"<html>no</html>", status=503),
    "429": page(b"<html>slow down</html>", status=429),
    "reset in the middle of the body": cut_after(WHOLE, 5000, reset=True),
    "body shorter than announced": cut_after(WHOLE, 5000, reset=False),
    "never answering": silent,
    "PHP fatal error with status 200": page(PHP_FATAL),
    "empty body": page(b""),
    "page cut off inside": page(WHOLE[:7000]),
    "redirect nowhere": redirect("http://[::1"),
    "redirect to a host that cannot be": redirect("http://xn--/"),
    "gzip that is none": page(b"no gzip at all", headers=[("Content-Encoding", "gzip")]),
}


@pytest.mark.parametrize("trouble", quick(4, HEALS.values()), ids=HEALS.keys())
def test_what_can_heal_is_asked_again(site: MisbehavingSite, raw_dir: Path, trouble: Behaviour) -> None:
    site.pages[ONE] = [trouble, project(ONE)]
    row = fetch(raw_dir, site, [ONE]).rows[ONE]
    assert (row.outcome, row.attempts, row.page_kind) == ("new", 2, "project")
    assert [b"</html>" in body for body in archived_bodies(raw_dir)] == [True]
    assert audit_archive(raw_dir).problems == ()


@pytest.mark.parametrize(
    ("trouble", "is_evidence"),
    [(HEALS["500"], True), (HEALS["page cut off inside"], True), (HEALS["body shorter than announced"], False)],
)
def test_what_never_heals_fails_after_three_attempts(
    site: MisbehavingSite, raw_dir: Path, trouble: Behaviour, is_evidence: bool
) -> None:
    site.pages[ONE] = trouble
    row = fetch(raw_dir, site, [ONE]).rows[ONE]
    assert (row.outcome, row.attempts) == ("failed", 3)
    assert row.error
    assert (row.snapshot_id is not None) == is_evidence
    assert len(archived_bodies(raw_dir)) == is_evidence
    assert audit_archive(raw_dir).problems == ()


NEVER_ASKED_AGAIN = {
    "403": (page(b"<html>no</html>", status=403), "failed", "permission"),
    "404": (not_found, "missing", "404"),
    "login page with status 200": (page(LOGIN), "failed", "login"),
    "redirect to the login page": (redirect("/dp/frontend/web/index.php?r=site%2Flogin"), "failed", "login"),
    "another project's page": (project("50010000-7777"), "refused", "50010000-7777"),
    "304 nobody asked for": (page(b"", status=304), "failed", "304"),
    "gzip bomb": (
        page(gzip.compress(bytes(60_000_000)), headers=[("Content-Encoding", "gzip")]),
        "failed",
        "larger than 10000000 bytes",
    ),
    "an encoding nobody asked for": (page(b"x", headers=[("Content-Encoding", "gzip, br")]), "failed", "encoding"),
    "redirect loop": (
        redirect("/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id=" + ONE),
        "failed",
        "5 redirects",
    ),
    "redirect to another host": (redirect("http://elsewhere.test/x"), "refused", "another site"),
    "redirect to another port": (redirect("http://site.test:8080/x"), "refused", "another site"),
    "redirect to a private address": (redirect("http://10.0.0.1/x"), "refused", "another site"),
    "redirect to a file": (redirect("file:///etc/passwd"), "refused", "another site"),
    "redirect with a user name": (redirect("http://site.test@elsewhere.test/x"), "refused", "another site"),
}


@pytest.mark.parametrize(
    ("behaviour", "outcome", "said"), quick(4, NEVER_ASKED_AGAIN.values()), ids=NEVER_ASKED_AGAIN.keys()
)
def test_what_cannot_heal_is_asked_once(
    site: MisbehavingSite, raw_dir: Path, behaviour: Behaviour, outcome: str, said: str
) -> None:
    site.pages[ONE] = behaviour
    row = fetch(raw_dir, site, [ONE]).rows[ONE]
    assert (row.outcome, row.attempts) == (outcome, 1)
    assert said in (row.error or "")
    if "redirects" not in said:
        assert site.asked_for_projects() == [ONE]
    assert all(b"tbl-project-main-view" not in body for body in archived_bodies(raw_dir)) or outcome == "refused"
    assert audit_archive(raw_dir).problems == ()


# The cost of reading grows with the square of them.
ATTRIBUTES = b"<p " + b" ".join(b"a%d" % number for number in range(200_000))


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (KILLER, "reading this page crashed (Segmentation fault)"),
        pytest.param(BOTTOMLESS, "took more than 5 seconds of processor time", marks=pytest.mark.slow),
        pytest.param(ATTRIBUTES, "took more than 5 seconds of processor time", marks=pytest.mark.slow),
    ],
    ids=["crash", "depth", "attributes"],
)
@pytest.mark.usefixtures("misfortune")
def test_a_page_that_ends_its_reader_fails_and_is_kept_once_and_the_run_goes_on(
    site: MisbehavingSite, raw_dir: Path, trouble: bytes, said: str
) -> None:
    two, three = "50010000-0002", "50010000-0003"
    site.pages = {ONE: project(ONE), two: page(project_page(two) + trouble), three: project(three)}
    rows = fetch(raw_dir, site, [ONE, two, three], PATIENCE.model_copy(update={"concurrency": 1})).rows
    assert [rows[project_id].outcome for project_id in (ONE, two, three)] == ["new", "failed", "new"]
    assert (rows[two].page_kind, rows[two].attempts) == ("unknown", 1)
    assert said in (rows[two].error or "")
    assert len(archived_bodies(raw_dir)) == 3
    again = fetch(raw_dir, site, [two], run_id="20261123T180000Z").rows[two]
    assert (again.outcome, again.snapshot_id) == ("failed", None)
    assert audit_archive(raw_dir).problems == ()


def test_a_redirect_to_another_host_is_never_followed(site: MisbehavingSite, raw_dir: Path) -> None:
    with misbehaving_site() as elsewhere:
        site.pages[ONE] = redirect(f"http://{elsewhere.address}/dp/frontend/web/index.php?project_id={ONE}")
        row = fetch(raw_dir, site, [ONE]).rows[ONE]
        assert row.outcome == "refused"
        assert elsewhere.asked == []


def test_a_redirect_within_the_site_is_followed(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = redirect(f"?project_id={ONE}-moved")
    site.pages[f"{ONE}-moved"] = project(ONE)
    row = fetch(raw_dir, site, [ONE]).rows[ONE]
    assert row.outcome == "new"
    assert row.url == project_url(site.source().base_url, ONE)
    [segment] = sealed_segments(raw_dir)
    assert [capture.url for row, capture in read_segment(segment) if row.project_id] == [
        f"http://site.test/dp/frontend/web/index.php?project_id={ONE}-moved"
    ]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A throw-away certificate for site.test, its key in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "site.test.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=site.test"
    names = ["-addext", "subjectAltName=DNS:site.test", "-keyout", str(path), "-out", str(path)]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    return path


def test_http_to_https_of_the_same_host_is_followed(
    certificate: Path, raw_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with misbehaving_site(certificate) as site:
        site.pages[ONE] = [redirect(f"https://site.test/dp/frontend/web/index.php?project_id={ONE}"), project(ONE)]
        row = fetch(raw_dir, site, [ONE]).rows[ONE]
        assert (row.outcome, row.attempts) == ("new", 1)
        assert [asked.is_tls for asked in site.asked if asked.project_id] == [False, True]
    [segment] = sealed_segments(raw_dir)
    [archived] = [capture.url for row, capture in read_segment(segment) if row.project_id]
    assert archived == f"https://site.test/dp/frontend/web/index.php?project_id={ONE}"


def test_a_certificate_nobody_vouches_for_is_no_connection(certificate: Path, raw_dir: Path) -> None:
    with misbehaving_site(certificate) as site:
        source = site.source(base_url="https://site.test/dp/frontend/web/index.php")
        summary = fetch(raw_dir, site, [ONE], source=source).summary
        assert "certificate" in (summary.ended_early or "").lower()
        assert site.asked == []


@pytest.mark.slow
def test_a_gzip_bomb_costs_no_memory(tmp_path: Path) -> None:
    """200 MB of zeros in one; a process of its own, since a peak never goes down."""
    body = gzip.compress(bytes(200_000_000), compresslevel=1)
    bomb, plain = page(body, headers=[("Content-Encoding", "gzip")]), project(ONE)
    peaks = {}
    for name, behaviour in (("plain", plain), ("bomb", bomb)):
        with misbehaving_site() as site:
            site.pages[ONE] = behaviour
            arguments = [site.address, str(tmp_path / name)]
            done = subprocess.run([sys.executable, "-c", FETCH_AND_MEASURE, *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        outcome, peak = done.stdout.split()
        peaks[name] = int(peak)
        assert outcome == {"plain": "new", "bomb": "failed"}[name]
    # The limit is 10 MB of body; a copy of it may be on its way.
    assert peaks["bomb"] - peaks["plain"] < 30_000_000


def test_a_name_that_leads_into_a_private_network_is_refused(site: MisbehavingSite, raw_dir: Path) -> None:
    port = site.address.partition(":")[2]
    source = site.source(base_url=f"http://localhost:{port}/dp/frontend/web/index.php", connect_to=None)
    summary = fetch(raw_dir, site, [ONE], source=source).summary
    assert "robots.txt cannot be read" in (summary.ended_early or "")
    assert "private address" in (summary.ended_early or "")
    assert site.asked == []


@pytest.mark.parametrize("host", ["64:ff9b::7f00:1", "2002:7f00:1::", "::ffff:10.0.0.1", "fd00::1", "127.0.0.1", "::1"])
def test_an_address_that_leads_into_a_private_network_is_private_however_it_is_written(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize("host", ["64:ff9b::808:808", "2002:808:808::", "::ffff:8.8.8.8", "2606:4700::1", "8.8.8.8"])
def test_a_public_address_is_not_private(host: str) -> None:
    assert not is_private(host)


def test_a_private_address_in_the_base_url_is_refused(site: MisbehavingSite, raw_dir: Path) -> None:
    source = site.source(base_url=f"http://{site.address}/dp/frontend/web/index.php", connect_to=None)
    summary = fetch(raw_dir, site, [ONE], source=source).summary
    assert summary.ended_early == (
        "robots.txt cannot be read (elsewhere: [Errno 13] 127.0.0.1 is a private address: refused; "
        "where the source is in a private network, set its connect_to): not now"
    )
    assert site.asked == []


@pytest.mark.parametrize("host", ["10.1.2.3", "[fd00::1]"])
def test_a_private_address_in_the_base_url_is_reached_by_connect_to(
    site: MisbehavingSite, raw_dir: Path, host: str
) -> None:
    site.pages[ONE] = project(ONE)
    source = site.source(base_url=f"http://{host}/dp/frontend/web/index.php")
    assert fetch(raw_dir, site, [ONE], source=source).rows[ONE].outcome == "new"
    assert [seen.headers["host"] for seen in site.asked] == [host, host]


@pytest.mark.parametrize("encoded", ["chunked", "gzip"])
def test_transfer_and_content_encodings_are_undone_and_said(site: MisbehavingSite, raw_dir: Path, encoded: str) -> None:
    site.pages[ONE] = (
        chunked(WHOLE) if encoded == "chunked" else page(gzip.compress(WHOLE), headers=[("Content-Encoding", "gzip")])
    )
    assert fetch(raw_dir, site, [ONE]).rows[ONE].outcome == "new"
    [segment] = sealed_segments(raw_dir)
    [capture] = [capture for row, capture in read_segment(segment) if row.project_id]
    assert capture.body == WHOLE
    assert capture.header("content-length") == str(len(WHOLE))
    original = "transfer-encoding" if encoded == "chunked" else "content-encoding"
    assert capture.header(original) is None
    assert capture.header(f"x-archive-orig-{original}") == encoded


@pytest.mark.parametrize("said", quick(1, ["utf-8, gzip", "x-gzip", "GZIP"]))
def test_gzip_is_undone_under_each_of_its_names(site: MisbehavingSite, raw_dir: Path, said: str) -> None:
    site.pages[ONE] = page(gzip.compress(WHOLE), headers=[("Content-Encoding", said)])
    assert fetch(raw_dir, site, [ONE]).rows[ONE].outcome == "new"
    assert archived_bodies(raw_dir) == [WHOLE]


@pytest.mark.parametrize("said", quick(1, ["none, utf-8", "none", "utf-8", "TIS-620", "identity"]))
def test_an_encoding_that_says_that_nothing_was_encoded_is_none(
    site: MisbehavingSite, raw_dir: Path, said: str
) -> None:
    site.pages[ONE] = page(WHOLE, headers=[("Content-Encoding", said)])
    row = fetch(raw_dir, site, [ONE]).rows[ONE]
    assert (row.outcome, row.error) == ("new", None)
    assert archived_bodies(raw_dir) == [WHOLE]
    assert audit_archive(raw_dir).problems == ()


@pytest.mark.parametrize("said", quick(1, ["none, gzip", "gzip", "x-gzip"]))
def test_a_coding_is_undone_by_any_of_its_names(site: MisbehavingSite, raw_dir: Path, said: str) -> None:
    site.pages[ONE] = page(gzip.compress(WHOLE), headers=[("Content-Encoding", said)])
    assert fetch(raw_dir, site, [ONE]).rows[ONE].outcome == "new"
    assert archived_bodies(raw_dir) == [WHOLE]


def test_a_slow_drip_ends_at_the_page_timeout(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = drip(WHOLE, pause=0.05)
    begin = time.monotonic()
    row = fetch(raw_dir, site, [ONE], PATIENCE.model_copy(update={"attempts": 1, "page_timeout": 0.5})).rows[ONE]
    assert (row.outcome, row.snapshot_id) == ("failed", None)
    assert "timeout" in (row.error or "")
    assert time.monotonic() - begin < 2


def test_only_the_csrf_token_differs_is_unchanged_and_writes_no_body(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = project(ONE)
    first = fetch(raw_dir, site, [ONE]).rows[ONE]
    second = fetch(raw_dir, site, [ONE], run_id="20261123T180000Z").rows[ONE]
    assert (first.outcome, second.outcome) == ("new", "unchanged")
    assert (second.snapshot_id, second.repeats) == (None, first.snapshot_id)
    assert (second.body_sha256, second.content_sha256, second.masked_sha256) == (None, None, None)
    assert [segment.warc is None for segment in sealed_segments(raw_dir)] == [False, True]


def test_changed_content_is_archived_again(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = [project(ONE), project(ONE, " แก้ไข")]
    fetch(raw_dir, site, [ONE])
    assert fetch(raw_dir, site, [ONE], run_id="20261123T180000Z").rows[ONE].outcome == "changed"
    assert len(archived_bodies(raw_dir)) == 2


def test_evidence_of_the_same_failure_is_kept_once(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = page(LOGIN)
    fetch(raw_dir, site, [ONE])
    again = fetch(raw_dir, site, [ONE], run_id="20261123T180000Z").rows[ONE]
    assert (again.outcome, again.snapshot_id) == ("failed", None)
    assert len(archived_bodies(raw_dir)) == 1


def test_a_page_with_an_etag_is_asked_for_conditionally(site: MisbehavingSite, raw_dir: Path) -> None:
    validators = [("ETag", '"v1"'), ("Last-Modified", "Sun, 22 Nov 2026 18:00:00 GMT")]
    site.pages[ONE] = [project(ONE, headers=validators), page(b"", status=304)]
    first = fetch(raw_dir, site, [ONE]).rows[ONE]
    second = fetch(raw_dir, site, [ONE], run_id="20261123T180000Z").rows[ONE]
    assert (second.outcome, second.repeats) == ("unchanged", first.snapshot_id)
    asked = [seen.headers for seen in site.asked if seen.project_id]
    assert "if-none-match" not in asked[0]
    assert asked[1]["if-none-match"] == '"v1"'
    assert asked[1]["if-modified-since"] == "Sun, 22 Nov 2026 18:00:00 GMT"


def of_an_etag_of_the_id(remark: str = "") -> Behaviour:
    """A site whose ETag says which page it is, not what is on it."""

    def answer(handler: Handler) -> None:
        if handler.headers.get("If-None-Match"):
            page(b"", status=304, headers=[("ETag", '"id-1"')])(handler)
        else:
            project(ONE, remark, headers=[("ETag", '"id-1"')])(handler)

    return answer


def on_day(raw_dir: Path, site: MisbehavingSite, day: int, settings: FetchSettings = PATIENCE) -> Fetched:
    at = dt.datetime(2026, 11, day, 18, tzinfo=dt.UTC)
    return fetch(raw_dir, site, [ONE], settings, run_id=f"202611{day:02}T180000Z", at=at)


def test_a_304_is_believed_for_a_week_and_one_that_was_wrong_is_told(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = of_an_etag_of_the_id()
    on_day(raw_dir, site, 1)
    site.pages[ONE] = of_an_etag_of_the_id("แก้ไขแล้ว")
    nights = [on_day(raw_dir, site, day) for day in range(2, 10)]
    asked = ["if-none-match" in seen.headers for seen in site.asked if seen.project_id]
    assert asked == [False, *[True] * 6, False, True]
    assert [night.rows[ONE].outcome for night in nights] == [*["unchanged"] * 6, "changed", "unchanged"]
    assert [night.summary.wrongly_unmodified for night in nights] == [*[()] * 6, (ONE,), ()]
    assert [row.http_status for row in (nights[5].rows[ONE], nights[6].rows[ONE])] == [304, 200]


def test_a_304_is_never_believed_where_the_setting_says_so(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = of_an_etag_of_the_id()
    for day in (1, 2):
        on_day(raw_dir, site, day, PATIENCE.model_copy(update={"not_modified_max_days": 0.0}))
    assert ["if-none-match" in seen.headers for seen in site.asked if seen.project_id] == [False, False]


def test_a_page_that_changes_with_its_etag_accuses_nobody(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = [
        project(ONE, headers=[("ETag", '"v1"')]),
        page(b"", status=304, headers=[("ETag", '"v1"')]),
        project(ONE, "แก้ไขแล้ว", headers=[("ETag", '"v2"')]),
    ]
    nights = [on_day(raw_dir, site, day) for day in (1, 2, 3)]
    assert [night.rows[ONE].outcome for night in nights] == ["new", "unchanged", "changed"]
    assert {night.summary.wrongly_unmodified for night in nights} == {()}


def test_what_a_cache_gave_is_dated_by_its_age_and_says_so(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = project(ONE, headers=[("Age", "7200")])
    before = dt.datetime.now(dt.UTC)
    row = fetch(raw_dir, site, [ONE]).rows[ONE]
    after = dt.datetime.now(dt.UTC)
    assert before <= row.requested_at + dt.timedelta(hours=2) <= after
    assert (row.outcome, row.time_basis, row.age_s) == ("new", "protocol", 7200)
    [capture] = [
        capture for segment in sealed_segments(raw_dir) for row, capture in read_segment(segment) if row.project_id
    ]
    assert capture.captured_at == row.requested_at
    assert "7200 seconds old" in (capture.note or "")
    assert capture.header("age") is None
    assert capture.header("x-archive-orig-age") == "7200"
    assert audit_archive(raw_dir).problems == ()
    # When the site was asked is known all the same: it is not asked again so soon.
    assert before <= page_states(raw_dir, "site")[ONE].last_attempt_at <= after


def test_an_answer_without_an_age_is_of_the_moment_it_was_asked_for(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = project(ONE, headers=[("Age", "a while")])
    row = fetch(raw_dir, site, [ONE]).rows[ONE]
    assert row.age_s is None
    assert dt.datetime.now(dt.UTC) - row.requested_at < dt.timedelta(minutes=1)


def test_a_page_that_vanished_is_missing(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = [project(ONE), not_found]
    fetch(raw_dir, site, [ONE])
    row = fetch(raw_dir, site, [ONE], run_id="20261123T180000Z").rows[ONE]
    assert (row.outcome, row.http_status, row.page_kind) == ("missing", 404, "not_found")


def test_a_site_that_dies_ends_the_run_and_keeps_what_was_fetched(site: MisbehavingSite, raw_dir: Path) -> None:
    ids = [f"50010000-{number:04d}" for number in range(60)]

    def hang_up(handler: object) -> None:
        handler.close_connection = True  # type: ignore[attr-defined]

    site.pages |= {project_id: project(project_id) if n < 20 else hang_up for n, project_id in enumerate(ids)}
    summary = fetch(raw_dir, site, ids).summary
    assert summary.new == 20
    assert "9 times in a row" in (summary.ended_early or "")
    assert summary.visited < 30
    # One more may be on its way when the ninth fails, and a request on a connection that the site closed
    # in between is sent once more (RFC 9110, 9.2.2).
    assert len(site.asked) <= 1 + 20 + 2 * (9 + 1)
    assert len(archived_bodies(raw_dir)) == 20
    assert audit_archive(raw_dir).problems == ()


def test_a_dead_address_ends_the_run_at_once(site: MisbehavingSite, raw_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    summary = fetch(raw_dir, site, [ONE], source=site.source(connect_to=address)).summary
    assert "robots.txt cannot be read" in (summary.ended_early or "")
    assert summary.visited == 0


def test_the_budget_of_requests_holds(site: MisbehavingSite, raw_dir: Path) -> None:
    ids = [f"50010000-{number:04d}" for number in range(20)]
    site.pages |= {project_id: project(project_id) for project_id in ids}
    summary = fetch(raw_dir, site, ids, PATIENCE.model_copy(update={"max_requests": 8})).summary
    assert len(site.asked) == 8
    assert summary.new == 7
    assert summary.ended_early == "the budget of 8 requests is spent"


def test_nothing_is_asked_outside_the_night_window(site: MisbehavingSite, raw_dir: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    window = f"{now + dt.timedelta(hours=2):%H:%M}-{now + dt.timedelta(hours=3):%H:%M}"
    by_night = PATIENCE.model_copy(update={"night_window": window, "time_zone": "UTC"})
    summary = fetch(raw_dir, site, [ONE], by_night).summary
    assert site.asked == []
    assert summary.ended_early == f"outside the night window {window}"


HOSTILE = ["../../etc/passwd", "a b", "lower-case", "50010000-0001&r=site/login", "\u0e01'\"<>%2F#?", "x" * 10_000]


def test_hostile_ids_travel_quoted_and_never_become_paths(site: MisbehavingSite, raw_dir: Path) -> None:
    rows = fetch(raw_dir, site, HOSTILE).rows
    assert sorted(site.asked_for_projects()) == sorted(HOSTILE)
    assert {seen.target.partition("?")[0] for seen in site.asked} == {"/robots.txt", "/dp/frontend/web/index.php"}
    assert all(f"r=tbl-project-main%2Fview&project_id={quote(key, safe='')}" in row.url for key, row in rows.items())
    assert {row.outcome for row in rows.values()} == {"missing"}
    names = {path.name for path in raw_dir.rglob("*")}
    assert all(re.fullmatch(r"20261122T180000Z-site\.(warc\.gz|fetches\.parquet)", name) for name in names)
    assert audit_archive(raw_dir).problems == ()


def test_an_address_that_no_archive_could_hold_is_not_asked_for(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = project(ONE)
    rows = fetch(raw_dir, site, ["\u0e01" * 10_000, ONE]).rows
    assert site.asked_for_projects() == [ONE]
    assert [row.outcome for row in rows.values()] == ["refused", "new"]
    assert "characters" in (rows["\u0e01" * 10_000].error or "")
    assert audit_archive(raw_dir).problems == ()


def test_control_characters_never_reach_the_log(site: MisbehavingSite, raw_dir: Path) -> None:
    site.pages[ONE] = redirect("http://elsewhere.test/\x1b[2J\x07")
    error = fetch(raw_dir, site, [ONE]).rows[ONE].error or ""
    assert error.isprintable()


def test_the_session_cookie_is_kept_and_the_user_agent_is_honest(site: MisbehavingSite, raw_dir: Path) -> None:
    ids = [f"50010000-{number:04d}" for number in range(4)]
    cookie = [("Set-Cookie", "advanced-frontend=abc; path=/; HttpOnly")]
    site.pages |= {project_id: project(project_id, headers=cookie) for project_id in ids}
    fetch(raw_dir, site, ids, PATIENCE.model_copy(update={"concurrency": 1, "contact": "mailto:data@example.org"}))
    asked = [seen.headers for seen in site.asked]
    assert [headers.get("cookie") for headers in asked] == [None, None, *["advanced-frontend=abc"] * 3]
    assert all(re.fullmatch(r"bma-projects/\S+ \(\+mailto:data@example\.org\)", h["user-agent"]) for h in asked)
    assert {headers["host"] for headers in asked} == {"site.test"}


def with_a_new_cookie_each_time(size: int) -> Behaviour:
    """The session of the first answer, then a cookie of a new name in each; a header of 8 kB is too large (431)."""
    numbers = count()

    def answer(handler: Handler) -> None:
        if len(handler.headers.get("Cookie", "")) > 8000:
            page(b"", status=431)(handler)
            return
        number = next(numbers)
        cookie = f"seen-{number:03}={'x' * size}" if number else "advanced-frontend=abc"
        project(f"50010000-{number:04d}", headers=[("Set-Cookie", f"{cookie}; path=/")])(handler)

    return answer


@pytest.mark.parametrize(("size", "n_kept", "n_bytes"), quick(1, [(300, 14, 4064), (10, 20, 420), (5000, 1, 21)]))
def test_cookies_of_ever_new_names_are_bounded_and_the_session_stays(
    site: MisbehavingSite, raw_dir: Path, size: int, n_kept: int, n_bytes: int
) -> None:
    ids = [f"50010000-{number:04d}" for number in range(40)]
    site.pages |= dict.fromkeys(ids, with_a_new_cookie_each_time(size))
    assert fetch(raw_dir, site, ids, PATIENCE.model_copy(update={"concurrency": 1})).summary.new == 40
    last = site.asked[-1].headers["cookie"]
    assert (len(last.split("; ")), len(last)) == (n_kept, n_bytes)
    assert "advanced-frontend=abc" in last.split("; ")


def test_a_session_that_is_begun_anew_is_kept_in_a_full_jar(site: MisbehavingSite, raw_dir: Path) -> None:
    ids = [f"50010000-{number:04d}" for number in range(40)]
    site.pages |= dict.fromkeys(ids, with_a_new_cookie_each_time(10))
    again = [("Set-Cookie", "advanced-frontend=xyz; path=/")]
    site.pages |= {"50010000-0040": project("50010000-0040", headers=again), "50010000-0041": project("50010000-0041")}
    ids += ["50010000-0040", "50010000-0041"]
    assert fetch(raw_dir, site, ids, PATIENCE.model_copy(update={"concurrency": 1})).summary.new == 42
    assert "advanced-frontend=xyz" in site.asked[-1].headers["cookie"].split("; ")


def test_a_cookie_that_cannot_be_sent_is_left(site: MisbehavingSite, raw_dir: Path) -> None:
    two = "50010000-0002"
    site.pages = {ONE: project(ONE, headers=[("Set-Cookie", "name=\xe9")]), two: project(two)}
    assert fetch(raw_dir, site, [ONE, two], PATIENCE.model_copy(update={"concurrency": 1})).summary.new == 2
    assert "cookie" not in site.asked[-1].headers


@pytest.mark.parametrize(
    ("target", "stays"),
    [
        ("http://site.test/other", True),
        ("http://SITE.test/other", True),
        ("https://site.test/dp/frontend/web/index.php", True),
        ("http://site.test:80/", True),
        ("https://site.test:8443/", False),
        ("http://www.site.test/", False),
        ("ftp://site.test/", False),
        ("//elsewhere.test/", False),
        ("http://site.test.elsewhere.test/", False),
        ("http://site.test:99999/", False),
        ("http://someone@site.test/", False),
        ("http://127.0.0.1/", False),
    ],
)
def test_which_redirects_stay_on_the_site(target: str, stays: bool) -> None:
    assert stays_on_site("http://site.test/dp/frontend/web/index.php", target) is stays


def test_a_redirect_never_leaves_https() -> None:
    assert not stays_on_site("https://site.test/", "http://site.test/")
    assert stays_on_site("https://site.test/", "https://site.test/x")
