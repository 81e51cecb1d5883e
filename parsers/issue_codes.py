"""The catalogue of issue codes: what each means, in Thai and English, and what a steward should do about it."""

import re
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """error: a value or page is lost; warning: a value is doubtful; info: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class IssueCode(NamedTuple):
    """One kind of issue.

    message_th is the Thai message of each such issue, beside its own message in English: {label}, {raw} and {row} are
    replaced by the issue's label, raw text and ordinal.
    """

    code: str
    severity: Severity
    title_th: str
    title_en: str
    advice_th: str
    advice_en: str
    message_th: str


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO
_CHECK_SITE_TH = "เปิดหน้าโครงการบนเว็บไซต์เพื่อตรวจสอบ หากหน้าแสดงถูกต้อง ให้รอการดึงข้อมูลรอบถัดไป"
_CHECK_SITE_EN = "Open the page on the site; if it shows correctly there, the next run will read it."
_FIX_VALUE_TH = "แจ้งหน่วยงานเจ้าของโครงการให้แก้ไขค่าในระบบต้นทาง"
_FIX_VALUE_EN = "Ask the project's agency to correct the value in the source system."
_TELL_US_TH = "แจ้งผู้ดูแลโปรแกรม เพราะรูปแบบหน้าเว็บอาจเปลี่ยนไป"
_TELL_US_EN = "Tell the maintainers of this program: the layout of the site may have changed."
_TELL_SITE_TH = "แจ้งผู้ดูแลเว็บไซต์ต้นทาง"
_TELL_SITE_EN = "Tell the administrators of the site."
_KNOW_TH = "ไม่ต้องดำเนินการ แต่ควรทราบเมื่อนำค่าไปใช้"
_KNOW_EN = "Nothing to do; keep it in mind when you use the value."

# fmt: off
_CODES = (
    # pages
    IssueCode("page_not_found", _E, "ไม่พบหน้าโครงการ", "The site says there is no such page", _CHECK_SITE_TH, _CHECK_SITE_EN, "เว็บไซต์แจ้งว่าไม่มีหน้าโครงการนี้"),
    IssueCode("page_login", _E, "หน้าเว็บขอให้เข้าสู่ระบบ", "The site asks for a login or refuses the page", _CHECK_SITE_TH, _CHECK_SITE_EN, "เว็บไซต์ให้เข้าสู่ระบบหรือปฏิเสธการเข้าถึง แทนที่จะแสดงหน้าโครงการ"),
    IssueCode("page_maintenance", _E, "เว็บไซต์ปิดปรับปรุง", "The site is under maintenance", _CHECK_SITE_TH, _CHECK_SITE_EN, "เว็บไซต์แสดงหน้าปิดปรับปรุงแทนหน้าโครงการ"),
    IssueCode("page_server_error", _E, "เซิร์ฟเวอร์ขัดข้อง", "The server failed while it wrote the page", _CHECK_SITE_TH, _CHECK_SITE_EN, "เซิร์ฟเวอร์แสดงข้อผิดพลาดแทนหน้าโครงการ หรือหยุดระหว่างส่งหน้า"),
    IssueCode("page_truncated", _E, "หน้าเว็บมาไม่ครบ", "The page was cut before its end", _CHECK_SITE_TH, _CHECK_SITE_EN, "หน้าเว็บขาดก่อนจบ ข้อมูลหลังจุดที่ขาดไม่ได้ถูกอ่าน"),
    IssueCode("page_empty", _E, "หน้าเว็บว่างเปล่า", "The page is empty", _CHECK_SITE_TH, _CHECK_SITE_EN, "หน้าเว็บไม่มีเนื้อหา"),
    IssueCode("page_redirect_stub", _E, "หน้าเว็บส่งต่อไปที่อื่น", "The page sends the reader elsewhere", _CHECK_SITE_TH, _CHECK_SITE_EN, "หน้าเว็บมีแต่คำสั่งให้ไปที่อื่น ไม่มีข้อมูลโครงการ"),
    IssueCode("page_listing", _E, "ได้หน้ารายการแทนหน้าโครงการ", "A listing came instead of a project page", _CHECK_SITE_TH, _CHECK_SITE_EN, "เว็บไซต์ส่งหน้ารายการโครงการมาแทนหน้าของโครงการนี้"),
    IssueCode("page_unknown", _E, "ไม่รู้จักชนิดของหน้าเว็บ", "The page is of an unknown kind", _TELL_US_TH, _TELL_US_EN, "หน้าที่ได้มาไม่เหมือนหน้าใดที่โปรแกรมรู้จัก จึงไม่ได้อ่านค่าใด"),
    IssueCode("page_crashed_parser", _E, "หน้าเว็บทำให้โปรแกรมอ่านหยุดทำงาน", "The page crashed the parser and is quarantined", _TELL_US_TH, _TELL_US_EN, "โปรแกรมอ่านหยุดทำงานขณะอ่านหน้านี้ หน้าถูกแยกเก็บไว้และไม่ได้นำค่ามาใช้"),
    IssueCode("page_too_costly", _E, "หน้าเว็บใช้เวลาอ่านนานเกินไป", "The page takes too long to read and is quarantined", _TELL_US_TH, _TELL_US_EN, "การอ่านหน้านี้ใช้เวลาประมวลผลเกินห้าวินาที หน้าถูกแยกเก็บไว้และไม่ได้นำค่ามาใช้"),
    IssueCode("wrong_project", _E, "หน้าเว็บเป็นของโครงการอื่น", "The page names another project than the one asked for", _FIX_VALUE_TH, _FIX_VALUE_EN, "หน้าที่ได้มาไม่ใช่ของโครงการที่ขอ แต่ระบุรหัส {raw} จึงไม่ได้นำค่ามาใช้"),
    IssueCode("page_of_no_project", _E, "หน้าไม่ระบุรหัสโครงการ", "The page names no project", _CHECK_SITE_TH, _CHECK_SITE_EN, "หน้านี้ไม่ระบุรหัสโครงการ จึงไม่ใช้แทนข้อมูลเดิม"),
    IssueCode("two_projects", _E, "หน้าระบุมากกว่าหนึ่งโครงการ", "The page names more than one project", _CHECK_SITE_TH, _CHECK_SITE_EN, "หน้านี้ระบุมากกว่าหนึ่งโครงการ จึงไม่นำค่าใดมาใช้"),
    IssueCode("php_warnings", _W, "มีคำเตือนของ PHP ในหน้าเว็บ", "The page contains PHP warnings", _TELL_SITE_TH, _TELL_SITE_EN, "มีข้อความเตือนของ PHP ปนอยู่ในหน้าเว็บ"),
    # labels
    IssueCode("unknown_label", _W, "ป้ายชื่อที่ไม่รู้จัก", "The label is not known; its row is kept in page_fields", _TELL_US_TH, _TELL_US_EN, "โปรแกรมไม่รู้จักป้ายนี้ ค่าจึงอยู่ในตาราง page_fields เท่านั้น"),
    IssueCode("missing_label", _W, "ไม่มีป้ายชื่อที่ควรมี", "A known label is missing from the page", _TELL_US_TH, _TELL_US_EN, "แถวนี้ควรมีบนหน้าแต่ไม่พบ"),
    IssueCode("renamed_label", _I, "ป้ายชื่อเขียนต่างไปจากเดิม", "A known label is spelled in another way", _KNOW_TH, _KNOW_EN, "ป้ายนี้เขียนต่างจากเดิม แต่ยังรู้แน่ว่าหมายถึงช่องใด"),
    IssueCode("ambiguous_label", _E, "บอกไม่ได้ว่าป้ายชื่อนี้หมายถึงช่องใด", "The position does not show which of two fields the label names", _TELL_US_TH, _TELL_US_EN, "แถวที่ {row} อาจเป็นเป้าหมายของโครงการหรือหัวข้อของแถวรายเดือน จึงไม่ได้เลือกให้"),
    IssueCode("duplicate_row", _E, "ป้ายชื่อซ้ำแต่ค่าต่างกัน", "A label appears twice with different values; neither is taken", _FIX_VALUE_TH, _FIX_VALUE_EN, "ป้ายนี้มีมากกว่าหนึ่งแถวและค่าไม่ตรงกัน จึงไม่ได้เลือกค่าใด"),
    IssueCode("repeated_row", _I, "ป้ายชื่อซ้ำและค่าเดียวกัน", "A label appears twice with the same value", _KNOW_TH, _KNOW_EN, "ป้ายนี้มีมากกว่าหนึ่งแถวโดยมีค่าเดียวกัน"),
    # tables below the rows
    IssueCode("unknown_column", _W, "คอลัมน์ที่ไม่รู้จัก", "A table has an unknown column", _TELL_US_TH, _TELL_US_EN, "ตารางบนหน้ามีคอลัมน์ที่โปรแกรมไม่รู้จัก"),
    IssueCode("missing_column", _W, "ตารางขาดคอลัมน์", "A known column is missing from a table", _TELL_US_TH, _TELL_US_EN, "ตารางบนหน้าไม่มีคอลัมน์นี้"),
    IssueCode("missing_table", _W, "หน้าไม่มีตารางที่ควรมี", "The page shows no table of reports or of edits", _CHECK_SITE_TH, _CHECK_SITE_EN, "หน้านี้ไม่มีตาราง ข้อมูลที่เคยเห็นยังคงอยู่"),
    IssueCode("unknown_table", _W, "ตารางที่ไม่รู้จัก", "The page has an unknown table", _TELL_US_TH, _TELL_US_EN, "บนหน้ามีตารางที่โปรแกรมไม่รู้จัก"),
    IssueCode("duplicate_table", _W, "มีตารางเดียวกันมากกว่าหนึ่งตาราง", "The same table appears on the page twice", _TELL_US_TH, _TELL_US_EN, "ตารางเดียวกันอยู่บนหน้ามากกว่าหนึ่งครั้ง โปรแกรมใช้ตารางแรก"),
    IssueCode("malformed_table_row", _E, "แถวในตารางมีจำนวนช่องไม่ตรงกับหัวตาราง", "A table row has another number of cells than its header", _FIX_VALUE_TH, _FIX_VALUE_EN, "แถวที่ {row} ของตารางมีจำนวนช่องไม่ตรงกับหัวตาราง จึงไม่ได้อ่านแถวนี้"),
    IssueCode("table_footer", _I, "ตารางมีแถวสรุป", "A table has a row of sums below its rows; it is none of them", _KNOW_TH, _KNOW_EN, "ใต้ตารางมีแถวสรุป {raw} ซึ่งไม่นับเป็นแถวของตาราง"),
    IssueCode("incomplete_table", _E, "ตารางแสดงไม่ครบทุกแถว", "The table shows fewer rows than the site says there are", _TELL_US_TH, _TELL_US_EN, "ตารางนี้แสดงไม่ครบทุกแถวตามที่หน้าเว็บระบุ"),
    IssueCode("duplicate_report", _W, "รายงานความคืบหน้าซ้ำกัน", "Two progress reports are the same in every cell", _FIX_VALUE_TH, _FIX_VALUE_EN, "รายงานที่ {row} เหมือนรายงานก่อนหน้าทุกช่อง"),
    # numbers, dates, texts
    IssueCode("unreadable_number", _E, "อ่านตัวเลขไม่ได้", "The number cannot be read for certain", _FIX_VALUE_TH, _FIX_VALUE_EN, "ข้อความนี้อ่านเป็นตัวเลขให้แน่นอนไม่ได้ ค่าจึงเว้นว่างไว้"),
    IssueCode("number_out_of_range", _E, "ตัวเลขมากเกินกว่าจะเป็นไปได้", "The number is larger than any plausible value", _FIX_VALUE_TH, _FIX_VALUE_EN, "ตัวเลขนี้มากเกินกว่าจะเป็นไปได้ ค่าจึงเว้นว่างไว้"),
    IssueCode("precision_reduced", _I, "ปัดทศนิยม", "The number has more decimals than its column keeps; the raw text has them all", _KNOW_TH, _KNOW_EN, "ตัวเลขมีทศนิยมมากกว่าที่คอลัมน์เก็บ ทศนิยมทั้งหมดอยู่ในข้อความเดิม"),
    IssueCode("unreadable_date", _E, "อ่านวันที่ไม่ได้", "The date cannot be read for certain, or there is no such day", _FIX_VALUE_TH, _FIX_VALUE_EN, "ข้อความนี้อ่านเป็นวันที่ให้แน่นอนไม่ได้ หรือไม่มีวันนั้นจริง ค่าจึงเว้นว่างไว้"),
    IssueCode("ambiguous_date", _E, "วันที่ตีความได้มากกว่าหนึ่งแบบ", "The date could be day/month or month/day, or has a time of day that may belong to the next day", _FIX_VALUE_TH, _FIX_VALUE_EN, "อ่านได้ทั้งแบบวัน/เดือนและเดือน/วัน หรือมีเวลาซึ่งอาจเป็นของวันอื่น ค่าจึงเว้นว่างไว้"),
    IssueCode("incomplete_date", _E, "วันที่ไม่ครบ", "The date names no day", _FIX_VALUE_TH, _FIX_VALUE_EN, "วันที่นี้ไม่ได้ระบุวัน ค่าจึงเว้นว่างไว้"),
    IssueCode("sentinel_date", _W, "วันที่ที่ใช้แทนค่าว่าง", "The date means that there is no date (0000-00-00, 1900-01-01)", _FIX_VALUE_TH, _FIX_VALUE_EN, "วันที่นี้ใช้แทนการไม่ระบุวันที่ ค่าจึงเว้นว่างไว้"),
    IssueCode("unreadable_year", _E, "อ่านปีไม่ได้", "The fiscal year cannot be read", _FIX_VALUE_TH, _FIX_VALUE_EN, "อ่านปีงบประมาณจากข้อความนี้ไม่ได้ ค่าจึงเว้นว่างไว้"),
    IssueCode("unreadable_quantity", _W, "แยกค่ากับหน่วยนับไม่ได้", "Value and unit cannot be told apart", _FIX_VALUE_TH, _FIX_VALUE_EN, "แยกตัวเลขกับหน่วยนับจากข้อความนี้ให้แน่นอนไม่ได้"),
    IssueCode("placeholder_value", _I, "ใช้เครื่องหมายหรือคำแทนค่าว่าง", "A dash or word is used where there is no value", _KNOW_TH, _KNOW_EN, "เครื่องหมายหรือคำนี้ใช้แทนการไม่มีค่า จึงถือว่าไม่มีค่า"),
    IssueCode("truncated_value", _E, "ค่าอาจถูกตัด", "The page was cut in or after this value", _CHECK_SITE_TH, _CHECK_SITE_EN, "หน้าเว็บขาดที่แถวนี้หรือหลังแถวนี้ จึงไม่ได้อ่านตัวเลขหรือวันที่จากแถวนี้"),
    IssueCode("ambiguous_text", _E, "แยกข้อความเป็นช่องไม่ได้แน่นอน", "Extracted text that cannot be split into fields for certain", _CHECK_SITE_TH, _CHECK_SITE_EN, "บางบรรทัดของข้อความเป็นแถวของหน้าได้มากกว่าหนึ่งแถว"),
    IssueCode("malformed_project_code", _W, "รหัสโครงการผิดรูปแบบ", "The project code is not eight digits, a hyphen and a number", _FIX_VALUE_TH, _FIX_VALUE_EN, "รหัส {raw} ไม่ใช่ตัวเลขแปดหลัก ขีด และหมายเลข"),
    # plausibility
    IssueCode("progress_out_of_range", _W, "ความคืบหน้าอยู่นอกช่วง 0–100", "Progress outside 0 to 100", _FIX_VALUE_TH, _FIX_VALUE_EN, "ความคืบหน้า {raw} อยู่นอกช่วง 0 ถึง 100"),
    IssueCode("negative_money", _W, "จำนวนเงินติดลบ", "An amount of money is negative", _FIX_VALUE_TH, _FIX_VALUE_EN, "จำนวนเงิน {raw} ติดลบ"),
    IssueCode("spent_over_received", _W, "ใช้งบเกินที่ได้รับ", "More was spent than received", _FIX_VALUE_TH, _FIX_VALUE_EN, "ใช้งบไป {raw} บาท มากกว่างบที่ได้รับ"),
    IssueCode("finish_before_start", _W, "วันสิ้นสุดก่อนวันเริ่มต้น", "The project finishes before it starts", _FIX_VALUE_TH, _FIX_VALUE_EN, "วันสิ้นสุด {raw} อยู่ก่อนวันเริ่มต้นของโครงการ"),
    IssueCode("outside_fiscal_year", _I, "วันที่อยู่นอกปีงบประมาณ", "A date is outside the fiscal year of the project", _KNOW_TH, _KNOW_EN, "วันที่ {raw} อยู่นอกปีงบประมาณของโครงการ"),
    IssueCode("other_calendar", _W, "ใช้ปฏิทินต่างจากที่ระบบใช้", "A date or year is written in another calendar than the site uses there", _FIX_VALUE_TH, _FIX_VALUE_EN, "{raw} ใช้ปฏิทินต่างจากที่ระบบใช้ในช่องนี้"),
    IssueCode("month_conflict", _W, "ผลงานเดือนเดียวกันไม่ตรงกัน", "Rows of the same month say different things", _FIX_VALUE_TH, _FIX_VALUE_EN, "เดือนนี้มีมากกว่าหนึ่งแถวและค่าไม่ตรงกัน ตามลำดับบนหน้าคือ {raw}"),
    IssueCode("month_layout_unknown", _W, "ลำดับแถวเดือนไม่เป็นแบบที่รู้จัก", "The month rows are in an order not seen before", _TELL_US_TH, _TELL_US_EN, "แถวรายเดือนซึ่งเริ่มที่แถวที่ {row} เรียงในลำดับที่ไม่เคยพบ"),
    IssueCode("reports_out_of_order", _I, "รายงานไม่เรียงตามวันที่", "Progress reports are not in order of their dates", _KNOW_TH, _KNOW_EN, "รายงานที่ {row} ลงวันที่ {raw} ก่อนวันที่ของรายงานที่อยู่เหนือขึ้นไป"),
    IssueCode("progress_falls", _W, "ความคืบหน้าลดลง", "Progress falls from one report to the next", _FIX_VALUE_TH, _FIX_VALUE_EN, "ความคืบหน้าในรายงานที่ {row} เป็น {raw} น้อยกว่าในรายงานก่อนหน้า"),
    IssueCode("latest_progress_differs", _W, "ความคืบหน้าล่าสุดไม่ตรงกัน", "Heading, row and last report give different latest progress", _FIX_VALUE_TH, _FIX_VALUE_EN, "ความคืบหน้าล่าสุดที่หัวเรื่อง ในแถว และในรายงานสุดท้ายไม่ตรงกัน"),
    IssueCode("stamp_differs", _W, "วันที่ในรายละเอียดไม่ตรงกับวันที่รายงาน", "The day in the detail is not the day of the report", _FIX_VALUE_TH, _FIX_VALUE_EN, "รายละเอียดของรายงานที่ {row} ขึ้นต้นด้วยวันที่ต่างจากวันที่รายงาน"),
    # characters
    IssueCode("encoding_repaired", _W, "รหัสอักขระไม่ตรงกับที่ประกาศ", "The page is not in the encoding it declares; it was read by its bytes", _TELL_SITE_TH, _TELL_SITE_EN, "หน้าเว็บประกาศรหัสอักขระไม่ตรงกับที่ใช้จริง โปรแกรมอ่านตามที่ใช้จริง"),
    IssueCode("undecodable_bytes", _E, "มีไบต์ที่อ่านเป็นอักขระไม่ได้", "Some bytes are not characters", _CHECK_SITE_TH, _CHECK_SITE_EN, "บางไบต์ของหน้าเว็บอ่านเป็นอักขระไม่ได้"),
    IssueCode("replacement_character", _E, "อักขระสูญหาย", "Characters were lost: U+FFFD or question marks replace them", _FIX_VALUE_TH, _FIX_VALUE_EN, "ข้อความมี U+FFFD หรือเครื่องหมายคำถามแทนอักขระเดิมที่สูญหาย ข้อความที่สูญหายเกินครึ่งไม่นับเป็นค่า"),
    IssueCode("mojibake", _E, "ข้อความอ่านผิดรหัสอักขระ", "Thai was read in another encoding before it was stored", _FIX_VALUE_TH, _FIX_VALUE_EN, "ข้อความภาษาไทยเคยถูกอ่านผิดรหัสอักขระก่อนจัดเก็บ จึงอ่านไม่ออกและไม่นับเป็นค่า"),
    IssueCode("program_text", _E, "ข้อความของโปรแกรมปนอยู่ในค่า", "A program wrote into the value: a warning of PHP, a template, undefined, a hidden e-mail address", _TELL_SITE_TH, _TELL_SITE_EN, "โปรแกรมของเว็บไซต์เขียนข้อความของตนแทนค่า จึงไม่นับเป็นค่า"),
    IssueCode("value_without_text", _E, "ค่าที่แสดงเป็นรูปโดยไม่มีข้อความ", "The cell shows a picture, a bar, a box or a button; beside a text it makes a number uncertain", _TELL_US_TH, _TELL_US_EN, "ช่องนี้แสดงรูป แถบ ปุ่ม หรือกล่องกาเครื่องหมาย จึงอ่านค่าจากรูปหรือตัวเลขข้างรูปไม่ได้"),
    IssueCode("text_not_shown", _E, "ข้อความถูกขีดฆ่า ซ่อน หรือกำกับว่าไม่ได้ตั้ง", "The page strikes out or hides a text of the cell, or marks it as not set; the cell is not read", _TELL_US_TH, _TELL_US_EN, "หน้าเว็บขีดฆ่า ซ่อน หรือกำกับข้อความในช่องนี้ว่าไม่ได้ตั้ง จึงไม่ได้อ่านค่าจากช่องนี้"),
    IssueCode("nul_characters", _W, "มีอักขระ NUL ในหน้าเว็บ", "The page holds NUL characters; they are left out of the texts", _FIX_VALUE_TH, _FIX_VALUE_EN, "หน้าเว็บมีอักขระ NUL ซึ่งถูกตัดออกจากข้อความ"),
    IssueCode("control_characters", _W, "มีอักขระควบคุม", "A text holds control characters", _FIX_VALUE_TH, _FIX_VALUE_EN, "ข้อความมีอักขระควบคุม"),
    IssueCode("hidden_characters", _W, "มีอักขระที่มองไม่เห็น", "A value holds zero-width characters, a BOM or soft hyphens", _FIX_VALUE_TH, _FIX_VALUE_EN, "ข้อความมีอักขระที่มองไม่เห็น เช่น ช่องว่างที่ไม่มีความกว้าง"),
    IssueCode("bidi_characters", _W, "มีอักขระสลับทิศทางข้อความ", "A text holds characters that change the direction of what is shown", _FIX_VALUE_TH, _FIX_VALUE_EN, "ข้อความมีอักขระที่เปลี่ยนทิศทางของสิ่งที่แสดง"),
    IssueCode("doubled_marks", _I, "วรรณยุกต์หรือสระซ้อนกัน", "Tone marks or vowels are doubled or where Thai does not use them", _FIX_VALUE_TH, _FIX_VALUE_EN, "วรรณยุกต์หรือสระซ้อนกัน หรืออยู่ในที่ที่ภาษาไทยไม่ใช้"),
    IssueCode("decomposed_sara_am", _I, "สระอำแยกเป็นสองอักขระ", "Sara am is written as two characters", _KNOW_TH, _KNOW_EN, "สระอำเขียนเป็นสองอักขระ คือนิคหิตกับสระอา"),
    IssueCode("lookalike_null", _I, "ข้อความที่ดูเหมือนค่าว่างของระบบ", "A stored text looks like the site's own 'not set'", _FIX_VALUE_TH, _FIX_VALUE_EN, "ข้อความนี้ดูเหมือนค่าว่างของระบบ แต่เป็นข้อความที่มีผู้พิมพ์ไว้"),
)
# fmt: on

CATALOGUE = {code.code: code for code in _CODES}
_PLACEHOLDER = re.compile(r"\{(label|raw|row)\}")
_LONGEST_QUOTE = 80


def message_in_thai(template: str, *, label: str | None, raw: str | None, row: int | None) -> str:
    """Fill a message_th with the values of one issue.

    Args:
        template: the message_th of its code, with {label}, {raw} and {row}.
        label: the issue's label; a missing one is a dash.
        raw: its raw text, cut after 80 characters.
        row: its ordinal.
    """
    said = {"label": label, "raw": raw, "row": None if row is None else str(row)}

    def quote(match: re.Match[str]) -> str:
        text = said[match[1]] or "–"
        return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"

    return _PLACEHOLDER.sub(quote, template)
