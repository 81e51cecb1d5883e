"""The words that say that a contact follows, and which numbers after them are contacts."""

import re
from collections.abc import Iterator

from pipeline.build.contacts.no_contacts import is_year
from pipeline.build.contacts.number_chains import AROUND, AT_LINE_END, CHAIN, Group

# A leader of any length may come before: "โทร............7135".
_BEFORE = rf"[{AROUND},:;=#+!?@ฯๆ๏\"'`´“”‘’«»<>{{}}→➔➜▶►・…]{{0,6}}+[._…-]{{0,80}}+\s{{0,3}}+"
# Words that announce a contact in any text.
_TELEPHONE = (
    # Also as they are mistyped: โทรศัพย์, โทรสัพท์, โทรศัทพ์, เบอ, เเฟกซ์.
    r"(?<!ค่า)โทร(?:\s?[ศส][ัํ]?[พทย]{1,2}์?|สาร|\.?ฯ|์)?|เบอ(?:ร์(?:โต๊ะ)?|ร?(?![ก-๎]))|มือถือ|สาย(?:ภาย)?ใน|สายตรง|(?:แ|เเ)ฟ็?ก[ซส]์?"
    r"|หมายเลข ?(?:ติดต่อ|ภายใน)|ติดต่อ ?(?:ที่ ?)?(?:ภายใน|ต่อ|หมายเลข)"
    r"|[\u260e\u260f\u2706\U0001f4de\U0001f4df\U0001f4e0\U0001f4f1]"
    r"|(?<![a-z])(?:tele?(?:phone)?|phone|mob(?:ile)?(?![a-z])|fax|ext(?:ension)?(?![a-z])|extn|voip)"
)
# Words that announce a contact in a field made for contacts.
_CONTACT = rf"{_TELEPHONE}|ภายใน|ติดต่อ|หมายเลข|ต่อ|#|(?<![\d/])/|(?<![a-z])(?:call|[tmf](?=\s?[.:]))"
_MORE_WORDS = (
    r"(?:โทร(?:ศัพท์)?|ภายใน|สายใน|หมายเลข|เบอร์|มือถือ|เคลื่อนที่|สำนักงาน|ที่ทำงาน|บ้าน|กลาง|ตรง|ติดต่อ|ต่อ|สอบถาม|เพิ่มเติม|ได้|ที่"
    r"|สะดวก|คือ|หา|กลับ|ไป|มท|(?:vo)?ip|ext|no|number|x)"
)


def _behind(words: str, name: str = "") -> re.Pattern[str]:
    return re.compile(rf"(?:{words}){_BEFORE}(?:{_MORE_WORDS}{_BEFORE}){{0,5}}{name}{CHAIN}", re.IGNORECASE)


# The owner of a number: "โทร. ฝ่ายปกครอง 7135", "โทรศัพท์ (กทม.) 7135".
_WHOSE = (
    r"(?:ของ)?[(\[]?\s?(?=นาย|นาง|น\.\s?ส\.|คุณ|ดร\.|ว่าที่|ผู้|หัวหน้า|เจ้าหน้าที่|ฝ่าย|งาน|กลุ่ม|กอง|สำนัก|ส่วน|ศูนย์|เขต|หน่วย|โรง|นอกเวลา"
    r"|กทม|[ก-ฮ]{2,5}\.)[^\d\r\n,;\ue000]{1,50}+"
)

TELEPHONE_WORD = re.compile(_TELEPHONE, re.IGNORECASE)
BEHIND_CONTACT_WORD = _behind(_CONTACT)
BEHIND_TELEPHONE_WORD = _behind(_TELEPHONE)
BEHIND_NAME = _behind(_TELEPHONE, _WHOSE)


def behind_a_word(text: str, groups: list[Group]) -> Iterator[Group]:
    """All numbers of a chain after a word, where one of them is long enough.

    Only the lines below that hold nothing else continue the chain: other lines begin with the number of an item.
    """
    if not any(group.n_digits >= 3 for group in groups):
        return
    ends_line = AT_LINE_END.match(text, groups[-1].end) is not None
    for group in groups:
        if group.is_on_next_line and not (group.is_long and ends_line):
            return
        yield group


def behind_a_word_in_text(text: str, groups: list[Group]) -> Iterator[Group]:
    """The same in any text, where a year alone in brackets stays."""
    [first, *others] = groups
    if others or not is_year(first.runs[0]) or text[first.start - 1 : first.end + 1] != f"({first.runs[0]})":
        yield from behind_a_word(text, groups)


def behind_a_name(text: str, groups: list[Group]) -> Iterator[Group]:
    """The same with a name in between, which may end in a number of its own: "โทร. ฝ่ายปกครอง 1"."""
    if groups[0].n_digits >= 4:
        yield from behind_a_word(text, groups)
