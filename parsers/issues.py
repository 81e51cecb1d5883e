"""The catalogue of issue codes: what each means, in Thai and English, and what a steward should do about it."""

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """error: a value or page is lost; warning: a value is doubtful; info: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class IssueCode(NamedTuple):
    """One kind of finding."""

    code: str
    severity: Severity
    title_th: str
    title_en: str
    advice_th: str
    advice_en: str


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO
_CHECK_SITE_TH = "เปิดหน้าโครงการบนเว็บไซต์เพื่อตรวจสอบ หากหน้าแสดงถูกต้อง ให้รอการดึงข้อมูลรอบถัดไป"
_CHECK_SITE_EN = "Open the page on the site; if it shows correctly there, the next run will read it."
_FIX_VALUE_TH = "แจ้งหน่วยงานเจ้าของโครงการให้แก้ไขค่าในระบบต้นทาง"
_FIX_VALUE_EN = "Ask the project's agency to correct the value in the source system."
_TELL_US_TH = "แจ้งผู้ดูแลโปรแกรม เพราะรูปแบบหน้าเว็บอาจเปลี่ยนไป"
_TELL_US_EN = "Tell the maintainers of this program: the layout of the site may have changed."
_KNOW_TH = "ไม่ต้องดำเนินการ แต่ควรทราบเมื่อนำค่าไปใช้"
_KNOW_EN = "Nothing to do; know it when you use the value."

# fmt: off
_CODES = (
    # pages
    IssueCode("page_not_found", _E, "ไม่พบหน้าโครงการ", "The site says there is no such page", _CHECK_SITE_TH, _CHECK_SITE_EN),
    IssueCode("page_login", _E, "หน้าเว็บขอให้เข้าสู่ระบบ", "The site asks for a login or refuses the page", _CHECK_SITE_TH, _CHECK_SITE_EN),
    IssueCode("page_maintenance", _E, "เว็บไซต์ปิดปรับปรุง", "The site is under maintenance", _CHECK_SITE_TH, _CHECK_SITE_EN),
    IssueCode("page_server_error", _E, "เซิร์ฟเวอร์ขัดข้อง", "The server failed while it wrote the page", _CHECK_SITE_TH, _CHECK_SITE_EN),
    IssueCode("page_truncated", _E, "หน้าเว็บมาไม่ครบ", "The page was cut before its end", _CHECK_SITE_TH, _CHECK_SITE_EN),
    IssueCode("page_empty", _E, "หน้าเว็บว่างเปล่า", "The page is empty", _CHECK_SITE_TH, _CHECK_SITE_EN),
    IssueCode("page_redirect_stub", _E, "หน้าเว็บส่งต่อไปที่อื่น", "The page sends the reader elsewhere", _CHECK_SITE_TH, _CHECK_SITE_EN),
    IssueCode("page_listing", _E, "ได้หน้ารายการแทนหน้าโครงการ", "A listing came instead of a project page", _CHECK_SITE_TH, _CHECK_SITE_EN),
    IssueCode("page_unknown", _E, "ไม่รู้จักชนิดของหน้าเว็บ", "The page is of no known kind", _TELL_US_TH, _TELL_US_EN),
    IssueCode("page_crashed_parser", _E, "หน้าเว็บทำให้โปรแกรมอ่านหยุดทำงาน", "The page crashed the parser and is quarantined", _TELL_US_TH, _TELL_US_EN),
    IssueCode("wrong_project", _E, "หน้าเว็บเป็นของโครงการอื่น", "The page names another project than the one asked for", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("php_warnings", _W, "มีคำเตือนของ PHP ในหน้าเว็บ", "PHP warnings stand in the page", "แจ้งผู้ดูแลเว็บไซต์ต้นทาง", "Tell the administrators of the site."),
    # labels
    IssueCode("unknown_label", _W, "ป้ายชื่อที่ไม่รู้จัก", "A label nobody knows; its row is kept in page_fields", _TELL_US_TH, _TELL_US_EN),
    IssueCode("missing_label", _W, "ไม่มีป้ายชื่อที่ควรมี", "A known label is missing from the page", _TELL_US_TH, _TELL_US_EN),
    IssueCode("renamed_label", _I, "ป้ายชื่อเขียนต่างไปจากเดิม", "A known label is spelled in another way", _KNOW_TH, _KNOW_EN),
    IssueCode("ambiguous_label", _E, "บอกไม่ได้ว่าป้ายชื่อนี้หมายถึงช่องใด", "The position does not tell which of two fields the label names", _TELL_US_TH, _TELL_US_EN),
    IssueCode("duplicate_row", _E, "ป้ายชื่อซ้ำแต่ค่าต่างกัน", "A label stands twice with different values; neither is taken", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("repeated_row", _I, "ป้ายชื่อซ้ำและค่าเดียวกัน", "A label stands twice with the same value", _KNOW_TH, _KNOW_EN),
    # tables below the rows
    IssueCode("unknown_column", _W, "คอลัมน์ที่ไม่รู้จัก", "A table has a column nobody knows", _TELL_US_TH, _TELL_US_EN),
    IssueCode("missing_column", _W, "ตารางขาดคอลัมน์", "A table lacks a known column", _TELL_US_TH, _TELL_US_EN),
    IssueCode("unknown_table", _W, "ตารางที่ไม่รู้จัก", "A table nobody knows stands on the page", _TELL_US_TH, _TELL_US_EN),
    IssueCode("duplicate_table", _W, "มีตารางเดียวกันมากกว่าหนึ่งตาราง", "The same table stands on the page twice", _TELL_US_TH, _TELL_US_EN),
    IssueCode("malformed_table_row", _E, "แถวในตารางมีจำนวนช่องไม่ตรงกับหัวตาราง", "A table row has another number of cells than its header", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("incomplete_table", _E, "ตารางแสดงไม่ครบทุกแถว", "The table shows fewer rows than the site says there are", _TELL_US_TH, _TELL_US_EN),
    IssueCode("duplicate_report", _W, "รายงานความคืบหน้าซ้ำกัน", "Two progress reports are the same in every cell", _FIX_VALUE_TH, _FIX_VALUE_EN),
    # numbers, dates, texts
    IssueCode("unreadable_number", _E, "อ่านตัวเลขไม่ได้", "The number cannot be read for certain", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("number_out_of_range", _E, "ตัวเลขมากเกินกว่าจะเป็นไปได้", "The number is larger than any plausible value", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("precision_reduced", _I, "ปัดทศนิยม", "The number has more decimals than its column keeps; the raw text has them all", _KNOW_TH, _KNOW_EN),
    IssueCode("unreadable_date", _E, "อ่านวันที่ไม่ได้", "The date cannot be read for certain, or there is no such day", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("ambiguous_date", _E, "วันที่ตีความได้มากกว่าหนึ่งแบบ", "The date could be day/month or month/day", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("incomplete_date", _E, "วันที่ไม่ครบ", "The date names no day", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("sentinel_date", _W, "วันที่ที่ใช้แทนค่าว่าง", "The date stands for no date (0000-00-00, 1900-01-01)", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("unreadable_year", _E, "อ่านปีไม่ได้", "The fiscal year cannot be read", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("unreadable_quantity", _W, "แยกค่ากับหน่วยนับไม่ได้", "Value and unit cannot be told apart", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("placeholder_value", _I, "ใช้เครื่องหมายหรือคำแทนค่าว่าง", "A dash or word stands where there is no value", _KNOW_TH, _KNOW_EN),
    IssueCode("truncated_value", _E, "ค่าอาจถูกตัด", "The page was cut in or after this value", _CHECK_SITE_TH, _CHECK_SITE_EN),
    IssueCode("ambiguous_text", _E, "แยกข้อความเป็นช่องไม่ได้แน่นอน", "Extracted text that cannot be split into fields for certain", _CHECK_SITE_TH, _CHECK_SITE_EN),
    IssueCode("malformed_project_code", _W, "รหัสโครงการผิดรูปแบบ", "The project code is not eight digits, a hyphen and a number", _FIX_VALUE_TH, _FIX_VALUE_EN),
    # plausibility
    IssueCode("progress_out_of_range", _W, "ความคืบหน้าอยู่นอกช่วง 0–100", "Progress outside 0 to 100", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("negative_money", _W, "จำนวนเงินติดลบ", "An amount of money is negative", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("spent_over_received", _W, "ใช้งบเกินที่ได้รับ", "More was spent than received", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("finish_before_start", _W, "วันสิ้นสุดก่อนวันเริ่มต้น", "The project finishes before it starts", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("outside_fiscal_year", _I, "วันที่อยู่นอกปีงบประมาณ", "A date lies outside the fiscal year of the project", _KNOW_TH, _KNOW_EN),
    IssueCode("other_calendar", _W, "ใช้ปฏิทินต่างจากที่ระบบใช้", "A date or year is written in another calendar than the site uses there", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("month_conflict", _W, "ผลงานเดือนเดียวกันไม่ตรงกัน", "Rows of the same month say different things", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("month_layout_unknown", _W, "ลำดับแถวเดือนไม่เป็นแบบที่รู้จัก", "The month rows stand in an order not seen before", _TELL_US_TH, _TELL_US_EN),
    IssueCode("reports_out_of_order", _I, "รายงานไม่เรียงตามวันที่", "Progress reports are not in order of their dates", _KNOW_TH, _KNOW_EN),
    IssueCode("progress_falls", _W, "ความคืบหน้าลดลง", "Progress falls from one report to the next", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("latest_progress_differs", _W, "ความคืบหน้าล่าสุดไม่ตรงกัน", "Heading, row and last report give different latest progress", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("stamp_differs", _W, "วันที่ในรายละเอียดไม่ตรงกับวันที่รายงาน", "The day in the detail is not the day of the report", _FIX_VALUE_TH, _FIX_VALUE_EN),
    # characters
    IssueCode("encoding_repaired", _W, "รหัสอักขระไม่ตรงกับที่ประกาศ", "The page is not in the encoding it declares; it was read by its bytes", "แจ้งผู้ดูแลเว็บไซต์ต้นทาง", "Tell the administrators of the site."),
    IssueCode("undecodable_bytes", _E, "มีไบต์ที่อ่านเป็นอักขระไม่ได้", "Some bytes are no characters", _CHECK_SITE_TH, _CHECK_SITE_EN),
    IssueCode("replacement_character", _E, "มีอักขระแทนที่ (U+FFFD)", "A text holds U+FFFD: a character was lost", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("nul_characters", _W, "มีอักขระ NUL ในหน้าเว็บ", "The page holds NUL characters; they are left out of the texts", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("control_characters", _W, "มีอักขระควบคุม", "A text holds control characters", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("hidden_characters", _W, "มีอักขระที่มองไม่เห็น", "A value holds zero-width characters, a BOM or soft hyphens", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("bidi_characters", _W, "มีอักขระสลับทิศทางข้อความ", "A text holds characters that change the direction of what is shown", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("doubled_marks", _I, "วรรณยุกต์หรือสระซ้อนกัน", "Tone marks or vowels stand doubled or where Thai has none", _FIX_VALUE_TH, _FIX_VALUE_EN),
    IssueCode("decomposed_sara_am", _I, "สระอำแยกเป็นสองอักขระ", "Sara am is written as two characters", _KNOW_TH, _KNOW_EN),
    IssueCode("lookalike_null", _I, "ข้อความที่ดูเหมือนค่าว่างของระบบ", "A stored text looks like the site's own 'not set'", _FIX_VALUE_TH, _FIX_VALUE_EN),
)
# fmt: on

CATALOGUE = {code.code: code for code in _CODES}
