"""Contacts among numbers without a telephone word: whole Thai telephone numbers, and extensions."""

import re
from collections.abc import Iterator

from parsers.labels import INVISIBLE
from pipeline.build.contacts.no_contacts import is_year
from pipeline.build.contacts.number_chains import RUN, Group

_EXTENDS = re.compile("ต่อ|กด|ภายใน|สายใน|#|ext|x|/|หรือ", re.IGNORECASE)
# Signs that join a number with the end of a range or another extension, but also with a number that counts something.
_MAY_EXTEND = re.compile("[,;:]|ถึง|และ|กับ")
_WORD_BEHIND = re.compile(r"[^\S\r\n]{0,2}(?:[^\W\d_]|[ก-๙])")
# At the end of a line, before another contact.
_ENDS_CONTACT = re.compile(
    r"[^\S\r\n]*(?:[)\]}.]*[^\S\r\n]*(?:[\r\n]|\Z|<br|[,;/|]|และ|หรือ|กับ)|นาย|นาง|น\.\s?ส\.|คุณ|ดร\.|ว่าที่)"
)


def contacts_alone(text: str, groups: list[Group]) -> Iterator[Group]:
    """The numbers of a contact without a word: whole ones, extensions, and a possible year at its end."""
    ends_contact = _ENDS_CONTACT.match(text, groups[-1].end) is not None
    is_after_contact = False
    for group in groups:
        may_be_year = not (ends_contact or _ENDS_CONTACT.match(text, group.end))
        is_extension = any(len(run) in (4, 5) and not (may_be_year and is_year(run)) for run in group.runs)
        is_joined = not group.is_on_next_line and group.join.strip(" ,;") != ""
        is_more = is_after_contact and (is_joined or group.n_digits >= (4 if group.is_on_next_line else 3))
        if group.n_digits >= 7 or is_extension or is_more:
            is_after_contact = True
            yield group


# The signs between the groups of a number in a chain of other numbers.
_INSIDE = re.compile(rf"(?:[^\S\r\n]|[-.()\[\]_\xb7\u2010-\u2015\u2212{INVISIBLE}])+")
_TAIL = re.compile(
    r"[^\S\r\n]?[-–][^\S\r\n]?(?!25[5-8]\d)\d{4}(?![\d/-])|-\d{1,2}(?!\d)|[^\S\r\n]{0,2}[-–~][^\S\r\n]{0,2}\d{1,2}(?!\d|[^\S\r\n]{0,2}(?:[^\W\d_]|[ก-๙]))"
)
_BRACKET = re.compile(r"[^\S\r\n]*[(\[][^\S\r\n]*")


# A mobile number with the code of the country alone, which other numbers of this length rarely have.
_WITHOUT_PLUS = re.compile("66[689][0-9]{8}")


def _is_thai(digits: str, is_abroad: bool) -> bool:
    """Whether these are the nine or ten digits of a Thai number, including the zero of its area code."""
    if _WITHOUT_PLUS.fullmatch(digits):
        return True
    if is_abroad or digits.startswith("0066"):
        national = digits.removeprefix("00").removeprefix("66").lstrip("0")
    else:
        national = digits[1:] if digits.startswith("0") else ""
    return len(national) in (8, 9) and national[0] != "0"


def _has_shape(runs: list[str]) -> bool:
    """Whether runs of digits are grouped like a telephone number, not like a list (01 02 03 04 05)."""
    [first, *others] = runs
    return (
        not others
        or first in ("66", "0066")
        or any(len(run) >= 4 for run in others)
        or (len(first) > 1 and len(others[0]) >= 3)
    )


def _is_fraction(text: str, start: int, end: int) -> bool:
    """Whether a number is the part of a decimal or an amount after its point or comma, or is a decimal itself."""
    if re.match(r"0[.]\d+$", text[start:end]):
        return True
    before = re.search(r"\d[.]$|(?<!\d)\d{1,3},$", text[max(start - 5, 0) : start])
    return before is not None and "-" not in text[start:end]


def _whole_number(text: str, runs: list[re.Match[str]]) -> int:
    """The number of runs of digits, from the first, that form a Thai number; 0 where there is no such number."""
    start, digits, ends = runs[0].start(), "", dict[int, int]()
    is_abroad = text[start - 1 : start] == "+" and runs[0][0].startswith("66")
    if not is_abroad and runs[0][0][0] != "0" and not runs[0][0].startswith("66"):
        return 0
    for n_runs, run in enumerate(runs[:6], 1):
        if n_runs > 1 and not _INSIDE.fullmatch(text, runs[n_runs - 2].end(), run.start()):
            break
        digits += run[0]
        # Beside other numbers two digits are a day or a number of a list; no area is 01.
        is_shaped = len(run[0]) >= 3 and not digits.startswith("01") and _has_shape([run[0] for run in runs[:n_runs]])
        if is_shaped and _is_thai(digits, is_abroad) and not _is_fraction(text, start, run.end()):
            ends[len(digits)] = n_runs
    if not ends:
        return 0
    # A mobile number has ten digits, any other nine.
    is_mobile = re.match(r"(?:00)?(?:66)?0?[689]", digits) is not None
    return ends[max(ends) if is_mobile else min(ends)]


def _numbers_among(text: str, group: Group, is_after_number: bool) -> Iterator[Group]:
    """The Thai numbers among the runs of digits of one group, and the extensions in brackets after them."""
    runs = list(RUN.finditer(text, group.start, group.end))
    place, is_behind = 0, is_after_number
    while place < len(runs):
        n_runs = _whole_number(text, runs[place : place + 6])
        first = runs[place]
        if n_runs:
            last = place + n_runs - 1
            if last + 1 < len(runs) and _TAIL.match(text, runs[last].end()):
                last += 1
            yield Group(first.start(), runs[last].end(), tuple(run[0] for run in runs[place : last + 1]), "")
            place, is_behind = last + 1, True
            continue
        between = text[runs[place - 1].end() : first.start()] if place else ""
        if is_behind and len(first[0]) in (3, 4, 5) and (_BRACKET.fullmatch(between) or _EXTENDS.search(between)):
            yield Group(first.start(), first.end(), (first[0],), "")
        else:
            is_behind = False
        place += 1


def _is_extension(text: str, group: Group, n_digits_before: int) -> bool:
    if _EXTENDS.search(group.join):
        return True
    may_extend = _MAY_EXTEND.search(group.join) is not None and not _WORD_BEHIND.match(text, group.end)
    is_alike = n_digits_before == group.n_digits == 3
    return may_extend and (group.is_long or is_alike or (group.n_digits <= 2 and "ถึง" in group.join))


def thai_numbers(text: str, groups: list[Group]) -> Iterator[Group]:
    """The numbers in any text that must be Thai telephone numbers (0, +66 or 0066, nine or ten digits, few
    groups), also beside other numbers, and the extensions after them.
    """
    is_after_number = False
    n_digits_before = 0
    for group in groups:
        is_abroad = text[group.start - 1 : group.start] == "+" and group.runs[0].startswith("66")
        is_number = (
            _is_thai("".join(group.runs), is_abroad)
            and len(group.runs) <= 5
            and _has_shape(list(group.runs))
            and not _is_fraction(text, group.start, group.end)
        )
        if is_number or (is_after_number and _is_extension(text, group, n_digits_before)):
            is_after_number = True
            n_digits_before = group.n_digits
            yield group
        else:
            for number in _numbers_among(text, group, is_after_number):
                is_after_number = True
                n_digits_before = number.n_digits
                yield number
