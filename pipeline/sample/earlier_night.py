"""An earlier night of the sample: a WARC file with earlier captures of six pages, so that there are edits to look at.

The pages are invented and so are the edits: each is the page of the sample with the values below instead of its own.
`python -m pipeline.sample.earlier_night FILE` writes them, and `bma-projects import FILE` archives them as captures of
January and February 2026. The pages are the same every time, so that a second import brings nothing.
"""

import datetime as dt
import sys
from pathlib import Path

from pipeline.archive.warc import Capture, capture_members, warcinfo_member
from pipeline.core.settings import SAMPLE
from pipeline.core.text import tell
from pipeline.sample.server import stored_page

# Label and value on the page, and the value before the edit.
RECEIVED, SPENT = "งบฯ ที่ได้รับ (บาท)", "งบฯ ที่ใช้ไป (บาท)"
FINISH, RESULT = "Finish Date", "ผลการดำเนินการ"
JANUARY, FEBRUARY = dt.datetime(2026, 1, 15, 18, 0, tzinfo=dt.UTC), dt.datetime(2026, 2, 15, 18, 0, tzinfo=dt.UTC)
EDITS = (
    ("50360000-0047", JANUARY, {SPENT: ("35200", "0"), FINISH: ("2024-09-30", "2024-06-30")}),
    ("50360000-0047", FEBRUARY, {SPENT: ("35200", "0")}),
    ("50110000-0011", JANUARY, {SPENT: ("563900", "0")}),
    ("50070000-0022", FEBRUARY, {RECEIVED: ("251700", "2517000")}),
    ("50200000-0002", JANUARY, {FINISH: ("2023-06-28", "2023-09-30")}),
    ("50230000-0031", FEBRUARY, {SPENT: ("422400", "670000000")}),
    ("50450000-0010", JANUARY, {RESULT: ("44 ครั้ง", "12 ครั้ง")}),
)


def earlier_page(project_id: str, edits: dict[str, tuple[str, str]]) -> bytes:
    """The sample's page of a project as it would have been before the edits."""
    page = stored_page(project_id).decode()
    for label, (now, before) in edits.items():
        row = f"<tr><th>{label}</th><td>"
        if page.count(row + now) != 1:
            raise SystemExit(f"the page of {project_id} does not have {label} {now}")
        page = page.replace(row + now, row + before)
    return page.encode()


def main() -> None:
    """Write the file named on the command line."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "earlier-night.warc.gz")
    members = [warcinfo_member(target.name, {"description": "invented pages of the built-in sample"})]
    for project_id, at, edits in EDITS:
        url = f"{SAMPLE.base_url}?r=tbl-project-main%2Fview&project_id={project_id}"
        headers = (("Content-Type", "text/html; charset=UTF-8"),)
        body = earlier_page(project_id, edits)
        members.append(capture_members(Capture(url, at, body, headers[0][1], 200, "OK", headers)))
    target.write_bytes(b"".join(members))
    tell(f"{len(EDITS)} invented captures of an earlier night in {target}")


if __name__ == "__main__":
    main()
