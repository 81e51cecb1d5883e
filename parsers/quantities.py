"""A value with its unit in one text → both, or an issue code where they cannot be told apart for certain."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from parsers.no_values import holds_leftover
from parsers.numbers import PERCENT_BEFORE, Number, read_number
from parsers.value_spelling import LONGEST_VALUE, NOT_SET, PLACEHOLDERS, plain_value


class Quantity(NamedTuple):
    """A value with its unit, as the site joins them with a space."""

    value: Decimal | None
    unit: str | None
    issue_code: str | None = None


# The beginning of a text, before white space, that may be a number.
_BEGINNING = re.compile(r"[-+\u2212]?[0-9๐-๙.,\u00a0\u202f\u2009-]+(?=\s)")


_SIGN_BEHIND = re.compile(r"\A([^\s%]+)%\Z")
_PERCENT_UNIT = re.compile(r"%|٪|ร้อยละ|เปอร์เซ็นต์|เปอร์เซนต์|percent", re.IGNORECASE)
# A unit of all numbers of a table, other than baht.
_ANOTHER_UNIT = re.compile(
    r"(?:ร้อย|พัน|หมื่น|แสน|ล้าน)\s?บาท|[(\[]\s?(?:พัน|หมื่น|แสน|ล้าน)\s?[)\]]|(?<![a-z])(?:thousand|million|billion)s?(?![a-z])"
    r"|หน่วย(?:\s?นับ)?\s?(?:[:：=]|เป็น|คือ)\s?(?!\s?บาท\s?[)\]]?\s?\Z)",
    re.IGNORECASE,
)
# Digits of any script, fractions and Roman numbers, but not the exponents of square and cubic metres.
_ANOTHER_NUMBER = re.compile(r"[\d\u00bc-\u00be\u2150-\u218b\u2460-\u249b]")


_WORDS = re.compile(r"[^\s()\[\]]+")
# A unit begins with a letter; these beginnings continue the number: 3 ใน สี่, 10 กว่า คน, 2 พัน คน, 15 มกราคม, 8.30 น.
_UNIT = re.compile(r"[^\W\d_]|%|\([^\W\d_]")
_GOES_ON = re.compile(
    r"ถึง|ใน|จาก|ต่อ|หรือ|และ|กว่า|ไม่|ร้อย(?!ละ)|พัน(?!ธ)|หมื่น|แสน|ลดลง|เพิ่มขึ้น|น\.|ทุ่ม|โมง|[xX]+(?:\s|\Z)"
    r"|(?:มกรา|มีนา|พฤษภา|กรกฎา|สิงหา|ตุลา|ธันวา)(?:คม|(?![ก-๎]))|กุมภา(?:พันธ์|(?![ก-๎]))"
    r"|(?:เมษา|มิถุนา|กันยา|พฤศจิกา)(?:ยน|(?![ก-๎]))"
    r"|(?:ม\.?ค|ก\.?พ|มี\.?ค|เม\.?ย|พ\.?ค|มิ\.?ย|ก\.?ค|ส\.?ค|ก\.?ย|ต\.?ค|พ\.?ย|ธ\.?ค)\.?(?![ก-๎])"
    r"|(?i:or|and|to|of|at|up|plus|half|each|approx(?:imately)?|about|(?:max|min)imum)\b"
)
# A scale that the row of the unit may name; otherwise `5 ล้านคน` means five million.
_SCALE = re.compile(
    r"ล้าน|ลบ(?!\.?\s?ม|[ก-๎])|(?:(?:hundred|thousand|million|billion)s?|lakhs?|mil|bil|bn|k|(?-i:M))(?![a-z²³/])",
    re.IGNORECASE,
)
# Words that change the number at any place in the text: a half, a bound, an each, a number in words, but not parts of
# other words such as สามารถ, สี่แยก, ห้าง, เก้าอี้ and สหกรณ์.
_MORE = re.compile(
    r"ครึ่ง|ขึ้นไป|ลงมา|เป็นต้นไป|ไม่(?:เกิน|ต่ำกว่า|น้อยกว่า|ถึง)|(?:มาก|น้อย)กว่า|อย่าง(?:น้อย|มาก|ต่ำ|สูง)|ขั้นต่ำ|(?:สูง|ต่ำ)สุด|ต่ำกว่า"
    r"|เกือบ|(?<!งบ)ประมาณ|(?<!พิ)เศษ(?![ก-๎])|หลัก(?=ร้อย|พัน|หมื่น|แสน|ล้าน)|ฯลฯ|\betc\b|(?<!ร้อย)ละ\Z|ยกเลิก|แก้(?:ไข)?เป็น"
    r"|(?:หนึ่ง|สอง(?!แถว)|สาม(?![ัาีิ]|เณร)|สี่(?!เหลี่ยม)|ห้า(?![งมว](?![ะ-ฺ็-๎]))|(?<![มส])หก(?!ล้ม)|เจ็ด|แปด(?!เปื้อน)|เก้า(?!อี้)|สิบ)(?!แยก|ล้อ)"
)
# The form of a unit that no row names: one word, and what it is counted per. Any other word, or sign, behind it may
# change the number: 5 คน ไม่ผ่าน, 5 คน ปรับเป็น, 5 คน ±.
_PER = r"(?:\s?(?:/|ต่อ)\s?[ก-๎A-Za-z.]+|\s?[(](?:ต่อ|/)[ก-๎A-Za-z.]+[)])"
_ONE_WORD = re.compile(rf"%{_PER}*|[ก-๎A-Za-z.²³]+(?:-[ก-๎A-Za-z.²³]+)*{_PER}*|[(][ก-๎A-Za-z.]+[)]")
_COUNTED_PER = re.compile(rf"\.?{_PER}*")
# Words, and endings of words, that say how a number is meant, and not what it counts.
_NO_UNIT = re.compile(
    r".*(?:กว่าๆ?|เกิน|ขึ้น|ลดลง|บวก|ราวๆ?|คร่าวๆ?|เท่านั้น|หรือ)"
    r"|(?:(?:ติด)?ลบ|รวม|ขาด|(?:คง)?เหลือ|สะสม|เฉลี่ย|เพิ่ม|งด|เลิก|ถอน|รอ|ยังไม่(?:ได้)?|เช้า|บ่าย|นาฬิกา|น|[พค]\.?ศ\.?|ปีงบประมาณ)"
)
# `1. จัดอบรม` and `- 5 คน` are items of a list, and `1.200` may as well be 1,200 with a mistyped comma.
_NO_QUANTITY = re.compile(r"[0-9]+\.|[-\u2212]\s*[0-9.].*|\+?[1-9][0-9]{0,2}\.[0-9]{3}", re.ASCII)
# `5.30 ชั่วโมง` may be five hours and thirty minutes, or five hours and three tenths.
_HOURS, _MINUTES = (
    re.compile("ชั่วโมง|ชม|ช\\.ม|hour|hrs?", re.IGNORECASE),
    re.compile(r"[0-9]+\.(?!00)[0-5][0-9]", re.ASCII),
)


def holds_number(unit: str) -> bool:
    """Whether a unit holds a number, which may multiply the value: 1000 คน."""
    return _ANOTHER_NUMBER.search(unit) is not None


def is_percent(unit: str) -> bool:
    """Whether a unit is a percentage."""
    return _PERCENT_UNIT.match(unit) is not None


def states_another_unit(text: str) -> bool:
    """Whether a text beside the rows states a unit of their amounts: `หน่วย : ล้านบาท`, but not `หน่วย : บาท`."""
    return _ANOTHER_UNIT.search(text) is not None


def _is_quantity(number: str, unit: str) -> bool:
    """Whether the text before a unit is certainly the number of that unit."""
    plain = plain_value(number)
    if _MINUTES.fullmatch(plain) and _HOURS.match(unit):
        return False
    return _NO_QUANTITY.fullmatch(plain) is None


def _is_unit(text: str) -> bool:
    """Whether a text may be the unit of the number before it: it begins with a letter and holds no other number."""
    return _is_short_unit(text) if len(text) <= LONGEST_VALUE else _may_be_unit(text)


def _may_be_unit(text: str) -> bool:
    return (
        _UNIT.match(text) is not None
        and _GOES_ON.match(text) is None
        and _MORE.search(text) is None
        and _ANOTHER_NUMBER.search(text) is None
        and "?" not in text
        and PLACEHOLDERS.isdisjoint(words := _WORDS.findall(text.casefold()))
        and not holds_leftover([*words, *_WORDS.findall(text)])
        and not text.endswith(NOT_SET)
    )


def _is_own_unit(text: str, unit: str | None) -> bool:
    """Whether a text is certainly the unit of the number before it, though the row of the unit differs or is empty.

    Where it begins with the unit of the row, only what that is counted per follows.
    """
    plain = plain_value(text)
    if unit and plain.startswith(unit):
        return _COUNTED_PER.fullmatch(plain, len(unit)) is not None
    return _ONE_WORD.fullmatch(plain) is not None and _NO_UNIT.fullmatch(plain) is None and not _SCALE.match(plain)


# Most pages use one of a few units.
_is_short_unit = lru_cache(maxsize=512)(_may_be_unit)


def read_quantity(raw: str, unit: str | None) -> Quantity:
    """Split `1,200.50 ตารางเมตร` into value and unit; `unit` is the text of the page's row หน่วยนับ.

    The site writes the value, a space and the unit; either may be missing. A text in another form, or with a second
    number after the first, is not split, for any text of the unit row.
    """
    text = raw.strip()
    if not text:
        return Quantity(None, None)
    if text[-1] == "%":
        text = _SIGN_BEHIND.sub(r"\1 %", text)
    elif unit and text[0].isalpha() and is_percent(unit) and (percent := PERCENT_BEFORE.fullmatch(text)):
        text = f"{percent['number']} {unit}"
    if unit and text.endswith(unit) and _is_unit(unit):
        number_text = text[: -len(unit)].strip()
        if not number_text:
            return Quantity(None, unit)
        number = read_number(number_text) if _is_quantity(number_text, unit) else Number(None)
        if number.value is not None or number.issue_code == "placeholder_value":
            return Quantity(number.value, unit, number.issue_code)
        # A text that only happens to end like the unit is not a quantity.
        return Quantity(None, None, "unreadable_quantity")
    if text == unit or (unit and holds_number(unit)):
        return Quantity(None, None, "unreadable_quantity")
    alone = read_number(text) if _is_quantity(text, unit or "") else Number(None)
    if alone.value is not None or alone.issue_code == "placeholder_value":
        return Quantity(alone.value, None, alone.issue_code)
    beginning = _BEGINNING.match(text)
    rest = text[beginning.end() :].strip() if beginning is not None else ""
    number = read_number(beginning[0]) if beginning is not None else alone
    if beginning is not None and not _is_quantity(beginning[0], rest):
        return Quantity(None, None, "unreadable_quantity")
    if number.value is not None and (rest == "()" or (_is_unit(rest) and _is_own_unit(rest, unit))):
        return Quantity(number.value, None if rest == "()" else rest, number.issue_code)
    return Quantity(None, None, "unreadable_quantity")
