"""Thai numbers → typed values, or an issue code if a text cannot be read for certain."""

import re
from decimal import Decimal
from typing import NamedTuple

from parsers.value_spelling import LONGEST_VALUE, PLACEHOLDERS, plain_value, remembered


class Number(NamedTuple):
    """A number read, or None with the issue code that says why; both None for an empty text.

    A value with the issue code `precision_reduced` was rounded to the decimals its column keeps.
    """

    value: Decimal | None
    issue_code: str | None = None


# The form of most numbers: within the bounds and the decimals of any column.
_PLAIN = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,2})?", re.ASCII)
_SEPARATED = re.compile(
    r"""(?P<sign>[-+\u2212]?)
        (?P<whole>[1-9][0-9]{0,2}(?P<mark>[,\u00a0\u202f\u2009])[0-9]{3}(?:(?P=mark)[0-9]{3})*|[0-9]*)
        (?:\.(?P<fraction>[0-9]*))?
        (?P<satang>-?)""",
    re.VERBOSE | re.ASCII,
)
# `127.800` baht may as well be 127,800 with a mistyped comma.
_THREE_DECIMALS = re.compile(r"[^,\u00a0\u202f\u2009]*\.[0-9]{3}(?![0-9]).*", re.DOTALL | re.ASCII)
PERCENT_BEFORE = re.compile(r"(?:ร้อยละ|percent)\s*(?P<number>.+)", re.IGNORECASE | re.DOTALL)
_PERCENT_AFTER = re.compile(r"(?P<number>.+?)\s*(?:%|٪|เปอร์เซ็นต์|เปอร์เซนต์|percent)", re.IGNORECASE | re.DOTALL)
_MONEY_BEFORE = re.compile(r"(?:฿|THB)\s*(?P<number>.+)", re.IGNORECASE | re.DOTALL)
# ถ้วน says that there are no satang.
_MONEY_AFTER = re.compile(
    r"(?P<number>.+?)\s*(?:(?P<million>ล้าน)?บาท(?P<whole>\s?ถ้วน)?|฿|THB|baht)", re.IGNORECASE | re.DOTALL
)


class _Scale(NamedTuple):
    """The scale of a column of numbers: the step of its last decimal, and the bound of its values."""

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


def _read_number(raw: str, scale: _Scale, *, before: re.Pattern[str] | None, after: re.Pattern[str] | None) -> Number:
    if not raw:
        return Number(None)
    if _PLAIN.fullmatch(raw):
        return Number(Decimal(raw))
    if len(raw) > LONGEST_VALUE:
        return Number(None, "unreadable_number")
    text = plain_value(raw)
    if not text:
        return Number(None)
    if text.casefold() in PLACEHOLDERS:
        return Number(None, "placeholder_value")
    factor = 1
    unit = (before and before.fullmatch(text)) or (after and after.fullmatch(text))
    if unit:
        text = unit["number"].strip()
        factor = 1_000_000 if unit.groupdict().get("million") else 1
    number = _plain_number(text)
    if number.value is None:
        return number
    value = number.value * factor
    if unit and unit.groupdict().get("whole") and value % 1:
        return Number(None, "unreadable_number")
    return _fit(value, scale)


@remembered
def read_money(raw: str) -> Number:
    """Read an amount of baht: thousands separators, Thai digits, `฿`, `บาท`, `บาทถ้วน`, `ล้านบาท`, `.-`.

    Three decimals are only certain in a number with thousands separators.
    """
    if _THREE_DECIMALS.fullmatch(plain_value(raw)):
        return Number(None, "unreadable_number")
    return _read_number(raw, _MONEY, before=_MONEY_BEFORE, after=_MONEY_AFTER)


@remembered
def read_percent(raw: str) -> Number:
    """Read a percentage: `50`, `ร้อยละ 50`, `50%` and `๕๐` are 50."""
    return _read_number(raw, _PERCENT, before=PERCENT_BEFORE, after=_PERCENT_AFTER)


@remembered
def read_result(raw: str) -> Number:
    """Read a monthly result of a project whose unit is a percentage."""
    return _read_number(raw, _VALUE, before=PERCENT_BEFORE, after=_PERCENT_AFTER)


@remembered
def read_number(raw: str) -> Number:
    """Read a number without a unit; `1e6` and `1.234,50` are refused, never 0."""
    return _read_number(raw, _VALUE, before=None, after=None)


# `0,500` is left out: its value is uncertain.
_COUNT = re.compile(
    r"[1-9][0-9]{0,2}(?P<mark>[,. '\u2019\u00a0\u202f\u2009])[0-9]{3}(?:(?P=mark)[0-9]{3})*|[1-9][0-9]*|0", re.ASCII
)
# The digits of the largest total; no source has more projects.
_MOST_DIGITS = 12


def read_count(text: str) -> int | None:
    """Read a total from the summary of a listing; None if it is not certain.

    A count has no decimals: `1,012`, `1.012` and `1 012` are 1012.
    """
    plain = plain_value(text)
    if _COUNT.fullmatch(plain) is None:
        return None
    digits = re.sub(r"[^0-9]", "", plain)
    return int(digits) if len(digits) <= _MOST_DIGITS else None
