"""Chains: runs of digits with the signs between them, and the numbers that they form."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from parsers.labels import INVISIBLE
from pipeline.build.contacts.no_contacts import is_year

AROUND = rf"\s.()\[\]_*~|/\\\xb7\x85\u2022\u2010-\u2015\u2212\ufe58\ufe63\uff0d{INVISIBLE}\-"
# The signs that join the groups of one number, and those that separate two numbers, or a number from its extension.
_NEXT = r"(?:[,;&+#:]|หรือ|และ|กับ|ถึง|(?:เบอร์|สาย)?ต่อ(?:เบอร์|สาย|ภายใน)?|กด|ภายใน|สายใน|ext(?:ension)?|extn|x|or|and|to)"
CHAIN = rf"(?P<chain>\d++(?:[{AROUND}]{{0,5}}(?:{_NEXT}[{AROUND}]{{0,5}}){{0,3}}\d++)*+)"

RUN = re.compile(r"\d+")
_SEPARATES = re.compile(_NEXT, re.IGNORECASE)
_SLASH = re.compile(r"[/|\\]")
_LINE_END = re.compile(r"[\r\n]")
# The signs after the last number of a line.
AT_LINE_END = re.compile(r"[^\S\r\n]*[)\]}.]*[^\S\r\n]*(?:[\r\n]|\Z|<br)")
ANY_NUMBER = re.compile(CHAIN, re.IGNORECASE)


class Group(NamedTuple):
    """One number of a chain: where it begins and ends, its runs of digits, and the signs between it and the last."""

    start: int
    end: int
    runs: tuple[str, ...]
    join: str

    @property
    def n_digits(self) -> int:
        """The number of digits in all of its runs."""
        return sum(map(len, self.runs))

    @property
    def is_on_next_line(self) -> bool:
        """Whether the number before it is in a line above."""
        return _LINE_END.search(self.join) is not None

    @property
    def is_long(self) -> bool:
        """Whether it has the length of a telephone number, or of an extension that is not a year."""
        return self.n_digits >= 7 or any(len(run) in (4, 5) and not is_year(run) for run in self.runs)


def groups_of(text: str, start: int, end: int) -> Iterator[Group]:
    """Split a chain of runs of digits into numbers.

    A slash ends a number that is long enough to be whole; a comma alone, or the end of a line, does not end a number
    that begins like a whole one and is not whole yet.
    """
    runs: list[str] = []
    join, first, last, n_digits = "", start, start, 0
    for run in RUN.finditer(text, start, end):
        between = text[last : run.start()]
        if n_digits and _separates(between, text, first, runs, n_digits):
            yield Group(first, last, tuple(runs), join)
            join, runs, first, n_digits = between, [], run.start(), 0
        runs.append(run[0])
        last, n_digits = run.end(), n_digits + len(run[0])
    yield Group(first, last, tuple(runs), join)


def _separates(between: str, text: str, first: int, runs: list[str], n_digits: int) -> bool:
    """Whether the sign after runs of digits ends the number that begins with them."""
    if between == "," and n_digits < 7 and text[first] == "0":
        return False
    if _SEPARATES.search(between) or (n_digits >= 7 and _SLASH.search(between)):
        return True
    return _LINE_END.search(between) is not None and not _goes_on("".join(runs), text[first - 1 : first] == "+")


def _goes_on(digits: str, is_abroad: bool) -> bool:
    """Whether these begin a whole telephone number, which goes on in the next line while it is not whole."""
    if is_abroad or digits.startswith("0066"):
        return len(digits) < 11
    return digits.startswith("0") and len(digits) < (10 if re.match("0[689]", digits) else 9)
