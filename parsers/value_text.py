"""What reading a number and reading a date have in common."""

from collections.abc import Callable
from typing import TypeVar

from parsers.labels import WITHOUT_INVISIBLE

THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")

# Texts that people type where there is no value.
PLACEHOLDERS = frozenset({"-", "–", "—", "--", "n/a", "na", "ไม่มี", "ไม่ระบุ", "ไม่มีข้อมูล", "null", "none"})

LONGEST_VALUE = 80
MOST_REMEMBERED = 8192
_Read = TypeVar("_Read")


def strip_invisible(text: str) -> str:
    """Take invisible characters out of a number or date; the character checks report them."""
    return text.translate(WITHOUT_INVISIBLE).strip()


class _Memory(dict[str, _Read]):
    """What was read of each text so far, bounded in number and in the length of the texts."""

    def __init__(self, read: Callable[[str], _Read]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, raw: str) -> _Read:
        # What is too long to be a value is cut to just that, so that no page fills the memory.
        raw = raw[: LONGEST_VALUE + 1]
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        value = self[raw] = self._read(raw)
        return value


def remembered(read: Callable[[str], _Read]) -> Callable[[str], _Read]:
    """The same few texts ('', '100', '0') stand in most cells, so each is read once."""
    return _Memory(read).__getitem__
