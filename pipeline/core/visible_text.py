"""Shows text from pages exactly: characters that show nothing, or change what is shown, become visible marks."""

import unicodedata
from typing import NamedTuple
from urllib.parse import urlsplit

# Printable by the letter of Unicode, yet blank on every screen.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffd")
_ARROWS = {"\n": "⏎", "\t": "⇥", "\r": "␍"}


class Piece(NamedTuple):
    """A stretch of text, or the mark that stands for one character, with the character's name."""

    text: str
    name: str | None = None


def pieces(text: str) -> list[Piece]:
    """Split text into what can be shown as it stands and marks such as U+200B for what cannot.

    Spaces at either end are marked too. Line breaks become a mark followed by the break itself.
    """
    found: list[Piece] = []
    plain: list[str] = []
    last = len(text) - 1
    for position, char in enumerate(text):
        if is_plain(char) and not (char == " " and position in (0, last)):
            plain.append(char)
            continue
        if plain:
            found.append(Piece("".join(plain)))
            plain.clear()
        found.append(Piece(_mark(char), unicodedata.name(char, f"U+{ord(char):04X}")))
        if char == "\n":
            plain.append("\n")
    if plain:
        found.append(Piece("".join(plain)))
    return found


def is_plain(char: str) -> bool:
    """Whether a character can be shown as it stands."""
    return char.isprintable() and char not in _BLANK and not "\ufe00" <= char <= "\ufe0f"


def visible(text: str) -> str:
    """The same as plain text, for terminals and mail: marks stand in angle brackets, line breaks are marks alone."""
    return "".join(piece.text.replace("\n", " ") if piece.name is None else f"⟨{piece.text}⟩" for piece in pieces(text))


def web_address(url: object) -> str | None:
    """The address where it can be a link: http or https with a host, and nothing that is not printable."""
    if not isinstance(url, str) or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def _mark(char: str) -> str:
    if char == " ":
        return "␣"
    return _ARROWS.get(char) or f"U+{ord(char):04X}"
