"""What is no contact: years, dates, times, money, counted things, numbers of letters, laws and rooms, project codes."""

import re

YEAR = r"(?:24|25|26|19|20)\d\d(?!\d)"
_ERA = r"(?:[พค]\.?\s?ศ\.?)"
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_MONTH_NAME = (
    r"(?:มกรา|กุมภา|มีนา|เมษา|พฤษภา|มิถุนา|กรกฎา|สิงหา|กันยา|ตุลา|พฤศจิกา|ธันวา)(?:คม|ยน|พันธ์)?"
    r"|(?:ม\.?ค|ก\.?พ|มี\.?ค|เม\.?ย|พ\.?ค|มิ\.?ย|ก\.?ค|ส\.?ค|ก\.?ย|ต\.?ค|พ\.?ย|ธ\.?ค)\.?"
)
_YEARS = rf"{YEAR}(?:\s?(?:[-–/,]|ถึง|และ)\s?{_ERA}?\s?{YEAR})*"
_COUNTED = r"\.?\s{0,2}(?!0\d)\d{1,5}(?:[/-]\d{1,4})?(?![-\s.]?\d)"
_PLACE = r"\.?\s{0,2}(?!0\d)\d{1,3}(?:/\d{1,3})?(?![-\s./]?\d)"
_NUMBER = r"(?<![\d.,])(?!0\d)\d{1,12}(?:[.,]\d{1,12}){0,5}"
# A number that no telephone has: an extension has four or five bare digits, a number without its area seven or more.
_AMOUNT = r"(?<![\d.,])(?!0\d)(?:\d{1,3}(?:,\d{3}){1,5}|\d{6}|\d{11,12}|\d{1,3})(?:\.\d{1,2})?(?![-\s.,/]{0,3}\d)"


def _all_numeric(separator: str) -> str:
    day_and_month = rf"(?:{_DAY}{separator}{_MONTH}|{_MONTH}{separator}{_DAY})"
    date, iso_date = rf"{day_and_month}{separator}{YEAR}", rf"{YEAR}{separator}{_MONTH}{separator}{_DAY}(?!\d)"
    return (
        rf"(?<!\d)(?<!\d[-./|])(?:{date}[-–/|]{date}|{iso_date}[-–/|]{iso_date})(?![-./|]\d)|"
        rf"(?<!\d)(?<!\d[-./|]){day_and_month}{separator}{YEAR}(?![-./|]\d)"
        rf"|(?<!\d)(?<!\d[-./|]){YEAR}{separator}{_MONTH}{separator}{_DAY}(?![-./|]?\d)"
    )


# What is no contact even behind a telephone word, for that may say something else ("โทรศัพท์ 120 เครื่อง").
_NEVER = (
    # 50490000-3607
    r"(?<!\d)\d{4}0000\s?-\s?\d{4}(?!\d)",
    # 31/01/2566, 1-31-2023, 2022-10-01, 01/10/2565-30/09/2566; 31/01/66; 31 ม.ค. 2566; ต.ค. 2565
    *map(_all_numeric, ("/", "-", r"\.")),
    rf"(?<!\d)(?<!\d[-./|]){_DAY}/{_MONTH}/\d\d(?:[-–]{_DAY}/{_MONTH}/\d\d)?(?![-./|]?\d)",
    rf"(?<!\d){_DAY}\s{{0,2}}[/.-]?\s{{0,2}}(?:{_MONTH_NAME})\s{{0,2}}[/.-]?\s{{0,2}}{_ERA}?\s{{0,2}}(?:\d{{4}}|\d\d)(?!\d)",
    rf"(?:{_MONTH_NAME})\s{{0,2}}{_ERA}?\s{{0,2}}{YEAR}",
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
    rf"(?<!\d)(?<!\d[-./|])\d{{1,3}}/{YEAR}",
    rf"(?<!\d)(?<!\d[-./|]){YEAR}/\d{{1,2}}(?![-./|]?\d)",
    # 127,800
    r"(?<![\d,.])\d{1,3}(?:,\d{3}){1,5}(?:\.\d+)?(?!,?\d)",
    rf"(?<!\d[-\s/–]){_AMOUNT}\s?(?:โครงการ|กิจกรรม|ชุมชน|ชุด|จุด|เล่ม|ฉบับ|เรื่อง|เมตร|กิโล|ตาราง|อัตรา|ตำแหน่ง)",
    rf"(?<!\d[-\s/–]){_AMOUNT}\s?(?:ปี|ตัว|หลัง|ท่าน|ตัน|ต้น|ไร่|ล้าน)(?![ก-๙])",
)

NO_CONTACT_EVER = re.compile("|".join(_NEVER), re.IGNORECASE)
NO_CONTACT_ALONE = re.compile("|".join(_NOT_ALONE), re.IGNORECASE)


def is_year(run: str) -> bool:
    """Whether a run of digits may be a year."""
    return re.fullmatch(YEAR, run) is not None
