"""Thai dates and fiscal years → typed values, or an issue code where a text cannot be read for certain."""

import datetime as dt
import re
from typing import NamedTuple

from parsers.value_spelling import LONGEST_VALUE, PLACEHOLDERS, plain_value, remembered

BE_OFFSET = 543


class Date(NamedTuple):
    """A day read, or None with the issue code that says why; `calendar` is "be" or "ce" as written."""

    value: dt.date | None
    issue_code: str | None = None
    calendar: str | None = None


class Year(NamedTuple):
    """A fiscal year in the Buddhist era, or None with the issue code; `calendar` as written."""

    value: int | None
    issue_code: str | None = None
    calendar: str | None = None


_MONTHS = {
    1: ("มกราคม", "มค"),
    2: ("กุมภาพันธ์", "กพ"),
    3: ("มีนาคม", "มีค"),
    4: ("เมษายน", "เมย"),
    5: ("พฤษภาคม", "พค"),
    6: ("มิถุนายน", "มิย"),
    7: ("กรกฎาคม", "กค"),
    8: ("สิงหาคม", "สค"),
    9: ("กันยายน", "กย"),
    10: ("ตุลาคม", "ตค"),
    11: ("พฤศจิกายน", "พย"),
    12: ("ธันวาคม", "ธค"),
}
_MONTH_NUMBERS = {name: number for number, names in _MONTHS.items() for name in names}
# Spellings without their points: `มค` is `ม.ค.`.
MONTH_NAMES = tuple(name if len(name) > 3 else f"{name[:-1]}.{name[-1]}." for name in _MONTH_NUMBERS)
_TIME = r"(?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)"
_ISO = re.compile(rf"([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}})(?:[ T]{_TIME}(?:\+07:00)?)?")
_NUMERIC = re.compile(rf"([0-9]{{1,2}})([/.-])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}})(?: {_TIME})?")
_WORDED = re.compile(r"(?:วันที่\s*)?([0-9]{1,2})?\s*([\u0e01-\u0e4e.]+?)\s*(?:พ\.?ศ\.?\s*)?([0-9]{4}|[0-9]{2})")
_SENTINELS = frozenset({(0, 0, 0), (1, 1, 1), (1900, 1, 1), (1970, 1, 1)})


def _day(year: int, month: int, day: int) -> Date:
    """Turn written numbers into a day; years from 2400 on are Buddhist era."""
    calendar = "be" if year >= 2400 else "ce"
    year_ce = year - BE_OFFSET if calendar == "be" else year
    # Programs write day 0 of their clock in either calendar.
    if not _SENTINELS.isdisjoint({(year, month, day), (year_ce, month, day)}):
        return Date(None, "sentinel_date")
    if not 1950 <= year_ce <= 2100:
        return Date(None, "unreadable_date", calendar)
    try:
        return Date(dt.date(year_ce, month, day), None, calendar)
    except ValueError:
        return Date(None, "unreadable_date", calendar)


def _is_midnight(time: str | None) -> bool:
    return time is None or not time.strip("0:.")


def _full_year(digits: str) -> int | None:
    """Complete a two-digit year where only the Buddhist era is plausible (2540 to 2580)."""
    if len(digits) == 4:
        return int(digits)
    return 2500 + int(digits) if 40 <= int(digits) <= 80 else None


def _numeric_day(first: int, second: int, year: int) -> Date:
    """Read two numbers and a year: the site writes day first, sister pages also month first.

    A Buddhist year is always written day first. With a Gregorian year the order is certain only when one
    number cannot be a month or both are the same.
    """
    if year >= 2400 or first == second or first > 12:
        return _day(year, second, first)
    if second > 12:
        return _day(year, first, second)
    return Date(None, "ambiguous_date", "ce")


@remembered
def read_date(raw: str) -> Date:
    """Read a day: ISO, day/month/year, Thai month names; Gregorian or Buddhist era; an ambiguous one is not guessed.

    The site writes days at midnight: with another time of day it may be another day in another time zone.
    """
    if len(raw) > LONGEST_VALUE:
        return Date(None, "unreadable_date")
    text = plain_value(raw).replace("\u00a0", " ")
    iso = _ISO.fullmatch(text)
    numeric = _NUMERIC.fullmatch(text) if iso is None else None
    found = iso or numeric
    if found is not None and not _is_midnight(found["time"]):
        # 17:00 is midnight in Bangkok written in UTC, which is the next day.
        return Date(None, "ambiguous_date")
    if iso is not None:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    if numeric is not None:
        year = _full_year(numeric[4])
        if year is None:
            return Date(None, "ambiguous_date")
        if (int(numeric[1]), int(numeric[3]), year) == (0, 0, 0):
            return Date(None, "sentinel_date")
        return _numeric_day(int(numeric[1]), int(numeric[3]), year)
    worded = _WORDED.fullmatch(text)
    if worded is not None:
        month = _MONTH_NUMBERS.get(worded[2].replace(".", ""))
        year = _full_year(worded[3])
        if month is not None and year is not None:
            # `ตค.66` names no day, so no day is guessed.
            return _day(year, month, int(worded[1])) if worded[1] else Date(None, "incomplete_date")
    if not text:
        return Date(None)
    return Date(None, "placeholder_value" if text.casefold() in PLACEHOLDERS else "unreadable_date")


@remembered
def read_year(raw: str) -> Year:
    """Read a fiscal year as 2566, 2023 or 66; the value is Buddhist era."""
    text = plain_value(raw[:LONGEST_VALUE])
    if not text:
        return Year(None)
    if text.casefold() in PLACEHOLDERS:
        return Year(None, "placeholder_value")
    if re.fullmatch("[0-9]{2}|[0-9]{4}", text) is None or len(raw) > LONGEST_VALUE:
        return Year(None, "unreadable_year")
    if len(text) == 2:
        year = _full_year(text)
        return Year(year, None, "be2") if year is not None else Year(None, "unreadable_year")
    number = int(text)
    if 2500 <= number <= 2600:
        return Year(number, None, "be")
    if 1957 <= number <= 2057:
        return Year(number + BE_OFFSET, None, "ce")
    return Year(None, "unreadable_year")


_DIGIT = "[0-9๐-๙]"
_NAMED_MONTH = "|".join(map(re.escape, (*MONTH_NAMES, *_MONTH_NUMBERS)))
_STAMP = re.compile(
    rf"\s*({_DIGIT}{{1,2}}([/.-]){_DIGIT}{{1,2}}\2(?:{_DIGIT}{{4}}|{_DIGIT}{{2}})"
    rf"|{_DIGIT}{{4}}-{_DIGIT}{{1,2}}-{_DIGIT}{{1,2}}"
    rf"|{_DIGIT}{{1,2}} ?(?:{_NAMED_MONTH}) ?(?:พ\.?ศ\.? ?)?(?:{_DIGIT}{{4}}|{_DIGIT}{{2}}))\s*:"
)


def read_stamp(detail: str) -> Date | None:
    """Read the day a progress detail begins with (`31/01/2566 : …`); None when it begins with something else."""
    match = _STAMP.match(detail)
    return read_date(match[1]) if match is not None else None
