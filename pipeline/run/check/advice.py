"""The verdicts of a check, the reasons for them, and what to do next: one table, by reason."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from parsers.page import PageKind
from pipeline.fetch.client import Trouble


class Verdict(StrEnum):
    """Whether a source can be refreshed."""

    READY = "ready"
    WITH_IDS = "ready with --ids only"
    NOT_READY = "not ready"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict; reason is one of the keys of ADVICE, why a sentence, advice what to do next."""

    verdict: Verdict
    reason: str
    why: str
    advice: str


_ASK = "ask the site's operator (docs/ethics-and-law.md says how); until then import saved pages"
_LATER = "run the check again later"
_OPEN = "open the address in a browser"
_READER = (
    f"{_OPEN}: if it shows no project, correct base_url; if it does, the page needs a reader of its own "
    "(docs/adding-a-source.md, Another application)"
)
# What to do next, by reason.
ADVICE = {
    "ready": "read docs/ethics-and-law.md, then `bma-projects refresh` with this source",
    "files": "import these files",
    "certificate": "use the host name that the certificate is made for in base_url, or ask the site's operator; a "
    "self-signed certificate goes into SSL_CERT_FILE",
    "unreachable": f"{_OPEN}: if it opens, look for a proxy or firewall here; if not, correct base_url",
    "slow": f"{_LATER}; if it stays slow, set fetch.timeout and fetch.page_timeout higher, and rate lower",
    "redirect_loop": f"{_OPEN} and set base_url to where it ends",
    "elsewhere": "set base_url to the address that the redirect names, without what follows the question mark, if it "
    "is the same application there",
    "private": "a site in a private network needs connect_to (docs/adding-a-source.md); where it is not, look for a "
    "proxy or a login to the network here",
    "encoding": "the site compresses its pages in a way that was not asked for: " + _ASK,
    "too_large": f"{_OPEN}: if the page is really that large, set fetch.max_body_bytes higher",
    "robots": "a robots.txt that cannot be read forbids everything (RFC 9309): run the check again later; if it stays "
    "so, ask the site's operator to correct it",
    "busy": "the site wants to be left alone: run the check again later; if it stays so, set a lower rate for this "
    "source, such as rate = 0.2",
    "window": "run the check at a time that the settings allow, or change fetch.night_window",
    "delay": "set fetch.max_wait above what robots.txt asks for, or ask the site's operator for another Crawl-delay",
    "disallowed": "robots.txt forbids the project pages: " + _ASK,
    "clock": "set the clock that is wrong, and run the check again",
    "user_agent": "our User-Agent is turned away: set fetch.contact to an address of yours and ask the site's "
    "operator to let it in; do not pretend to be a browser",
    "challenge": "a firewall asks for proof of a human: " + _ASK,
    "login": "the pages are not public: " + _ASK,
    "frames": "the page only holds frames: open it in a browser, and set base_url to the address of the frame that "
    "holds the project",
    "javascript": "the page is made by scripts in the browser: it needs a reader of its own (docs/adding-a-source.md, "
    "Another application)",
    "maintenance": _LATER,
    "server_error": _LATER,
    "truncated": f"{_LATER}; if pages stay cut, ask the site's operator",
    "not_found": "name projects that exist there with --ids (the project_id of an address), or correct base_url",
    "wrong_project": "the site shows another project than was asked for: correct base_url or the ids",
    "template": _READER,
    "labels_unknown": "add each as alias of its Label, or as a new Label, to LABELS of parsers/labels.py "
    "(docs/adding-a-label.md)",
    "labels_missing": "compare the page with LABELS of parsers/labels.py: if the rows have other names add aliases, if "
    "they are gone raise gate.labels_missing_share (docs/adding-a-label.md)",
    "tables": "if the table has other columns, add them to PROGRESS_COLUMNS or UPDATE_COLUMNS of parsers/labels.py "
    "(docs/adding-a-label.md); if it is not there, ask the site's operator where it is",
    "months": "compare the page with MONTH_LABEL of parsers/labels.py and the order of parsers/month_rows.py, and "
    "report it with a draft: --draft DIR",
    "values": "compare the raw texts with what parsers/numbers.py and parsers/dates.py read, and report them with a "
    "draft: --draft DIR",
    "restless": "this difference counts as a change every night: find its cause before the first refresh",
    "no_pages": "name some projects with --ids FILE, one code such as 50490000-3607 a line: the project_id in the "
    "address of any project page, or what `bma-projects discover --archive` prints of pages that were imported",
    "listing": "refresh with --ids FILE or fetch with --probe; where the listing is only out of order, run the check "
    "again later; else ask the site's operator for a list of the projects",
}
KINDS = {
    PageKind.LOGIN.value: "login",
    PageKind.MAINTENANCE.value: "maintenance",
    PageKind.SERVER_ERROR.value: "server_error",
    PageKind.EMPTY.value: "server_error",
    PageKind.TRUNCATED.value: "truncated",
    PageKind.NOT_FOUND.value: "not_found",
    PageKind.REDIRECT_STUB.value: "elsewhere",
    PageKind.PROJECT.value: "wrong_project",
}
# Kinds of a listing that are the reason for the whole site.
OF_LISTING = {kind: KINDS[kind] for kind in ("maintenance", "server_error", "empty", "truncated", "redirect_stub")}
TROUBLES = {
    Trouble.CONNECT.value: "unreachable",
    Trouble.TIMEOUT.value: "slow",
    Trouble.CUT.value: "truncated",
    Trouble.TOO_LARGE.value: "too_large",
    Trouble.ENCODING.value: "encoding",
    Trouble.REDIRECT_LOOP.value: "redirect_loop",
    Trouble.ELSEWHERE.value: "elsewhere",
    Trouble.DISALLOWED.value: "disallowed",
    Trouble.ADDRESS.value: "unreachable",
}
_LOGIN = re.compile(r"\b(?:sso|auth|oauth2?|adfs|saml2?)\b|log-?_?in|sign-?_?in", re.IGNORECASE)


def reason_of_trouble(trouble: str, error: str) -> str:
    """The reason for an answer that is not whole; error is the message of the fetcher."""
    if trouble == Trouble.ELSEWHERE:
        if "private address" in error:
            return "private"
        return "login" if leads_to_login(error) else "elsewhere"
    return TROUBLES.get(trouble, "unreachable")


def leads_to_login(address: str) -> bool:
    """Whether an address looks like that of a login."""
    return _LOGIN.search(unquote(address)) is not None
