"""Characters that hide something or were lost: found in one scan of the page, reported row by row."""

import re

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
_CHECKS = (
    ("replacement_character", re.compile("\ufffd"), "a character was lost (U+FFFD)"),
    ("control_characters", _CONTROL, "control characters"),
    ("bidi_characters", _BIDI, "characters that change the direction of text"),
    ("hidden_characters", _HIDDEN, "characters that show nothing"),
    ("decomposed_sara_am", _DECOMPOSED, "sara am written as two characters"),
    ("doubled_marks", _DOUBLED, "marks that Thai does not write together"),
)
_LOOKALIKES = frozenset({"(ไม่ได้ตั้ง)", "(not set)"})

# The scan works on the UTF-8 of the whole page, since searching bytes is many times faster than a pattern over text:
# every third byte of a Thai character is folded to its class, so that each impossible pair is one plain search.
_THAI_CLASSES = bytes.maketrans(
    bytes([0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0xB1, 0xB4, 0xB5, 0xB6, 0xB7, 0x80, 0x81, 0x82, 0x83, 0x84]),
    b"TTTTTTVVVVVLLLLL",
)
_SUSPICIOUS_PAIRS = (
    b"\xe0\xb9T\xe0\xb9T",
    b"\xe0\xb9T\xe0\xb8V",
    b"\xe0\xb8V\xe0\xb8V",
    b"\xe0\xb9L\xe0\xb8V",
    b"\xe0\xb9L\xe0\xb9T",
    b"\xe0\xb9T\xe0\xb8\xb8",
    b"\xe0\xb9T\xe0\xb8\xb9",
)
# Lead bytes of the characters above that are not Thai, JSON's escape of control characters, DEL, nikhahit,
# sara am before sara aa, phinthu.
_SUSPICIOUS_BYTES = (
    b"\xc2",
    b"\xd8",
    b"\xe1",
    b"\xe2",
    b"\xef",
    b"\\u00",
    b"\\b",
    b"\\f",
    b"\x7f",
    b"\xe0\xb9\x8d",
    b"\xe0\xb8\xb3\xe0\xb8\xb2",
    b"\xe0\xb8\xba",
    "(ไม่ได้ตั้ง)".encode(),
    b"(not set)",
)


def is_suspicious(content: bytes) -> bool:
    """Tell whether a page may hold any character worth a finding; content is its JSON text in UTF-8."""
    if any(part in content for part in _SUSPICIOUS_BYTES):
        return True
    classes = content.translate(_THAI_CLASSES)
    return any(pair in classes for pair in _SUSPICIOUS_PAIRS)


def check_text(findings: Findings, text: str, field: str | None, label: str, ordinal: int) -> None:
    """Report what is odd about the characters of one text; the text itself is never changed."""
    for code, pattern, what in _CHECKS:
        found = pattern.search(text)
        if found is not None:
            points = " ".join(f"U+{ord(character):04X}" for character in found[0])
            message = f"{label[:100]!r} holds {what}: {points} at character {found.start() + 1}"
            findings.add(code, message, field=field, label=label, ordinal=ordinal, raw=text)
    if text in _LOOKALIKES:
        message = f"{label[:100]!r} holds the text {text}, which is not the site's own mark for 'not set'"
        findings.add("lookalike_null", message, field=field, label=label, ordinal=ordinal, raw=text)
