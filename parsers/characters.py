"""Characters that hide something or were lost: found in one scan of the page, reported text by text."""

import re
from typing import NamedTuple

import numpy as np

from parsers.findings import Findings

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
# The patterns are too slow for every page. One table lookup per character of the page's content text tells whether it
# is worth them: a class for the characters that are odd in pairs, _ODD for those that are odd alone. JSON writes a
# control character as a backslash with u, b or f; `(ไ` and `(n` begin the look-alikes of "not set".
_TONE, _ABOVE, _BELOW, _LEADING, _AM, _AA, _BACKSLASH, _ESCAPE, _PAREN, _AI, _N, _ODD = range(1, 13)
_CLASS_RANGES = (
    (_TONE, 0x0E47, 0x0E4C),
    (_ABOVE, 0x0E31, 0x0E31),
    (_ABOVE, 0x0E34, 0x0E37),
    (_BELOW, 0x0E38, 0x0E39),
    (_LEADING, 0x0E40, 0x0E43),
    (_AI, 0x0E44, 0x0E44),
    (_PAREN, 0x28, 0x28),
    (_N, 0x6E, 0x6E),
    (_AM, 0x0E33, 0x0E33),
    (_AA, 0x0E32, 0x0E32),
    (_BACKSLASH, 0x5C, 0x5C),
    (_ESCAPE, 0x75, 0x75),
    (_ESCAPE, 0x62, 0x62),
    (_ESCAPE, 0x66, 0x66),
    (_ODD, 0x7F, 0x9F),
    (_ODD, 0xAD, 0xAD),
    (_ODD, 0x0E3A, 0x0E3A),
    (_ODD, 0x0E4D, 0x0E4D),
    (_ODD, 0x061C, 0x061C),
    (_ODD, 0x180E, 0x180E),
    (_ODD, 0x200B, 0x200F),
    (_ODD, 0x202A, 0x202E),
    (_ODD, 0x2060, 0x2064),
    (_ODD, 0x2066, 0x2069),
    (_ODD, 0xFEFF, 0xFEFF),
    (_ODD, 0xFFFD, 0xFFFD),
)
_ODD_PAIRS = (
    (_TONE, _TONE),
    (_TONE, _ABOVE),
    (_TONE, _BELOW),
    (_ABOVE, _ABOVE),
    (_LEADING, _TONE),
    (_LEADING, _ABOVE),
    (_AI, _TONE),
    (_AI, _ABOVE),
    (_AM, _AA),
    (_BACKSLASH, _ESCAPE),
    (_PAREN, _AI),
    (_PAREN, _N),
    *((_ODD, other) for other in range(13)),
)
_CLASSES = np.zeros(0x10000, np.uint8)
for _kind, _first, _last in _CLASS_RANGES:
    _CLASSES[_first : _last + 1] = _kind
_IS_ODD = np.zeros(256, np.bool_)
for _one, _other in _ODD_PAIRS:
    _IS_ODD[_one * 16 + _other] = True


def has_odd_characters(content: str) -> bool:
    """Tell whether a page may hold anything worth the patterns; content is its JSON text, scanned once."""
    classes = _CLASSES.take(np.frombuffer(content.encode("utf-16-le", "surrogatepass"), np.uint16))
    return bool(_IS_ODD.take(classes[:-1] * 16 + classes[1:]).any())


def check_text(findings: Findings, text: str, field: str | None, label: str, ordinal: int) -> None:
    """Report what is odd about the characters of one text; the text itself is never changed."""
    for code, what, pattern in _CHECKS:
        found = pattern.search(text)
        if found is not None:
            points = " ".join(f"U+{ord(character):04X}" for character in found[0][:4])
            message = f"{label[:100]!r} holds {what}: {points} at character {found.start() + 1}"
            findings.add(code, message, field=field, label=label, ordinal=ordinal, raw=text)
