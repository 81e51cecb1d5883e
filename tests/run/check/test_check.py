"""First contact: each way a site is known to misbehave has its verdict, its reason and its advice.

All data but that of the real page are invented.
"""

import datetime as dt
import json
import math
import re
import shutil
import signal
import subprocess
import time
import unicodedata
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from parsers.labels import LABELS, MONTH_LABEL, PROGRESS_COLUMNS
from pipeline.archive.segments import read_segment, sealed_segments
from pipeline.core.settings import FetchSettings, Settings, Source
from pipeline.core.time import utc_now
from pipeline.run.check import asking
from pipeline.run.check.advice import ADVICE
from pipeline.run.check.report import CheckReport, report_json, report_lines
from pipeline.run.check.source import check_files, check_source
from pipeline.run.lock import LockedError, data_dir_lock
from pipeline.run.verification import verify_data
from tests.cli.command import assert_one_line, bma_here, start
from tests.core.kept_worker import kept_workers
from tests.fetch.misbehaving import (
    BASE_URL,
    PATH,
    PATIENCE,
    REAL_ID,
    Behaviour,
    Handler,
    MisbehavingSite,
    cut_after,
    drip,
    leading_to,
    listing,
    misbehaving_site,
    page,
    project,
    project_page,
    redirect,
    silent,
)
from tests.parsers.projects import PLAIN
from tests.parsers.rendering import grid_view, kartik_details
from tests.quick import quick
from tests.run.scripted_site import ScriptedSite, watched

A, B, C = "50490000-0001", "50490000-0002", "50490000-0003"
HURRY = PATIENCE.model_copy(update={"timeout": 0.2, "page_timeout": 0.4})
LOGIN_FORM = b"<html><body><form id='login-form'><input type='password'></form></body></html>"
Set = Callable[[MisbehavingSite], None]


@pytest.fixture(autouse=True)
def _kept_workers() -> Iterator[None]:
    with kept_workers():
        yield


@pytest.fixture
def site() -> Iterator[MisbehavingSite]:
    """A site of three projects that behaves."""
    with misbehaving_site() as one:
        one.pages = {A: project(A), B: project(B), C: project(C)}
        one.listing = listing([[A, B, C]], 3)
        yield one


def check(
    site: MisbehavingSite, data_dir: Path, *ids: str, fetch: FetchSettings = PATIENCE, **changes: object
) -> CheckReport:
    source = site.source(**changes)
    return check_source(Settings(data_dir=data_dir, fetch=fetch), source, ids)


def line(report: CheckReport, name: str) -> str:
    return next(text for text in report_lines(report) if text.startswith(name))


def screen_lines(report: CheckReport) -> int:
    """How many lines of a terminal of 100 columns the report takes."""
    shown = [sum(unicodedata.category(letter) not in ("Mn", "Me") for letter in text) for text in report_lines(report)]
    return sum(max(1, math.ceil(columns / 100)) for columns in shown)


def everywhere(behaviour: Behaviour) -> Set:
    def change(site: MisbehavingSite) -> None:
        site.listing = behaviour
        site.pages = dict.fromkeys((A, B, C, REAL_ID), behaviour)

    return change


def on_pages(behaviour: Behaviour) -> Set:
    def change(site: MisbehavingSite) -> None:
        site.pages = dict.fromkeys((A, B, C), behaviour)

    return change


def stored(change: Callable[[str], str]) -> Set:
    """Every project page is the plain one, changed."""

    def send(handler: Handler) -> None:
        asked = parse_qs(urlsplit(handler.path).query)["project_id"][-1]
        page(change(PLAIN.html().replace(PLAIN.project_id, asked)).encode())(handler)

    return on_pages(send)


def in_english(html: str) -> str:
    for number, label in enumerate(LABELS):
        html = html.replace(f"<th>{label.text}</th>", f"<th>Column {number}</th>")
    for month in range(12, 0, -1):
        html = html.replace(f"<th>{MONTH_LABEL} {month}</th>", f"<th>Result {month}</th>")
    return html


def without_ids(html: str) -> str:
    """The page without its English labels, five of forty-one."""
    return re.sub(r"<tr><th>(Policy|Branch|Kpi|Start|Finish) [^<]*</th>.*?</tr>", "", html)


def not_for_our_name(behaviour: Behaviour) -> Set:
    """What our User-Agent gets from the whole site, where a browser gets the pages."""

    def change(site: MisbehavingSite) -> None:
        def for_browsers(shown: Behaviour) -> Behaviour:
            return lambda handler: (behaviour if "bma-projects" in handler.headers["User-Agent"] else shown)(handler)

        site.pages = {one: for_browsers(project(one)) for one in (A, B, C)}
        site.listing = for_browsers(listing([[A, B, C]], 3))

    return change


def in_thai_bytes(content_type: str, *, declared: bool = True) -> Set:
    """Every page in windows-874, sent with this Content-Type."""

    def send(handler: Handler) -> None:
        asked = parse_qs(urlsplit(handler.path).query)["project_id"][-1]
        html = PLAIN.html().replace(PLAIN.project_id, asked)
        html = html if declared else re.sub(r"<meta charset[^>]*>", "", html)
        page(html.encode("cp874", "replace"), headers=[("Content-Type", content_type)])(handler)

    return on_pages(send)


def without_tables(html: str) -> str:
    return re.sub(r"<table.*?</table>", "<script src='rows.js'></script>", html, flags=re.DOTALL)


def without_months(html: str) -> str:
    return re.sub(rf"<tr><th>{MONTH_LABEL} .*?</tr>", "", html, flags=re.DOTALL)


def as_definition_list(html: str) -> str:
    rows = re.findall(r"<tr><th>(.*?)</th>\s*<td>(.*?)</td></tr>", html, re.DOTALL)
    return (
        "<html><body><dl>"
        + "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in rows)
        + "</dl></body></html>"
    )


def listing_goes(behaviour: Behaviour) -> Set:
    def change(site: MisbehavingSite) -> None:
        site.listing = behaviour

    return change


def robots(text: str, *, status: int = 200) -> Set:
    def change(site: MisbehavingSite) -> None:
        site.paths["/robots.txt"] = page(text.encode(), status=status)

    return change


def dated(hours: float) -> Set:
    def change(site: MisbehavingSite) -> None:
        moment = format_datetime(utc_now() + dt.timedelta(hours=hours))
        site.pages = {A: project(A, headers=[("Date", moment)])}

    return change


def restless(handler: Handler) -> None:
    handler.site.visits = getattr(handler.site, "visits", 0) + 1  # type: ignore[attr-defined]
    project(A, remark=str(handler.site.visits))(handler)  # type: ignore[attr-defined]


MAINTENANCE = "<html><body>ปิดปรับปรุงระบบ<script>x()</script></body></html>".encode()
CAPTCHA_FORM = LOGIN_FORM.replace(b"</form>", b"<img id='loginform-captcha-image'></form>")
BLOCKED = b"<html><body><h1>Web Page Blocked!</h1>Attack ID: 20000051</body></html>"
COOKIE_WALL = b"<html><body><script>document.cookie='__test=1; path=/'; location.reload();</script></body></html>"
TO_LOGIN = b"<html><head><meta http-equiv='refresh' content='0; url=https://sso.test/signin'></head></html>"
TO_NEWS = TO_LOGIN.replace(b"sso.test/signin", b"news.test/index.php")
SCRIPT_TO_LOGIN = b"<html><script>window.location.href = 'index.php?r=site/login';</script></html>"
FRAME = b"<html><head><title>DP</title></head><body><iframe src='http://inner.test/index.php'></iframe></body></html>"
FRAMES = b"<html><frameset><frame src='menu.html'><frame src='index.php'></frameset></html>"
SHELL = b"<html><head><title>DP</title><script src='app.js'></script></head><body><div id='app'></div></body></html>"
CHALLENGE = (
    b"<html><body><h1>Just a moment...</h1><script src='/cdn-cgi/challenge-platform/x.js'></script></body></html>"
)
STATEFUL_SHELL = SHELL.replace(b"<body>", b"<body><script>state = '" + b"abc " * 10_000 + b"'</script>")
OTHER = "<html><body><div>รหัสโครงการ 50490000-0001</div><p>".encode() + "ข้อความ ".encode() * 80 + b"</p></body></html>"
PHP = "<br />\n<b>Warning</b>:  Undefined index: x in <b>/var/www/a.php</b> on line <b>3</b><br />\n"

CONDITIONS: dict[str, tuple[Set, str, str]] = {
    "login wall by 302": (everywhere(redirect(f"{PATH}?r=site%2Flogin")), "not ready", "login"),
    "login wall by 200": (everywhere(page(LOGIN_FORM)), "not ready", "login"),
    "login wall by 302 to another host": (everywhere(redirect("https://sso.test/auth?next=x")), "not ready", "login"),
    "login wall by meta refresh": (everywhere(page(TO_LOGIN)), "not ready", "login"),
    "login wall by script": (everywhere(page(SCRIPT_TO_LOGIN)), "not ready", "login"),
    "login form with a captcha": (everywhere(page(CAPTCHA_FORM)), "not ready", "login"),
    "login wall by 401": (everywhere(page(b"no", status=401)), "not ready", "login"),
    "meta refresh to another site": (everywhere(page(TO_NEWS)), "not ready", "elsewhere"),
    "definition list": (stored(as_definition_list), "not ready", "template"),
    "JSON": (everywhere(page(b'{"rows": []}', headers=[("Content-Type", "text/json")])), "not ready", "template"),
    "another template": (on_pages(page(OTHER)), "not ready", "template"),
    "English labels": (stored(in_english), "not ready", "labels_unknown"),
    "labels that are gone": (stored(without_ids), "not ready", "labels_missing"),
    "one label renamed": (stored(lambda html: html.replace(">Policy ID<", ">Policy<")), "ready", "ready"),
    "JavaScript shell": (everywhere(page(SHELL)), "not ready", "javascript"),
    "JavaScript shell with its state": (everywhere(page(STATEFUL_SHELL)), "not ready", "javascript"),
    "firewall": (everywhere(page(BLOCKED, status=403)), "not ready", "challenge"),
    "challenge that sets a cookie": (everywhere(page(COOKIE_WALL)), "not ready", "challenge"),
    "WAF challenge": (everywhere(page(CHALLENGE, status=403)), "not ready", "challenge"),
    "403 for our User-Agent only": (not_for_our_name(page(b"Forbidden", status=403)), "not ready", "user_agent"),
    "406 for our User-Agent only": (not_for_our_name(page(b"Not Acceptable", status=406)), "not ready", "user_agent"),
    "another page for our User-Agent only": (not_for_our_name(page(b"Welcome")), "not ready", "user_agent"),
    "a reset for our User-Agent only": (not_for_our_name(cut_after(b"x", 0, reset=True)), "not ready", "user_agent"),
    "silence for our User-Agent only": (not_for_our_name(silent), "not ready", "user_agent"),
    "frame": (everywhere(page(FRAME)), "not ready", "frames"),
    "frames": (everywhere(page(FRAMES)), "not ready", "frames"),
    "maintenance": (everywhere(page(MAINTENANCE)), "not ready", "maintenance"),
    "maintenance by 503 for an hour": (
        everywhere(page(MAINTENANCE, status=503, headers=[("Retry-After", "3600")])),
        "not ready",
        "maintenance",
    ),
    "429 for an hour": (everywhere(page(b"", status=429, headers=[("Retry-After", "3600")])), "not ready", "busy"),
    "429 on every page": (on_pages(page(b"slowly", status=429)), "not ready", "busy"),
    "PHP warnings": (stored(lambda html: PHP + html), "ready", "ready"),
    "robots.txt that disallows all": (robots("User-agent: *\nDisallow: /"), "not ready", "disallowed"),
    "windows-874": (in_thai_bytes("text/html; charset=windows-874"), "ready", "ready"),
    "windows-874 called TIS-620": (in_thai_bytes("text/html; charset=TIS-620", declared=False), "ready", "ready"),
    "windows-874 that nothing names": (in_thai_bytes("text/html", declared=False), "ready", "ready"),
    "windows-874 called UTF-8": (in_thai_bytes("text/html; charset=UTF-8"), "ready", "ready"),
    "robots.txt that disallows the pages": (
        robots("User-agent: *\nDisallow: /*r=tbl-project-main%2Fview"),
        "not ready",
        "disallowed",
    ),
    "robots.txt that is HTML": (robots("<html><a href='/'>DP</a></html>"), "ready", "ready"),
    "robots.txt that fails": (robots("", status=500), "not ready", "robots"),
    "robots.txt that is no text": (robots("\0"), "not ready", "robots"),
    "robots.txt that wants to be left alone": (robots("", status=429), "not ready", "busy"),
    "listing that states more than it shows": (
        listing_goes(listing([[A, B, C]], 9)),
        "ready with --ids only",
        "listing",
    ),
    "listing whose next link is no address": (listing_goes(leading_to("http://[")), "ready with --ids only", "listing"),
    "listing that goes on at another address": (
        listing_goes(leading_to("/other.php?page=2")),
        "ready with --ids only",
        "listing",
    ),
    "listing that fails": (listing_goes(page(b"", status=500)), "ready with --ids only", "listing"),
    "listing behind login": (listing_goes(page(LOGIN_FORM)), "ready with --ids only", "listing"),
    "listing that robots.txt disallows": (
        robots("User-agent: *\nDisallow: /*r=tbl-project-main%2Findex"),
        "ready with --ids only",
        "listing",
    ),
    "listing without any project": (listing_goes(listing([[]], 0)), "ready with --ids only", "listing"),
    "listing that repeats its first page": (
        listing_goes(listing([[A, B, C], [A, B, C]], 6)),
        "ready with --ids only",
        "listing",
    ),
    "endless redirect": (everywhere(redirect(f"{PATH}?r=again")), "not ready", "redirect_loop"),
    "redirect to another host": (everywhere(redirect("http://other.test/index.php")), "not ready", "elsewhere"),
    "pages of another project": (on_pages(project(REAL_ID)), "not ready", "wrong_project"),
    "pages that do not exist": (lambda site: site.pages.clear(), "not ready", "not_found"),
    "server errors": (on_pages(page(b"<html><body>sorry</body></html>", status=500)), "not ready", "server_error"),
    "slow server": (on_pages(silent), "not ready", "slow"),
    "dripping server": (on_pages(drip(b"x" * 1000, 0.05)), "not ready", "slow"),
    "brotli": (on_pages(page(b"x", headers=[("Content-Encoding", "br")])), "not ready", "encoding"),
    "too large": (on_pages(page(b"x" * 10_000_001)), "not ready", "too_large"),
    "cut pages": (on_pages(cut_after(b"<html>" * 1000, 2000, reset=True)), "not ready", "truncated"),
    "pages whose rows come by script": (stored(without_tables), "not ready", "javascript"),
    "dates that nobody can read": (stored(lambda html: html.replace("2022-10-01", "first")), "not ready", "values"),
    "months that are gone": (stored(without_months), "not ready", "months"),
    "redirect into a private network": (everywhere(redirect("http://10.0.0.1/")), "not ready", "elsewhere"),
    "clock off by two days": (dated(48), "not ready", "clock"),
    "clock off by an hour": (dated(1), "ready", "ready"),
    "content that never rests": (lambda site: site.pages.update({A: restless}), "not ready", "restless"),
}  # fmt: skip


@pytest.mark.parametrize(
    "condition",
    [
        *[*CONDITIONS][::6],
        *[pytest.param(one, marks=pytest.mark.slow) for one in CONDITIONS if one not in [*CONDITIONS][::6]],
    ],
)
def test_each_condition_has_its_verdict_reason_and_advice(
    condition: str, site: MisbehavingSite, tmp_path: Path
) -> None:
    change, verdict, reason = CONDITIONS[condition]
    change(site)
    if condition == "endless redirect":
        site.paths[PATH] = redirect(f"{PATH}?r=again")
    fetch = HURRY if reason == "slow" or "silence" in condition else PATIENCE

    report = check(site, tmp_path, A, B, fetch=fetch)

    judgement = report.judgement
    assert (judgement.verdict, judgement.reason) == (verdict, reason), report_lines(report)
    assert judgement.advice == ADVICE[reason]
    assert report_lines(report)[-2:] == [f"verdict      {verdict}: {judgement.why}", f"do next      {judgement.advice}"]
    assert len(site.asked) <= 10
    assert screen_lines(report) <= 45
    assert verify_data(Settings(data_dir=tmp_path)).problems == ()


@pytest.mark.slow
def test_who_names_no_project_gets_the_same_verdict_where_the_whole_site_misbehaves(tmp_path: Path) -> None:
    told = {}
    for condition, (change, _, reason) in CONDITIONS.items():
        if not change.__qualname__.startswith("everywhere") or reason == "redirect_loop":
            continue
        with misbehaving_site() as site:
            change(site)
            told[condition] = check(site, tmp_path / condition).judgement.reason
            assert len(site.asked) <= 5
    assert told == {condition: CONDITIONS[condition][2] for condition in told}
    assert len(told) > 15


def test_a_good_site_is_ready_and_asked_seven_times(site: MisbehavingSite, tmp_path: Path) -> None:
    report = check(site, tmp_path)
    assert report.judgement.verdict == "ready"
    assert site.asked_for_projects() == [A, A, A, B, C]
    agents = [one.headers["user-agent"].partition("/")[0] for one in site.asked if one.project_id]
    assert agents == ["bma-projects", "bma-projects", "Mozilla", "bma-projects", "bma-projects"]
    assert len(site.asked) == 7


def test_a_dead_site_is_asked_once(tmp_path: Path) -> None:
    with misbehaving_site() as gone:
        source = gone.source()
    report = check_source(Settings(data_dir=tmp_path, fetch=PATIENCE), source)
    assert (report.judgement.verdict, report.judgement.reason) == ("not ready", "unreachable")
    assert report.judgement.advice == ADVICE["unreachable"]
    assert report.site is not None
    assert report.site.requests == 1
    assert line(report, "robots.txt") == "robots.txt   no answer; nothing else was asked for"


OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here to make a certificate with")
# openssl ca alone makes certificates of the past.
AUTHORITY = """
[ca]
default_ca = here
[here]
database = {0}/index.txt
new_certs_dir = {0}
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
"""


def certificate(folder: Path, name: str, *, is_expired: bool = False) -> Path:
    """A certificate of this name that vouches for itself, with its key in one file."""
    folder.mkdir()
    key, request, pem = folder / "key", folder / "request", folder / "pem"
    names = f"-subj /CN={name} -addext subjectAltName=DNS:{name}".split()
    made = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", *names, "-keyout", str(key)]
    if is_expired:
        config = folder / "config"
        config.write_text(AUTHORITY.format(folder), encoding="utf-8")
        (folder / "index.txt").touch()
        subprocess.run([*made, "-out", str(request)], check=True, capture_output=True)
        signed = [
            "openssl",
            "ca",
            "-selfsign",
            "-batch",
            "-notext",
            "-startdate",
            "20200101000000Z",
            "-enddate",
            "20210101000000Z",
        ]
        signed += ["-config", str(config), "-keyfile", str(key), "-in", str(request)]
        written = subprocess.run(signed, check=True, capture_output=True).stdout
    else:
        written = subprocess.run([*made, "-x509", "-days", "3"], check=True, capture_output=True).stdout
    pem.write_bytes(key.read_bytes() + written)
    return pem


@OPENSSL
@pytest.mark.parametrize(
    ("name", "is_expired", "is_trusted", "said"),
    quick(
        1,
        [
            ("site.test", True, True, "certificate has expired"),
            ("other.test", False, True, "certificate is not valid for 'site.test'"),
            ("site.test", False, False, "self-signed certificate"),
        ],
    ),
    ids=["expired", "another name", "self-signed"],
)
def test_a_certificate_that_fails_is_told_with_what_to_do(
    name: str, is_expired: bool, is_trusted: bool, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path / "tls", name, is_expired=is_expired)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with misbehaving_site(pem) as site:
        report = check(site, tmp_path / "data", base_url=BASE_URL.replace("http:", "https:"))
    assert (report.judgement.verdict, report.judgement.reason) == ("not ready", "certificate")
    assert report.judgement.advice == ADVICE["certificate"]
    assert "TLS: certificate refused" in line(report, "address")
    assert said in report.judgement.why


@OPENSSL
def test_a_certificate_is_told_and_where_plain_http_leads_is_the_address_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path / "tls", "site.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))

    def over_tls(shown: Behaviour) -> Behaviour:
        def send(handler: Handler) -> None:
            (shown if handler.site.asked[-1].is_tls else redirect(f"https://site.test{handler.path}"))(handler)

        return send

    with misbehaving_site(pem) as site:
        site.listing = over_tls(listing([[A, B, C]], 3))
        site.pages = {one: over_tls(project(one)) for one in (A, B, C)}
        report = check(site, tmp_path / "data")
    address = BASE_URL.replace("http:", "https:")
    assert "TLS: certificate of site.test by site.test, valid until 20" in line(report, "address")
    assert f"{BASE_URL}?r=tbl-project-main%2Findex → {address}?r=tbl-project-main%2Findex" in line(report, "address")
    assert len(site.asked) == 10
    assert report.judgement.verdict == "ready"
    assert report.judgement.advice == f"set base_url to {address}, where each page redirects to; then {ADVICE['ready']}"


def test_a_closed_listing_without_ids_is_judged_by_the_one_page_that_is_known(
    site: MisbehavingSite, tmp_path: Path
) -> None:
    site.listing = page(LOGIN_FORM)
    report = check(site, tmp_path)
    assert site.asked_for_projects() == [REAL_ID]
    assert (report.judgement.verdict, report.judgement.reason) == ("not ready", "no_pages")
    assert "the listing names no project (login: " in report.judgement.why
    assert f"{REAL_ID} is not there" in report.judgement.why
    assert "--ids" in report.judgement.advice
    site.pages[REAL_ID] = project(REAL_ID)
    report = check(site, tmp_path)
    assert (report.judgement.verdict, report.judgement.reason) == ("ready with --ids only", "listing")


def test_what_is_odd_is_told_with_a_closed_listing_too(site: MisbehavingSite, tmp_path: Path) -> None:
    stored(lambda html: html.replace(">Policy ID<", ">พิกัด<"))(site)
    site.listing = page(LOGIN_FORM)
    report = check(site, tmp_path, A)
    assert report.judgement.verdict == "ready with --ids only"
    assert report.judgement.why.endswith("; but 1 labels are not known")


def test_an_id_that_is_no_code_is_named_and_spoils_no_verdict(site: MisbehavingSite, tmp_path: Path) -> None:
    report = check(site, tmp_path, "5049-1")
    assert report.judgement.reason == "not_found"
    assert "'5049-1' is not a code such as 50490000-3607" in report.judgement.why
    report = check(site, tmp_path, A, "5049-1")
    assert report.judgement.verdict == "ready"
    assert report.judgement.why == "the listing and the pages are as known; but 1 of 2 pages could not be read"


def test_a_private_address_needs_connect_to(tmp_path: Path) -> None:
    source = Source(source_id="site", base_url="http://127.0.0.1:9/index.php")
    report = check_source(Settings(data_dir=tmp_path, fetch=PATIENCE), source)
    assert (report.judgement.reason, report.judgement.advice) == ("private", ADVICE["private"])


def test_outside_the_night_window_nobody_is_blamed(site: MisbehavingSite, tmp_path: Path) -> None:
    moment = dt.datetime(2026, 11, 22, 5, tzinfo=dt.UTC)
    settings = Settings(data_dir=tmp_path, fetch=PATIENCE.model_copy(update={"night_window": "22:00-05:00"}))
    report = check_source(settings, site.source(), clock=lambda: moment)
    assert site.asked == []
    assert (report.judgement.reason, report.judgement.advice) == ("window", ADVICE["window"])


def test_what_robots_txt_asks_for_is_waited_for_as_far_as_the_settings_allow(
    site: MisbehavingSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_MOST_WAIT", 0.05)
    monkeypatch.setattr(asking, "_LONG", 0.05)
    robots("User-agent: *\nCrawl-delay: 0.1")(site)
    said: list[str] = []
    settings = Settings(data_dir=tmp_path, fetch=PATIENCE)
    assert check_source(settings, site.source(), (A,), tell=said.append).judgement.verdict == "ready"
    assert said == ["robots.txt asks for 0.1 s between requests: this takes 1 minutes at most"]
    robots("User-agent: *\nCrawl-delay: 700")(site)
    report = check(site, tmp_path)
    assert (report.judgement.reason, report.judgement.advice) == ("delay", ADVICE["delay"])


def test_a_site_that_fails_once_is_not_said_to_turn_our_name_away(site: MisbehavingSite, tmp_path: Path) -> None:
    site.pages[A] = [page(b"", status=500), project(A)]
    report = check(site, tmp_path)
    assert site.asked_for_projects() == [A, A, A, B, C]
    assert "; at a second request we get project (HTTP 200)" in line(report, "User-Agent")
    assert report.judgement.verdict == "ready"
    assert report.judgement.why.endswith("; but 1 of 3 pages could not be read")


def test_a_browser_that_reads_other_values_is_told(site: MisbehavingSite, tmp_path: Path) -> None:
    def answer(handler: Handler) -> None:
        is_ours = "bma-projects" in handler.headers["User-Agent"]
        project(A, remark="" if is_ours else " ที่ซ่อนไว้")(handler)

    site.pages[A] = answer
    report = check(site, tmp_path, A)
    assert report.judgement.verdict == "ready"
    assert "a browser gets other rows: ชื่อโครงการ" in line(report, "User-Agent")


def test_every_line_says_what_was_seen(site: MisbehavingSite, tmp_path: Path) -> None:
    headers = [("ETag", '"abc"'), ("Age", "7"), ("Server", "nginx"), ("Set-Cookie", "PHPSESSID=secret; path=/")]
    site.pages[A] = project(A, headers=headers)
    site.paths["/robots.txt"] = page(b"User-agent: *\nCrawl-delay: 0.01\n")
    site.listing = listing([[A, B], [C]], 3)
    report = check(site, tmp_path)
    said = "\n".join(report_lines(report))
    assert "7 requests; TLS: none, plain http; redirects: none" in line(report, "address")
    assert line(report, "clock").endswith("no answer has a Date")
    assert 'server nginx; date none; age 7; etag "abc"; cache-control none; cookies PHPSESSID' in line(
        report, "headers"
    )
    assert "secret" not in said
    assert "HTTP 200; allows listing, pages; asks for 0.01 s between requests" in line(report, "robots.txt")
    assert line(report, "User-Agent").endswith("a browser is answered the same")
    assert "only the CSRF token differs; the content fingerprint stays the same" in line(report, "two readings")
    assert "2 rows, 3 stated; a full crawl: 6 requests, 1 nights; next link yes" in line(report, "listing")
    assert f"{A}: project, template Yii DetailView, tables hand-written; fields present" in line(report, "page")
    assert "declared utf-8, found utf-8; flags none" in line(report, "encoding")
    assert "82 of 82 known; renamed none; unknown none; missing none" in line(report, "labels")
    assert line(report, "months").endswith("layout known")
    assert line(report, "tables").endswith("not as known: none")
    assert "0 refused: none" in line(report, "values")
    assert str(tmp_path / "checks") in line(report, "evidence")


def test_what_differs_beside_the_token_is_shown(site: MisbehavingSite, tmp_path: Path) -> None:
    stamps = iter(range(100))

    def send(handler: Handler) -> None:
        stamp = f"<link href='/assets/site.css?v={next(stamps)}'>\n</head>"
        page(project_page(A).replace(b"</head>", stamp.encode()))(handler)

    site.pages[A] = send
    report = check(site, tmp_path, A)
    said = line(report, "two readings")
    assert "more than the CSRF token differs (line " in said
    assert 'site.css?v=0\'>", then "' in said
    assert said.endswith("; the content fingerprint stays the same")
    assert report.judgement.verdict == "ready"


def test_where_neither_listing_nor_page_is_there_the_address_is_doubted(tmp_path: Path) -> None:
    with misbehaving_site() as site:
        report = check(site, tmp_path)
    assert (report.judgement.reason, report.judgement.advice) == ("not_found", ADVICE["not_found"])
    assert "correct base_url" in report.judgement.advice


def test_renamed_unknown_and_missing_labels_are_named_in_page_order(site: MisbehavingSite, tmp_path: Path) -> None:
    def change(html: str) -> str:
        html = html.replace("<th>ผู้ตรวจประเมิน</th>", "<th>ผู้ตรวจประเมินผล</th>")
        return html.replace("<th>Policy ID</th>", "<th>พิกัด</th>")

    stored(change)(site)
    report = check(site, tmp_path)
    said = line(report, "labels")
    assert "renamed ผู้ตรวจประเมินผล = ผู้ตรวจประเมิน; unknown พิกัด; missing Policy ID" in said
    assert "; 0 refused: none" in line(report, "values")


def test_a_row_of_an_unknown_label_is_no_value_that_was_refused(site: MisbehavingSite, tmp_path: Path) -> None:
    stored(lambda html: html.replace(">Policy ID<", ">พิกัด\u202e<"))(site)
    report = check(site, tmp_path)
    assert report.judgement.verdict == "ready"
    assert report.judgement.why.endswith("; but 1 labels are not known")
    assert "; 0 refused: none" in line(report, "values")


def test_an_unknown_table_is_not_ready_and_is_named(site: MisbehavingSite, tmp_path: Path) -> None:
    def change(html: str) -> str:
        for number, column in enumerate(PROGRESS_COLUMNS):
            html = html.replace(f'%">{column.text}</th>', f'%">Heading {number}</th>')
        return html

    stored(change)(site)
    report = check(site, tmp_path)
    assert (report.judgement.verdict, report.judgement.reason) == ("not ready", "tables")
    assert "a table with the columns" in line(report, "tables")
    assert "PROGRESS_COLUMNS" in report.judgement.advice


def test_a_new_order_of_the_months_is_told(site: MisbehavingSite, tmp_path: Path) -> None:
    months = [(12, "1"), (3, "2"), (7, "3")]
    site.pages[PLAIN.project_id] = page(PLAIN.having_months(months).html().encode())
    report = check(site, tmp_path, PLAIN.project_id)
    assert line(report, "months").endswith("layout new")
    assert report.judgement.why.endswith("; but the months are in a new order")


@pytest.mark.parametrize(
    ("html", "template"),
    [
        (PLAIN.html(), "Yii DetailView, tables hand-written"),
        (PLAIN.html(details=kartik_details, grid=grid_view), "kartik, tables GridView"),
        (PLAIN.html().replace('class="table table-striped table-bordered detail-view"', ""), "hand-written"),
        ("<html><body>nothing</body></html>", "none"),
    ],
)
def test_the_template_is_recognised(html: str, template: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    report = check_files(Settings(), [tmp_path / "page.html"], utc_now())
    assert report.pages[0].template.startswith(template)


def test_windows_874_under_the_name_of_utf_8_is_ready_and_told(site: MisbehavingSite, tmp_path: Path) -> None:
    site.pages[PLAIN.project_id] = page(PLAIN.html().encode("cp874", "replace"))
    report = check(site, tmp_path, PLAIN.project_id)
    assert (report.judgement.verdict, report.judgement.advice) == ("ready", ADVICE["ready"])
    assert "declared utf-8, found windows-874; flags encoding_repaired" in line(report, "encoding")


def test_a_listing_without_a_total_or_another_order_is_told(site: MisbehavingSite, tmp_path: Path) -> None:
    def send(handler: Handler) -> None:
        rows = f'<tr><td><a href="{PATH}?r=tbl-project-main%2Fview&amp;project_id={A}">{A}</a></td></tr>'
        head = '<thead><tr><th><a href="?sort=year" data-sort="year">year</a></th></tr></thead>'
        grid = f'<div class="grid-view"><table>{head}<tbody>{rows}</tbody></table></div>'
        page(f"<html><body>{grid}</body></html>".encode())(handler)

    site.listing = send
    report = check(site, tmp_path)
    assert report.judgement.verdict == "ready"
    assert "no stated total, so a run cannot know whether it is complete" in line(report, "listing")
    assert "sorts by year, not by project_id" in line(report, "listing")


def test_a_refused_value_is_told_with_its_text_and_contacts_are_masked(site: MisbehavingSite, tmp_path: Path) -> None:
    changed = PLAIN.having(weight="สิบ", responsible="นายสมมุติ 081 000 0000")
    site.pages[PLAIN.project_id] = page(changed.html().encode())
    report = check(site, tmp_path, PLAIN.project_id)
    assert "ค่าน้ำหนัก 'สิบ' (" in line(report, "values")
    found = json.dumps(report_json(report), ensure_ascii=False)
    assert "นายสมมุติ" in found
    assert "081 000 0000" not in found


def test_every_value_of_the_first_page_stands_on_the_screen_as_it_was_read(
    site: MisbehavingSite, tmp_path: Path
) -> None:
    values = {"weight": "สิบ", "budget_received": "127,800", "remark": None, "governor_policy": "", "target": "5 ระดับ"}
    changed = PLAIN.having(**values).adding("พิกัด", "13.7, 100.5")
    site.pages[PLAIN.project_id] = page(changed.html().encode())
    report = check(site, tmp_path, PLAIN.project_id)
    lines = report_lines(report)
    begin = lines.index(f"  of {PLAIN.project_id}") + 1
    shown = [text for text in lines[begin:] if text.startswith(" ")]
    said = "; ".join(text.strip() for text in shown)
    assert "งบฯ ที่ได้รับ (บาท) '127,800' → 127800" in said
    assert "ค่าน้ำหนัก 'สิบ' refused (unreadable_number)" in said
    assert "หมายเหตุ not set; นโยบาย ผว. ''" in said
    assert "เป้าหมายโครงการ '5 ระดับ' → 5" in said
    assert "พิกัด '13.7, 100.5' (label unknown)" in said
    assert len(said.split("; ")) == len(report.pages[0].values) == 42
    assert screen_lines(report) <= 45


def test_a_page_of_thousands_of_rows_still_fits_on_the_screen(site: MisbehavingSite, tmp_path: Path) -> None:
    stored_rows = PLAIN
    for number in range(500):
        stored_rows = stored_rows.adding(f"ป้าย {number}", f"ค่า {number}")
    site.pages[PLAIN.project_id] = page(stored_rows.html().encode())
    report = check(site, tmp_path, PLAIN.project_id)
    assert screen_lines(report) <= 45
    assert re.search(r"^ {13}and \d{3} more$", "\n".join(report_lines(report)), re.MULTILINE)
    assert len(report.pages[0].values) == 541


def test_the_pace_of_a_full_crawl_counts_window_and_budget(site: MisbehavingSite, tmp_path: Path) -> None:
    site.listing = listing([[A, B, C]], 40_000)
    report = check(site, tmp_path, fetch=PATIENCE.model_copy(update={"max_requests": 20_000}))
    assert report.listing is not None
    assert report.listing.requests == 1 + 13_334 + 40_000
    assert report.listing.nights == 3


def test_the_set_budget_and_rate_hold(site: MisbehavingSite, tmp_path: Path) -> None:
    report = check(site, tmp_path, fetch=PATIENCE.model_copy(update={"max_requests": 4, "rate": 4.0}))
    assert len(site.asked) == 4
    # The first request of a run begins with what is made once, so that it arrives late.
    moments = [asked.at for asked in site.asked[1:]]
    assert all(later - earlier > 0.15 for earlier, later in pairwise(moments))
    assert report.judgement.verdict == "ready"


def test_ten_requests_are_the_most_where_every_page_redirects(site: MisbehavingSite, tmp_path: Path) -> None:
    def doubled(handler: Handler) -> None:
        if "twice" in handler.path:
            listing([[A, B, C]], 3)(handler)
        else:
            redirect(f"{handler.path}&twice=1")(handler)

    def to_project(project_id: str) -> Behaviour:
        def send(handler: Handler) -> None:
            (project(project_id) if "twice" in handler.path else redirect(f"{handler.path}&twice=1"))(handler)

        return send

    site.listing = doubled
    site.pages = {one: to_project(one) for one in (A, B, C)}
    report = check(site, tmp_path)
    assert len(site.asked) == asking.MOST_REQUESTS
    assert report.judgement.verdict == "ready"
    assert "→" in line(report, "address")


def test_the_evidence_is_kept_apart_and_known_to_verify(site: MisbehavingSite, tmp_path: Path) -> None:
    check(site, tmp_path)
    settings = Settings(data_dir=tmp_path)
    (segment,) = sealed_segments(settings.checks_dir)
    assert [row.project_id for row, _ in read_segment(segment) if row.project_id] == [A, A, A, B, C]
    assert not settings.raw_dir.exists()
    assert not settings.curated_dir.exists()
    assert verify_data(settings).problems == ()
    assert segment.warc is not None
    segment.warc.write_bytes(segment.warc.read_bytes()[:-200])
    problems = verify_data(settings).problems
    assert problems
    assert all(problem.startswith(f"checks/{segment.name}") for problem in problems)
    assert all(problem.endswith("the rest can be removed as a whole") for problem in problems)


@pytest.mark.slow
def test_an_interrupted_check_leaves_its_evidence_in_order(site: MisbehavingSite, tmp_path: Path) -> None:
    site.pages = {A: page(b"", wait=30)}
    site.listing = listing([[A]], 1)
    config, data = tmp_path / "bma-projects.toml", tmp_path / "data"
    config.write_text(f'[sources.sample]\nconnect_to = "{site.address}"\n', encoding="utf-8")
    running = start("check", "--base-url", BASE_URL, "--config", config, "--data-dir", data)
    while not site.asked_for_projects():
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, complained = running.communicate(timeout=20)
    assert running.returncode == 1
    assert complained == "interrupted; nothing is published and the pages that came are kept; run the check again\n"
    settings = Settings(data_dir=data)
    assert len(sealed_segments(settings.checks_dir)) == 1
    assert verify_data(settings).problems == ()


def test_two_checks_of_one_second_have_names_of_their_own(site: MisbehavingSite, tmp_path: Path) -> None:
    now = utc_now()
    for _ in range(2):
        check_source(Settings(data_dir=tmp_path, fetch=PATIENCE), site.source(), (A,), clock=lambda: now)
    assert len(sealed_segments(Settings(data_dir=tmp_path).checks_dir)) == 2


def test_a_check_waits_for_no_run(site: MisbehavingSite, tmp_path: Path) -> None:
    with data_dir_lock(tmp_path, "bma-projects refresh"), pytest.raises(LockedError):
        check(site, tmp_path)
    assert site.asked == []


def test_the_sample_is_ready(tmp_path: Path) -> None:
    done = bma_here("check", "--data-dir", tmp_path)
    assert done.returncode == 0, done.stdout
    assert "verdict      ready: the listing and the pages are as known" in done.stdout
    assert f"do next      {ADVICE['ready']}" in done.stdout
    assert "46 stated" in done.stdout


def test_an_address_without_a_source_is_asked_at_the_set_pace(site: MisbehavingSite, tmp_path: Path) -> None:
    config = tmp_path / "bma-projects.toml"
    config.write_text(f'[fetch]\nrate = 20.0\n[sources.sample]\nconnect_to = "{site.address}"\n', encoding="utf-8")
    flags = ("--config", config, "--data-dir", tmp_path / "data", "--json")
    found = json.loads(bma_here("check", "--base-url", BASE_URL, *flags).stdout)
    assert (found["source_id"], found["base_url"], found["judgement"]["verdict"]) == ("new", BASE_URL, "ready")
    assert found["site"]["interval_s"] == 0.05


JSON_KEYS = {
    "site": "requests redirects moved_to tls clock_difference_s headers cookies robots_status is_robots_read "
    "allows_listing allows_pages robots_interval_s interval_s median_ms browser is_browser_better is_guess "
    "second_reading trouble error ended is_planned",
    "listing": "kind http_status error obstacle rows stated_total has_next is_next_ours second_page_new sort_keys "
    "requests nights",
}
PAGE_KEYS = (
    "where project_id http_status kind error trouble obstacle template encoding_declared encoding_found flags "
    "labels_known labels_renamed labels_unknown labels_missing months columns tables sections values"
)


def test_the_json_has_every_value_with_its_raw_text(tmp_path: Path) -> None:
    found = json.loads(bma_here("check", "--json", "--data-dir", tmp_path).stdout)
    assert list(found) == [
        "source_id",
        "base_url",
        "checked_at",
        "evidence",
        "drafts",
        "judgement",
        "site",
        "listing",
        "pages",
        "format",
    ]
    assert found["format"] == 1
    assert list(found["judgement"]) == ["verdict", "reason", "why", "advice"]
    assert {part: sorted(found[part]) for part in JSON_KEYS} == {
        part: sorted(keys.split()) for part, keys in JSON_KEYS.items()
    }
    assert all(sorted(one) == sorted(PAGE_KEYS.split()) for one in found["pages"])
    assert found["site"]["second_reading"]["is_same_content"] is True
    (real, *_) = found["pages"]
    assert real["sections"] == {"fields": "present", "months": "present", "updates": "empty", "reports": "present"}
    assert len(real["values"]) == 41
    budget = next(value for value in real["values"] if value["field"] == "budget_received")
    assert {**budget} == {
        "field": "budget_received",
        "label": "งบฯ ที่ได้รับ (บาท)",
        "raw": "0",
        "read": "0",
        "refused": None,
    }


def test_the_command_ends_with_1_when_not_ready(tmp_path: Path) -> None:
    (tmp_path / "login.html").write_bytes(LOGIN_FORM)
    done = bma_here("check", tmp_path / "login.html", "--data-dir", tmp_path / "data")
    assert done.returncode == 1
    assert "verdict      not ready: 1 of 1 pages: the page is a login form" in done.stdout
    assert not (tmp_path / "data").exists()


def test_saved_pages_and_extracted_text_are_checked_alike(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PLAIN.html(), encoding="utf-8")
    text = Path(__file__).parents[2] / "fixtures" / "real" / f"{REAL_ID}.txt"
    done = bma_here("check", tmp_path / "page.html", text)
    assert done.returncode == 0, done.stdout
    assert f"page         {REAL_ID}: project" in done.stdout
    assert_one_line(bma_here("check", tmp_path / "none.html"), 2, "none.html", "cannot be read")
    assert_one_line(bma_here("check", text, "--source", "bs2568"), 2, "not both")


@pytest.mark.slow
def test_refresh_of_a_source_never_fetched_hints_once_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipeline.core.log import RunLog
    from pipeline.run.refresh import refresh

    with watched(tmp_path, city=ScriptedSite(A)) as city:
        code, _, _ = refresh(city.settings, RunLog(), ["refresh"])
        first = capsys.readouterr().err
        refresh(city.settings, RunLog(), ["refresh"])
        second = capsys.readouterr().err
    assert code == 0
    assert first.count("bma-projects check --source city") == 1
    assert "bma-projects check" not in second
