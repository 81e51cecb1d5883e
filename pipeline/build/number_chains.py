"""Runs of digits with what stands between them: a chain, and the numbers that it is made of."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from parsers.labels import INVISIBLE

AROUND = rf"\s.()\[\]_*~|/\\\xb7\x85\u2022\u2010-\u2015\u2212\ufe58\ufe63\uff0d{INVISIBLE}\-"
# What joins the groups of one number, and what separates two numbers or a number from its extension.
_NEXT = r"(?:[,;&+#:]|หรือ|และ|กับ|ถึง|(?:เบอร์|สาย)?ต่อ(?:เบอร์|สาย|ภายใน)?|กด|ภายใน|สายใน|ext(?:ension)?|extn|x|or|and|to)"
CHAIN = rf"(?P<chain>\d++(?:[{AROUND}]{{0,5}}(?:{_NEXT}[{AROUND}]{{0,5}}){{0,3}}\d++)*+)"

RUN = re.compile(r"\d+")
_SEPARATES = re.compile(_NEXT, re.IGNORECASE)
_SLASH = re.compile(r"[/|\\]")
ANY_NUMBER = re.compile(CHAIN, re.IGNORECASE)


class Group(NamedTuple):
    """One number of a chain: where it begins and ends, its runs of digits, and what stands between it and the last."""

    start: int
    end: int
    runs: tuple[str, ...]
    join: str

    @property
    def n_digits(self) -> int:
        """How many digits all of its runs have."""
        return sum(map(len, self.runs))


def groups_of(text: str, start: int, end: int) -> Iterator[Group]:
    """Split a chain of runs of digits into numbers.

    A slash ends one that is long enough to be whole; a comma alone ends none that begins as a whole number and is not.
    """
    runs: list[str] = []
    join, first, last, n_digits = "", start, start, 0
    for run in RUN.finditer(text, start, end):
        between = text[last : run.start()]
        is_part = between == "," and n_digits < 7 and text[first] == "0"
        if n_digits and not is_part and (_SEPARATES.search(between) or (n_digits >= 7 and _SLASH.search(between))):
            yield Group(first, last, tuple(runs), join)
            join, runs, first, n_digits = between, [], run.start(), 0
        runs.append(run[0])
        last, n_digits = run.end(), n_digits + len(run[0])
    yield Group(first, last, tuple(runs), join)
