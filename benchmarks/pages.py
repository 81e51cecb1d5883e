"""Project pages of any size, in the markup of the real one, every text different from page to page."""

import random
from collections.abc import Iterator
from pathlib import Path

from parsers.labels import LABELS, MONTH_LABEL, MONTH_LAYOUT
from tests.parsers.rendering import REPORT_HEADER, handwritten_grid, yii_details
from tests.parsers.samples import Cells

_REAL = Path(__file__).parents[1] / "pipeline" / "sample" / "site" / "pages" / "50490000-3607.html"
_REAL_ID = "50490000-3607"
_PHRASES = (
    "เพื่อให้ประชาชนได้รับบริการที่สะดวก รวดเร็ว",
    "สำนักงานเขตได้บูรณาการร่วมกับหน่วยงานที่เกี่ยวข้อง",
    "ตามแผนพัฒนากรุงเทพมหานคร ระยะ ๒๐ ปี (พ.ศ. ๒๕๕๖ - ๒๕๗๕)",
    "ปรับปรุงภูมิทัศน์ถนนและทางเท้าในพื้นที่เขต",
    "จัดประชุมคณะกรรมการชุมชนเดือนละ 1 ครั้ง",
    "ลงพื้นที่สำรวจร่วมกับประธานชุมชน",
    "อยู่ระหว่างจัดทำร่างขอบเขตของงาน (TOR)",
    "“มหานครแห่งเอเชีย” ด้านที่ 1 มหานครปลอดภัย",
    "เบิกจ่ายงบประมาณงวดที่ 3 เป็นเงิน 1,640,180.67 บาท",
    "ผู้เข้าร่วมโครงการมีความพึงพอใจไม่น้อยกว่าร้อยละ 80",
)


def _prose(chance: random.Random, size: int) -> str:
    """Lines of Thai text of about size bytes in UTF-8."""
    lines: list[str] = []
    written = 0
    while written < size:
        lines.append(" ".join(f"{chance.choice(_PHRASES)} {chance.randrange(500)}" for _ in range(3)))
        written += len(lines[-1].encode())
    return "\r\n".join(lines)


def _rows(chance: random.Random, project_id: str, size: int) -> list[tuple[str, str | None]]:
    received = chance.randrange(0, 200_000_000, 100)
    values: dict[str, str | None] = {
        "project_id": project_id,
        "fiscal_year": "2566",
        "name": f"โครงการ{chance.choice(_PHRASES)} {chance.randrange(10_000)}",
        "policy_id": str(chance.randrange(30, 35)),
        "branch_id": chance.choice(["0000", "1111", "1404", ""]),
        "kpi_id": f"{project_id[:4]}-{chance.randrange(3000)}",
        "budget_received": f"{received:,}",
        "budget_spent": f"{chance.randrange(received + 1):,}",
        "progress": "100",
        "agency": "สำนักงานเขตพระนคร",
        "start_date": "2022-10-01 00:00:00.000",
        "finish_date": "2023-09-30 00:00:00.000",
        "rationale": "\t" + _prose(chance, size // 2),
        "objective": _prose(chance, size // 5),
        "goal": _prose(chance, size // 5),
        "responsible": f"ฝ่ายโยธา โทร. {chance.randrange(10_000)}",
        "evaluator": "",
        "remark": None,
        "governor_policy": "",
        "weight": "1",
        "target": f"{chance.randrange(1, 500)} แห่ง",
        "result": f"{chance.randrange(1, 500)} แห่ง",
        "unit": "แห่ง",
        "progress_note": _prose(chance, size // 10),
        "month_goal": "",
    }
    rows = [(label.text, values[label.field]) for label in LABELS]
    by_month = {month: f"{chance.randrange(1000) / 10}" for month in range(1, 13)}
    return rows + [(f"{MONTH_LABEL} {month}", by_month[month] if month < 8 else "") for month in MONTH_LAYOUT]


def _reports(chance: random.Random, count: int) -> list[Cells]:
    reports: list[Cells] = []
    for number in range(count):
        month, day = 1 + number * 11 // max(count, 1), chance.randrange(1, 28)
        detail = f"{day:02}/{month:02}/2566 : {chance.choice(_PHRASES)} {chance.randrange(500)}"
        reports.append(
            (f"2023-{month:02}-{day:02}", f"{100 * (number + 1) / count:.1f}", "1", chance.choice(_PHRASES), detail)
        )
    return reports


def pages(count: int, *, size: int = 20_000, seed: int = 2566) -> Iterator[bytes]:
    """Pages of about size bytes: the frame of the real page around generated rows and six progress reports."""
    chance = random.Random(seed)
    real = _REAL.read_text("utf-8")
    start = real.index('<table id="w0"')
    end = real.index("</table>", start) + len("</table>")
    reports_start = real.index('<table class="table table-bordered">', end)
    reports_end = real.index("</table>", reports_start) + len("</table>")
    frame = real[:start], real[end:reports_start], real[reports_end:]
    reports = 6
    texts = max(0, size - len("".join(frame).encode()) - 6_000)
    for number in range(count):
        project_id = f"{chance.randrange(50_010_000, 50_500_000)}-{number:04}"
        parts = (
            frame[0].replace(_REAL_ID, project_id),
            yii_details(_rows(chance, project_id, texts)),
            frame[1],
            handwritten_grid(REPORT_HEADER, _reports(chance, reports)),
            frame[2],
        )
        yield "".join(parts).encode()
