"""The work list of a steward: which lines hide which issues, and what a line that cannot be read says."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.labels import COLUMNS as COLUMNS_OF_PAGES
from pipeline.report.quality_page import write_report
from pipeline.report.records import ReportedIssue
from pipeline.report.work_list import COLUMNS, FILE, IDENTITY, WorkList, covering, cut, read_work_list
from tests.publish.compared import ComparedArchive

P = "50490000-3607"
HEAD = ",".join(COLUMNS)
LINE = f"sample,{P},month_conflict,month,,,7 | 8,2026-01-05,ถามเขตแล้ว,2026-02-28"


def issue(**changed: Any) -> ReportedIssue:
    found = ReportedIssue(
        "month_conflict", "warning", "sample", P, "a", "50490000", 2566, False, None, "month", None, None, "7 | 8",
        "found 7 | 8", None, "2026-01-05", False, 1,
    )  # fmt: skip
    return found._replace(**changed)


def listed(folder: Path, *lines: str | bytes) -> WorkList:
    path = folder / FILE
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return read_work_list(path)


def is_hidden(found: ReportedIssue, work_list: WorkList) -> bool:
    return covering([found], work_list) != [None]


def test_without_a_file_nothing_is_hidden(tmp_path: Path) -> None:
    assert read_work_list(tmp_path / FILE) == WorkList()
    assert not is_hidden(issue(), WorkList())


def test_a_line_covers_the_issue_it_names_and_no_other(tmp_path: Path) -> None:
    work_list = listed(tmp_path, HEAD, LINE)
    (line,) = work_list.lines
    assert covering([issue()], work_list) == [line]
    assert (line.line, line.note, line.until) == (2, "ถามเขตแล้ว", dt.date(2026, 2, 28))
    for column, other in {
        "source_id": "bs2568", "project_id": f"{P[:-1]}8", "code": "progress_falls", "field": None, "label": "x",
        "ordinal": 3, "raw": "7 | 9",
    }.items():  # fmt: skip
        assert not is_hidden(issue(**{column: other}), work_list), column


def test_an_issue_that_appeared_after_the_line_is_not_covered(tmp_path: Path) -> None:
    work_list = listed(tmp_path, HEAD, LINE)
    assert is_hidden(issue(present_since="2026-01-04"), work_list), "an older capture was imported since"
    assert is_hidden(issue(present_since=None), work_list)
    assert not is_hidden(issue(present_since="2026-01-06"), work_list), "the value changed, and changed back"
    always = listed(tmp_path, HEAD, LINE.replace("2026-01-05", ""))
    assert is_hidden(issue(present_since="2026-01-06"), always)


def test_a_line_is_in_force_until_the_end_of_its_last_day(tmp_path: Path) -> None:
    (line,) = listed(tmp_path, HEAD, LINE).lines
    assert line.is_in_force(dt.date(2026, 2, 28))
    assert not line.is_in_force(dt.date(2026, 3, 1))
    (line,) = listed(tmp_path, HEAD, LINE.replace("2026-02-28", "")).lines
    assert line.is_in_force(dt.date(9999, 12, 31))


def test_of_two_lines_the_one_in_force_for_longer_counts(tmp_path: Path) -> None:
    work_list = listed(tmp_path, HEAD, LINE.replace("2026-02-28", ""), LINE, LINE.replace("2026-02", "2026-01"))
    (found,) = covering([issue()], work_list)
    assert found is not None
    assert found.line == 2


@pytest.mark.parametrize("written", ["2026-02-28", "28/02/2026", "28/2/2569", "28 ก.พ. 2569"])
def test_a_day_may_be_written_as_a_spreadsheet_saves_it(tmp_path: Path, written: str) -> None:
    (line,) = listed(tmp_path, HEAD, LINE.replace("2026-02-28", written)).lines
    assert line.until == dt.date(2026, 2, 28)


def test_the_heading_may_be_missing_reordered_or_have_more_columns(tmp_path: Path) -> None:
    assert is_hidden(issue(), listed(tmp_path, LINE))
    names = ["who", *reversed(COLUMNS)]
    cells = ["คนสมมติ", *reversed(LINE.split(","))]
    assert is_hidden(issue(), listed(tmp_path, ";".join(names), ";".join(cells)))
    assert is_hidden(issue(), listed(tmp_path, b"\xef\xbb\xbf" + HEAD.encode(), f"{LINE}\r"))


@pytest.mark.parametrize("before", ["", "sep=;", "\ufeffsep=;", " ; ; "])
def test_the_heading_may_follow_empty_lines_and_the_line_for_excel(tmp_path: Path, before: str) -> None:
    names = [*COLUMNS[:-1], "who", COLUMNS[-1]]
    cells = [*LINE.split(",")[:-1], "คนสมมติ", "2026-02-28"]
    # More commas than semicolons in a value: the separator is that of the heading.
    cells[IDENTITY.index("raw")] = ",,,,,,,,,,,,1"
    work_list = listed(tmp_path, before, ";".join(names), ";".join(cells))
    assert work_list.problems == ()
    assert is_hidden(issue(raw=",,,,,,,,,,,,1"), work_list)
    assert work_list.lines[0].until == dt.date(2026, 2, 28)


@pytest.mark.parametrize("raw", ["7 | 8", "1,200,000", '5 "x", 6'])
@pytest.mark.parametrize("separator", [",", ";"])
def test_a_line_pasted_into_one_cell_of_a_spreadsheet_hides_its_issue(tmp_path: Path, raw: str, separator: str) -> None:
    copied = io.StringIO()
    csv.writer(copied, lineterminator="").writerow([*LINE.split(",")[:6], raw, "2026-01-05", "", ""])
    saved = io.StringIO()
    # A spreadsheet saves as many cells in each row as the heading has.
    csv.writer(saved, delimiter=separator).writerows([COLUMNS, [copied.getvalue(), *[""] * 9]])
    work_list = listed(tmp_path, saved.getvalue())
    assert work_list.problems == ()
    assert is_hidden(issue(raw=raw), work_list)


def test_a_copied_line_may_be_pasted_into_a_file_with_semicolons(tmp_path: Path) -> None:
    work_list = listed(tmp_path, HEAD.replace(",", ";"), LINE.replace("7 | 8", '"1,200,000"'), LINE.replace(",", ";"))
    assert work_list.problems == ()
    assert is_hidden(issue(), work_list)
    assert is_hidden(issue(raw="1,200,000"), work_list)


def test_a_contact_in_a_note_is_masked(tmp_path: Path) -> None:
    (line,) = listed(tmp_path, HEAD, LINE.replace("ถามเขตแล้ว", "โทร 081 234 5678 แล้ว")).lines
    assert line.note == "โทร 081xx xxxx แล้ว"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (LINE.replace("2026-02-28", "เร็ว ๆ นี้"), "until is not a certain day; write it as 2026-12-31"),
        (LINE.replace("2026-02-28", "02/03/2026"), "until is not a certain day"),
        (LINE.replace("2026-01-05", "x"), "present_since is not a certain day"),
        (LINE.replace("ถามเขตแล้ว", "ถามแล้ว, รอ"), "11 cells instead of 10; put a text with a comma in double quotes"),
        (LINE.replace("sample", " "), "has no source_id; copy the line again"),
        (LINE.replace("7 | 8", '"7 | 8'), "cannot be read as CSV"),
        (LINE.replace("7 | 8", '"7" | 8'), "cannot be read as CSV"),
        (f"sample,{'x' * 200_000}", "this line hides nothing"),
        (f'"{LINE}\n{LINE}"', "has no code"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_and_costs_no_other_line(tmp_path: Path, line: str, said: str) -> None:
    work_list = listed(tmp_path, HEAD, LINE, line, LINE.replace("7 | 8", "9 | 9"), "")
    assert [one.line for one in work_list.lines] == [2, 4 + line.count("\n")]
    (problem,) = work_list.problems
    assert problem.en.startswith(f"{FILE}:3: ")
    assert said in problem.en
    for told in problem:
        assert line.split("\n")[0][:60] in told
    assert is_hidden(issue(raw="9 | 9"), work_list)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("ชื่อ,หมายเหตุ".encode("cp874"), "is not UTF-8; no issue is hidden; save it as `CSV UTF-8`"),
        (b"code,note\nmonth_conflict,x", "the heading lacks source_id, project_id"),
        (b"x" * 10_000_001, "larger than 10,000,000 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_hides_nothing_and_says_so(tmp_path: Path, content: bytes, said: str) -> None:
    work_list = listed(tmp_path, content)
    assert work_list.lines == ()
    (problem,) = work_list.problems
    assert said in problem.en
    assert problem.th.startswith(f"{FILE}:")
    assert problem.th != problem.en


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    assert "is not a file" in read_work_list(tmp_path / FILE).problems[0].en


def test_the_problems_of_a_broken_file_end(tmp_path: Path) -> None:
    work_list = listed(tmp_path, *['x,"' for _ in range(100_000)])
    assert len(work_list.problems) <= 201


@given(
    texts=st.tuples(*[st.text(max_size=30) for _ in IDENTITY]),
    raw=st.text(alphabet=st.sampled_from("=+-@,;\"'\n\r\t ไทย\u2028\x00a"), max_size=2_000),
)
def test_a_line_written_as_csv_covers_its_own_issue(
    tmp_path_factory: pytest.TempPathFactory, texts: Any, raw: str
) -> None:
    source, project, code, field, label, *_ = texts
    if not (source.strip() and code.strip()):
        return
    found = issue(source_id=source, project_id=project, code=code, field=field, label=label, ordinal=3, raw=raw)
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, [source, project, code, field, label, 3, raw, "2026-01-05", "", ""]])
    path = tmp_path_factory.getbasetemp() / FILE
    path.write_text(text.getvalue(), encoding="utf-8", errors="replace", newline="")
    work_list = read_work_list(path)
    assert work_list.problems == ()
    assert is_hidden(found, work_list)


@pytest.mark.parametrize("raw", [f"   {'x' * 1_500}", f"'{'x' * 1_500}", "a\r\n" * 600, f"\n= {'x' * 999}"])
def test_the_line_that_the_page_gives_for_a_long_text_covers_its_issue(tmp_path: Path, raw: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(
        [COLUMNS, ["sample", P, "month_conflict", "month", "", "", cut(raw), "2026-01-05", "", ""]]
    )
    work_list = listed(tmp_path, text.getvalue())
    assert is_hidden(issue(raw=raw), work_list)
    assert not is_hidden(issue(raw=f"other {raw}"), work_list)


def test_the_report_counts_what_is_hidden_and_stays_complete(tmp_path: Path) -> None:
    archive = ComparedArchive(tmp_path / "data")
    issues = [("month_conflict", "month", "7 | 8"), ("month_conflict", "month", "5 | 6")]
    archive.capture(P, "2026-01-05", name="a", agency="สำนักงานเขตทุ่งครุ", issues=issues)
    built = archive.build()
    line = LINE.replace(",month,", f",{COLUMNS_OF_PAGES['month']},")
    gone = line.replace("7 | 8", "1 | 1")
    unknown = line.replace("month_conflict", "month_conflct")
    expired = line.replace("7 | 8", "5 | 6").replace("2026-02-28", "2026-02-27")
    work_list = listed(tmp_path, HEAD, line, gone, unknown, expired, "x")
    run = {"run_id": built.path.name, "finished_at": "2026-02-28T16:59:00+00:00"}
    write_report(built.path, run, previous=None, work_list=work_list)
    document = json.loads((built.path / "quality.json").read_text(encoding="utf-8"))
    told = document["acknowledged"]
    problems, in_thai = told.pop("problems"), told.pop("problems_th")
    assert told == {"n_issues": 1, "n_lines": 4, "n_expired": 1, "n_unmatched": 2}
    assert [problem.partition(": ")[0] for problem in problems] == [f"{FILE}:6", f"{FILE}:4"]
    assert "month_conflct: no such kind of issue" in problems[1]
    assert document["issues"]["warning"] == 2
    page = (built.path / "quality.html").read_text(encoding="utf-8")
    for problem in (problems[1], in_thai[1], "ไม่มี code โปรดคัดลอกบรรทัด"):
        assert problem in page
    assert str(tmp_path) not in page
