"""The notes for exported tables: the release, invented data, codes in a CSV, warnings of each table."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.analyst.query import invented_note
from pipeline.build.models import Model

_EMPTY = """\
An empty cell stands for null and for an empty text alike; the Parquet files of the release tell them apart.
เซลล์ว่างหมายถึงทั้งไม่มีค่าและข้อความว่าง ไฟล์ Parquet ของชุดข้อมูลแยกสองอย่างนี้ได้"""
_CODES = """\
Codes are texts, and their leading zeros count (branch_id 0000). A CSV cannot say so: where Excel or LibreOffice opens
one, 0000 becomes 0 and 1E5 becomes 100000. Import the CSV with these columns as text (Excel: Data > From Text/CSV >
Transform Data), or take the workbook, which keeps them: bma-projects export --format xlsx
Excel opens the first 1,048,576 lines of a CSV and no more; a workbook goes on in a second sheet.
รหัสเป็นข้อความ เลขศูนย์ข้างหน้ามีความหมาย (branch_id 0000) แต่ไฟล์ CSV บอกเช่นนั้นไม่ได้ เมื่อเปิดด้วย Excel หรือ LibreOffice
0000 จะกลายเป็น 0 ให้นำเข้าไฟล์โดยกำหนดคอลัมน์รหัสเป็นข้อความ (Excel: ข้อมูล > จากข้อความ/CSV > แปลงข้อมูล)
หรือใช้สมุดงานซึ่งเก็บรหัสไว้ครบ: bma-projects export --format xlsx
Excel เปิดไฟล์ CSV ได้เพียง 1,048,576 บรรทัดแรก ส่วนสมุดงานมีแผ่นงานต่อไป"""
_WORKBOOK = """\
Raw texts and keys are grouped: the buttons 1 and 2 beside the columns fold and unfold them. The comment on each
heading says what its column holds.
ข้อความดิบและคีย์ถูกจัดกลุ่มไว้ กดปุ่ม 1 และ 2 เพื่อพับหรือคลี่ ความคิดเห็นที่หัวคอลัมน์บอกว่าคอลัมน์นั้นเก็บอะไร"""


def export_notes(release: Path, models: Sequence[Model], *, is_workbook: bool) -> list[str]:
    """The lines of NOTES.txt, or of the sheet NOTES, for these tables."""
    lines = [f"bma-projects, release {release.resolve().name}; times are UTC."]
    lines += [note] if (note := invented_note(release)) else []
    lines += ["", *(_WORKBOOK if is_workbook else _CODES).splitlines(), *_EMPTY.splitlines()]
    for model in models:
        lines += ["", f"{model.name}: {model.description}", *(f"  - {warning}" for warning in model.warnings)]
    return lines
