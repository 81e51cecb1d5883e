"""Text that may come from a page, made safe to show: on one line of a terminal, or exact with visible marks."""

import shlex
import sys
import unicodedata
from typing import NamedTuple
from urllib.parse import urlsplit

# Printable by the rules of Unicode, but blank on every screen.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffd")
_ARROWS = {"\n": "⏎", "\t": "⇥", "\r": "␍"}


class Span(NamedTuple):
    """A stretch of text, or the mark in place of one character, with the character's name."""

    text: str
    name: str | None = None


def printable(text: str) -> str:
    """Text that may come from a page, made safe for one line of a terminal or log.

    Every kind of white space becomes a space, invisible format characters are removed, other controls show as U+FFFD.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _stand_in(character) for character in text)


def tell(text: str) -> None:
    """Print one line on standard output, which is for the answer of a command."""
    sys.stdout.write(printable(text) + "\n")


def complain(text: str) -> None:
    """Print one line of trouble on standard error, with the name of the program before it."""
    sys.stderr.write(f"bma-projects: {printable(text)}\n")


def counted(number: float, one: str, several: str | None = None) -> str:
    """A number with the word for what it counts, singular or plural: "1 page", "2,000 pages"."""
    shown = f"{number:,}" if isinstance(number, int) else f"{number:,g}"
    return f"{shown} {one if number == 1 else several or f'{one}s'}"


def spans(text: str) -> list[Span]:
    """Split text into parts that can be shown as they are and marks such as U+200B for characters that cannot.

    Spaces at either end are marked too. Line breaks become a mark followed by the break itself.
    """
    found: list[Span] = []
    plain: list[str] = []
    last = len(text) - 1
    for position, char in enumerate(text):
        if is_plain(char) and not (char == " " and position in (0, last)):
            plain.append(char)
            continue
        if plain:
            found.append(Span("".join(plain)))
            plain.clear()
        found.append(Span(_mark(char), unicodedata.name(char, f"U+{ord(char):04X}")))
        if char == "\n":
            plain.append("\n")
    if plain:
        found.append(Span("".join(plain)))
    return found


def is_plain(char: str) -> bool:
    """Whether a character can be shown as it is."""
    return char.isprintable() and char not in _BLANK and not "\ufe00" <= char <= "\ufe0f"


def show_invisible(text: str) -> str:
    """The same as plain text, for terminals and mail: marks are in angle brackets, line breaks become marks."""
    return "".join(span.text.replace("\n", " ") if span.name is None else f"⟨{span.text}⟩" for span in spans(text))


def web_address(url: object) -> str | None:
    """The address where it can be a link: http or https with a host, and nothing that is not printable."""
    if not isinstance(url, str) or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def show_command(project_id: str, source_id: str, version_no: int | None = None) -> str:
    """The command that shows the archived page; it is safe for any code that a page claims to have."""
    options = f"--source {shlex.quote(source_id)}{'' if version_no is None else f' --version {version_no}'} --raw"
    if project_id.startswith("-"):
        return f"bma-projects show {options} -- {shlex.quote(project_id)}"
    return f"bma-projects show {shlex.quote(project_id)} {options}"


def explore_command(project_id: str) -> str:
    """The command that opens the explorer page at a project."""
    return f"bma-projects explore {'-- ' if project_id.startswith('-') else ''}{shlex.quote(project_id)}"


def _stand_in(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) == "Cf" else "\N{REPLACEMENT CHARACTER}"


def _mark(char: str) -> str:
    if char == " ":
        return "␣"
    return _ARROWS.get(char) or f"U+{ord(char):04X}"
