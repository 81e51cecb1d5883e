"""Thai numbers, dates and texts → typed values, or a problem that says what could not be read for certain."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple, TypeVar

from parsers.labels import WITHOUT_INVISIBLE

THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
BE_OFFSET = 543

# Texts that people type where there is no value.
PLACEHOLDERS = frozenset({"-", "–", "—", "--", "n/a", "na", "ไม่มี", "ไม่ระบุ", "ไม่มีข้อมูล", "null", "none"})


class Number(NamedTuple):
    """A number read, or None with the issue code that says why; both None for an empty text.

    A value with the problem `precision_reduced` was rounded to the decimals its column keeps.
    """

    value: Decimal | None
    problem: str | None = None


class Date(NamedTuple):
    """A day read, or None with the issue code that says why; `calendar` is "be" or "ce" as written."""

    value: dt.date | None
    problem: str | None = None
    calendar: str | None = None


class Year(NamedTuple):
    """A fiscal year in the Buddhist era, or None with the issue code; `calendar` as written."""

    value: int | None
    problem: str | None = None
    calendar: str | None = None


class Quantity(NamedTuple):
    """A value with its unit, as the site joins them with a space."""

    value: Decimal | None
    unit: str | None
    problem: str | None = None


_LONGEST_VALUE = 80
_MOST_REMEMBERED = 8192
_Read = TypeVar("_Read")
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,12})?", re.ASCII)
_SEPARATED = re.compile(
    r"""(?P<sign>[-+\u2212]?)\ ?
        (?P<whole>[0-9]{1,3}(?:(?P<mark>[,\u00a0\u202f\u2009])[0-9]{3}(?:(?P=mark)[0-9]{3})*)?|[0-9]*)
        (?:\.(?P<fraction>[0-9]*))?
        (?P<satang>-?)""",
    re.VERBOSE | re.ASCII,
)
_PERCENT_BEFORE = re.compile(r"(?:ร้อยละ|percent)\s*(?P<number>.+)", re.IGNORECASE | re.DOTALL)
_PERCENT_AFTER = re.compile(r"(?P<number>.+?)\s*(?:%|٪|เปอร์เซ็นต์|เปอร์เซนต์|percent)", re.IGNORECASE | re.DOTALL)
_MONEY_AFTER = re.compile(r"(?P<number>.+?)\s*(?P<million>ล้าน)?บาท", re.DOTALL)


class _Scale(NamedTuple):
    """What a column of numbers holds: the step of its last decimal, and the bound of its values."""

    step: Decimal
    bound: Decimal


# The decimal types of the columns: baht (18,2), percent (12,4), any other value (24,6).
_MONEY = _Scale(Decimal("0.01"), Decimal(10) ** 16)
_PERCENT = _Scale(Decimal("0.0001"), Decimal(10) ** 8)
_VALUE = _Scale(Decimal("0.000001"), Decimal(10) ** 16)


def _plain_number(text: str) -> Number:
    match = _SEPARATED.fullmatch(text)
    if match is None:
        return Number(None, "unreadable_number")
    whole, fraction, satang = match["whole"], match["fraction"], match["satang"]
    if not whole and not fraction:
        return Number(None, "unreadable_number")
    # `33,750.-` is how Thai accounts write whole baht; a dash without the point is something else.
    if satang and fraction != "":
        return Number(None, "unreadable_number")
    if match["mark"]:
        whole = whole.replace(match["mark"], "")
    value = Decimal(f"{whole or '0'}.{fraction or '0'}")
    if not fraction:
        value = Decimal(whole)
    return Number(-value if match["sign"] in ("-", "\u2212") and match["sign"] else value)


def _fit(value: Decimal, scale: _Scale) -> Number:
    if abs(value) >= scale.bound:
        return Number(None, "number_out_of_range")
    kept = value.quantize(scale.step)
    return Number(value) if kept == value else Number(kept, "precision_reduced")


def _visible(text: str) -> str:
    """Take invisible characters out of a number or date; the character checks report them."""
    return text.translate(WITHOUT_INVISIBLE).strip()


def _read_number(raw: str, scale: _Scale, *, before: re.Pattern[str] | None, after: re.Pattern[str] | None) -> Number:
    if _PLAIN.fullmatch(raw):
        return _fit(Decimal(raw), scale)
    if len(raw) > _LONGEST_VALUE:
        return Number(None, "unreadable_number")
    text = _visible(raw)
    if not text:
        return Number(None)
    if text.casefold() in PLACEHOLDERS:
        return Number(None, "placeholder_value")
    text = text.translate(THAI_DIGITS)
    factor = 1
    unit = (before and before.fullmatch(text)) or (after and after.fullmatch(text))
    if unit:
        text = unit["number"].strip()
        factor = 1_000_000 if unit.groupdict().get("million") else 1
    number = _plain_number(text)
    return number if number.value is None else _fit(number.value * factor, scale)


class _Memory(dict[str, _Read]):
    """What was read of each text so far, bounded in number and in the length of the texts."""

    def __init__(self, read: Callable[[str], _Read]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, raw: str) -> _Read:
        # What is too long to be a value is cut to just that, so that no page fills the memory.
        raw = raw[: _LONGEST_VALUE + 1]
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        value = self[raw] = self._read(raw)
        return value


def _remembered(read: Callable[[str], _Read]) -> Callable[[str], _Read]:
    """The same few texts ('', '100', '0') stand in most cells, so each is read once."""
    return _Memory(read).__getitem__


@_remembered
def read_money(raw: str) -> Number:
    """Read an amount of baht: thousands separators, Thai digits, `บาท`, `ล้านบาท`, `.-`."""
    return _read_number(raw, _MONEY, before=None, after=_MONEY_AFTER)


@_remembered
def read_percent(raw: str) -> Number:
    """Read a percentage: `50`, `ร้อยละ 50`, `50%` and `๕๐` are 50."""
    return _read_number(raw, _PERCENT, before=_PERCENT_BEFORE, after=_PERCENT_AFTER)


@_remembered
def read_result(raw: str) -> Number:
    """Read a monthly result, in the project's own unit or as a percentage."""
    return _read_number(raw, _VALUE, before=_PERCENT_BEFORE, after=_PERCENT_AFTER)


@_remembered
def read_number(raw: str) -> Number:
    """Read a number without any unit; `1e6` and `1.234,50` are refused, never 0."""
    return _read_number(raw, _VALUE, before=None, after=None)


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
_ISO = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:\+07:00)?)?"
)
_NUMERIC = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?")
_WORDED = re.compile(r"(?:วันที่\s*)?([0-9]{1,2})?\s*([\u0e01-\u0e4e.]+?)\s*(?:พ\.?ศ\.?\s*)?([0-9]{4}|[0-9]{2})")
_SENTINELS = frozenset({(0, 0, 0), (1, 1, 1), (1900, 1, 1)})


def _day(year: int, month: int, day: int) -> Date:
    """Turn written numbers into a day; years from 2400 on are Buddhist era."""
    if (year, month, day) in _SENTINELS:
        return Date(None, "sentinel_date")
    calendar = "be" if year >= 2400 else "ce"
    year_ce = year - BE_OFFSET if calendar == "be" else year
    if not 1950 <= year_ce <= 2100:
        return Date(None, "unreadable_date", calendar)
    try:
        return Date(dt.date(year_ce, month, day), None, calendar)
    except ValueError:
        return Date(None, "unreadable_date", calendar)


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


@_remembered
def read_date(raw: str) -> Date:
    """Read a day: ISO, day/month/year, Thai month names; Gregorian or Buddhist era; an ambiguous one is not guessed."""
    if len(raw) > _LONGEST_VALUE:
        return Date(None, "unreadable_date")
    text = _visible(raw)
    if not text:
        return Date(None)
    if text.casefold() in PLACEHOLDERS:
        return Date(None, "placeholder_value")
    text = text.translate(THAI_DIGITS).replace("\u00a0", " ")
    iso = _ISO.fullmatch(text)
    if iso is not None:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    numeric = _NUMERIC.fullmatch(text)
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
            # `ตค.66` names no day, and none is made up.
            return _day(year, month, int(worded[1])) if worded[1] else Date(None, "incomplete_date")
    return Date(None, "unreadable_date")


@_remembered
def read_year(raw: str) -> Year:
    """Read a fiscal year as 2566, 2023 or 66; the value is Buddhist era."""
    text = _visible(raw[:_LONGEST_VALUE])
    text = text.translate(THAI_DIGITS)
    if not text:
        return Year(None)
    if text.casefold() in PLACEHOLDERS:
        return Year(None, "placeholder_value")
    if re.fullmatch("[0-9]{2}|[0-9]{4}", text) is None or len(raw) > _LONGEST_VALUE:
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


_NUMERALS = frozenset("0123456789๐๑๒๓๔๕๖๗๘๙.,-")


def read_quantity(raw: str, unit: str | None) -> Quantity:
    """Split `1,200.50 ตารางเมตร` into value and unit; `unit` is what the page's row หน่วยนับ says.

    The site writes the value, a space and the unit; either may be missing. A text that is neither is left whole.
    """
    is_long = len(raw) > _LONGEST_VALUE or (unit is not None and len(unit) > _LONGEST_VALUE)
    return _split_quantity(raw, unit) if is_long else _remembered_quantity(raw, unit)


def _split_quantity(raw: str, unit: str | None) -> Quantity:
    text = raw.strip()
    if not text:
        return Quantity(None, None)
    # Without a space between, a unit that begins like a number (`0`, `.5`) could be the end of one.
    if unit and text.endswith(unit) and (unit[0] not in _NUMERALS or text[-len(unit) - 1 : -len(unit)] in ("", " ")):
        number_text = text[: -len(unit)].strip()
        if not number_text:
            return Quantity(None, unit)
        number = read_number(number_text)
        if number.value is not None or number.problem == "placeholder_value":
            return Quantity(number.value, unit, number.problem)
        # A whole text that happens to end like the unit is not a quantity.
        return Quantity(None, None, "unreadable_quantity")
    alone = read_number(text)
    if alone.value is not None or alone.problem == "placeholder_value":
        return Quantity(alone.value, None, alone.problem)
    words = text.split(maxsplit=1)
    number = read_number(words[0])
    if number.value is not None:
        return Quantity(number.value, None if words[1] == "()" else words[1], number.problem)
    return Quantity(None, None, "unreadable_quantity")


_remembered_quantity = lru_cache(maxsize=_MOST_REMEMBERED)(_split_quantity)


_STAMP = re.compile(r"\s*([0-9๐-๙]{1,2}/[0-9๐-๙]{1,2}/[0-9๐-๙]{4})\s*:")


def read_stamp(detail: str) -> Date | None:
    """Read the day a progress detail begins with (`31/01/2566 : …`); None when it begins with something else."""
    match = _STAMP.match(detail)
    return read_date(match[1]) if match is not None else None
