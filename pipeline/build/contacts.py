"""Masks the contacts in what agencies typed: telephone numbers and extensions, e-mail addresses, LINE ids.

In a field made for contacts a number is one unless it says what else it is. In any other text a number is one behind a
telephone word, or where it is a whole Thai number. A telephone number that begins with 0 or +66 keeps three digits
(`06 5xx xxxx`), an extension none (`#xxxx`). Digits of every script count.

A text is read in passes: what a pass has found, or has known to be no contact, the later ones do not see.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from parsers.labels import INVISIBLE

# The fields made for contacts.
CONTACT_FIELDS = ("responsible", "evaluator")

_DIGITS = {code: str(unicodedata.digit(chr(code))) for code in range(0x80, 0x20000) if chr(code).isdecimal()}
# Stands for each character that is known already; no pattern has it.
_SEEN = "\ue000"

_YEAR = r"(?:24|25|26|19|20)\d\d(?!\d)"
_ERA = r"(?:[พค]\.?\s?ศ\.?)"
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_MONTH_NAME = (
    r"(?:มกรา|กุมภา|มีนา|เมษา|พฤษภา|มิถุนา|กรกฎา|สิงหา|กันยา|ตุลา|พฤศจิกา|ธันวา)(?:คม|ยน|พันธ์)?"
    r"|(?:ม\.?ค|ก\.?พ|มี\.?ค|เม\.?ย|พ\.?ค|มิ\.?ย|ก\.?ค|ส\.?ค|ก\.?ย|ต\.?ค|พ\.?ย|ธ\.?ค)\.?"
)
_YEARS = rf"{_YEAR}(?:\s?(?:[-–/,]|ถึง|และ)\s?{_ERA}?\s?{_YEAR})*"
_COUNTED = r"\.?\s{0,2}(?!0\d)\d{1,5}(?:[/-]\d{1,4})?(?![-\s.]?\d)"
_PLACE = r"\.?\s{0,2}(?!0\d)\d{1,3}(?:/\d{1,3})?(?![-\s./]?\d)"
_NUMBER = r"(?<![\d.,])(?!0\d)\d{1,12}(?:[.,]\d{1,12}){0,5}"
# A number that no telephone has: an extension has four or five bare digits, a number without its area seven or more.
_AMOUNT = r"(?<![\d.,])(?!0\d)(?:\d{1,3}(?:,\d{3}){1,5}|\d{6}|\d{11,12}|\d{1,3})(?:\.\d{1,2})?(?![-\s.,/]{0,3}\d)"


def _all_numeric(separator: str) -> str:
    day_and_month = rf"(?:{_DAY}{separator}{_MONTH}|{_MONTH}{separator}{_DAY})"
    date, iso_date = rf"{day_and_month}{separator}{_YEAR}", rf"{_YEAR}{separator}{_MONTH}{separator}{_DAY}(?!\d)"
    return (
        rf"(?<!\d)(?<!\d[-./|])(?:{date}[-–/|]{date}|{iso_date}[-–/|]{iso_date})(?![-./|]\d)|"
        rf"(?<!\d)(?<!\d[-./|]){day_and_month}{separator}{_YEAR}(?![-./|]\d)"
        rf"|(?<!\d)(?<!\d[-./|]){_YEAR}{separator}{_MONTH}{separator}{_DAY}(?![-./|]?\d)"
    )


# What is no contact even behind a telephone word, for that may say something else ("โทรศัพท์ 120 เครื่อง").
_NEVER = (
    # 50490000-3607
    r"(?<!\d)\d{4}0000\s?-\s?\d{4}(?!\d)",
    # 31/01/2566, 1-31-2023, 2022-10-01, 01/10/2565-30/09/2566; 31/01/66; 31 ม.ค. 2566; ต.ค. 2565
    *map(_all_numeric, ("/", "-", r"\.")),
    rf"(?<!\d)(?<!\d[-./|]){_DAY}/{_MONTH}/\d\d(?:[-–]{_DAY}/{_MONTH}/\d\d)?(?![-./|]?\d)",
    rf"(?<!\d){_DAY}\s{{0,2}}[/.-]?\s{{0,2}}(?:{_MONTH_NAME})\s{{0,2}}[/.-]?\s{{0,2}}{_ERA}?\s{{0,2}}(?:\d{{4}}|\d\d)(?!\d)",
    rf"(?:{_MONTH_NAME})\s{{0,2}}{_ERA}?\s{{0,2}}{_YEAR}",
    # The number of an item of a list: "โทร. 7135 2. นางสมมุติ"
    r"(?<=\s)\d[.)]\s?(?=[^\W\d_])",
    # The number of a letter: กท 0401.3/1234
    r"(?:(?<![ก-๙])|(?<=ที่))กท\.?\s?\d{4}(?:\.\d{1,3}){0,3}/(?:ว\.?\s?)?\d{1,5}(?![-\s.]?\d)",
    # 10:00, 08.30 - 16.30 น.
    r"(?<!\d)\d{1,2}:\d\d(?!\d)",
    r"(?<!\d)(?:\d{1,2}\.\d\d\s?[-–]\s?)?\d{1,2}\.\d\d\s?น(?:\.|าฬิกา|(?![ก-๙]))",
    # 5,000 and 1,215,865.49, but not 745,746
    r"(?<![\d,.])(?:\d{1,2},\d{3}|\d{3},\d{3},\d{3})(?:,\d{3}){0,4}(?:\.\d+)?(?!,?\d)",
    # 127800 บาท, 120 เครื่อง
    rf"(?<!\d[-\s]){_NUMBER}\s?(?:\.-|(?:ล้าน|แสน|หมื่น|พัน)?บาท|฿|%|เครื่อง(?!กล|จักร)|ครั้ง|แห่ง|ชั่วโมง|นาที|(?:เลข)?หมาย|คู่สาย)",
    # Names of persons and offices begin with these; 7135 is no number of days.
    rf"(?<!\d[-\s]){_NUMBER}\s?(?:คน(?![ึอ]|งาน|สวน|ขับ)|ราย(?!งาน|ได้))",
    r"(?<!\d)(?<!\d[-\s])\d{1,3}\s?(?:วัน|เดือน|สาย)(?![ก-๙])",
)
# What is no contact where no telephone word stands before it.
_NOT_ALONE = (
    rf"ปี(?:งบ)?(?:ประมาณ)?[\s:(/.ฯ]{{0,3}}{_ERA}?[\s:(/]{{0,3}}{_YEARS}",
    # The names of offices have these words, so that only a year of these decades is one: "กลุ่มงานงบประมาณ 2477".
    rf"(?:งบ|แผน)(?:ประมาณ)?[\s:(/.ฯ]{{0,3}}(?=25[5-8]){_YEARS}",
    rf"{_ERA}[\s:(/]{{0,3}}{_YEARS}",
    rf"(?:งบ(?:ประมาณ)?|วงเงิน|เงิน|ราคา|จำนวน|ร้อยละ)[\s:ฯ]{{0,3}}{_AMOUNT}",
    rf"(?:มาตรา|ข้อ|ครั้งที่|ฉบับที่|คำสั่งที่|เลขที่|รุ่นที่|kpi(?:\s?id)?){_COUNTED}",
    rf"(?:หมู่(?:ที่)?|ซอย|ถนน|อาคาร|ชั้น|ห้อง){_PLACE}",
    # A postal code
    r"(?:ไปรษณีย์|กทม\.?|กรุงเทพ(?:ฯ|มหานคร|มหานครฯ)?)\s{0,2}10\d{3}(?!\d)",
    # 1/2566
    rf"(?<!\d)(?<!\d[-./|])\d{{1,3}}/{_YEAR}",
    rf"(?<!\d)(?<!\d[-./|]){_YEAR}/\d{{1,2}}(?![-./|]?\d)",
    # 127,800
    r"(?<![\d,.])\d{1,3}(?:,\d{3}){1,5}(?:\.\d+)?(?!,?\d)",
    rf"(?<!\d[-\s/–]){_AMOUNT}\s?(?:โครงการ|กิจกรรม|ชุมชน|ชุด|จุด|เล่ม|ฉบับ|เรื่อง|เมตร|กิโล|ตาราง|อัตรา|ตำแหน่ง)",
    rf"(?<!\d[-\s/–]){_AMOUNT}\s?(?:ปี|ตัว|หลัง|ท่าน|ตัน|ต้น|ไร่|ล้าน)(?![ก-๙])",
)

_AROUND = rf"\s.()\[\]_*~|/\\\xb7\x85\u2022\u2010-\u2015\u2212\ufe58\ufe63\uff0d{INVISIBLE}\-"
# What joins the groups of one number, and what separates two numbers or a number from its extension.
_NEXT = r"(?:[,;&+#:]|หรือ|และ|กับ|ถึง|(?:เบอร์|สาย)?ต่อ(?:เบอร์|สาย|ภายใน)?|กด|ภายใน|สายใน|ext(?:ension)?|extn|x|or|and|to)"
_CHAIN = rf"(?P<chain>\d++(?:[{_AROUND}]{{0,5}}(?:{_NEXT}[{_AROUND}]{{0,5}}){{0,3}}\d++)*+)"
_BEFORE = rf"[{_AROUND},:;=#+ฯๆ\"'“”]{{0,6}}"
_TELEPHONE = (
    r"(?<!ค่า)โทร(?:ศัพท์|สาร|\.?ฯ|์)?|เบอร์|มือถือ|สายใน|สายตรง|แฟ็?ก[ซส]์?|[\u260e\u260f\u2706\U0001f4de\U0001f4df\U0001f4e0\U0001f4f1]"
    r"|(?<![a-z])(?:tele?(?:phone)?|phone|mobile|fax)"
)
_CONTACT = rf"{_TELEPHONE}|ภายใน|ติดต่อ|หมายเลข|ต่อ|#|(?<![\d/])/|(?<![a-z])(?:ext(?:ension)?|extn|call|[tmf](?=\s?[.:]))"
_MORE_WORDS = (
    r"(?:โทร(?:ศัพท์)?|ภายใน|สายใน|หมายเลข|เบอร์|มือถือ|เคลื่อนที่|สำนักงาน|ที่ทำงาน|บ้าน|กลาง|ติดต่อ|ต่อ|ได้ที่|ที่|คือ|ext|no|number)"
)


def _compiled(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _behind(words: str) -> re.Pattern[str]:
    return _compiled(rf"(?:{words}){_BEFORE}(?:{_MORE_WORDS}{_BEFORE}){{0,3}}{_CHAIN}")


_EMAIL = _compiled(
    r"(?<![a-z0-9._%+-])(?P<contact>(?!line\s?@)[a-z0-9._%+-]++\s?(?:@|\(at\)|\[at\])\s?[a-z][a-z0-9-]*(?:\s?\.\s?[a-z][a-z0-9-]+)*)"
)
_LINE_NAMES = r"(?!(?:id|oa|official|group|notify|https?|www|account)(?![a-z0-9]))"
# Not on-line, ออนไลน์.
_LINE_ID = r"(?:(?<![a-z])(?<!on-)(?<!off-)line|(?<!ออน)(?<!ออน[\s-])ไลน์?)"
_LINE_ADDRESS = _compiled(r"line\.me/(?P<contact>[^\s<>\"']+)")
_LINE_SAYS_SO = _compiled(
    rf"{_LINE_ID}\s?(?:(?:@|id|ไอดี)[\s:=.@-]{{0,4}}|[:=]\s?@?)(?P<contact>{_LINE_NAMES}(?=[\d._-]*[a-z]|[\d._-]{{8}})[a-z0-9][a-z0-9._-]{{2,}})"
)
_LINE = _compiled(
    rf"{_LINE_ID}[\s:=.@-]{{0,4}}(?:(?:id|ไอดี)[\s:=.@-]{{0,4}})?(?P<contact>{_LINE_NAMES}[a-z0-9][a-z0-9._-]{{2,}})"
)
_HANDLE = _compiled(r"(?<![\w@])@(?P<contact>[a-z0-9][a-z0-9._-]{2,})")
_AT_LINE_END = re.compile(r"[^\S\r\n]*[)\]}.]*[^\S\r\n]*(?:[\r\n]|\Z|<br)")


class _Group(NamedTuple):
    """One number of a chain: where it begins and ends, its runs of digits, and what stands between it and the last."""

    start: int
    end: int
    runs: tuple[str, ...]
    join: str

    @property
    def n_digits(self) -> int:
        return sum(map(len, self.runs))


class _Reader:
    """One text, of which each pass sees what no pass before it has known."""

    __slots__ = ("_marks", "_text", "seen")

    def __init__(self, text: str) -> None:
        self._text = text
        self._marks: list[tuple[int, int, str]] = []
        self.seen = text.translate(_DIGITS)

    def masked(self) -> str:
        """The text, every contact that was found replaced."""
        parts, end = [], 0
        for start, stop, mask in sorted(self._marks):
            parts += [self._text[end:start], mask]
            end = stop
        return "".join([*parts, self._text[end:]])

    def leave(self, pattern: re.Pattern[str]) -> None:
        """Take what a pattern finds for no contact."""
        self.seen = pattern.sub(lambda found: _SEEN * len(found[0]), self.seen)

    def mask(self, pattern: re.Pattern[str], mask: str) -> None:
        """Replace the contact that a pattern finds as a whole."""
        self._replace([(*found.span("contact"), mask) for found in pattern.finditer(self.seen)])

    def mask_numbers(self, pattern: re.Pattern[str], contacts: Callable[[str, list[_Group]], Iterator[_Group]]) -> None:
        """Replace those numbers of the chains found that are contacts."""
        chains = [list(_groups(self.seen, *match.span("chain"))) for match in pattern.finditer(self.seen)]
        found = [group for groups in chains for group in contacts(self.seen, groups)]
        self._replace([(group.start, group.end, self._mask_of(group)) for group in found])

    def _mask_of(self, group: _Group) -> str:
        is_whole = self.seen[group.start] == "0" or self.seen[group.start - 1 : group.start] == "+"
        # Two extensions that a dash joins would show three of their four digits.
        if group.n_digits < 7 or not is_whole or (len(group.runs) > 1 and len(group.runs[0]) > 3):
            return "xxxx"
        third = [place for place in range(group.start, group.end) if self.seen[place].isdecimal()][2]
        return self._text[group.start : third + 1] + "xx xxxx"

    def _replace(self, marks: list[tuple[int, int, str]]) -> None:
        parts, behind = [], 0
        for start, end, _ in marks:
            parts += [self.seen[behind:start], _SEEN * (end - start)]
            behind = end
        self.seen = "".join([*parts, self.seen[behind:]])
        self._marks += marks


_RUN = re.compile(r"\d+")
_SEPARATES = _compiled(_NEXT)
_EXTENDS = _compiled("ต่อ", "กด", "ภายใน", "สายใน", "#", "ext", "x", "/", "หรือ")
_SLASH = re.compile(r"[/|\\]")


def _groups(text: str, start: int, end: int) -> Iterator[_Group]:
    """Split a chain of runs of digits into numbers.

    A slash ends one that is long enough to be whole; a comma alone ends none that begins as a whole number and is not.
    """
    runs: list[str] = []
    join, first, last, n_digits = "", start, start, 0
    for run in _RUN.finditer(text, start, end):
        between = text[last : run.start()]
        is_part = between == "," and n_digits < 7 and text[first] == "0"
        if n_digits and not is_part and (_SEPARATES.search(between) or (n_digits >= 7 and _SLASH.search(between))):
            yield _Group(first, last, tuple(runs), join)
            join, runs, first, n_digits = between, [], run.start(), 0
        runs.append(run[0])
        last, n_digits = run.end(), n_digits + len(run[0])
    yield _Group(first, last, tuple(runs), join)


def _is_year(run: str) -> bool:
    return re.fullmatch(_YEAR, run) is not None


def _behind_a_word(_text: str, groups: list[_Group]) -> Iterator[_Group]:
    if any(group.n_digits >= 3 for group in groups):
        yield from groups


def _behind_a_word_in_text(text: str, groups: list[_Group]) -> Iterator[_Group]:
    [first, *others] = groups
    is_year = not others and _is_year(first.runs[0]) and text[first.start - 1 : first.end + 1] == f"({first.runs[0]})"
    if not is_year:
        yield from _behind_a_word(text, groups)


def _alone(text: str, groups: list[_Group]) -> Iterator[_Group]:
    """Of the numbers of a contact without a word: whole ones, extensions, and at the end what looks like a year."""
    ends_line = _AT_LINE_END.match(text, groups[-1].end) is not None
    is_after_contact = False
    for group in groups:
        is_extension = any(len(run) in (4, 5) and (ends_line or not _is_year(run)) for run in group.runs)
        is_more = is_after_contact and (group.n_digits >= 3 or group.join.strip(" ,;") != "")
        if group.n_digits >= 7 or is_extension or is_more:
            is_after_contact = True
            yield group


# What stands between the groups of a number in a chain of other numbers.
_INSIDE = re.compile(rf"(?:[^\S\r\n]|[-.()\[\]_\xb7\u2010-\u2015\u2212{INVISIBLE}])+")
_TAIL = re.compile(r"-\d{1,2}(?!\d)")
_BRACKET = re.compile(r"[^\S\r\n]*[(\[][^\S\r\n]*")


def _is_thai(digits: str, is_abroad: bool) -> bool:
    """Whether these are the nine or ten digits of a Thai number, the zero of its area counted."""
    if is_abroad or digits.startswith("0066"):
        national = digits.removeprefix("00").removeprefix("66").lstrip("0")
    else:
        national = digits[1:] if digits.startswith("0") else ""
    return len(national) in (8, 9) and national[0] != "0"


def _is_fraction(text: str, start: int, end: int) -> bool:
    """Whether a number is the part of a decimal or of an amount behind its point or comma, or is a decimal itself."""
    if re.match(r"0[.]\d+$", text[start:end]):
        return True
    before = re.search(r"\d[.]$|(?<!\d)\d{1,3},$", text[max(start - 5, 0) : start])
    return before is not None and "-" not in text[start:end]


def _whole_number(text: str, runs: list[re.Match[str]]) -> int:
    """How many runs of digits, from the first, are a Thai number; 0 where none are."""
    start, digits, ends = runs[0].start(), "", dict[int, int]()
    is_abroad = text[start - 1 : start] == "+" and runs[0][0].startswith("66")
    if not is_abroad and runs[0][0][0] != "0":
        return 0
    for n_runs, run in enumerate(runs[:6], 1):
        if n_runs > 1 and not _INSIDE.fullmatch(text, runs[n_runs - 2].end(), run.start()):
            break
        digits += run[0]
        # Beside other numbers two digits are a day or a number of a list; no area is 01.
        is_shaped = len(run[0]) >= 3 and not digits.startswith("01")
        if is_shaped and _is_thai(digits, is_abroad) and not _is_fraction(text, start, run.end()):
            ends[len(digits)] = n_runs
    if not ends:
        return 0
    # A mobile number has ten digits, any other nine.
    is_mobile = re.match(r"(?:00)?(?:66)?0?[689]", digits) is not None
    return ends[max(ends) if is_mobile else min(ends)]


def _thai_numbers(text: str, group: _Group, is_after_number: bool) -> Iterator[_Group]:
    """The Thai numbers among the runs of digits of one group, and the extensions in brackets behind them."""
    runs = list(_RUN.finditer(text, group.start, group.end))
    place, is_behind = 0, is_after_number
    while place < len(runs):
        n_runs = _whole_number(text, runs[place : place + 6])
        first = runs[place]
        if n_runs:
            last = place + n_runs - 1
            if last + 1 < len(runs) and _TAIL.match(text, runs[last].end()):
                last += 1
            yield _Group(first.start(), runs[last].end(), tuple(run[0] for run in runs[place : last + 1]), "")
            place, is_behind = last + 1, True
            continue
        between = text[runs[place - 1].end() : first.start()] if place else ""
        if is_behind and len(first[0]) in (3, 4, 5) and (_BRACKET.fullmatch(between) or _EXTENDS.search(between)):
            yield _Group(first.start(), first.end(), (first[0],), "")
        else:
            is_behind = False
        place += 1


def _thai_number(text: str, groups: list[_Group]) -> Iterator[_Group]:
    """Of numbers in any text those that must be Thai telephone numbers (0, +66 or 0066, nine or ten digits, few
    groups), also beside other numbers, and the extensions behind them.
    """
    is_after_number = False
    for group in groups:
        is_abroad = text[group.start - 1 : group.start] == "+" and group.runs[0].startswith("66")
        is_number = (
            _is_thai("".join(group.runs), is_abroad)
            and len(group.runs) <= 5
            and not _is_fraction(text, group.start, group.end)
        )
        if is_number or (is_after_number and _EXTENDS.search(group.join)):
            is_after_number = True
            yield group
        else:
            for number in _thai_numbers(text, group, is_after_number):
                is_after_number = True
                yield number


_NO_CONTACT_EVER = _compiled(*_NEVER)
_NO_CONTACT_ALONE = _compiled(*_NOT_ALONE)
_BEHIND_CONTACT_WORD = _behind(_CONTACT)
_BEHIND_TELEPHONE_WORD = _behind(_TELEPHONE)
_ANY_NUMBER = _compiled(_CHAIN)


# The same people and offices stand on many pages.
@functools.lru_cache(maxsize=50_000)
def mask_contact(text: str) -> str:
    """Mask every contact in a text of a field made for contacts; names, years, dates, money and project codes stay."""
    reader = _Reader(text)
    reader.mask(_EMAIL, "xxxx@xxxx")
    reader.mask(_LINE_ADDRESS, "xxxx")
    reader.mask(_LINE, "xxxx")
    reader.mask(_HANDLE, "xxxx")
    reader.leave(_NO_CONTACT_EVER)
    reader.mask_numbers(_BEHIND_CONTACT_WORD, _behind_a_word)
    reader.leave(_NO_CONTACT_ALONE)
    reader.mask_numbers(_ANY_NUMBER, _alone)
    return reader.masked()


def mask_text(text: str) -> str:
    """Mask in any other text what follows a telephone word, whole Thai numbers, e-mail addresses and LINE ids."""
    reader = _Reader(text)
    reader.mask(_EMAIL, "xxxx@xxxx")
    reader.mask(_LINE_ADDRESS, "xxxx")
    reader.mask(_LINE_SAYS_SO, "xxxx")
    reader.leave(_NO_CONTACT_EVER)
    reader.mask_numbers(_BEHIND_TELEPHONE_WORD, _behind_a_word_in_text)
    reader.mask_numbers(_ANY_NUMBER, _thai_number)
    return reader.masked()
