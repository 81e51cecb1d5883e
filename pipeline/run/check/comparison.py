"""Two answers to one question: a page read twice, and a browser answered beside us."""

from dataclasses import dataclass
from itertools import zip_longest

from parsers.page import Page, content_sha256
from pipeline.fetch.outcome import masked_sha256
from pipeline.run.check.asking import Answer, Answers

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class SecondReading:
    """Two readings of one page: is what it says the same, is all but the token, and which rows differ."""

    is_same_content: bool
    is_same_but_token: bool
    is_same_bytes: bool
    differs: tuple[str, ...]


def compare_browser(answers: Answers) -> tuple[str | None, bool]:
    """How a browser is answered otherwise than we are, and whether it got the page that we did not get."""
    browser, ours = answers.browser, answers.compared
    if browser is None or ours is None:
        return None, False
    said = f"{_said(ours)}, a browser {_said(browser)}"
    got, had = _kind(browser), _kind(ours)
    if (browser.reply.status, got) == (ours.reply.status, had):
        rows = _differences(ours.page, browser.page) if ours.page is not None and browser.page is not None else []
        return (f"a browser reads otherwise: {', '.join(rows[:_MOST_NAMED])}" if rows else ""), False
    return f"we get {said}", got in ("project", "listing") and had not in ("project", "listing")


def _said(answer: Answer) -> str:
    return f"{_kind(answer)} (HTTP {answer.reply.status})" if answer.reply.status is not None else "no answer"


def _kind(answer: Answer) -> str:
    return answer.page.kind.value if answer.page is not None else "none"


def compare_readings(answers: Answers) -> SecondReading | None:
    first, again = next(iter(answers.pages), None), answers.again
    if first is None or again is None or first.page is None or again.page is None:
        return None
    masks = [
        masked_sha256(answer.reply.body, answer.reply.status, answer.reply.header("content-type"))
        for answer in (first, again)
    ]
    return SecondReading(
        content_sha256(first.page) == content_sha256(again.page),
        masks[0] == masks[1],
        first.reply.body == again.reply.body,
        tuple(_differences(first.page, again.page)),
    )


def _differences(first: Page, again: Page) -> list[str]:
    """The labels and tables in which two pages differ; none is one of the page's texts but for its labels."""
    found = []
    if first.kind is not again.kind:
        found.append(f"kind {first.kind.value}, then {again.kind.value}")
    if (first.title_id, first.headline) != (again.title_id, again.headline):
        found.append("heading")
    for before, after in zip_longest(first.rows, again.rows):
        if before != after:
            found.append((before or after).label[:60])
    for place, (before_grid, after_grid) in enumerate(zip_longest(first.grids, again.grids), 1):
        if before_grid != after_grid:
            found.append(f"table {place}")
    return found
