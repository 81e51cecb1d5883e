"""The spelling of a value: digits, placeholders, length; and readers that read each spelling once."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from parsers.labels import INVISIBLE

# The text that Yii writes for null.
NOT_SET = ("(ไม่ได้ตั้ง)", "(not set)")
# Texts that people type where there is no value.
PLACEHOLDERS = frozenset(
    {"-", "–", "—", "--", "n/a", "na", "n.a", "n.a.", "tbd", "tbc", "null", "none", "ไม่มี", "ไม่ระบุ", "ไม่ได้ระบุ", "ไม่ทราบ"}
    | {"ไม่มีข้อมูล", "ยังไม่มี", "ยังไม่ระบุ", "ยังไม่มีข้อมูล", "รอข้อมูล"}
)

_LONGEST_PLACEHOLDER = 20
# What people put around them.
_AROUND = " -–—_.*/|()[]\"'“”‘’\u00a0"
LONGEST_VALUE = 80
_ARABIC_DIGITS = dict(zip(map(ord, "๐๑๒๓๔๕๖๗๘๙"), "0123456789", strict=True))
_PLAIN: dict[int, str | None] = {**dict.fromkeys(map(ord, INVISIBLE)), **_ARABIC_DIGITS}
_Read = TypeVar("_Read")


def plain_value(raw: str) -> str:
    """Write a number or date in Arabic digits and without invisible characters, which the character checks report."""
    return raw.strip() if raw.isascii() else raw.translate(_PLAIN).strip()


def is_no_name(text: str) -> bool:
    """Tell whether a text cannot be a name: it holds no letter, or says that there is none."""
    if len(text) > _LONGEST_PLACEHOLDER and text[0].isalpha():
        return False
    core = text.translate(_PLAIN).strip(_AROUND).casefold()
    return core in PLACEHOLDERS or not any(map(str.isalpha, core)) or not core.strip("x")


def remembered(read: Callable[[str], _Read]) -> Callable[[str], _Read]:
    """Let a reader read each text once: the same few texts ('100', '0', the days of a year) are in most cells.

    Measured: 55 of 440 µs a page, more where other work empties the processor's cache. Limited in the number of texts
    and in their length: a text too long for a value is cut just above the limit before it is read.
    """
    known = lru_cache(maxsize=2048)(read)

    @wraps(read)
    def read_once(raw: str) -> _Read:
        return known(raw[: LONGEST_VALUE + 1])

    return read_once
