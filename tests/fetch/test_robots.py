"""robots.txt: what it holds for, how its rules are compared, and what became of one that cannot be read."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.archive.fetch_log import read_fetch_log
from pipeline.archive.segments import ArchiveWriter, read_segment, sealed_segments
from pipeline.fetch.crawl import CrawlSummary
from pipeline.fetch.discover import Discovery
from pipeline.fetch.fetch_run import FetchRun
from pipeline.fetch.robots import Robots
from pipeline.fetch.schedule import Plan
from tests.fetch.misbehaving import (
    PATIENCE,
    Behaviour,
    Handler,
    MisbehavingSite,
    cut_after,
    listing,
    misbehaving_site,
    page,
    project,
    redirect,
    visit,
)
from tests.quick import quick

IDS = ["50450000-0101", "50450000-0102", "50450000-0103"]
LISTING = "http://site.test/dp/frontend/web/index.php?r=tbl-project-main%2Findex"
NOTHING_ALLOWED = b"User-agent: *\nDisallow: /\n"
KIB_500 = 512_000


@pytest.fixture
def site() -> Iterator[MisbehavingSite]:
    with misbehaving_site() as running:
        running.listing = listing([IDS], total=3)
        running.pages |= {project_id: project(project_id) for project_id in IDS}
        yield running


def night(raw_dir: Path, site: MisbehavingSite) -> tuple[Discovery, CrawlSummary]:
    """Read the listing, then visit the three pages."""
    with (
        ArchiveWriter(raw_dir, "20261122T180000Z", "site") as archive,
        FetchRun(site.source(), PATIENCE, archive, raw_dir) as run,
    ):
        return run.discover(), run.visit(Plan(tuple(visit(project_id) for project_id in IDS), ()))


def text(content: bytes, *headers: tuple[str, str]) -> Behaviour:
    return page(content, headers=headers)


def asked(site: MisbehavingSite) -> list[str]:
    return [f"{seen.headers['host']}{seen.target}" for seen in site.asked]


def test_robots_txt_holds_for_the_listing_too(site: MisbehavingSite, tmp_path: Path) -> None:
    site.paths["/robots.txt"] = text(NOTHING_ALLOWED)
    found, summary = night(tmp_path, site)
    assert asked(site) == ["site.test/robots.txt"]
    assert found.problems == (f"robots.txt disallows the listing {LISTING}; name the projects to fetch with --ids",)
    assert (found.project_ids, summary.refused, summary.ended_early) == ((), 3, None)
    [segment] = sealed_segments(tmp_path)
    rows = [(row.outcome, row.attempts) for row in read_fetch_log(segment.fetches) if row.page_kind != "robots"]
    assert rows == [("refused", 0)] * 4


def test_a_listing_that_is_not_disallowed_is_read_where_the_pages_are(site: MisbehavingSite, tmp_path: Path) -> None:
    site.paths["/robots.txt"] = text(b"User-agent: *\nDisallow: /*view\n")
    found, summary = night(tmp_path, site)
    assert (found.project_ids, summary.refused) == (tuple(IDS), 3)
    assert site.asked_for_projects() == []


def test_a_byte_order_mark_takes_nothing_from_the_rules(site: MisbehavingSite, tmp_path: Path) -> None:
    site.paths["/robots.txt"] = text(b"\xef\xbb\xbf" + NOTHING_ALLOWED)
    assert night(tmp_path, site)[1].refused == 3
    assert asked(site) == ["site.test/robots.txt"]


def test_a_rule_with_a_slash_in_its_query_holds_for_the_escaped_one(site: MisbehavingSite, tmp_path: Path) -> None:
    rule = b"/dp/frontend/web/index.php?r=tbl-project-main/view"
    site.paths["/robots.txt"] = text(b"User-agent: *\nDisallow: " + rule + b"\n")
    assert night(tmp_path, site)[1].refused == 3
    assert site.asked_for_projects() == []


# The first five are those of RFC 9309, 2.2.2.
@pytest.mark.parametrize(
    ("rule", "target"),
    [
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar"),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%E3%83%84", "/foo/bar/ツ"),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
        ("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84"),
        ("/i?r=a%2Fview", "/i?r=a/view"),
        ("/i?r=a%2fview", "/i?r=a%2Fview"),
        ("/*a/view", "/i?r=a%2Fview"),
        ("*r=a%2Fview$", "/i?r=a/view"),
        ("/a%3Db", "/a=b"),
        ("/a%2Ab", "/a*b"),
        ("/a%20b", "/a b"),
        ("/ฅ", "/%E0%B8%85"),
    ],
)
def test_rules_and_addresses_are_compared_by_their_octets(rule: str, target: str) -> None:
    rules = Robots(f"User-agent: *\nDisallow: {rule}\n".encode())
    assert not rules.allows(f"http://site.test{target}")


@pytest.mark.parametrize(
    ("rule", "target"),
    [
        ("/a%2541", "/aA"),
        ("/a$", "/ab"),
        ("/%E0%B8%85", "/%E0%B8%86"),
        ("/a%3Fb", "/ab"),
        ("/i?r=a/view", "/i?r=a-view"),
    ],
)
def test_other_octets_are_another_address(rule: str, target: str) -> None:
    rules = Robots(f"User-agent: *\nDisallow: {rule}\n".encode())
    assert rules.allows(f"http://site.test{target}")


def test_octets_that_are_no_utf_8_are_compared_too() -> None:
    rules = Robots(b"# \xe2\xcb\xe9\xd2\xc1\nUser-agent: *\nDisallow: /\xa1\n")
    assert not rules.allows("http://site.test/%A1")
    assert rules.allows("http://site.test/%A2")


def hops(n: int, content: bytes) -> Behaviour:
    """Redirects from site.test by n other hosts to the rules."""

    def answer(handler: Handler) -> None:
        host = handler.headers["Host"]
        number = 0 if host == "site.test" else int(host.removesuffix(".test").removeprefix("hop-"))
        (text(content) if number == n else redirect(f"http://hop-{number + 1}.test/robots.txt"))(handler)

    return answer


def test_five_redirects_are_followed_to_other_hosts_and_the_rules_are_those_of_the_site(
    site: MisbehavingSite, tmp_path: Path
) -> None:
    site.paths["/robots.txt"] = hops(5, NOTHING_ALLOWED)
    assert night(tmp_path, site)[1].refused == 3
    assert asked(site) == ["site.test/robots.txt", *(f"hop-{number}.test/robots.txt" for number in range(1, 6))]


def test_a_sixth_redirect_means_not_now(site: MisbehavingSite, tmp_path: Path) -> None:
    site.paths["/robots.txt"] = hops(6, b"")
    assert night(tmp_path, site)[1].ended_early == "robots.txt cannot be read (more than 5 redirects): not now"
    assert asked(site) == ["site.test/robots.txt", *(f"hop-{number}.test/robots.txt" for number in range(1, 6))]


def test_a_redirect_to_the_login_page_is_followed_as_any_other(site: MisbehavingSite, tmp_path: Path) -> None:
    site.paths |= {"/robots.txt": redirect("/login?r=site%2Flogin"), "/login": page(b"<form id='login-form'></form>")}
    assert night(tmp_path, site)[1].new == 3
    assert asked(site)[:2] == ["site.test/robots.txt", "site.test/login?r=site%2Flogin"]


def test_a_redirect_into_a_private_network_is_not_followed(site: MisbehavingSite, tmp_path: Path) -> None:
    with misbehaving_site() as inside:
        site.paths["/robots.txt"] = redirect(f"http://{inside.address}/robots.txt")
        ended = night(tmp_path, site)[1].ended_early or ""
        assert inside.asked == []
    assert asked(site) == ["site.test/robots.txt"]
    assert "127.0.0.1 is a private address: refused" in ended
    assert ended.endswith("not now")


def of_length(n_bytes: int, end: bytes) -> bytes:
    """A robots.txt whose beginning of this length ends with these bytes."""
    begun = b"User-agent: *\n#"
    return begun + b"." * (n_bytes - len(begun) - 1 - len(end)) + b"\n" + end


def test_the_first_500_kib_of_a_larger_file_count(site: MisbehavingSite, tmp_path: Path) -> None:
    content = of_length(KIB_500, b"Disallow: /") + b"\n" + b"#" * 20_000_000
    site.paths["/robots.txt"] = text(content)
    assert night(tmp_path, site)[1].refused == 3
    assert asked(site) == ["site.test/robots.txt"]
    [segment] = sealed_segments(tmp_path)
    [kept] = [capture for row, capture in read_segment(segment) if row.page_kind == "robots"]
    assert kept.body == content[: KIB_500 + 1]
    assert kept.note == "the body is larger: its first 512001 bytes were read and the rest was left"


@pytest.mark.parametrize(("n_bytes", "is_allowed"), [(KIB_500 - 6, True), (KIB_500 - 5, False)])
def test_a_rule_that_ends_behind_them_does_not_count(n_bytes: int, is_allowed: bool) -> None:
    rules = Robots(of_length(n_bytes, b"Disallow: /\nAllow: /") + b"x.html\nAllow: /y\n" + b"#" * 1000)
    assert rules.allows("http://site.test/x.html") is is_allowed
    assert not rules.allows("http://site.test/y")


UNREADABLE = {
    "a coding we did not ask for": page(b"\x0b\x02\x80", headers=[("Content-Encoding", "br")]),
    "two layers of gzip": page(gzip.compress(gzip.compress(b"")), headers=[("Content-Encoding", "gzip, gzip")]),
    "gzip that is none": page(NOTHING_ALLOWED, headers=[("Content-Encoding", "gzip")]),
    "UTF-16 with a byte order mark": text(NOTHING_ALLOWED.decode().encode("utf-16")),
    "UTF-16 without one": text(NOTHING_ALLOWED.decode().encode("utf-16-le")),
    "cut": cut_after(NOTHING_ALLOWED, 5, reset=False),
    "500": page(b"", status=500),
    "a redirect to nowhere": page(b"", status=302),
    "a redirect that is no HTTP": redirect("ftp://site.test/robots.txt"),
    "a redirect with a password": redirect("http://me:secret@elsewhere.test/robots.txt"),
    "a redirect to a host that cannot be": redirect("http://xn--/robots.txt"),
    "304": page(b"", status=304),
}


@pytest.mark.parametrize("behaviour", quick(4, UNREADABLE.values()), ids=UNREADABLE.keys())
def test_what_cannot_be_read_means_not_now_and_nothing_else_is_asked_for(
    site: MisbehavingSite, tmp_path: Path, behaviour: Behaviour
) -> None:
    site.paths["/robots.txt"] = behaviour
    found, summary = night(tmp_path, site)
    assert asked(site) == ["site.test/robots.txt"]
    assert (summary.ended_early or "").startswith("robots.txt cannot be read (")
    assert (summary.ended_early or "").endswith("): not now")
    assert found.problems == (summary.ended_early,)


@pytest.mark.parametrize("status", quick(1, [404, 401, 403, 410]))
def test_a_site_that_has_none_allows_everything_however_it_says_so(
    site: MisbehavingSite, tmp_path: Path, status: int
) -> None:
    site.paths["/robots.txt"] = page(b"\x0b\x02\x80", status=status, headers=[("Content-Encoding", "br")])
    assert night(tmp_path, site)[1].new == 3


@pytest.mark.parametrize("said", quick(1, ["none", "utf-8", "identity"]))
def test_a_content_encoding_that_codes_nothing_is_read(site: MisbehavingSite, tmp_path: Path, said: str) -> None:
    site.paths["/robots.txt"] = text(NOTHING_ALLOWED, ("Content-Encoding", said))
    assert night(tmp_path, site)[1].refused == 3


GROUPS = {
    "our name with a version": (b"User-agent: bma-projects/1.0\nDisallow: /\n", False),
    "our name in capitals, with a comment": (b"USER-AGENT: BMA-Projects (x)\r\nDisallow: /\r\n", False),
    "a shorter name, which is another robot's": (b"User-agent: bma\nAllow: /\n\nUser-agent: *\nDisallow: /\n", False),
    "another robot alone": (b"User-agent: bma-projects-x\nDisallow: /\n", True),
    "ours beside all others": (b"User-agent: *\nDisallow: /\n\nUser-agent: bma-projects\nAllow: /\n", True),
    "ours among several": (b"User-agent: a\nUser-agent: bma-projects\nDisallow: /\n", False),
}


@pytest.mark.parametrize(("content", "is_allowed"), GROUPS.values(), ids=GROUPS)
def test_a_group_is_ours_by_its_product_token(content: bytes, *, is_allowed: bool) -> None:
    assert Robots(content).allows("http://city.test/index.php?r=tbl-project-main%2Findex") is is_allowed


@pytest.mark.parametrize(
    "rules",
    [
        b"User-agent: *\nDisallow: /dp # x\x0cAllow: /dp/frontend\n",
        b"User-agent: *\nDisallow: /dp # x\x0bAllow: /dp/frontend\n",
        b"User-agent: *\nDisallow: /dp # x\x1cAllow: /dp/frontend\n",
        b"User agent: bma\nAllow: /\n\nUser-agent: *\nDisallow: /\n",
        b"User-agent bma\nAllow: /\n\nUser-agent: *\nDisallow: /\n",
        b"User agent: bma-projects/1.0\nDisallow: /\n",
        b"Useragent bma-projects\nDissalow: /\n",
        b"User-agent: bma-projects\nCrawl-delay: 5\nUser-agent: *\nDisallow: /\n",
        b"User-agent: bma-projects\nFoo: bar\nRequest-rate: 1/5\n\nUser-agent: other\nDisallow: /\n",
        b"User-agent: * x\nDisallow: /\n",
    ],
)
def test_no_spelling_that_others_understand_opens_the_site(rules: bytes) -> None:
    assert not Robots(rules).allows(LISTING)


def test_a_delay_between_the_names_of_a_group_holds() -> None:
    rules = Robots(b"User-agent: bma-projects\nCrawl-delay: 7\nUser-agent: other\nDisallow: /private\n")
    assert rules.interval == 7
    assert rules.allows(LISTING)
    assert not rules.allows("http://site.test/private")


@pytest.mark.parametrize("rule", [f"Request-rate: 1/{'9' * 400}s", "Crawl-delay: 1e300"])
def test_a_pace_of_any_length_is_a_pace(rule: str) -> None:
    assert Robots(f"User-agent: *\n{rule}\n".encode()).interval == 10**9
