"""Two answers to one request: a page read twice, and the same page for a browser."""

from dataclasses import dataclass
from itertools import zip_longest

from parsers.encoding import decode_page
from parsers.page import Page, content_sha256
from pipeline.build.contacts.mask import mask_contact
from pipeline.fetch.outcome import masked_sha256
from pipeline.run.check.answers import Answer, Answers

_MOST_NAMED = 6
_BEFORE, _SHOWN, _LONGEST_LINE = 20, 60, 10_000


@dataclass(frozen=True, slots=True)
class SecondReading:
    """Two readings of one page: whether the content is the same, or everything except the token, and which rows differ.

    beside is the first line that differs outside the token and the rows: its number, and the two texts.
    """

    is_same_content: bool
    is_same_but_token: bool
    is_same_bytes: bool
    differs: tuple[str, ...]
    beside: str | None


def compare_browser(answers: Answers) -> tuple[str | None, bool]:
    """How the answer to a browser differs from ours, and whether it got a page that we did not get."""
    browser, ours = answers.browser, answers.compared
    if browser is None or ours is None:
        return None, False
    said = f"{_said(ours)}, a browser {_said(browser)}"
    got, had = _kind(browser), _kind(ours)
    if (browser.reply.status, got) == (ours.reply.status, had):
        rows = _differences(ours.page, browser.page) if ours.page is not None and browser.page is not None else []
        return (f"a browser gets other rows: {', '.join(rows[:_MOST_NAMED])}" if rows else ""), False
    once_more = f"; at a second request we get {_said(answers.confirmed)}" if answers.confirmed is not None else ""
    return f"we get {said}{once_more}", answers.is_shown_to_browsers


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
    is_same_but_token = masks[0] == masks[1]
    return SecondReading(
        content_sha256(first.page) == content_sha256(again.page),
        is_same_but_token,
        first.reply.body == again.reply.body,
        tuple(_differences(first.page, again.page)),
        None if is_same_but_token else _first_difference(first, again),
    )


def _first_difference(first: Answer, again: Answer) -> str | None:
    """The first line that differs and holds no CSRF token, from shortly before the difference, contacts masked."""
    texts = [decode_page(one.reply.body, one.reply.header("content-type")).text for one in (first, again)]
    for number, lines in enumerate(zip_longest(*(text.splitlines() for text in texts), fillvalue=""), 1):
        if lines[0] == lines[1] or all("csrf" in line for line in lines):
            continue
        if max(map(len, lines)) > _LONGEST_LINE:
            return f"line {number}, which is too long to be shown"
        masked = [mask_contact(line) for line in lines]
        same = next((place for place, pair in enumerate(zip(*masked, strict=False)) if len(set(pair)) > 1), 0)
        begin = max(0, same - _BEFORE)
        shown = [line[begin : begin + _SHOWN].strip() for line in masked]
        return f"line {number}: {shown[0]!r}, then {shown[1]!r}"
    return None


def _differences(first: Page, again: Page) -> list[str]:
    """The labels and tables in which two pages differ; of the page's texts only labels are named."""
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
