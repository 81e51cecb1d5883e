"""First contact: each way a site is known to misbehave has its verdict, its reason and its advice.

All data but that of the real page are invented.
"""

import datetime as dt
import re
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from parsers.labels import LABELS, MONTH_LABEL
from pipeline.core.settings import Settings
from pipeline.core.time import utc_now
from pipeline.run.check.advice import ADVICE
from pipeline.run.check.report import report_lines
from pipeline.run.verification import verify_data
from tests.fetch.misbehaving import (
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
    redirect,
    silent,
)
from tests.parsers.projects import PLAIN
from tests.run.check.checked import LOGIN_FORM, A, B, C, Set, check, on_pages, robots, screen_lines, stored

HURRY = PATIENCE.model_copy(update={"timeout": 0.2, "page_timeout": 0.4})


def everywhere(behaviour: Behaviour) -> Set:
    def change(site: MisbehavingSite) -> None:
        site.listing = behaviour
        site.pages = dict.fromkeys((A, B, C, REAL_ID), behaviour)

    return change


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
