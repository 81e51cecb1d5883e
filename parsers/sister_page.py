"""Pages of sister systems of the same administration: recognized by address or text, never read as projects."""

import re
from enum import StrEnum
from html import unescape
from urllib.parse import parse_qs, urlsplit

from parsers.labels import match_key

# The page_kind of all of them.
SISTER_PAGE = "sister_page"
_ADMINISTRATION = "bangkok.go.th"
# The title of a page is before its long texts; scripts may come before the title.
_SAYS_WITHIN = 200_000
_TAG = re.compile(r"<[^<>]{0,2000}>")


class SisterPage(StrEnum):
    """The kind of a page of a sister system; the value is a part of its address."""

    MYPROJECT = "mobile/myproject.php"
    """A project of the years 2560 to 2566, in another layout."""
    MYKPI = "mobile/mykpi.php"
    """An indicator with its results by quarter."""
    REPORTPROJECTIT = "reportprojectit.php"
    """A table of the digital projects of one agency."""
    PROJECTVIEW = "r=site/projectview"
    """A project of the tracking system."""


_PATHS = (
    (SisterPage.MYPROJECT, re.compile(r".*/mobile/myproject\.php", re.IGNORECASE)),
    (SisterPage.MYKPI, re.compile(r".*/mobile/mykpi\.php", re.IGNORECASE)),
    (SisterPage.REPORTPROJECTIT, re.compile(r".*/reportprojectit\w*\.php", re.IGNORECASE)),
)
# Each of these pages has all of these texts. No text of r=site/projectview is known.
_SAYINGS = (
    (SisterPage.MYPROJECT, ("ดูโครงการแผนปีฯ", "สยป. ประเมินโครงการ : ไตรมาสที่")),
    (SisterPage.MYKPI, ("รายละเอียดตัวชี้วัดฯ", "สยป. ตรวจประเมินตัวชี้วัด : ไตรมาสที่")),
    (SisterPage.REPORTPROJECTIT, ("รายงานสรุปจำนวนโครงการด้านเทคโนโลยีดิจิทัลของกรุงเทพมหานคร", "แผนแม่บทไอที")),
)
_SAYING_KEYS = tuple((sister, tuple(match_key(saying) for saying in sayings)) for sister, sayings in _SAYINGS)


def sister_of_address(url: str) -> SisterPage | None:
    """The sister system of the administration to which an address belongs; None for another address. Never raises."""
    try:
        parts = urlsplit(url)
        host, query = (parts.hostname or "").rstrip("."), parse_qs(parts.query)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not f".{host}".endswith(f".{_ADMINISTRATION}"):
        return None
    if query.get("r", [""])[-1].lower() == "site/projectview":
        return SisterPage.PROJECTVIEW
    return next((sister for sister, path in _PATHS if path.fullmatch(parts.path)), None)


def sister_of_text(text: str) -> SisterPage | None:
    """The sister system of a page, by its text.

    Args:
        text: the HTML of a page, or its extracted text.

    Returns:
        None where the text is not enough. A project page can quote a sister's text: call this only for other pages.
    """
    said = match_key(unescape(_TAG.sub("", text[:_SAYS_WITHIN])))
    return next((sister for sister, keys in _SAYING_KEYS if all(key in said for key in keys)), None)
