"""A site of three projects that is checked, and the ways to change its pages.

All data but that of the real page are invented.
"""

import math
import unicodedata
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pipeline.core.settings import FetchSettings, Settings
from pipeline.run.check.report import CheckReport, report_lines
from pipeline.run.check.source import check_source
from tests.fetch.misbehaving import PATIENCE, Behaviour, Handler, MisbehavingSite, page
from tests.parsers.projects import PLAIN

A, B, C = "50490000-0001", "50490000-0002", "50490000-0003"


LOGIN_FORM = b"<html><body><form id='login-form'><input type='password'></form></body></html>"


Set = Callable[[MisbehavingSite], None]


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


def robots(text: str, *, status: int = 200) -> Set:
    def change(site: MisbehavingSite) -> None:
        site.paths["/robots.txt"] = page(text.encode(), status=status)

    return change
