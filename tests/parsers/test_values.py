"""Raw text → value, or the issue code that says why there is none: everything seen on the site and its sisters."""

import datetime as dt
import tracemalloc
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.dates import Date, Year, read_date, read_stamp, read_year
from parsers.labels import WITHOUT_INVISIBLE
from parsers.numbers import Number, read_count, read_money, read_number, read_percent, read_result
from parsers.quantities import read_quantity
from tests.parsers.stored import texts

READERS = {"money": read_money, "percent": read_percent, "result": read_result, "number": read_number}
every_reader = pytest.mark.parametrize("read", READERS.values(), ids=READERS)

# What every reader of numbers must make of a text: a number, None for nothing, or an issue code.
NUMBERS: dict[str, str | None] = {
    "0": "0",
    "00": "0",
    "007": "7",
    "100": "100",
    "12,182,444": "12182444",
    "127,800": "127800",
    "1,000": "1000",
    "50.0": "50",
    ".50": "0.5",
    "0.18": "0.18",
    "1447439.70": "1447439.7",
    "1,215,865.49": "1215865.49",
    "  12 ": "12",
    "\u00a012\u00a0": "12",
    "๕๐": "50",
    "๑,๒๓๔.๕๐": "1234.5",
    "-5": "-5",
    "\u22125": "-5",
    "- 5": "unreadable_number",
    "+5": "5",
    "12.": "12",
    "33,750.-": "33750",
    "1\u00a0234\u00a0567": "1234567",
    "1\u202f234": "1234",
    "1\u200b00": "100",
    "\ufeff100": "100",
    "\u202e100\u202c": "100",
    "": None,
    "   ": None,
    "\u200b": None,
    "1e6": "unreadable_number",
    "1E6": "unreadable_number",
    "1.234,50": "unreadable_number",
    "1.234.567": "unreadable_number",
    "510,0003.01": "unreadable_number",
    "1,23": "unreadable_number",
    "1,2345": "unreadable_number",
    ",100": "unreadable_number",
    ",89": "unreadable_number",
    "0,500": "unreadable_number",
    "00,500": "unreadable_number",
    "012,345": "unreadable_number",
    "100 - 200": "unreadable_number",
    "3 ถึง 5": "unreadable_number",
    "80 / 100": "unreadable_number",
    "100,": "unreadable_number",
    "1,000,00": "unreadable_number",
    "1 000": "unreadable_number",
    "1,000\u00a0000": "unreadable_number",
    "--5": "unreadable_number",
    "5-": "unreadable_number",
    "5.5-": "unreadable_number",
    "5-6": "unreadable_number",
    "5/6": "unreadable_number",
    ".": "unreadable_number",
    "+": "unreadable_number",
    "0x10": "unreadable_number",
    "1_000": "unreadable_number",
    "NaN": "unreadable_number",
    "inf": "unreadable_number",
    "Infinity": "unreadable_number",
    "²": "unreadable_number",
    "１００": "unreadable_number",
    "٥٠": "unreadable_number",
    "ห้าสิบ": "unreadable_number",
    "5 ระดับ": "unreadable_number",
    "10\n20": "unreadable_number",
    "1\0002": "unreadable_number",
    "9" * 81: "unreadable_number",
    "9" * 20: "number_out_of_range",
    "-": "placeholder_value",
    "–": "placeholder_value",
    "N/A": "placeholder_value",
    "ไม่มี": "placeholder_value",
    "ไม่ระบุ": "placeholder_value",
}


def written(number: Number) -> str | None:
    """A number as the tables above write it: without trailing zeros."""
    if number.issue_code is not None or number.value is None:
        return number.issue_code
    text = f"{number.value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@every_reader
@pytest.mark.parametrize("raw", NUMBERS)
def test_number(read: Callable[[str], Number], raw: str) -> None:
    assert written(read(raw)) == NUMBERS[raw]


@every_reader
@pytest.mark.parametrize("raw", [raw for raw, value in NUMBERS.items() if value is not None and "_" in value])
def test_what_cannot_be_read_has_no_value(read: Callable[[str], Number], raw: str) -> None:
    assert read(raw).value is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("132,182,444", "132182444"),
        ("1,215,865.49บาท", "1215865.49"),
        ("33,750.- บาท", "33750"),
        ("5,115 ล้านบาท", "5115000000"),
        ("1.5 ล้านบาท", "1500000"),
        ("๑๐๐ บาท", "100"),
        ("510,0003.01 บาท", "unreadable_number"),
        ("บาท", "unreadable_number"),
        ("ล้านบาท", "unreadable_number"),
        ("5 พันล้านบาท", "unreadable_number"),
        ("50%", "unreadable_number"),
        ("100 บาท 50 สตางค์", "unreadable_number"),
        ("99999999999999 ล้านบาท", "number_out_of_range"),
        ("9999999999999999.99", "9999999999999999.99"),
        ("10000000000000000", "number_out_of_range"),
        ("1,100.005", "precision_reduced"),
        ("100.0005", "precision_reduced"),
        ("127.800", "unreadable_number"),
        ("๑๒๗.๘๐๐", "unreadable_number"),
        ("127.800 บาท", "unreadable_number"),
        ("1.525 ล้านบาท", "unreadable_number"),
        ("0.500", "unreadable_number"),
        ("1000.000", "unreadable_number"),
        ("1,127.800", "1127.8"),
        ("127.80", "127.8"),
    ],
)
def test_money(raw: str, value: str) -> None:
    assert written(read_money(raw)) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("ร้อยละ 50", "50"),
        ("ร้อยละ50.5", "50.5"),
        ("50%", "50"),
        ("50 %", "50"),
        ("๕๐ %", "50"),
        ("104.15", "104.15"),
        ("45,069.00%", "45069"),
        ("50 เปอร์เซ็นต์", "50"),
        ("50 percent", "50"),
        ("ร้อยละ", "unreadable_number"),
        ("%", "unreadable_number"),
        ("50%%", "unreadable_number"),
        ("ร้อยละ 50 ของแผน", "unreadable_number"),
        ("50 บาท", "unreadable_number"),
        ("0.12345", "precision_reduced"),
    ],
)
@pytest.mark.parametrize("read", [read_percent, read_result], ids=["percent", "result"])
def test_percent(read: Callable[[str], Number], raw: str, value: str) -> None:
    if value == "precision_reduced" and read is read_result:
        value = "0.12345"
    assert written(read(raw)) == value


def test_a_rounded_number_is_kept_with_the_decimals_of_its_column() -> None:
    assert read_money("1,100.125") == (Decimal("1100.12"), "precision_reduced")
    assert read_percent("33.33333") == (Decimal("33.3333"), "precision_reduced")
    assert read_result("0.0000001") == (Decimal(0), "precision_reduced")


DAYS: dict[str, str | None] = {
    "2022-10-01 00:00:00.000": "2022-10-01",
    "2022-10-01 0:00": "2022-10-01",
    # Midnight in Bangkok as UTC has it, and midnight in UTC as Bangkok has it.
    "2022-09-29 17:00:00.000": "ambiguous_date",
    "2023-09-30 07:00:00.000": "ambiguous_date",
    "2022-10-01 00:00:00.001": "ambiguous_date",
    "2022-10-01 00:01": "ambiguous_date",
    "2022-10-01T17:00:00+07:00": "ambiguous_date",
    "2022-10-01T00:00:00Z": "unreadable_date",
    "31/01/2566 00:00": "2023-01-31 be",
    "31-1-66": "2023-01-31 be",
    "31.1.66": "2023-01-31 be",
    "31 ม.ค. 2566": "2023-01-31 be",
    "2022-10-01": "2022-10-01",
    "2022-10-01 00:00": "2022-10-01",
    "2022-10-01T00:00:00+07:00": "2022-10-01",
    "2022-1-5": "2022-01-05",
    "2566-01-31": "2023-01-31 be",
    "๒๕๖๖-๐๑-๓๑": "2023-01-31 be",
    "31/01/2566": "2023-01-31 be",
    "31/1/2563": "2020-01-31 be",
    "28/10/2563": "2020-10-28 be",
    "10/11/2564": "2021-11-10 be",
    "29/02/2567": "2024-02-29 be",
    "31/01/66": "2023-01-31 be",
    "31/01/40": "1997-01-31 be",
    "31/01/80": "2037-01-31 be",
    "29-10-2023": "2023-10-29",
    "31.01.2566": "2023-01-31 be",
    "31/01/2566 23:59": "ambiguous_date",
    "1/31/2021": "2021-01-31",
    "05/05/2021": "2021-05-05",
    "๓๑/๐๑/๒๕๖๖": "2023-01-31 be",
    "31\u200b/01/2566": "2023-01-31 be",
    "19 พ.ย. 62": "2019-11-19 be",
    "19 พฤศจิกายน 2562": "2019-11-19 be",
    "19พ.ย.2562": "2019-11-19 be",
    "วันที่ 1 มีนาคม พ.ศ. 2566": "2023-03-01 be",
    "๑ ม.ค. ๒๕๖๖": "2023-01-01 be",
    "1 ธ.ค. 2023": "2023-12-01",
    "1950-01-01": "1950-01-01",
    "2100-12-31": "2100-12-31",
    "30 มิย. 66": "2023-06-30 be",
    "": None,
    " \u200b": None,
    "10/11/2021": "ambiguous_date",
    "1/2/2023": "ambiguous_date",
    "31/01/23": "ambiguous_date",
    "01/02/03": "ambiguous_date",
    "31/01/39": "ambiguous_date",
    "31/01/81": "ambiguous_date",
    "ตค.66": "incomplete_date",
    "ต.ค. 2566": "incomplete_date",
    "มีนาคม 2566": "incomplete_date",
    "มิย.": "unreadable_date",
    "0000-00-00": "sentinel_date",
    "0000-00-00 00:00:00": "sentinel_date",
    "00/00/0000": "sentinel_date",
    "1900-01-01": "sentinel_date",
    "01/01/2513": "sentinel_date",
    "1 มกราคม 2513": "sentinel_date",
    "1900-01-01 00:00:00.000": "sentinel_date",
    "01/01/1900": "sentinel_date",
    "0001-01-01": "sentinel_date",
    "-": "placeholder_value",
    "ไม่มี": "placeholder_value",
    "2023-02-29": "unreadable_date",
    "29/02/2566": "unreadable_date",
    "31/04/2566": "unreadable_date",
    "32/01/2566": "unreadable_date",
    "31/13/2566": "unreadable_date",
    "13/13/2021": "unreadable_date",
    "2022-13-01": "unreadable_date",
    "2022-00-10": "unreadable_date",
    "31 กุมภาพันธ์ 2566": "unreadable_date",
    "1 มกรา 2566": "unreadable_date",
    "2022/10/01": "unreadable_date",
    "20221001": "unreadable_date",
    "31/01-2566": "unreadable_date",
    "31/01/566": "unreadable_date",
    "31/01/25666": "unreadable_date",
    "1850-01-01": "unreadable_date",
    "1949-12-31": "unreadable_date",
    "2101-01-01": "unreadable_date",
    "2400-01-01": "unreadable_date",
    "9999-12-31": "unreadable_date",
    "31/01/2566 : ประชุม": "unreadable_date",
    "2022-10-01 ถึง 2023-09-30": "unreadable_date",
    "เดือนมกราคม": "unreadable_date",
    "2566": "unreadable_date",
    "1" * 100: "unreadable_date",
}


@pytest.mark.parametrize("raw", DAYS)
def test_date(raw: str) -> None:
    date = read_date(raw)
    era = " be" if date.calendar == "be" else ""
    found = f"{date.value}{era}" if date.value is not None else date.issue_code
    assert found == DAYS[raw]
    assert date.value is None or date.issue_code is None


MONTHS = {
    "มกราคม": "ม.ค.",
    "กุมภาพันธ์": "ก.พ.",
    "มีนาคม": "มี.ค.",
    "เมษายน": "เม.ย.",
    "พฤษภาคม": "พ.ค.",
    "มิถุนายน": "มิ.ย.",
    "กรกฎาคม": "ก.ค.",
    "สิงหาคม": "ส.ค.",
    "กันยายน": "ก.ย.",
    "ตุลาคม": "ต.ค.",
    "พฤศจิกายน": "พ.ย.",
    "ธันวาคม": "ธ.ค.",
}


def test_every_thai_month_is_known_by_its_name_and_its_abbreviations() -> None:
    for number, (name, short) in enumerate(MONTHS.items(), 1):
        for spelling in (name, short, short.replace(".", "")):
            assert read_date(f"5 {spelling} 2566").value == dt.date(2023, number, 5), spelling


@pytest.mark.parametrize(
    ("raw", "value", "calendar"),
    [
        ("2566", 2566, "be"),
        ("๒๕๖๖", 2566, "be"),
        ("2023", 2566, "ce"),
        ("66", 2566, "be2"),
        ("40", 2540, "be2"),
        ("80", 2580, "be2"),
        ("39", None, None),
        ("81", None, None),
        ("2500", 2500, "be"),
        ("2600", 2600, "be"),
        ("2499", None, None),
        ("2601", None, None),
        ("1957", 2500, "ce"),
        ("2057", 2600, "ce"),
        ("1956", None, None),
        ("2058", None, None),
        ("", None, None),
        (" ", None, None),
        ("-", None, None),
        ("256", None, None),
        ("25666", None, None),
        ("2599", 2599, "be"),
        ("2700", None, None),
        ("1900", None, None),
        ("23", None, None),
        ("99", None, None),
        ("2566-2567", None, None),
        ("พ.ศ. 2566", None, None),
        ("2566.0", None, None),
        ("\u200b2566", 2566, "be"),
    ],
)
def test_year(raw: str, value: int | None, calendar: str | None) -> None:
    year = read_year(raw)
    assert year.value == value
    assert year.calendar == calendar
    assert (year.issue_code is None) == (value is not None or not raw.strip())


@pytest.mark.parametrize(
    ("raw", "unit", "expected"),
    [
        ("100 ร้อยละ", "ร้อยละ", ("100", "ร้อยละ", None)),
        ("1,200.50 ตารางเมตร", "ตารางเมตร", ("1200.50", "ตารางเมตร", None)),
        ("1,200.50 ตารางเมตร", None, ("1200.50", "ตารางเมตร", None)),
        ("4 แห่ง/ปี", "แห่ง/ปี", ("4", "แห่ง/ปี", None)),
        ("100ร้อยละ", "ร้อยละ", ("100", "ร้อยละ", None)),
        ("๘๐ ร้อยละ", "ร้อยละ", ("80", "ร้อยละ", None)),
        ("80", "ระดับ", ("80", None, None)),
        ("5 ระดับ", "ระดับ", ("5", "ระดับ", None)),
        ("80 ()", None, ("80", None, None)),
        ("5\u00a0คน\nต่อปี", None, ("5", "คน\nต่อปี", None)),
        ("คน", "คน", (None, "คน", None)),
        (" คน", "คน", (None, "คน", None)),
        ("", "คน", (None, None, None)),
        ("  ", None, (None, None, None)),
        ("-", "คน", (None, None, "placeholder_value")),
        ("- คน", "คน", (None, "คน", "placeholder_value")),
        ("มากกว่า 80 คน", "คน", (None, None, "unreadable_quantity")),
        ("ร้อยละ 80", "ร้อยละ", ("80", "ร้อยละ", None)),
        ("ร้อยละ 80", "%", ("80", "%", None)),
        ("ร้อยละ 80", None, (None, None, "unreadable_quantity")),
        ("ร้อยละ 80 คน", "ร้อยละ", (None, None, "unreadable_quantity")),
        ("ร้อยละ 80 ร้อยละ", "ร้อยละ", (None, None, "unreadable_quantity")),
        ("ร้อยละ", "ร้อยละ", (None, "ร้อยละ", None)),
        ("80%", "%", ("80", "%", None)),
        ("80%", "คน", ("80", "%", None)),
        ("80%%", None, (None, None, "unreadable_quantity")),
        ("8 0%", None, (None, None, "unreadable_quantity")),
        ("5 คน undefined", None, (None, None, "unreadable_quantity")),
        ("5 คน (null)", "คน", (None, None, "unreadable_quantity")),
        ("5 คน NaN", "คน", (None, None, "unreadable_quantity")),
        ("5 คน ไม่ระบุ", "คน", (None, None, "unreadable_quantity")),
        ("5 คน???", "คน", (None, None, "unreadable_quantity")),
        ("5 ครั้ง (ต่อปี)", None, ("5", "ครั้ง (ต่อปี)", None)),
        ("ดีมาก", None, (None, None, "unreadable_quantity")),
        ("80-90 คน", "คน", (None, None, "unreadable_quantity")),
        ("1e3 คน", "คน", (None, None, "unreadable_quantity")),
        ("100", "0", (None, None, "unreadable_quantity")),
        ("5 คน", "1000 คน", (None, None, "unreadable_quantity")),
        ("5 1000 คน", "1000 คน", (None, None, "unreadable_quantity")),
        ("5", "๑๐๐๐", (None, None, "unreadable_quantity")),
        ("5 ตร.ม²", "ตร.ม²", ("5", "ตร.ม²", None)),
        ("100 0", "0", (None, None, "unreadable_quantity")),
        ("0", "0", (None, None, "unreadable_quantity")),
        ("1.5", ".5", (None, None, "unreadable_quantity")),
        ("5,000 000 คน", None, (None, None, "unreadable_quantity")),
        ("100 - 200 คน/ปี", "คน/ปี", (None, None, "unreadable_quantity")),
        ("100 - 200 คน/ปี", "- 200 คน/ปี", (None, None, "unreadable_quantity")),
        ("100 - 200 คน", "ครัวเรือน", (None, None, "unreadable_quantity")),
        ("3 ถึง 5 แห่ง", None, (None, None, "unreadable_quantity")),
        ("3 ใน 4", None, (None, None, "unreadable_quantity")),
        ("80 / 100 ร้อยละ", "ร้อยละ", (None, None, "unreadable_quantity")),
        ("80 / 100 ร้อยละ", "/ 100 ร้อยละ", (None, None, "unreadable_quantity")),
        ("1 200 คน", None, (None, None, "unreadable_quantity")),
        ("1 200 คน", "200 คน", (None, None, "unreadable_quantity")),
        ("๑ ๒๐๐ คน", None, (None, None, "unreadable_quantity")),
        ("1 ½ วัน", None, (None, None, "unreadable_quantity")),
        ("1\u00a0200 คน", None, ("1200", "คน", None)),
        ("1\u00a0200 คน", "คน", ("1200", "คน", None)),
        ("100 -", None, (None, None, "unreadable_quantity")),
        ("80 %", None, ("80", "%", None)),
        ("5 ตร.ม²", None, ("5", "ตร.ม²", None)),
        ("1.0000001 คน", "คน", ("1.000000", "คน", "precision_reduced")),
        ("1.0000001 คน", None, ("1.000000", "คน", "precision_reduced")),
    ],
)
def test_quantity(raw: str, unit: str | None, expected: tuple[str | None, str | None, str | None]) -> None:
    quantity = read_quantity(raw, unit)
    found = (str(quantity.value) if quantity.value is not None else None, quantity.unit, quantity.issue_code)
    assert found == expected


amounts = st.decimals(min_value=-(10**13), max_value=10**13, places=2, allow_nan=False)
second_numbers = st.tuples(
    amounts.map(abs), st.sampled_from([" - ", " ถึง ", " ใน ", " / ", " ", "/", "-"]), st.integers(0, 9999)
)


@given(second_numbers, st.sampled_from(["คน", "คน/ปี", "ร้อยละ", ""]))
def test_a_value_with_a_second_number_is_never_its_first_number(said: tuple[Decimal, str, int], unit: str) -> None:
    first, between, second = said
    raw = f"{first:,}{between}{second} {unit}"
    for of_row in (unit or None, f"{second} {unit}", f"{between}{second} {unit}".strip(), None):
        assert read_quantity(raw, of_row) == (None, None, "unreadable_quantity")
    assert all(read(raw).value is None for read in READERS.values())


@pytest.mark.parametrize(
    ("raw", "count"),
    [
        ("12", 12),
        ("1,012", 1012),
        ("1.012", 1012),
        ("1 012", 1012),
        ("1\u00a0012", 1012),
        ("1\u2009012", 1012),
        ("1\u202f012", 1012),
        ("1'012", 1012),
        ("1 012 345", 1012345),
        ("๑,๐๑๒", 1012),
        ("1,012.345", None),
        ("1 01", None),
        ("12.5", None),
        ("1 ถึง 12", None),
        ("12 รายการ", None),
        ("-12", None),
        ("", None),
    ],
)
def test_a_count_is_read_whole_or_not_at_all(raw: str, count: int | None) -> None:
    assert read_count(raw) == count


@pytest.mark.parametrize(
    ("detail", "day"),
    [
        ("31/01/2566 : กำลังดำเนินการ", dt.date(2023, 1, 31)),
        ("31/1/2566: ก", dt.date(2023, 1, 31)),
        ("๓๑/๐๑/๒๕๖๖ : ก", dt.date(2023, 1, 31)),
        ("  31/01/2566 :", dt.date(2023, 1, 31)),
        ("31 ม.ค. 2566 : ก", dt.date(2023, 1, 31)),
        ("31 มกราคม พ.ศ. 2566: ก", dt.date(2023, 1, 31)),
        ("๓๑ มค 66 : ก", dt.date(2023, 1, 31)),
        ("31-1-66 : ก", dt.date(2023, 1, 31)),
        ("31.01.2566 : ก", dt.date(2023, 1, 31)),
        ("2566-01-31 : ก", dt.date(2023, 1, 31)),
        ("2023-01-31 : ก", dt.date(2023, 1, 31)),
        ("31/02/2566 : ก", None),
    ],
)
def test_the_stamp_of_a_detail(detail: str, day: dt.date | None) -> None:
    stamp = read_stamp(detail)
    assert stamp is not None
    assert stamp.value == day


@pytest.mark.parametrize(
    "detail", ["", "ก 31/01/2566 :", "31/01/2566 ก", "1 ครั้งที่ 12 :", "10.30-12.00 : ก", "ม.ค. 2566 : ก"]
)
def test_a_detail_without_a_stamp(detail: str) -> None:
    assert read_stamp(detail) is None


@pytest.mark.parametrize("read", [*READERS.values(), read_date, read_year])
def test_a_text_that_is_too_long_is_not_read_by_its_beginning(read: Callable[[str], Number | Date | Year]) -> None:
    beginning = "\u200b" * 76 + "2566"
    assert read(beginning + "7").value is None


@pytest.mark.parametrize("length", [70, 10_000])
def test_whatever_texts_are_read_little_memory_is_kept(length: int) -> None:
    tracemalloc.start()
    try:
        for number in range(6_000):
            read_number(f"{number}".ljust(length, "0"))
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()


@given(texts)
def test_no_text_makes_a_reader_raise_and_a_value_never_hides_an_issue(raw: str) -> None:
    for read in READERS.values():
        number = read(raw)
        assert number.value is None or number.issue_code in (None, "precision_reduced")
        assert number.value is None or number.value.is_finite()
        shows_something = bool(raw.translate(WITHOUT_INVISIBLE).strip())
        assert shows_something == (number.value is not None or number.issue_code is not None)
    assert read_date(raw).value is None or read_date(raw).issue_code is None
    assert read_year(raw).value is None or read_year(raw).issue_code is None
    read_quantity(raw, raw[-3:] or None)
    read_stamp(raw)


@given(amounts)
def test_an_amount_is_read_as_written_with_or_without_separators(amount: Decimal) -> None:
    thai = str.maketrans("0123456789-", "๐๑๒๓๔๕๖๗๘๙\u2212")
    for text in (f"{amount}", f"{amount:,}", f"{amount:,} บาท", f"{amount:,}".translate(thai)):
        assert read_money(text) == (amount, None)


@given(st.dates(dt.date(1970, 1, 2), dt.date(2090, 12, 31)))
def test_a_day_is_read_as_written_in_both_calendars(day: dt.date) -> None:
    be = day.year + 543
    for text in (f"{day}", f"{be}-{day:%m-%d}", f"{day:%d/%m}/{be}", f"{day.day}/{day.month}/{be}"):
        assert read_date(text).value == day
    short = MONTHS[list(MONTHS)[day.month - 1]]
    for text in (f"{day.day} {short} {be}", f"{day.day}-{day.month}-{be}", f"{day.day}.{day.month}.{be}"):
        assert read_date(text).value == day
        assert (read_stamp(f"{text} : ก") or Date(None)).value == day
    written_day_first = read_date(f"{day:%d/%m/%Y}")
    assert written_day_first.value == day or written_day_first.issue_code == "ambiguous_date"
    assert read_date(f"{day:%m/%d/%Y}").value in (day, None)


# Not the day 0 of a clock, which is none.
@given(st.dates(dt.date(1970, 1, 2), dt.date(2090, 12, 31)), st.times(), st.sampled_from([" ", "T"]))
def test_a_time_of_day_other_than_midnight_makes_every_day_uncertain(day: dt.date, time: dt.time, between: str) -> None:
    for text in (
        f"{day}{between}{time:%H:%M:%S}.{time.microsecond // 1000:03}",
        f"{day:%d/%m}/{day.year + 543} {time:%H:%M}",
    ):
        is_midnight = not text.partition(":")[0][-2:].strip("0") and not text.partition(":")[2].strip("0:.")
        assert (read_date(text).value, read_date(text).issue_code) == (
            (day, None) if is_midnight else (None, "ambiguous_date")
        )


@given(amounts, st.text("กขค/%. 0123()", min_size=1, max_size=8).map(str.strip).filter(bool))
def test_a_quantity_is_split_into_its_number_and_its_unit_or_reported(amount: Decimal, unit: str) -> None:
    quantity = read_quantity(f"{amount:,} {unit}", unit)
    # `()` is an empty unit.
    assert (quantity.value, quantity.unit or "()") == (amount, unit) or quantity.issue_code is not None
    alone = read_quantity(f"{amount:,}", unit)
    assert (alone.value, alone.unit) == (amount, None) or alone.issue_code is not None
