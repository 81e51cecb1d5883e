"""The answers of a source to a check."""

from dataclasses import dataclass, field

from parsers.listing_page import Listing
from parsers.page import Page, PageKind
from pipeline.fetch.client import Reply
from pipeline.fetch.transport import Certificate


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: what was asked for, the last reply (after redirects), and the page; None without a page."""

    url: str
    project_id: str | None
    reply: Reply
    page: Page | None
    listing: Listing | None = None


@dataclass(slots=True)
class Answers:
    """All requests and answers; heard holds every reply, including redirects.

    browser is the answer to a browser; where a browser gets a page that we do not get, confirmed is our second answer,
    since a site may have failed once. is_guess says that no project was named, so that KNOWN_PROJECT was asked for.
    ended says why the asking ended early, is_planned that it was by our own settings; it is None where everything was
    asked, or the ten requests were spent.
    """

    listings: list[Answer] = field(default_factory=list)
    pages: list[Answer] = field(default_factory=list)
    is_guess: bool = False
    again: Answer | None = None
    browser: Answer | None = None
    confirmed: Answer | None = None
    certificate: Certificate | None = None
    heard: list[Reply] = field(default_factory=list)
    robots: Reply | None = None
    is_robots_read: bool = False
    allows_listing: bool = True
    allows_pages: bool = True
    robots_interval: float = 0.0
    interval: float = 0.0
    ended: str | None = None
    is_planned: bool = False

    @property
    def compared(self) -> Answer | None:
        """The answer to compare with a browser's: the first page, or the listing where that page is a failed guess."""
        is_telling = bool(self.pages) and (not self.is_guess or is_project(self.pages[0]))
        return next(iter((*self.pages, *self.listings) if is_telling else (*self.listings, *self.pages)), None)

    @property
    def is_shown_to_browsers(self) -> bool:
        """Whether a browser gets a page that we do not get, at a second request either."""
        return is_shown(self.browser) and not is_shown(self.compared) and not is_shown(self.confirmed)


def is_shown(answer: Answer | None) -> bool:
    """Whether this is a page of the application: a project or the listing."""
    return answer is not None and answer.page is not None and answer.page.kind in (PageKind.PROJECT, PageKind.LISTING)


def is_project(answer: Answer) -> bool:
    return answer.page is not None and answer.page.kind is PageKind.PROJECT
