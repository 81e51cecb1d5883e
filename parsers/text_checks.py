"""Hidden or lost characters, and texts that are not values: found in one scan, reported text by text."""

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from parsers.issue_collector import IssueCollector
from parsers.no_values import LOST, MOJIBAKE, NOT_SHOWN, PROGRAM_TEXT, WITHOUT_TEXT, holds_leftover, no_value
from parsers.page import Page

_NIKHAHIT, _SARA_AM, _SARA_AA = "\u0e4d", "\u0e33", "\u0e32"
_TONE_MARKS = "\u0e47-\u0e4c"
_VOWELS_ABOVE = "\u0e31\u0e34-\u0e37"
_VOWELS_BELOW = "\u0e38\u0e39"
_LEADING_VOWELS = "\u0e40-\u0e44"


class _Check(NamedTuple):
    """One kind of odd character."""

    code: str
    what: str
    pattern: re.Pattern[str]


_DOUBLED_MARKS = _Check(
    "doubled_marks",
    "marks that Thai does not write together",
    re.compile(
        f"[{_TONE_MARKS}][{_TONE_MARKS}{_VOWELS_ABOVE}{_VOWELS_BELOW}]"
        f"|[{_VOWELS_ABOVE}][{_VOWELS_ABOVE}]"
        f"|[{_LEADING_VOWELS}][{_TONE_MARKS}{_VOWELS_ABOVE}{_SARA_AA}{_LEADING_VOWELS}]"
        f"|{_SARA_AM}{_SARA_AA}|\u0e3a"
    ),
)
_CHECKS = (
    _Check("control_characters", "control characters", re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")),
    _Check(
        "bidi_characters",
        "characters that change the direction of text",
        re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"),
    ),
    _Check(
        "hidden_characters",
        "invisible characters",
        re.compile("[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]"),
    ),
    _Check(
        "decomposed_sara_am",
        "sara am written as two characters",
        re.compile("\u0e4d[\u0e48-\u0e4b]?\u0e32|[\u0e48-\u0e4b]\u0e4d\u0e32"),
    ),
    _DOUBLED_MARKS,
)
# Patterns of texts that may not be values, or that look like a missing value.
_VALUE_CHECKS = (
    _Check("replacement_character", "U+FFFD or question marks where characters were lost", LOST),
    _Check("mojibake", "text that was decoded in the wrong encoding", MOJIBAKE),
    _Check("program_text", "text of a program", PROGRAM_TEXT),
    _Check("text_not_shown", "text that is struck out, hidden or marked as not set", NOT_SHOWN),
    _Check("value_without_text", "elements that show something without a text", WITHOUT_TEXT),
    _Check(
        "lookalike_null",
        "a text like the site's own mark for 'not set'",
        re.compile(r"\A\((?:ไม่ได้ตั้ง|not set)\)\Z"),
    ),
)
# For these the characters alone are not a reliable sign.
_QUOTED = frozenset({"program_text", "text_not_shown", "value_without_text"})
_WHOLE = re.compile(r".*", re.DOTALL)
# The patterns are too slow for every page. One table lookup per character of the page's content text (parsers.page)
# shows whether they are needed. Each group is a bit: a character that may come first in an odd pair has it in the high
# byte, one that may come second in the low byte; a character that is odd alone pairs with any other. The content text
# writes a separator inside a text as U+001E with 0 or 1.
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1d\x7f-\x9f"
_ALONE = "\u00ad\u061c\u0e3a\u0e4d\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_ODD_PAIRS = (
    (_TONE_MARKS, _TONE_MARKS + _VOWELS_ABOVE + _VOWELS_BELOW),
    (_VOWELS_ABOVE + _SARA_AM, _VOWELS_ABOVE + _SARA_AA),
    (_LEADING_VOWELS, _TONE_MARKS + _VOWELS_ABOVE + _SARA_AA + _LEADING_VOWELS),
    ("\x1e", "01"),
    (_CONTROLS + _ALONE, "\x00-\uffff"),
    # From here on a text may not be a value: beginnings of a look-alike, a hidden e-mail address, question marks, PHP
    # (its arrays have `=>`), SQLSTATE, and Thai in UTF-8 that was read as windows-1252 or windows-874; templates,
    # characters that were escaped or lost, and the Latin letters of windows-874 that was read as windows-1252.
    # At the beginning of a text, placeholders of a template; anywhere, Thai digits in UTF-8 read as windows-874
    # (only ๐ ๕ ๗ ๘ ๙, which every year has; the others look like quotes, which many texts hold), and text that was
    # decoded in both encodings.
    ("\x1fนรโ", "%_[<\\\u2022\u2014\u20ac\x80-\x9f\u00a0"),
    ("([?<àQเ=", "ไne?%[¸¹Lธ>"),
    ("{$&\\\ufffc\ufffd\u00c0-\u00da\u00df-\u00fb", "\x00-\uffff"),
)
# The groups of marks that Thai does not write together, and those of texts that may not be values.
_OF_MARKS, _OF_VALUES = 0b111, 0b111 << len(_ODD_PAIRS) - 3


def _pair_table() -> npt.NDArray[np.uint16]:
    table = np.zeros(0x10000, np.uint16)
    for bit, (firsts, seconds) in enumerate(_ODD_PAIRS):
        for characters, shift in ((firsts, 8), (seconds, 0)):
            for span in re.findall("(?s:.-.|.)", characters):
                table[ord(span[0]) : ord(span[-1]) + 1] |= 1 << bit + shift
    return table


_PAIRS = _pair_table()
_UTF_16 = np.dtype("<u2")


class Oddness(NamedTuple):
    """The result of one scan of a page: the checks that are needed, and whether some text may not be a value."""

    checks: tuple[_Check, ...]
    may_lack_values: bool


def find_oddness(page: Page, content: bytes) -> Oddness:
    """Scan a page once.

    Args:
        page: the page.
        content: its content text.
    """
    marks = _PAIRS.take(np.frombuffer(content, _UTF_16))
    pairs = (marks[:-1] >> 8) & marks[1:]
    kinds = int(np.bitwise_or.reduce(pairs)) if np.count_nonzero(pairs) else 0
    may_lack_values = bool(kinds & _OF_VALUES) or "php_warnings" in page.flags or _holds_leftover(page)
    checks = _CHECKS if kinds & ~_OF_MARKS else (_DOUBLED_MARKS,) if kinds else ()
    return Oddness(checks + _VALUE_CHECKS if may_lack_values else checks, may_lack_values)


def _holds_leftover(page: Page) -> bool:
    return holds_leftover(page.values) or any(holds_leftover(cells) for grid in page.grids for cells in grid.rows)


def check_text(
    issues: IssueCollector, oddness: Oddness, text: str, field: str | None, label: str, ordinal: int
) -> None:
    """Report the odd characters of one text; the text itself is never changed."""
    lost = no_value(text) if oddness.may_lack_values else None
    for code, what, pattern in oddness.checks:
        found = pattern.search(text)
        if found is None and code == lost:
            found = _WHOLE.match(text)
        if found is not None:
            said = " ".join(f"U+{ord(character):04X}" for character in found[0][:4])
            if code in _QUOTED:
                said = f"{found[0]!r:.120}"
            message = f"{label[:100]!r} holds {what}: {said} at character {found.start() + 1}"
            issues.add(code, message, field=field, label=label, ordinal=ordinal, raw=text)
