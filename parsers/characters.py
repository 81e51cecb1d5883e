"""Characters that hide something or were lost: found in one scan of the page, reported row by row."""

import re
from typing import NamedTuple

from parsers.findings import Findings

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HIDDEN = re.compile("[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DECOMPOSED = re.compile("\u0e4d[\u0e48-\u0e4b]?\u0e32|[\u0e48-\u0e4b]\u0e4d\u0e32")
# Two tone marks, two vowels over one consonant, a tone mark under its vowel, a leading vowel with another over it,
# sara am with a second sara aa: Thai writes none of these.
_DOUBLED = re.compile(
    "[\u0e47-\u0e4c][\u0e31\u0e34-\u0e39\u0e47-\u0e4c]"
    "|[\u0e31\u0e34-\u0e37][\u0e31\u0e34-\u0e37]"
    "|[\u0e40-\u0e44][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]"
    "|\u0e33\u0e32|\u0e3a"
)


class Check(NamedTuple):
    """One kind of odd character.

    signs are byte strings one of which stands in the UTF-8 of every text the pattern matches; pairs likewise, after
    _THAI_CLASSES. Searching bytes is many times faster than a pattern over text, so a page is asked for these first.
    """

    code: str
    pattern: re.Pattern[str]
    what: str
    signs: tuple[bytes, ...]
    pairs: tuple[bytes, ...] = ()


# Every third byte of a Thai character is folded to its class, so that an impossible pair is one plain search:
# T tone marks, V vowels above, L leading vowels.
_THAI_CLASSES = bytes.maketrans(
    bytes([0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0xB1, 0xB4, 0xB5, 0xB6, 0xB7, 0x80, 0x81, 0x82, 0x83, 0x84]),
    b"TTTTTTVVVVVLLLLL",
)
_CHECKS = (
    Check("replacement_character", re.compile("\ufffd"), "a character was lost (U+FFFD)", (b"\xef\xbf\xbd",)),
    # JSON writes C0 control characters as \\u00.., \\b and \\f.
    Check("control_characters", _CONTROL, "control characters", (b"\\u00", b"\\b", b"\\f", b"\x7f", b"\xc2")),
    Check(
        "bidi_characters",
        _BIDI,
        "characters that change the direction of text",
        (b"\xd8\x9c", b"\xe2\x80", b"\xe2\x81"),
    ),
    Check(
        "hidden_characters",
        _HIDDEN,
        "characters that show nothing",
        (b"\xc2\xad", b"\xe1\xa0\x8e", b"\xe2\x80", b"\xe2\x81", b"\xef\xbb\xbf"),
    ),
    Check("decomposed_sara_am", _DECOMPOSED, "sara am written as two characters", (b"\xe0\xb9\x8d",)),
    Check(
        "doubled_marks",
        _DOUBLED,
        "marks that Thai does not write together",
        (b"\xe0\xb8\xb3\xe0\xb8\xb2", b"\xe0\xb8\xba"),
        (
            b"\xe0\xb9T\xe0\xb9T",
            b"\xe0\xb9T\xe0\xb8V",
            b"\xe0\xb8V\xe0\xb8V",
            b"\xe0\xb9L\xe0\xb8V",
            b"\xe0\xb9L\xe0\xb9T",
            b"\xe0\xb9T\xe0\xb8\xb8",
            b"\xe0\xb9T\xe0\xb8\xb9",
        ),
    ),
    Check(
        "lookalike_null",
        re.compile(r"\A(?:\(ไม่ได้ตั้ง\)|\(not set\))\Z"),
        "a text like the site's own mark for 'not set'",
        ("(ไม่ได้ตั้ง)".encode(), b"(not set)"),
    ),
)


def suspicions(content: bytes) -> tuple[Check, ...]:
    """The checks a page needs; content is all its texts as JSON in UTF-8. Almost every page needs none."""
    classes = content.translate(_THAI_CLASSES)
    return tuple(
        [
            check
            for check in _CHECKS
            if any(sign in content for sign in check.signs) or any(pair in classes for pair in check.pairs)
        ]
    )


def check_text(
    findings: Findings, checks: tuple[Check, ...], text: str, field: str | None, label: str, ordinal: int
) -> None:
    """Report what is odd about the characters of one text; the text itself is never changed."""
    for code, pattern, what, *_ in checks:
        found = pattern.search(text)
        if found is not None:
            points = " ".join(f"U+{ord(character):04X}" for character in found[0][:4])
            message = f"{label[:100]!r} holds {what}: {points} at character {found.start() + 1}"
            findings.add(code, message, field=field, label=label, ordinal=ordinal, raw=text)
