"""Ordinary texts hold many numbers, and none of them is a contact. Every text here is invented."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.build.contacts.mask import mask_contact, mask_text

YEARS = st.integers(2550, 2580)
COUNTS = st.integers(1, 9_999_999)
SMALL = st.integers(1, 999)
DAYS, MONTHS, MONTH_NAMES = (
    st.integers(1, 31),
    st.integers(1, 12),
    st.sampled_from(["ม.ค.", "ก.พ.", "มีนาคม", "ต.ค.", "ธันวาคม"]),
)
MONEY = st.decimals(1000, 99_999_999, places=2)
# Codes as they are given: some begin with 0 and have the length of a telephone number.
CODES = st.text("0123456789", min_size=8, max_size=14)


def said(form: str, *values: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    return st.tuples(*values).map(lambda chosen: form.format(*chosen))


YEARS_SAID = [
    said(form, YEARS)
    for form in (
        "ปี {}", "ปี{}", "ปีงบประมาณ {}", "ปีงบประมาณ พ.ศ. {}", "ประจำปี {}", "ปีการศึกษา {}", "พ.ศ. {}", "พ.ศ.{}",
        "งบประมาณ {}", "งบ {}", "พ.ร.บ. {}", "พระราชบัญญัติสมมุติ {}",
    )
]  # fmt: skip
DATES = [
    said("{}/{}/{}", DAYS, MONTHS, YEARS),
    said("{:02}/{:02}/{}", DAYS, MONTHS, YEARS),
    said("{:02}-{:02}-{}", DAYS, MONTHS, YEARS),
    said("{2}-{1:02}-{0:02}", DAYS, MONTHS, YEARS),
    said("{} {} {}", DAYS, MONTH_NAMES, YEARS),
    said("{:02}/{:02}/{}-{:02}/{:02}/{}", DAYS, MONTHS, YEARS, DAYS, MONTHS, YEARS),
    st.sampled_from(["08.30 - 16.30 น.", "09:00-12:00 น.", "เวลา 08.30-16.30"]),
]
AMOUNTS = [
    said("{:,} บาท", COUNTS),
    said("{} บาท", COUNTS),
    said("งบประมาณ {:,} บาท", COUNTS),
    said("วงเงิน {:,.2f} บาท", MONEY),
    said("{:,.2f}", MONEY),
    said("{}.-", COUNTS),
]
COUNTED = [said("{:,} " + unit, COUNTS) for unit in ("คน", "แห่ง", "ครั้ง", "ชุมชน", "ราย", "โครงการ")]
CODES_SAID = [
    said("{:04}0000-{:04}", st.integers(1000, 9999), st.integers(0, 9999)),
    *(
        said(form, CODES)
        for form in ("เลขที่สัญญา {}", "สัญญาจ้างเลขที่ {}", "ใบสั่งซื้อเลขที่ {}", "รหัสงบประมาณ {}", "เลขที่เอกสาร {}")
    ),
    said("ครั้งที่ {}/{}", SMALL, YEARS),
    said("คำสั่งที่ {}/{}", SMALL, YEARS),
    said("หนังสือที่ กท 0401.{}/{}", st.integers(1, 30), SMALL),
    said("มาตรา {}", SMALL),
    st.sampled_from(["ISO 9001", "ISO 14001:2015"]),
]
ITEMS = [
    said("\n{}. จัดประชุม", st.integers(1, 30)),
    said("\n{}) จัดประชุม", st.integers(1, 30)),
    said("\n{}.{} ลงพื้นที่", SMALL, SMALL),
]
# They say what they are, so that they stay in the field of contacts too.
SAYS_WHAT = st.one_of(*YEARS_SAID, *DATES, *AMOUNTS, *COUNTED, *CODES_SAID, *ITEMS)
# A list begins with 0 as a telephone number does.
LISTS = st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(3, 12)).map(
    lambda chosen: " ".join(f"{number:02}" for number in range(chosen[0], 100, chosen[1])[: chosen[2]])
)
PERCENTS = st.sampled_from([" ", "-", ", ", "/"]).map(lambda between: between.join(["0", "25", "50", "75", "100"]))
BARE = st.one_of(
    said("{}", COUNTS), said("({})", YEARS), said("{:,}", COUNTS), said("{}-{}", SMALL, SMALL), LISTS, PERCENTS
)
WORDS = st.sampled_from(
    ["ดำเนินการ", "ฝ่ายปกครอง", "สำนักงานเขตสมมุติ", "ตามแผน", "รายงานผล", "ลงพื้นที่แล้ว", "นายสมมติ", "งานโยธา"]
)
JOINED = st.sampled_from([" ", "\n", ", ", " : ", " และ", " (", ") "])


def texts(numbers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Numbers between words, with what people type between them."""
    piece = st.tuples(WORDS, JOINED, numbers, JOINED)
    return st.lists(piece, min_size=1, max_size=6).map(lambda pieces: "".join(map("".join, pieces)) + "ต่อไป")


@given(text=texts(st.one_of(SAYS_WHAT, BARE)))
def test_every_number_of_an_ordinary_text_stays(text: str) -> None:
    assert mask_text(text) == text


@given(text=texts(SAYS_WHAT))
def test_a_number_that_says_what_it_is_stays_in_the_field_of_contacts(text: str) -> None:
    assert mask_contact(text) == text


@given(
    before=SAYS_WHAT,
    behind=SAYS_WHAT,
    digits=st.from_regex(r"0[689][1-9][0-9]{7}", fullmatch=True),
    is_spelled=st.booleans(),
)
def test_a_telephone_number_among_ordinary_numbers_is_masked_and_they_stay(
    before: str, behind: str, digits: str, is_spelled: bool
) -> None:
    spelled = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if is_spelled else digits
    masked = f"{digits[:3]}xx xxxx"
    for mask in (mask_contact, mask_text):
        assert mask(f"{before} นายสมมติ {spelled} แล้ว {behind}") == f"{before} นายสมมติ {masked} แล้ว {behind}"
