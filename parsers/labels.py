"""The catalogue of known labels: the Thai text on the page, the field it names, its aliases."""

import re
from functools import lru_cache
from typing import NamedTuple

# Invisible characters: zero-width space and joiners, BOM, soft hyphen, word joiner and bidi controls.
INVISIBLE = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
WITHOUT_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))

# Nikhahit, perhaps a tone mark, then sara aa: what many keyboards write instead of sara am.
# NFC never composes it, and NFKC decomposes the correct ones.
_DECOMPOSED_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32|([\u0e48-\u0e4b])\u0e4d\u0e32")
_SPACES = re.compile(r"\s+")


class Label(NamedTuple):
    """One known label; `aliases` are other spellings (beyond white space and case) seen on the site or its sisters.

    A page may be without an optional label, and an older page without a label that exists only since a later fiscal
    year (Buddhist era).
    """

    field: str
    text: str
    aliases: tuple[str, ...] = ()
    is_optional: bool = False
    since: int | None = None

    def is_due(self, year_be: int | None) -> bool:
        """Whether a page of this fiscal year must have it; in an unknown year, only a label that every page has."""
        return not self.is_optional and (self.since is None or (year_be is not None and year_be >= self.since))


# In page order. SITE: the real page of project 50490000-3607.
LABELS = (
    Label("project_id", "รหัสโครงการ", ("รหัสโครงการ/กิจกรรม", "Project ID")),
    Label("fiscal_year", "ปี", ("ปีงบประมาณ", "ปี พ.ศ.")),
    Label("name", "ชื่อโครงการ", ("ชื่อโครงการ/กิจกรรม",)),
    Label("policy_id", "Policy ID", ("policy_id",)),
    Label("branch_id", "Branch ID", ("branch_id",)),
    Label("kpi_id", "Kpi ID", ("kpi_id",)),
    Label("budget_received", "งบฯ ที่ได้รับ (บาท)", ("งบที่ได้รับ (บาท)", "งบประมาณที่ได้รับ (บาท)", "งบฯ ที่ได้รับ")),
    Label("budget_spent", "งบฯ ที่ใช้ไป (บาท)", ("งบที่ใช้ไป (บาท)", "งบประมาณที่ใช้ไป (บาท)", "งบฯ ที่ใช้ไป")),
    Label("progress", "คืบหน้าล่าสุด", ("ความคืบหน้าล่าสุด",)),
    Label("agency", "หน่วยงาน", ("หน่วยงานที่รับผิดชอบ",)),
    Label("start_date", "Start Date", ("วันที่เริ่มต้น",)),
    Label("finish_date", "Finish Date", ("วันที่สิ้นสุด",)),
    Label("rationale", "หลักการและเหตุผล", ("หลักการเหตุผล",)),
    Label("objective", "วัตถุประสงค์", ("วัตถุประสงค์ของโครงการ",)),
    Label("goal", "เป้าหมาย"),
    Label("responsible", "ผู้รับผิดชอบ", ("ผู้รับผิดชอบโครงการ",)),
    Label("evaluator", "ผู้ตรวจประเมิน", ("ผู้ตรวจประเมินผล",)),
    Label("remark", "หมายเหตุ"),
    Label("governor_policy", "นโยบาย ผว.", ("นโยบาย ผว", "นโยบายผู้ว่าฯ")),
    Label("weight", "ค่าน้ำหนัก", ("น้ำหนัก",)),
    Label("target", "เป้าหมายโครงการ"),
    Label("result", "ผลการดำเนินการ", ("ผลการดำเนินงาน",)),
    Label("unit", "หน่วยนับ"),
    Label("progress_note", "อธิบายรายละเอียดความคืบหน้า", ("รายละเอียดความคืบหน้า",)),
    Label("month_goal", "เป้าหมาย"),
)

# The order in which the site repeats its month rows, including mislabelled extra rows.
MONTH_LAYOUT = (1, 1, 2, 3, 1, 4, 5, 6, 7, 8, 6, 6, 9, 10, 11, 12)
MONTH_LABEL = "ผลงานเดือนที่"
MONTH_FIELD = "month"
_MONTH_PATTERN = re.compile(r"(?:ผลงาน|ผลการดำเนินงาน)\s?(?:ประจำ)?เดือน(?:ที่)?\s?(\d{1,2})")

# The published column of each field that has another name: in projects, or in the table named before the point.
COLUMNS = {
    "fiscal_year": "fiscal_year_be",
    "budget_received": "budget_received_thb",
    "budget_spent": "budget_spent_thb",
    "progress": "progress_pct",
    "headline_progress_pct": "progress_pct",
    "target": "target_value",
    "result": "result_value",
    MONTH_FIELD: "targets.result_value",
    "progress_history.progress": "progress_history.progress_pct",
    "update_history.updated_at": "update_history.updated_on",
}

# The heading of the page and the line below it.
TITLE = "รายละเอียดโครงการ"
HEADLINE = "คืบหน้าล่าสุด"

GOAL_TEXT = "เป้าหมาย"
GOAL_FIELDS = ("goal", "month_goal")

# Columns of the two tables below the label/value rows; the site misspells ปัญหาอุปสรรค.
PROGRESS_COLUMNS = (
    Label("reported_on", "วันที่รายงาน"),
    Label("progress", "ความคืบหน้า", ("ความก้าวหน้า",)),
    Label("status_code", "สถานะโครงการ", ("สถานะ",)),
    Label("problem", "ปัญหาอปสรรค", ("ปัญหาอุปสรรค", "ปัญหา/อุปสรรค", "ปัญหา อุปสรรค")),
    Label("detail", "รายละเอียด"),
)
UPDATE_COLUMNS = (
    Label("updated_on", "วันที่"),
    Label("updated_time", "เวลา"),
    Label("user_name", "ชื่อผู้ใช้", ("ผู้ใช้",)),
    Label("action", "กระทำ", ("การกระทำ",)),
    Label("policy_conformity", "สอดคล้องตามนโยบาย"),
    Label("start_date", "เริ่มต้น"),
    Label("finish_date", "สิ้นสุด"),
    Label("target", "เป้าหมาย"),
    Label("result", "ผลการดำเนินการ"),
    Label("unit", "หน่วยนับ"),
)
# Kartik's grid puts date and time into one column.
UPDATED_AT = Label("updated_at", "วันที่ เวลา")
ROW_NUMBER_COLUMNS = ("#", "ลำดับ", "ที่")


class LabelMatch(NamedTuple):
    """The meaning of a label on a page; month_no is set for month rows, is_exact when spelled as the site does."""

    field: str
    month_no: int | None
    is_exact: bool


def compose_sara_am(text: str) -> str:
    """Write every decomposed sara am as the one character ำ, tone mark before it."""
    if "\u0e4d" not in text:
        return text
    return _DECOMPOSED_SARA_AM.sub(lambda m: (m[1] or m[2] or "") + "\u0e33", text)


def match_key(label: str) -> str:
    """Fold differences without meaning in a label: invisible characters, white space, colons, sara am, case."""
    composed = compose_sara_am(label.translate(WITHOUT_INVISIBLE))
    return _SPACES.sub("", composed).rstrip(":：").casefold()


def _exact_matches() -> dict[str, LabelMatch]:
    exact = {label.text: LabelMatch(label.field, None, True) for label in reversed(LABELS)}
    for month_no in range(1, 13):
        exact[f"{MONTH_LABEL} {month_no}"] = LabelMatch(MONTH_FIELD, month_no, True)
    return exact


def _folded_matches() -> dict[str, LabelMatch]:
    folded: dict[str, LabelMatch] = {}
    for label in reversed(LABELS):
        for alias in label.aliases:
            folded[match_key(alias)] = LabelMatch(label.field, None, False)
    # The same label with other white space or a colon is not a renamed label.
    folded.update({match_key(text): match for text, match in _exact_matches().items()})
    return folded


EXACT = _exact_matches()
_FOLDED = _folded_matches()


def match_label(label: str) -> LabelMatch | None:
    """Find what a label names; None for an unknown one. `เป้าหมาย` is returned as `goal`: its position decides."""
    exact = EXACT.get(label)
    if exact is not None:
        return exact
    if len(label) > 200:
        return None
    key = match_key(label)
    found = _FOLDED.get(key)
    if found is not None:
        return found
    month = _MONTH_PATTERN.fullmatch(key)
    if month is not None and 1 <= int(month[1]) <= 12:
        return LabelMatch(MONTH_FIELD, int(month[1]), False)
    return None


@lru_cache(maxsize=256)
def columns_of(header: tuple[str, ...], known: tuple[Label, ...]) -> tuple[str | None, ...]:
    """The field of each header cell; None for an unknown column, and for all columns that name the same field."""
    by_key = {match_key(text): column.field for column in known for text in (column.text, *column.aliases)}
    fields = [by_key.get(match_key(cell)) for cell in header]
    return tuple(field if fields.count(field) == 1 else None for field in fields)


def is_row_number(header_cell: str) -> bool:
    """Whether a header cell heads only a row counter, as GridView's `#` does."""
    return header_cell.strip() in ROW_NUMBER_COLUMNS
