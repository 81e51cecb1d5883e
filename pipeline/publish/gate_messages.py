"""The messages of the quality gate: what its rules count, and why a release is refused, in English and Thai."""

from typing import NamedTuple

from parsers.labels import COLUMNS, LABELS, MONTH_FIELD, MONTH_LABEL, PROGRESS_COLUMNS, UPDATE_COLUMNS
from parsers.sections import report_field
from pipeline.core.text import counted, printable
from pipeline.publish.gate_measures import Measure


class Rule(NamedTuple):
    """What a rule counts: the words after `n of total` in English, the words before it and the unit in Thai.

    Where its SELECT gives counts as detail, parts_en and parts_th are the words around them; names_fields is true where
    it gives fields with their pages (`remark:30 name:12`). advice says what to do, where a rule has its own advice.
    """

    en: str
    th: str
    unit_th: str
    parts_en: str = ""
    parts_th: str = ""
    names_fields: bool = False
    advice_en: str = ""
    advice_th: str = ""


# In the order of the reasons: the one that explains most is first.
RULES = {
    "pages_of_wrong_kind": Rule("pages asked for are not project pages", "หน้าที่ได้มาไม่ใช่หน้าโครงการ", "หน้า"),
    "pages_failed": Rule("pages asked for gave no usable answer", "ดึงหน้าไม่สำเร็จ", "หน้า"),
    "labels_unknown": Rule("label/value rows of new pages have an unknown label", "ป้ายชื่อบนหน้าใหม่ที่ไม่รู้จัก", "แถว"),
    "labels_missing": Rule("known labels are missing from new pages", "ป้ายชื่อที่ควรมีหายไปจากหน้าใหม่", "ป้าย"),
    "sections_unseen": Rule("pages asked for no longer show this whole", "หน้าที่ได้มาไม่แสดงส่วนนี้ครบถ้วนเหมือนเดิม", "หน้า"),
    "values_unreadable": Rule("new pages have a value that cannot be read", "ค่าในช่องนี้บนหน้าใหม่อ่านไม่ได้", "หน้า"),
    "values_lost": Rule(
        "pages read again lost this value of the last release", "หน้าที่อ่านใหม่ซึ่งค่าที่เคยมีในชุดก่อนหน้าหายไป", "หน้า"
    ),
    "pages_emptied": Rule("known pages lost three values and more at once", "หน้าที่เคยมีซึ่งค่าหายไปพร้อมกันตั้งแต่สามค่า", "หน้า"),
    "values_lost_lately": Rule(
        "projects lost this value within thirty days, a few at a time",
        "โครงการที่ค่านี้ค่อย ๆ หายไปภายในสามสิบวัน",
        "โครงการ",
    ),
    "dates_shifted": Rule(
        "fresh pages moved all dates of this field by the same number of days",
        "หน้าที่เปลี่ยนเนื้อหาซึ่งวันที่ในช่องนี้เลื่อนไปเท่ากันทุกหน้า",
        "หน้า",
        "by {}",
        "{} วัน",
    ),
    "values_rewritten": Rule(
        "known pages have another value in fields that reporting does not change",
        "หน้าที่เคยมีซึ่งค่าที่การรายงานผลไม่ได้แก้ไขถูกเปลี่ยนเป็นค่าอื่น",
        "หน้า",
    ),
    "reader_changes": Rule(
        "values that the site did not edit are lost or different",
        "ค่าที่เว็บไซต์ไม่ได้แก้ไขแต่หายไปหรือต่างจากเดิม",
        "ค่า",
        "parsers changed: {} values became null, {} were read, {} differ",
        "ตัวอ่านเปลี่ยน: กลายเป็นว่าง {} ค่า อ่านได้เพิ่ม {} ค่า ต่างจากเดิม {} ค่า",
    ),
    "imports_withdrawn": Rule(
        "projects of the last release had the values of an import that was withdrawn",
        "ถอนการนำเข้า โครงการในชุดก่อนหน้าที่มาจากการนำเข้านั้น",
        "โครงการ",
    ),
    "listing_shrunk": Rule(
        "projects on the site's listing are no longer on it", "รายการโครงการของเว็บไซต์สั้นลง จำนวนที่หายไป", "โครงการ"
    ),
    "pages_missing": Rule("known projects have no page any more", "ไม่พบหน้าของโครงการที่เคยมี", "โครงการ"),
    "projects_vanished": Rule("listed projects of the last release vanished", "โครงการหายไปจากเว็บไซต์", "โครงการ"),
    "projects_lost": Rule("projects of the last release are not in this one", "โครงการในชุดก่อนหน้าไม่อยู่ในชุดนี้", "โครงการ"),
    "pages_changed": Rule(
        "known pages changed beyond what reporting adds",
        "หน้าที่เคยมีเปลี่ยนเนื้อหาพร้อมกันนอกเหนือจากการรายงานผล",
        "หน้า",
        names_fields=True,
        advice_en="ends once a second run reads the same; a text that differs at every reading goes into "
        "gate.volatile_fields",
        advice_th="เหตุนี้หมดไปเมื่ออ่านซ้ำในรอบถัดไปแล้วได้เนื้อหาเดิม ช่องข้อความที่ต่างกันทุกครั้งที่อ่านให้ใส่ใน gate.volatile_fields",
    ),
}
# Published with a clear note; its limit is that of the rule that it replaces.
NOTES = {
    "pages_confirmed": Rule(
        "known pages changed beyond what reporting adds and said the same in a second run, so they are published",
        "หน้าที่เคยมีเปลี่ยนเนื้อหาพร้อมกัน อ่านซ้ำในรอบถัดมาแล้วได้เนื้อหาเดิม จึงเผยแพร่",
        "หน้า",
        names_fields=True,
    ),
}
_REPORT_TH = "รายงานความคืบหน้า"
_UPDATE_TH = "ประวัติการปรับปรุงข้อมูล"
_FIELDS_TH = {label.field: label.text for label in LABELS} | {
    MONTH_FIELD: MONTH_LABEL,
    COLUMNS[MONTH_FIELD]: MONTH_LABEL,
    "progress_history": _REPORT_TH,
    "update_history": _UPDATE_TH,
    **{f"progress_history.{report_field(column.field)}": f"{_REPORT_TH} {column.text}" for column in PROGRESS_COLUMNS},
    **{f"update_history.{column.field}": f"{_UPDATE_TH} {column.text}" for column in UPDATE_COLUMNS},
}
_UNITS = ("_thb", "_pct", "_be", "_value", "_unit")


class Limit(NamedTuple):
    """What one rule allows: refused where count and share are both above. The share rests on n_nights nights."""

    rule: str
    n: int
    share: float
    n_nights: int


class Reason(NamedTuple):
    """Why a release is refused, one line in each language; the English one begins with the rule."""

    en: str
    th: str


def over_limit(answer: Measure, limit: Limit) -> Reason:
    """The reason or the note for a measure above its limit."""
    rule = RULES.get(answer.rule) or NOTES[answer.rule]
    field_en, field_th = (f"{answer.field}: ", f"{field_in_thai(answer.field)}: ") if answer.field else ("", "")
    detail_en, detail_th = _detail(answer.detail, rule)
    advice_en, advice_th = (f"; {rule.advice_en}", f" {rule.advice_th}") if rule.advice_en else ("", "")
    setting = f"gate.{limit.rule}_share"
    basis_en = f"usual over {counted(limit.n_nights, 'night')}" if limit.n_nights else f"setting {setting}"
    basis_th = f"ตามปกติของ {limit.n_nights} รอบก่อน" if limit.n_nights else f"ตามค่าที่ตั้ง {setting}"
    return Reason(
        f"{answer.rule}: {answer.source_id}: {field_en}{answer.n} of {answer.total} {rule.en}{detail_en}; "
        f"{answer.share:.1%}, allowed {limit.share:.1%} ({basis_en}){advice_en}",
        f"{answer.source_id}: {field_th}{rule.th} {answer.n:,} จาก {answer.total:,} {rule.unit_th}{detail_th} "
        f"คิดเป็น {answer.share:.1%} เกินเกณฑ์ {limit.share:.1%} ({basis_th}){advice_th}",
    )


def rolled_back(withdrawn: str, latest: str) -> Reason:
    """The reason that refuses every release while a rollback by hand holds `latest` at an earlier one."""
    return Reason(
        f"rolled_back: {withdrawn} was taken back and {latest} is the latest again; "
        "newer data is published when you accept it",
        f"ผู้ดูแลถอนชุดข้อมูล {withdrawn} และกลับไปใช้ {latest} ข้อมูลที่ใหม่กว่านั้นจะเผยแพร่เมื่อผู้ดูแลยอมรับเท่านั้น",
    )


def field_in_thai(field: str) -> str:
    """The label of a field on the pages; the field itself where it has none."""
    for unit in ("", *_UNITS):
        found = _FIELDS_TH.get(field.removesuffix(unit))
        if found:
            return found
    return field


def _detail(detail: str | None, rule: Rule) -> tuple[str, str]:
    """The detail of a measure in English and Thai."""
    if not detail:
        return "", ""
    if rule.names_fields:
        counts = [named.rpartition(":") for named in detail.split()]
        return (
            f" ({', '.join(f'{field} {n}' for field, _, n in counts)})",
            f" ({', '.join(f'{field_in_thai(field)} {n}' for field, _, n in counts)})",
        )
    if rule.parts_en:
        return f" ({rule.parts_en.format(*detail.split())})", f" ({rule.parts_th.format(*detail.split())})"
    return f" ({_shortened(detail)})", f" ({_shortened(detail)})"


def _shortened(text: str, length: int = 120) -> str:
    shown = printable(text)
    return shown if len(shown) <= length else f"{shown[:length]}…"
