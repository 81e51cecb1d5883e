"""What a site shows instead of a page with rows: a challenge, a login, frames, or scripts that make the page."""

import re

from parsers.page import PageKind
from pipeline.run.check.advice import leads_to_login

_CHALLENGE = re.compile(
    r"cf-chl|challenge-platform|_Incapsula_|captcha|just a moment|checking your browser|request rejected|"
    r"web application firewall|web page blocked|attention required|ddos protection|verify you are human|mod_security|"
    r"support id|attack id|document\.cookie\s*=[^<]{0,400}location",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"type\s*=\s*[\"']?password", re.IGNORECASE)
# Kinds that the reader gives to a firewall's page because of its status.
_OF_FIREWALLS = (PageKind.UNKNOWN, PageKind.TRUNCATED, PageKind.LOGIN, PageKind.SERVER_ERROR, PageKind.REDIRECT_STUB)
_FRAMESET = re.compile(r"<frameset\b", re.IGNORECASE)
_FRAME = re.compile(r"<iframe\b", re.IGNORECASE)
_FEWEST_LETTERS = 200
_UNSHOWN = re.compile(r"<(script|style|noscript|title)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_META_REFRESH = re.compile(r"(?i)<meta\b[^<>]{0,300}http-equiv[^<>]{0,300}\burl\s*=\s*[\"']?([^\"'<>]{1,300})")
_SCRIPT_TARGET = re.compile(r"(?i)location(?:\.href)?\s*(?:=|\.(?:replace|assign)\()\s*[\"']([^\"'<>]{1,300})")


def obstacle_of(text: str, kind: PageKind) -> str | None:
    """What the site shows instead of a page with rows.

    Args:
        text: the page as received, decoded.
        kind: its kind by the reader; a page that names its kind (a form, maintenance, no such page) keeps it.

    Returns:
        `challenge`, `login`, `frames`, `javascript`, or None for anything else.
    """
    if kind in _OF_FIREWALLS and _CHALLENGE.search(text) and not _PASSWORD.search(text):
        return "challenge"
    if kind is PageKind.REDIRECT_STUB and leads_to_login(stub_target(text) or ""):
        return "login"
    is_whole = "</html" in text.lower()
    if kind is not PageKind.UNKNOWN and not (kind is PageKind.TRUNCATED and is_whole):
        return None
    if _FRAMESET.search(text):
        return "frames"
    scripts = "<script" in text.lower()
    if (scripts or _FRAME.search(text)) and _shown_letters(text) < _FEWEST_LETTERS:
        return "javascript" if scripts and not _FRAME.search(text) else "frames"
    return None


def stub_target(text: str) -> str | None:
    """Where a page sends its reader, by meta refresh or by script; None where the target is not in plain text."""
    found = _META_REFRESH.search(text) or _SCRIPT_TARGET.search(text)
    return None if found is None else found[1].strip()


def _shown_letters(text: str) -> int:
    """The number of letters and digits that a browser shows without running a script."""
    lowered, shown, place = text.lower(), 0, 0
    # lower() turns some letters into two, which moves the text after them; then the original text is searched.
    lowered = lowered if len(lowered) == len(text) else text
    while place < len(text):
        begin = _UNSHOWN.search(text, place)
        end = len(text) if begin is None else begin.start()
        shown += sum(map(str.isalnum, _TAG.sub(" ", text[place:end])))
        if begin is None:
            break
        closed = lowered.find(f"</{begin[1].lower()}", begin.end())
        place = len(text) if closed < 0 else closed
    return shown
