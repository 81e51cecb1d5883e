"""Where a redirect leads, and whether it stays on the site."""

from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from pipeline.fetch.client import Reply, Trouble

MOST_REDIRECTS = 5


class RedirectEnd(NamedTuple):
    """Why a redirect is not followed; without an error text, because it is itself the answer."""

    trouble: Trouble | None = None
    error: str | None = None


def redirect_target(reply: Reply) -> str | None:
    """The address that a reply redirects to; None where it does not."""
    location = reply.header("location")
    if reply.trouble is not None or reply.status not in (301, 302, 303, 307, 308) or location is None:
        return None
    try:
        return urljoin(reply.url, location)
    except ValueError:
        return location


def stays_on_site(base_url: str, target: str) -> bool:
    """Whether a redirect stays: same host and port, the scheme the same or better."""
    try:
        home, there = urlsplit(base_url), urlsplit(target)
        default = {"http": 80, "https": 443}
        if (there.hostname or "").lower() != home.hostname or there.username is not None:
            return False
        if home.scheme == "http" and there.scheme == "https":
            return (home.port or 80) == 80 and (there.port or 443) == 443
        return there.scheme == home.scheme and (there.port or default[there.scheme]) == (
            home.port or default[home.scheme]
        )
    except (ValueError, KeyError):
        return False


def judge_robots_redirect(target: str) -> RedirectEnd | None:
    """Follow a redirect of robots.txt to any site (RFC 9309, 2.3.1.2) with a web address."""
    try:
        there = urlsplit(target)
        if there.scheme in ("http", "https") and there.hostname and there.username is None and there.port != 0:
            return None
    except ValueError:
        pass
    return RedirectEnd(Trouble.ELSEWHERE, f"redirect to {target[:300]!r} refused")
