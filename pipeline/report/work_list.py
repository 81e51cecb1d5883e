"""The work list of a steward: acknowledged.csv in the data directory names issues that were asked about or accepted.

quality.html hides them and says how many; the tables stay complete. A line that cannot be read hides nothing and is
told with its number, its text and what to do. docs/operations.md describes the file.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from parsers.dates import read_date
from pipeline.build.contacts.mask import mask_text
from pipeline.core.text import printable
from pipeline.report.records import ReportedIssue

FILE = "acknowledged.csv"
# An issue is the same while these are; docs/quality-json.md says so.
IDENTITY = ("source_id", "project_id", "code", "field", "label", "ordinal", "raw")
COLUMNS = (*IDENTITY, "present_since", "note", "until")
# A longer text is shown up to here, and compared so, since a line is copied from the page.
MAX_RAW = 1_000
_MAX_BYTES = 10_000_000
_MAX_PROBLEMS = 200
_MAX_NOTE = 300

# The line that tells Excel the separator.
_SEPARATOR = re.compile(r"\s*sep=.?\s*", re.IGNORECASE)

Key = tuple[str, ...]


class Problem(NamedTuple):
    """What cannot be used, and what to do: a sentence in English and in Thai."""

    en: str
    th: str


class Acknowledgement(NamedTuple):
    """One line: the issues of this identity that were there on present_since (None: any day); until None: for good."""

    line: int
    key: Key
    present_since: dt.date | None
    note: str
    until: dt.date | None

    @property
    def code(self) -> str:
        """The kind of issue, as written."""
        return self.key[IDENTITY.index("code")]

    def of_unknown_code(self) -> Problem:
        """The problem of a line whose kind of issue does not exist."""
        place = f"{FILE}:{self.line}: {printable(self.code)[:80]}"
        return Problem(
            f"{place}: no such kind of issue; this line hides nothing; see quality_rules",
            f"{place}: ไม่มีประเด็นชนิดนี้ บรรทัดนี้ไม่ซ่อนประเด็นใด ดูใน quality_rules",
        )

    def is_in_force(self, day: dt.date) -> bool:
        """Whether the line still hides issues on a day in Bangkok; `until` is the last such day."""
        return self.until is None or day <= self.until


class WorkList(NamedTuple):
    """The lines that could be read, and the problem of each that could not."""

    lines: tuple[Acknowledgement, ...] = ()
    problems: tuple[Problem, ...] = ()


_NO_CSV = Problem(
    'cannot be read as CSV; write each `"` inside a text twice and close the text with `"`',
    'อ่านเป็น CSV ไม่ได้ โปรดเขียน `"` ในข้อความสองครั้ง และปิดท้ายข้อความด้วย `"`',
)


class _LineError(ValueError):
    """A line that cannot be used."""

    def __init__(self, en: str, th: str) -> None:
        self.problem = Problem(en, th)


def read_work_list(path: Path) -> WorkList:
    """Read acknowledged.csv; without the file the list is empty. Never raises for what is in it."""
    try:
        if not path.exists():
            return WorkList()
        if not path.is_file():
            return _unused("is not a file; no issue is hidden; move it away", "ไม่ใช่แฟ้ม จึงไม่ได้ซ่อนประเด็นใด โปรดย้ายออก")
        if path.stat().st_size > _MAX_BYTES:
            return _unused(
                f"larger than {_MAX_BYTES:,} bytes, not read; remove old lines",
                f"ใหญ่กว่า {_MAX_BYTES:,} ไบต์ จึงไม่ได้อ่าน โปรดลบบรรทัดเก่าออก",
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return _unused(
            f"cannot be read ({error.strerror}); no issue is hidden",
            f"อ่านไม่ได้ ({error.strerror}) จึงไม่ได้ซ่อนประเด็นใด",
        )
    except UnicodeDecodeError:
        return _unused(
            "is not UTF-8; no issue is hidden; save it as `CSV UTF-8`",
            "ไม่ใช่ UTF-8 จึงไม่ได้ซ่อนประเด็นใด โปรดบันทึกเป็น `CSV UTF-8`",
        )
    lines: list[Acknowledgement] = []
    problems: list[Problem] = []
    columns: Sequence[str] = COLUMNS
    is_first = True
    # Other line separators of Unicode are part of a text.
    physical = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, cells in _records(physical):
        if isinstance(cells, Problem):
            problems.append(_problem(number, physical, cells))
        elif is_first and "code" in (names := [cell.strip().casefold() for cell in cells]):
            if missing := [name for name in IDENTITY if name not in names]:
                lacking, heading = ", ".join(missing), ",".join(COLUMNS)
                return _unused(
                    f"the heading lacks {lacking}; no issue is hidden; write `{heading}`",
                    f"บรรทัดหัวตารางไม่มี {lacking} จึงไม่ได้ซ่อนประเด็นใด โปรดเขียนว่า `{heading}`",
                    number,
                )
            columns = names
            is_first = False
        elif any(cell.strip() for cell in cells):
            is_first = False
            try:
                lines.append(_acknowledgement(number, columns, cells))
            except _LineError as error:
                problems.append(_problem(number, physical, error.problem))
        if len(problems) == _MAX_PROBLEMS:
            problems += _unused(
                "too many lines cannot be read; the rest of the file is not read",
                "อ่านไม่ได้หลายบรรทัดเกินไป จึงไม่ได้อ่านส่วนที่เหลือของแฟ้ม",
                number,
            ).problems
            break
    return WorkList(tuple(lines), tuple(problems))


def cut(raw: str | None) -> str | None:
    """A text of a page as far as quality.html shows it, and a copied line holds it."""
    return raw if raw is None or len(raw) <= MAX_RAW else f"{raw[:MAX_RAW]}…"


def covering(issues: Sequence[ReportedIssue], work_list: WorkList) -> list[Acknowledgement | None]:
    """For each issue the line that covers it for longest, also where that has expired.

    An issue that appeared, or got its present text, after the day of a line is not covered by it: it comes back.
    """
    lines: dict[Key, list[Acknowledgement]] = {}
    for line in work_list.lines:
        lines.setdefault(line.key, []).append(line)
    return [_longest(issue, lines) for issue in issues]


def _longest(issue: ReportedIssue, lines: Mapping[Key, list[Acknowledgement]]) -> Acknowledgement | None:
    if not lines:
        return None
    cells = (issue.source_id, issue.project_id, issue.code, issue.field, issue.label, issue.ordinal)
    # White space at the start of a long text counts in what the page shows, but not in what is compared.
    keys = dict.fromkeys(_key((*cells, raw)) for raw in (issue.raw, cut(issue.raw)))
    since = dt.date.fromisoformat(issue.present_since) if issue.present_since else None
    found = [
        line
        for key in keys
        for line in lines.get(key, [])
        if line.present_since is None or since is None or since <= line.present_since
    ]
    return max(found, key=lambda line: line.until or dt.date.max, default=None)


def _key(cells: Sequence[object]) -> Key:
    """Cells as they are compared: what a spreadsheet and the page's protection against formulas change is left out."""
    texts = ("" if cell is None else str(cell).replace("\r\n", "\n").replace("\r", "\n") for cell in cells)
    return tuple(text.removeprefix("'").strip()[:MAX_RAW] for text in texts)


def _acknowledgement(number: int, columns: Sequence[str], cells: Sequence[str]) -> Acknowledgement:
    # A spreadsheet leaves out empty cells at the end.
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        raise _LineError(
            f"{len(cells)} cells instead of {len(columns)}; put a text with a comma in double quotes",
            f'มี {len(cells)} ช่อง แทนที่จะเป็น {len(columns)} ช่อง โปรดใส่ข้อความที่มีจุลภาคไว้ใน `"…"`',
        )
    line = dict.fromkeys(COLUMNS, "") | dict(zip(columns, cells, strict=False))
    for name in ("source_id", "code"):
        if not line[name].strip():
            raise _LineError(
                f"has no {name}; copy the line again from quality.html",
                f"ไม่มี {name} โปรดคัดลอกบรรทัดจาก quality.html อีกครั้ง",
            )
    return Acknowledgement(
        line=number,
        key=_key([line[name] for name in IDENTITY]),
        present_since=_day(line, "present_since"),
        note=mask_text(line["note"].removeprefix("'").strip()[:_MAX_NOTE]),
        until=_day(line, "until"),
    )


def _day(line: Mapping[str, str], name: str) -> dt.date | None:
    text = line[name].strip()
    day = read_date(text).value
    if text and day is None:
        raise _LineError(
            f"{name} is not a certain day; write it as 2026-12-31, or leave it empty",
            f"{name} ไม่ใช่วันที่ที่แน่ชัด โปรดเขียนแบบ 2026-12-31 หรือเว้นว่างไว้",
        )
    return day


def _records(lines: Sequence[str]) -> Iterator[tuple[int, list[str] | Problem]]:
    """The number of the first line of each record, and its cells or what is wrong; a bad record costs only its line."""
    # The heading follows empty lines and the line for Excel.
    start = next((i for i, line in enumerate(lines) if line.strip() and not _SEPARATOR.fullmatch(line)), len(lines))
    delimiter = max(",;\t", key=lines[start].count) if start < len(lines) else ","
    while start < len(lines):
        reader = csv.reader((f"{line}\n" for line in lines[start:]), delimiter=delimiter, strict=True)
        read = 0
        try:
            for cells in reader:
                yield start + read + 1, _unfolded(cells)
                read = reader.line_num
            return
        except csv.Error:
            yield start + read + 1, _NO_CSV
            start += read + 1


def _unfolded(cells: list[str]) -> list[str]:
    """The cells of a record; a copied line is one cell after it was pasted into a spreadsheet, or among semicolons."""
    if not cells or "," not in cells[0] or any(cell.strip() for cell in cells[1:]):
        return cells
    rows = list(csv.reader(io.StringIO(cells[0].strip(), newline="\n"), strict=True))
    return rows[0] if len(rows) == 1 else cells


def _problem(number: int, lines: Sequence[str], said: Problem) -> Problem:
    line = mask_text(printable(lines[number - 1])[:200])
    return Problem(
        f"{FILE}:{number}: {said.en}; this line hides nothing: {line}",
        f"{FILE}:{number}: {said.th} บรรทัดนี้ไม่ซ่อนประเด็นใด: {line}",
    )


def _unused(en: str, th: str, line: int | None = None) -> WorkList:
    """An empty list, because the file, or the rest of it from a line on, is not used."""
    place = FILE if line is None else f"{FILE}:{line}"
    return WorkList(problems=(Problem(f"{place}: {en}", f"{place}: {th}"),))
