"""Masks the contacts in what agencies typed: telephone numbers and extensions, e-mail addresses, ids of messengers.

In a field made for contacts every number is a contact unless the text says that it is something else. In other text a
number is one after a telephone word, or where it is a whole Thai number. One that begins with 0 or +66 keeps three
digits (`06 5xx xxxx`), an extension none (`#xxxx`). Digits of every script count.

A text is read in passes: parts that a pass has found, or has recognized as no contact, are hidden from later passes.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator

from pipeline.build.contacts.addresses import (
    EMAIL,
    EMAIL_IN_WORDS,
    HANDLE,
    LINE,
    LINE_SAYS_SO,
    MESSENGER_ADDRESS,
    NETWORK_ADDRESS,
    NETWORK_ID,
)
from pipeline.build.contacts.contact_words import (
    BEHIND_CONTACT_WORD,
    BEHIND_NAME,
    BEHIND_TELEPHONE_WORD,
    TELEPHONE_WORD,
    behind_a_name,
    behind_a_word,
    behind_a_word_in_text,
)
from pipeline.build.contacts.no_contacts import NO_CONTACT_ALONE, NO_CONTACT_EVER, SHORT_GROUPED
from pipeline.build.contacts.number_chains import ANY_NUMBER, Group, groups_of
from pipeline.build.contacts.telephone_numbers import contacts_alone, thai_numbers

# The fields made for contacts.
CONTACT_FIELDS = ("responsible", "evaluator")

# Digits of every script, and the full-width forms of ASCII: `０８１`, `＠`, `Ｔｅｌ`.
_PLAIN = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    0xFE6B: "@",
    **{code: str(unicodedata.digit(chr(code))) for code in range(0x80, 0x20000) if chr(code).isdecimal()},
}
# Replaces each character that is known already; it occurs in no pattern.
_SEEN = "\ue000"
# Every address has one of these: one scan saves most texts a scan per kind. The field of contacts has more id words.
_SIGNS_OF_ADDRESS = re.compile(r"@|at|lin|ไลน|\.me/|%40|64;|[(\[]a[)\]]|แอ[ทดต]", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Za-z@]|ไลน")
# The letter that people type for a zero: O81-234-5678, 08O-234-5678.
_ZERO = re.compile(r"(?<![A-Za-z])[Oo](?=[\s-]?\d)|(?<=\d)[Oo](?=-?\d)")


class _Reader:
    """One text; each pass sees only the parts that earlier passes have not recognized."""

    __slots__ = ("_marks", "_text", "seen")

    def __init__(self, text: str) -> None:
        self._text = text
        self._marks: list[tuple[int, int, str]] = []
        seen = text.translate(_PLAIN)
        self.seen = _ZERO.sub("0", seen) if "o" in seen or "O" in seen else seen

    def masked(self) -> str:
        """The text, every contact that was found replaced."""
        parts, end = [], 0
        for start, stop, mask in sorted(self._marks):
            parts += [self._text[end:start], mask]
            end = stop
        return "".join([*parts, self._text[end:]])

    def leave(self, pattern: re.Pattern[str]) -> None:
        """Mark the matches of a pattern as no contact."""
        self.seen = pattern.sub(lambda found: _SEEN * len(found[0]), self.seen)

    def mask(self, pattern: re.Pattern[str], mask: str) -> None:
        """Replace each match of a pattern as a whole."""
        self._replace([(*found.span("contact"), mask) for found in pattern.finditer(self.seen)])

    def mask_numbers(self, pattern: re.Pattern[str], contacts: Callable[[str, list[Group]], Iterator[Group]]) -> None:
        """Replace the numbers that are contacts in the chains that were found."""
        chains = [list(groups_of(self.seen, *match.span("chain"))) for match in pattern.finditer(self.seen)]
        found = [group for groups in chains for group in contacts(self.seen, groups)]
        self._replace([(group.start, group.end, self._mask_of(group)) for group in found])

    def _mask_of(self, group: Group) -> str:
        is_whole = self.seen[group.start] == "0" or self.seen[group.start - 1 : group.start] == "+"
        # Two extensions joined by a dash would show three of their four digits.
        if group.n_digits < 7 or not is_whole or (len(group.runs) > 1 and len(group.runs[0]) > 3):
            return "xxxx"
        third = [place for place in range(group.start, group.end) if self.seen[place].isdecimal()][2]
        return self._text[group.start : third + 1] + "xx xxxx"

    def _replace(self, marks: list[tuple[int, int, str]]) -> None:
        parts, behind = [], 0
        for start, end, _ in marks:
            parts += [self.seen[behind:start], _SEEN * (end - start)]
            behind = end
        self.seen = "".join([*parts, self.seen[behind:]])
        self._marks += marks


# The same people and offices are on many pages.
@functools.lru_cache(maxsize=50_000)
def mask_contact(text: str) -> str:
    """Mask every contact in a text of a field made for contacts; names, years, dates, money and project codes stay."""
    reader = _Reader(text)
    if _LETTERS.search(reader.seen):
        for pattern in (EMAIL, EMAIL_IN_WORDS):
            reader.mask(pattern, "xxxx@xxxx")
        for pattern in (MESSENGER_ADDRESS, NETWORK_ADDRESS, LINE_SAYS_SO, LINE, NETWORK_ID, HANDLE):
            reader.mask(pattern, "xxxx")
    reader.leave(NO_CONTACT_EVER)
    reader.mask_numbers(BEHIND_CONTACT_WORD, behind_a_word)
    reader.leave(NO_CONTACT_ALONE)
    reader.mask(SHORT_GROUPED, "xxxx")
    reader.mask_numbers(BEHIND_NAME, behind_a_name)
    reader.mask_numbers(ANY_NUMBER, contacts_alone)
    return reader.masked()


def mask_text(text: str) -> str:
    """Mask in other text the numbers after a telephone word, whole Thai numbers, e-mail addresses and LINE ids."""
    reader = _Reader(text)
    if _SIGNS_OF_ADDRESS.search(reader.seen):
        reader.mask(EMAIL, "xxxx@xxxx")
        reader.mask(MESSENGER_ADDRESS, "xxxx")
        reader.mask(LINE_SAYS_SO, "xxxx")
    reader.leave(NO_CONTACT_EVER)
    reader.leave(SHORT_GROUPED)
    has_word = TELEPHONE_WORD.search(reader.seen) is not None
    if has_word:
        reader.mask_numbers(BEHIND_TELEPHONE_WORD, behind_a_word_in_text)
    reader.leave(NO_CONTACT_ALONE)
    if has_word:
        reader.mask_numbers(BEHIND_NAME, behind_a_name)
    reader.mask_numbers(ANY_NUMBER, thai_numbers)
    return reader.masked()
