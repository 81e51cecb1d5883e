"""The verdicts of a check, the reasons for them, and what to do next: one table, by reason."""

from dataclasses import dataclass
from enum import StrEnum

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
_READER = "the page needs a reader of its own (docs/adding-a-source.md, Another application)"
# What to do next, by reason.
ADVICE = {
    "ready": "read docs/ethics-and-law.md, then `bma-projects refresh` with this source",
    "certificate": "use the host name that the certificate is made for in base_url, or ask the site's operator; a "
    "certificate that nobody else vouches for goes into SSL_CERT_FILE",
    "unreachable": "open the address in a browser: if it opens, look for a proxy or firewall here; if not, correct "
    "base_url",
    "slow": f"{_LATER}; if it stays slow, set fetch.timeout and fetch.page_timeout higher, and rate lower",
    "redirect_loop": "open the address in a browser and set base_url to where it ends",
    "elsewhere": "set base_url to the address that the redirect names, if it is the same application; a site in a "
    "private network needs connect_to",
    "not_now": f"{_LATER}; if it stays so, ask the site's operator",
    "disallowed": "robots.txt forbids the project pages: " + _ASK,
    "clock": "set the clock that is wrong, and run the check again",
    "user_agent": "our User-Agent is turned away: set fetch.contact to an address of yours and ask the site's "
    "operator to let it in; pretending to be a browser is no way",
    "challenge": "a firewall asks for proof of a human: " + _ASK,
    "login": "the pages are not public: " + _ASK,
    "frames": "the page is a frameset: open it in a browser, and set base_url to the address of the frame that holds "
    "the project",
    "javascript": "the page is made by scripts in the browser: " + _READER,
    "maintenance": _LATER,
    "server_error": _LATER,
    "truncated": f"{_LATER}; if pages stay cut, ask the site's operator",
    "not_found": "name projects that exist there with --ids, or correct base_url",
    "wrong_project": "the site shows another project than was asked for: correct base_url or the ids",
    "template": _READER,
    "labels_unknown": "add each as alias of its Label, or as a new Label, to LABELS of parsers/labels.py "
    "(docs/adding-a-label.md)",
    "labels_missing": "compare the page with LABELS of parsers/labels.py: if the rows have other names add aliases, if "
    "they are gone raise gate.labels_missing_share (docs/adding-a-label.md)",
    "tables": "add the columns to PROGRESS_COLUMNS or UPDATE_COLUMNS of parsers/labels.py (docs/adding-a-label.md)",
    "restless": "what differs counts as a change every night: find out what it is before the first refresh",
    "no_pages": "name some projects: --ids FILE",
    "listing": "refresh with --ids FILE or fetch with --probe; ask the site's operator for a list of the projects",
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
# What a listing of that kind says of the whole site.
OF_LISTING = {kind: KINDS[kind] for kind in ("maintenance", "server_error", "empty", "truncated", "redirect_stub")}
TROUBLES = {
    Trouble.CONNECT.value: "unreachable",
    Trouble.TIMEOUT.value: "slow",
    Trouble.CUT.value: "truncated",
    Trouble.REDIRECT_LOOP.value: "redirect_loop",
    Trouble.ELSEWHERE.value: "elsewhere",
    Trouble.DISALLOWED.value: "disallowed",
    Trouble.ADDRESS.value: "unreachable",
}
