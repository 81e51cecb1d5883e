"""Numbers that are not contacts: years, dates, times, money, counts, letters, laws, rooms and project codes."""

import re

YEAR = r"(?:24|25|26|19|20)\d\d(?!\d)"
_ERA = r"(?:[พค]\.?\s?ศ\.?|พุทธศักราช|คริสต์ศักราช)"
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_MONTH_NAME = (
    r"(?:มกรา|กุมภา|มีนา|เมษา|พฤษภา|มิถุนา|กรกฎา|สิงหา|กันยา|ตุลา|พฤศจิกา|ธันวา)(?:คม|ยน|พันธ์)?"
    r"|(?:ม\.?ค|ก\.?พ|มี\.?ค|เม\.?ย|พ\.?ค|มิ\.?ย|ก\.?ค|ส\.?ค|ก\.?ย|ต\.?ค|พ\.?ย|ธ\.?ค)\.?"
)
_YEARS = rf"{YEAR}(?:\s?(?:[-–/,]|ถึง|และ)\s?{_ERA}?\s?{YEAR})*"
_COUNTED = r"\.?\s{0,2}(?!0\d)\d{1,5}(?:[/-]\d{1,4})?(?![-\s.]?\d)"
# Not the office of money: "ฝ่ายการเงิน 5,477".
_MONEY = r"(?:(?<!งาน)(?<!ฝ่าย)(?<!และ)งบ(?:ประมาณ)?|(?<!การ)เงิน|ราคา|มูลค่า|ค่าใช้จ่าย|จำนวน|ร้อยละ)"
_PLACE = r"\.?\s{0,2}(?!0\d)\d{1,3}(?:/\d{1,3})?(?![-\s./]?\d)"
# เลขที่สัญญา 012345678, สัญญาจ้างเลขที่ 12/2566: without a space, so that it is not part of a spelled telephone number.
_CODE = (
    r"(?:(?:เลข(?:ที่)?|หมายเลข)\s?(?:สัญญา|ทะเบียน|เอกสาร|หนังสือ|คำสั่ง|ใบ[ก-๙]{1,20}|พัสดุ|ครุภัณฑ์|โครงการ|อ้างอิง|คุม[ก-๙]{0,10}|ฎีกา)"
    r"|รหัส(?:โครงการ|สินทรัพย์|ทรัพย์สิน|งบประมาณ|พัสดุ|ครุภัณฑ์|หน่วยงาน|กิจกรรม|แหล่งเงิน|รายการ)?"
    r"|(?:สัญญา(?:จ้าง|ซื้อขาย|ซื้อ|เช่า)?|ใบ(?:สั่งซื้อ|สั่งจ้าง|เสร็จ(?:รับเงิน)?|แจ้งหนี้|อนุญาต|กำกับภาษี|ส่งของ)"
    r"|เอกสาร|หนังสือ|คำสั่ง|บันทึก(?:ข้อความ)?|ฎีกา|เช็ค|ทะเบียน)\s?เลขที่)"
    r"[\s:.#]{0,3}(?:\d{8,}+(?:[-/.]\d++)*+|\d++(?:[-/.]\d++)*+(?!\s?\d))"
)
_TIME = r"(?:[01]?\d|2[0-4])\.[0-5]\d"
_NUMBER = r"(?<![\d.,])(?!0\d)\d{1,12}(?:[.,]\d{1,12}){0,5}"
# Not the length of a telephone number: an extension has four or five bare digits, one without area code seven or more.
_AMOUNT = r"(?<![\d.,])(?!0\d)(?:\d{1,3}(?:,\d{3}){1,5}|\d{6}|\d{11,12}|\d{1,3})(?:\.\d{1,2})?(?![-\s.,/]{0,3}\d)"


def _all_numeric(separator: str) -> str:
    day_and_month = rf"(?:{_DAY}{separator}{_MONTH}|{_MONTH}{separator}{_DAY})"
    date, iso_date = rf"{day_and_month}{separator}{YEAR}", rf"{YEAR}{separator}{_MONTH}{separator}{_DAY}(?!\d)"
    return (
        rf"(?<!\d)(?<!\d[-./|])(?:{date}[-–/|]{date}|{iso_date}[-–/|]{iso_date})(?![-./|]\d)|"
        rf"(?<!\d)(?<!\d[-./|]){day_and_month}{separator}{YEAR}(?![-./|]\d)"
        rf"|(?<!\d)(?<!\d[-./|]){YEAR}{separator}{_MONTH}{separator}{_DAY}(?![-./|]?\d)"
    )


# Not a contact even after a telephone word, which may have another meaning ("โทรศัพท์ 120 เครื่อง").
_NEVER = (
    # 50490000-3607
    r"(?<!\d)\d{4}0000\s?-\s?\d{4}(?!\d)",
    # 31/01/2566, 1-31-2023, 2022-10-01, 01/10/2565-30/09/2566; 31/01/66; 31 ม.ค. 2566; ต.ค. 2565
    *map(_all_numeric, ("/", "-", r"\.")),
    rf"(?<!\d)(?<!\d[-./|]){_DAY}/{_MONTH}/\d\d(?:[-–]{_DAY}/{_MONTH}/\d\d)?(?![-./|]?\d)",
    rf"(?<!\d){_DAY}\s{{0,2}}[/.-]?\s{{0,2}}(?:{_MONTH_NAME})\s{{0,2}}[/.-]?\s{{0,2}}{_ERA}?\s{{0,2}}(?:\d{{4}}|\d\d)(?!\d)",
    # The number of an item of a list: "โทร. 7135 2. นางสมมุติ"
    r"(?:(?<=\s)(?<![-–~]\s)(?<!to\s)(?<!ถึง\s)\d|(?<![^\r\n])[1-9]\d?)[.)]\s?(?=[^\W\d_])",
    r"(?<![^\r\n])[1-9]\d?[.)][^\S\r\n]+(?=[(+\d])",
    # 10:00, 08.30 - 16.30 น., 09.00-12.00; 0.30 - 0.45
    r"(?<!\d)\d{1,2}:\d\d(?!\d)",
    r"(?<!\d)(?:\d{1,2}\.\d\d\s?[-–]\s?)?\d{1,2}\.\d\d\s?น(?:\.|าฬิกา|(?![ก-๙]))",
    rf"(?<![\d.])(?<!\d[-\s]){_TIME}\s?[-–]\s?{_TIME}(?![-\s.]{{0,3}}\d)",
    r"(?<![\d.])(?<!\d[\W_])(?<!\d[\W_]{2})(?<!\d[\W_]{3})0\.\d{1,4}\s?[-–]\s?0\.\d{1,4}(?![\d.-])",
    # 5,000.00 and 1,215,865.49, but not 745,746
    r"(?<![\d,.])(?!0\d)(?:\d{1,2},\d{3}\.\d+|(?:\d{1,2}(?:,\d{3}){2,5}|\d{3}(?:,\d{3}){2,6})(?:\.\d+)?)(?!,?\d)",
    # 127800 บาท, 120 เครื่อง
    rf"(?<!\d[-\s]){_NUMBER}\s?(?:\.-|(?:ล้าน|แสน|หมื่น|พัน)?บาท|฿|%|เครื่อง(?!กล|จักร)|ครั้ง|แห่ง|ชั่วโมง|นาที|(?:เลข)?หมาย|คู่สาย|(?:กิโล|ตาราง|ลูกบาศก์|เซนติ)?เมตร)",
    # Names of persons and offices begin with these; 7135 is not a number of days.
    rf"(?<!\d[-\s]){_NUMBER}\s?(?:คน(?![ึอ]|งาน|สวน|ขับ)|ราย(?!งาน|ได้))",
    r"(?<!\d)(?<!\d[-\s])\d{1,3}\s?(?:วัน|เดือน|สาย)(?![ก-๙])",
)
_NEVER_WITH_WORD = (
    # A system of this year; an extension of this form is as rare as the system is common.
    rf"ระบบโทรศัพท์\s{{0,2}}(?=25[5-8]){_YEARS}",
    # The number of a letter or an order of any office: หนังสือที่ มท 0808.2/ว 1234, คำสั่ง กทม. ที่ 5432/2566
    r"(?:หนังสือ|บันทึก(?:ข้อความ)?)\s?ที่\s{0,2}[ก-ฮ]{1,3}\.?\s?\d{4}(?:\.\d{1,3}){0,3}/(?:ว\.?\s?)?\d{1,5}(?![-\s.]?\d)",
    rf"(?:หนังสือ|บันทึก|คำสั่ง|ประกาศ)[ก-๙.]{{0,40}}\s?(?:(?:กทม|กรุงเทพ)[ก-๙.]{{0,10}}\s?)?ที่\s{{0,2}}\d{{1,5}}/{YEAR}",
    rf"(?:{_MONTH_NAME})\s{{0,2}}{_ERA}?\s{{0,2}}{YEAR}",
    # The number of a letter: กท 0401.3/1234
    r"(?:(?<![ก-๙])|(?<=ที่))กท\.?\s?\d{4}(?:\.\d{1,3}){0,3}/(?:ว\.?\s?)?\d{1,5}(?![-\s.]?\d)",
    # Of a ministry: มท 0808.2/1234, but not the nine digits of 0212/34567
    r"(?:(?<![ก-๙])|(?<=ที่))[กคตธบปพมรส][ก-ฮ]\.?\s?0\d{3}(?:(?:\.\d{1,3}){1,3}/\d{1,5}|/\d{1,4})(?![-\s./]?\d)",
)
# Not a contact without a telephone word before it.
_NOT_ALONE = (
    # 1/2566
    rf"(?<!\d)(?<!\d[-./|])\d{{1,3}}/{YEAR}",
    rf"(?<!\d)(?<!\d[-./|]){YEAR}/\d{{1,2}}(?![-./|]?\d)",
    # 127,800
    r"(?<![\d,.])(?!\d{1,2},\d{3}(?!,?\d))\d{1,3}(?:,\d{3}){1,5}(?:\.\d+)?(?!,?\d)",
    rf"(?<!\d[-\s/–]){_AMOUNT}\s?(?:โครงการ|กิจกรรม|ชุมชน|ชุด|จุด|เล่ม|ฉบับ|เรื่อง|เมตร|กิโล|ตาราง|อัตรา|ตำแหน่ง)",
    rf"(?<!\d[-\s/–]){_AMOUNT}\s?(?:ปี|ตัว|หลัง|ท่าน|ตัน|ต้น|ไร่|ล้าน)(?![ก-๙])",
)
_NOT_ALONE_WITH_WORD = (
    rf"ปี\s?(?:งบ(?:ประมาณ)?|งปม|ประมาณ|การศึกษา|ปฏิทิน|ภาษี|บัญชี|ใหม่)?[\s:(/.ฯ]{{0,3}}{_ERA}?[\s:(/]{{0,3}}{_YEARS}",
    rf"(?<![a-z])(?:fy|years?|b\.?e\.|a\.?d\.)[\s:.]{{0,3}}{_YEARS}",
    rf"ไตรมาส(?:ที่)?\s?\d[\s/]{{1,3}}{_YEARS}",
    # The names of offices have these words, so only a number of these decades is a year: "กลุ่มงานงบประมาณ 2477".
    rf"(?:งบ|แผน)(?:ประมาณ|พัฒนา)?[\s:(/.ฯ]{{0,3}}(?=25[5-8]){_YEARS}",
    rf"{_ERA}[\s:(/]{{0,3}}{_YEARS}",
    # พ.ร.บ. 2542, พระราชบัญญัติการสาธารณสุข 2535; ISO 9001:2015
    rf"(?:พ\.?\s?ร\.?\s?[บกฎ]\.?|พระราช(?:บัญญัติ|กำหนด|กฤษฎีกา)|กฎกระทรวง)\s?[ก-๙]{{0,40}}\s?\(?{_YEARS}",
    r"(?<![a-z])(?:iso|iec|haccp|ohsas|gmp|มอก\.?)(?:/iec)?[\s:.-]{0,3}\d{3,5}(?:[:-]\d{4})?(?![-\s.]?\d)",
    rf"ฉบับที่\s?\d{{1,3}}\s?\({_YEARS}\)",
    rf"(?:วงเงิน|{_MONEY})[\s:ฯ]{{0,3}}{_AMOUNT}",
    _CODE,
    rf"(?:มาตรา|ข้อ|ครั้งที่|ฉบับที่|คำสั่งที่|เลขที่|รุ่นที่|kpi(?:\s?id)?){_COUNTED}",
    rf"(?:หมู่(?:ที่)?|ซอย|ถนน|อาคาร|ชั้น|ห้อง){_PLACE}",
    # A postal code
    r"(?:ไปรษณีย์|กทม\.?|กรุงเทพ(?:ฯ|มหานคร|มหานครฯ)?)\s{0,2}10\d{3}(?!\d)",
)


def _compiled(numbers: tuple[str, ...], with_word: tuple[str, ...], first_letters: str) -> re.Pattern[str]:
    # Few characters of a text begin any of these: one look-ahead avoids trying the long list at the others.
    return re.compile(rf"(?=\d)(?:{'|'.join(numbers)})|(?=[{first_letters}])(?:{'|'.join(with_word)})", re.IGNORECASE)


NO_CONTACT_EVER = _compiled(_NEVER, _NEVER_WITH_WORD, "กคตธบปพมรสหเ")
NO_CONTACT_ALONE = _compiled(_NOT_ALONE, _NOT_ALONE_WITH_WORD, "a-zกขคงจฉชซฎถทบปพมรวสหอเแใไ")
# 5,000 in any text; in the field of contacts a list of two extensions, or one extension in groups.
SHORT_GROUPED = re.compile(r"(?<![\d,.])(?!0)(?P<contact>\d{1,2},\d{3})(?![,.]?\d)")


def is_year(run: str) -> bool:
    """Whether a run of digits may be a year."""
    return re.fullmatch(YEAR, run) is not None
