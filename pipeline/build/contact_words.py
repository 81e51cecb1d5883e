"""The words that say that a contact follows, and which numbers behind them are one."""

import re
from collections.abc import Iterator

from pipeline.build.no_contacts import is_year
from pipeline.build.number_chains import AROUND, CHAIN, Group

_BEFORE = rf"[{AROUND},:;=#+ฯๆ\"'“”]{{0,6}}"
# Words that say so in any text.
_TELEPHONE = (
    r"(?<!ค่า)โทร(?:ศัพท์|สาร|\.?ฯ|์)?|เบอร์|มือถือ|สายใน|สายตรง|แฟ็?ก[ซส]์?|[\u260e\u260f\u2706\U0001f4de\U0001f4df\U0001f4e0\U0001f4f1]"
    r"|(?<![a-z])(?:tele?(?:phone)?|phone|mobile|fax)"
)
# Words that say so in a field made for contacts.
_CONTACT = rf"{_TELEPHONE}|ภายใน|ติดต่อ|หมายเลข|ต่อ|#|(?<![\d/])/|(?<![a-z])(?:ext(?:ension)?|extn|call|[tmf](?=\s?[.:]))"
_MORE_WORDS = (
    r"(?:โทร(?:ศัพท์)?|ภายใน|สายใน|หมายเลข|เบอร์|มือถือ|เคลื่อนที่|สำนักงาน|ที่ทำงาน|บ้าน|กลาง|ติดต่อ|ต่อ|ได้ที่|ที่|คือ|ext|no|number)"
)


def _behind(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{words}){_BEFORE}(?:{_MORE_WORDS}{_BEFORE}){{0,3}}{CHAIN}", re.IGNORECASE)


BEHIND_CONTACT_WORD = _behind(_CONTACT)
BEHIND_TELEPHONE_WORD = _behind(_TELEPHONE)


def behind_a_word(_text: str, groups: list[Group]) -> Iterator[Group]:
    """All numbers of a chain behind a word, where one of them is long enough."""
    if any(group.n_digits >= 3 for group in groups):
        yield from groups


def behind_a_word_in_text(text: str, groups: list[Group]) -> Iterator[Group]:
    """The same in any text, where a year alone in brackets stays."""
    [first, *others] = groups
    if others or not is_year(first.runs[0]) or text[first.start - 1 : first.end + 1] != f"({first.runs[0]})":
        yield from behind_a_word(text, groups)
