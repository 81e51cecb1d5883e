"""Characters that hide something or were lost: found in one scan of the page, reported text by text."""

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from parsers.issue_collector import IssueCollector

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


_CHECKS = (
    _Check("replacement_character", "a character was lost (U+FFFD)", re.compile("\ufffd")),
    _Check("control_characters", "control characters", re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")),
    _Check(
        "bidi_characters",
        "characters that change the direction of text",
        re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"),
    ),
    _Check(
        "hidden_characters",
        "characters that show nothing",
        re.compile("[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]"),
    ),
    _Check(
        "decomposed_sara_am",
        "sara am written as two characters",
        re.compile("\u0e4d[\u0e48-\u0e4b]?\u0e32|[\u0e48-\u0e4b]\u0e4d\u0e32"),
    ),
    _Check(
        "doubled_marks",
        "marks that Thai does not write together",
        re.compile(
            f"[{_TONE_MARKS}][{_TONE_MARKS}{_VOWELS_ABOVE}{_VOWELS_BELOW}]"
            f"|[{_VOWELS_ABOVE}][{_VOWELS_ABOVE}]"
            f"|[{_LEADING_VOWELS}][{_TONE_MARKS}{_VOWELS_ABOVE}]"
            f"|{_SARA_AM}{_SARA_AA}|\u0e3a"
        ),
    ),
    _Check(
        "lookalike_null",
        "a text like the site's own mark for 'not set'",
        re.compile(r"\A\((?:ไม่ได้ตั้ง|not set)\)\Z"),
    ),
)
# The patterns are too slow for every page. One table lookup per character of the page's content text (parsers.page)
# tells whether it is worth them. Each group is a bit: a character that may come first in an odd pair has it in the high
# byte, one that may come second in the low byte; what is odd alone comes before anything. The content text writes a
# separator inside a text as U+001E with 0 or 1; `(ไ` and `(n` begin the look-alikes of "not set".
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1d\x7f-\x9f"
_ALONE = "\u00ad\u061c\u0e3a\u0e4d\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffd"
_ODD_PAIRS = (
    (_TONE_MARKS, _TONE_MARKS + _VOWELS_ABOVE + _VOWELS_BELOW),
    (_VOWELS_ABOVE, _VOWELS_ABOVE),
    (_LEADING_VOWELS, _TONE_MARKS + _VOWELS_ABOVE),
    (_SARA_AM, _SARA_AA),
    ("\x1e", "01"),
    ("(", "ไn"),
    (_CONTROLS + _ALONE, "\x00-\uffff"),
)


def _pair_table() -> npt.NDArray[np.uint16]:
    table = np.zeros(0x10000, np.uint16)
    for bit, (firsts, seconds) in enumerate(_ODD_PAIRS):
        for characters, shift in ((firsts, 8), (seconds, 0)):
            for span in re.findall("(?s:.-.|.)", characters):
                table[ord(span[0]) : ord(span[-1]) + 1] |= 1 << bit + shift
    return table


_PAIRS = _pair_table()
_UTF_16 = np.dtype("<u2")


def has_odd_characters(content: bytes) -> bool:
    """Tell whether a page may hold anything worth the patterns; content is its content text, scanned once."""
    marks = _PAIRS.take(np.frombuffer(content, _UTF_16))
    return bool(np.count_nonzero((marks[:-1] >> 8) & marks[1:]))


def check_text(issues: IssueCollector, text: str, field: str | None, label: str, ordinal: int) -> None:
    """Report what is odd about the characters of one text; the text itself is never changed."""
    for code, what, pattern in _CHECKS:
        found = pattern.search(text)
        if found is not None:
            points = " ".join(f"U+{ord(character):04X}" for character in found[0][:4])
            message = f"{label[:100]!r} holds {what}: {points} at character {found.start() + 1}"
            issues.add(code, message, field=field, label=label, ordinal=ordinal, raw=text)
