"""Characters that hide something or were lost: found in one scan of the page, reported text by text."""

import re
from collections.abc import Sequence
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
_LOOKALIKES = frozenset({"(ไม่ได้ตั้ง)", "(not set)"})

# The patterns are too slow for every text of every page. One table lookup per character tells which texts are worth
# them: a class for the characters that are odd in pairs, _ODD for those that are odd alone.
_TONE, _ABOVE, _BELOW, _LEADING, _AM, _AA, _ODD = range(1, 8)


def _classes() -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    classes = np.zeros(0x10000, np.uint8)
    for kind, ranges in (
        (_TONE, [(0x0E47, 0x0E4C)]),
        (_ABOVE, [(0x0E31, 0x0E31), (0x0E34, 0x0E37)]),
        (_BELOW, [(0x0E38, 0x0E39)]),
        (_LEADING, [(0x0E40, 0x0E44)]),
        (_AM, [(0x0E33, 0x0E33)]),
        (_AA, [(0x0E32, 0x0E32)]),
        (_ODD, [(0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C)]),
        (_ODD, [(0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x2069)]),
        (_ODD, [(0xFEFF, 0xFEFF), (0xFFFD, 0xFFFD), (0x0E3A, 0x0E3A), (0x0E4D, 0x0E4D)]),
    ):
        for first, last in ranges:
            classes[first : last + 1] = kind
    return classes


def _odd_pairs() -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    pairs = np.zeros((8, 8), np.bool_)
    pairs[_TONE, [_TONE, _ABOVE, _BELOW]] = True
    pairs[_ABOVE, _ABOVE] = True
    pairs[_LEADING, [_TONE, _ABOVE]] = True
    pairs[_AM, _AA] = True
    pairs[_ODD, :] = True
    return pairs.reshape(64)


_CLASSES = _classes()
_ODD_PAIRS = _odd_pairs()


def odd_texts(texts: Sequence[str]) -> list[int]:
    """Indexes of the texts that may hold something odd: one scan over all of them, linear in their length."""
    # A line end after each text keeps its last character from making a pair with the next text.
    codes = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    classes = _CLASSES.take(codes, mode="clip")
    places = np.flatnonzero(_ODD_PAIRS.take(classes[:-1] * 8 + classes[1:]))
    found = {index for index, text in enumerate(texts) if text in _LOOKALIKES}
    if places.size:
        ends = np.cumsum([len(text) + 1 for text in texts])
        found.update(np.searchsorted(ends, places, side="right").tolist())
    return sorted(found)


def check_text(findings: Findings, text: str, field: str | None, label: str, ordinal: int) -> None:
    """Report what is odd about the characters of one text; the text itself is never changed."""
    for code, what, pattern in _CHECKS:
        found = pattern.search(text)
        if found is not None:
            points = " ".join(f"U+{ord(character):04X}" for character in found[0][:4])
            message = f"{label[:100]!r} holds {what}: {points} at character {found.start() + 1}"
            findings.add(code, message, field=field, label=label, ordinal=ordinal, raw=text)
