"""Tables for spreadsheets: Thai readable in Excel, no formula from a page, nothing cut in silence."""

import csv
import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

from pipeline.analyst.export import ExportError, export
from pipeline.analyst.spreadsheet import LONGEST_CELL, headings, safe_text
from pipeline.analyst.workbook import SheetColumn, Workbook
from pipeline.build.models import load_models
from tests.cli.command import bma_here
from tests.conftest import ParsedArchive
from tests.publish.compared import ComparedArchive

FORMULAS = ["=1+1", "+SUM(A1)", "-2+3", "@x", "\t=1", "\r=1", " =1", "＝1+1", "＠x", '=HYPERLINK("http://x","y")']


def read_csv(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))


def xml_of(book: Path, name: str) -> str:
    """The cells of a sheet as XML."""
    with zipfile.ZipFile(book) as archive:
        names = re.findall(r'<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
        return archive.read(f"xl/worksheets/sheet{names.index(name) + 1}.xml").decode()


def test_thai_excel_recognises_the_csv(sample_data: Path, tmp_path: Path) -> None:
    done = bma_here("export", "--data-dir", sample_data, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    tables = {model.name for model in load_models().values() if model.layer == "curated"}
    assert {path.stem for path in (tmp_path / "out").glob("*.csv")} == tables
    for file in (tmp_path / "out").iterdir():
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "0 cells were too long and cut" in done.stdout
    assert "invented data, except 50490000-3607" in (tmp_path / "out" / "NOTES.txt").read_text(encoding="utf-8-sig")
    assert "invented data" in done.stderr


def test_every_row_of_a_source_says_whether_it_is_invented(sample_data: Path, tmp_path: Path) -> None:
    export(
        (sample_data / "curated" / "latest").resolve(),
        tmp_path,
        ["targets", "page_status"],
        "csv",
        are_headings_thai=False,
    )
    rows = read_csv(tmp_path / "targets.csv")
    assert {row["is_invented"] for row in rows if row["project_id"] == "50490000-3607"} == {"FALSE"}
    assert {row["is_invented"] for row in rows if row["project_id"] != "50490000-3607"} == {"TRUE"}
    assert {row["is_invented"] for row in read_csv(tmp_path / "page_status.csv") if not row["project_id"]} == {"TRUE"}


@pytest.fixture(scope="module")
def formulas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project for each formula in its name, exported both ways."""
    folder = tmp_path_factory.mktemp("formulas")
    archive = ComparedArchive(folder / "data")
    for number, text in enumerate(FORMULAS):
        project_id = f"50490000-{number:04}"
        archive.capture(project_id, "2026-11-01", source="bmavisions", name=text, remark="-", policy_id="-5")
    release = archive.build().path
    for format_ in ("csv", "xlsx"):
        export(release, folder, ["projects"], format_, are_headings_thai=False)
    return folder


@pytest.mark.parametrize(("number", "text"), list(enumerate(FORMULAS)))
def test_no_text_of_a_page_is_a_formula(formulas: Path, number: int, text: str) -> None:
    row = read_csv(formulas / "projects.csv")[number]
    assert row["name"] == "'" + text
    assert (row["remark"], row["policy_id"]) == ("-", "-5")


def test_no_text_of_a_page_is_a_formula_or_a_link_in_a_workbook(formulas: Path) -> None:
    (file,) = formulas.glob("*.xlsx")
    sheet = openpyxl.load_workbook(file)["projects"]
    names = [cell.value for cell in sheet[1]]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n", "b", "d"}
    assert {names[cell.column - 1] for cell in cells if cell.hyperlink} == {"url"}
    assert [row[names.index("name")].value for row in sheet.iter_rows(min_row=2)][:2] == FORMULAS[:2]


@pytest.mark.slow
def test_a_cell_too_long_for_excel_is_cut_with_a_mark_and_counted(archive: ParsedArchive, tmp_path: Path) -> None:
    archive.capture("50490000-0001", "2026-11-01", source="bmavisions", rationale="ก" * 40_000, goal="ข" * LONGEST_CELL)
    release = archive.build().path
    for format_ in ("csv", "xlsx"):
        exported = export(release, tmp_path, ["projects"], format_, are_headings_thai=False)
        assert exported.cut_cells == 1
    (row,) = read_csv(tmp_path / "projects.csv")
    assert len(row["rationale"]) == LONGEST_CELL
    assert row["rationale"].endswith(" …[cut: 40,000 characters]")
    assert row["goal"] == "ข" * LONGEST_CELL


def test_xlsx_has_thai_headings_typed_cells_and_notes(sample_data: Path, tmp_path: Path) -> None:
    done = bma_here(
        "export",
        "projects",
        "targets",
        "projects",
        "--format",
        "xlsx",
        "--thai",
        "--data-dir",
        sample_data,
        "--output",
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (book,) = tmp_path.glob("*.xlsx")
    xml = xml_of(book, "projects")
    for heading in ("ชื่อโครงการ", "งบฯ ที่ได้รับ (บาท)", "งบฯ ที่ได้รับ (บาท) (ตามหน้าเว็บ)", "ข้อมูลสมมติ"):
        assert heading in xml
    assert "invented data, except" in xml_of(book, "NOTES")
    assert re.search(r'<c r="K2"[^>]*><v>[\d.]+</v>', xml), "budgets are numbers"
    assert 't="b"' in xml, "truth values are typed"


@pytest.fixture(scope="module")
def workbook(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All tables of the sample as a workbook."""
    folder = tmp_path_factory.mktemp("workbook")
    release = (sample_data / "curated" / "latest").resolve()
    return export(release, folder, [], "xlsx", are_headings_thai=False).files[0]


def test_a_workbook_has_its_sheets_in_the_order_of_a_reader(workbook: Path) -> None:
    sheets = openpyxl.load_workbook(workbook, read_only=True).sheetnames
    tables = {model.name for model in load_models().values() if model.layer == "curated"}
    assert set(sheets) == {"NOTES", *tables}
    assert sheets[:4] == ["NOTES", "projects", "progress_history", "targets"]
    assert sheets.index("project_changes") < sheets.index("quality_issues") < sheets.index("runs")
    assert sheets[-1] == "runs"


def test_a_sheet_is_ready_to_be_read(workbook: Path) -> None:
    sheet = openpyxl.load_workbook(workbook)["projects"]
    names = [cell.value for cell in sheet[1]]
    first = dict(zip(names, sheet[2], strict=True))
    widths = {name: sheet.column_dimensions[get_column_letter(n)] for n, name in enumerate(names, 1)}
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.freeze_panes == "C2", "the headings and the project code stay in sight"
    assert first["budget_received_thb"].number_format == "#,##0.00"
    assert first["progress_pct"].number_format == "0.00"
    assert first["start_date"].number_format == "yyyy-mm-dd"
    assert first["last_seen_at"].number_format == "yyyy-mm-dd hh:mm:ss"
    assert first["url"].hyperlink.target == first["url"].value
    assert widths["project_id"].width < 20 < 40 < widths["rationale"].width < 50
    assert [name for name in names if name.endswith("_raw") and widths[name].outlineLevel != 1] == []
    assert widths["source_id"].outlineLevel == widths["snapshot_id"].outlineLevel == 1
    assert {widths[name].outlineLevel for name in ("project_id", "name", "budget_spent_thb")} == {0}
    assert not any(width.hidden for width in widths.values())
    column = next(column for column in load_models()["projects"].columns if column.name == "budget_spent_thb")
    assert sheet.cell(1, names.index("budget_spent_thb") + 1).comment.text.startswith(
        f"budget_spent_thb\n{column.description}\nUnit: THB"
    )


def cells_of(tmp_path: Path, *values: object) -> list[object]:
    """What another program reads of a workbook with these values in one column."""
    with Workbook(tmp_path / "book.xlsx") as book:
        book.add_table("t", [SheetColumn("a", "a")], [(value,) for value in values])
    return [cell.value for cell in openpyxl.load_workbook(tmp_path / "book.xlsx")["t"]["A"]][1:]


def test_a_sheet_has_no_more_lines_than_a_spreadsheet_can_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.analyst.workbook.MOST_ROWS", 4)
    with Workbook(tmp_path / "book.xlsx") as book:
        assert book.add_table("t", [SheetColumn("n", "n")], [(n,) for n in range(7)]) == 7
    sheets = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert [[cell.value for cell in sheet["A"]] for sheet in sheets] == [["n", 0, 1, 2], ["n", 3, 4, 5], ["n", 6]]


def test_a_moment_is_the_same_in_a_workbook(tmp_path: Path) -> None:
    days = [dt.date(1850, 1, 2), dt.datetime(1900, 1, 1), dt.datetime(1899, 12, 31, 5)]  # noqa: DTZ001
    assert cells_of(tmp_path, *days) == ["1850-01-02", "1900-01-01 00:00:00", "1899-12-31 05:00:00"]
    # Excel would round to the next second, and at the end of a day to the next day.
    late = dt.datetime(2026, 1, 1, 23, 59, 59, 999_999, dt.UTC)
    assert cells_of(tmp_path, late, dt.datetime.max.replace(tzinfo=dt.UTC)) == [
        dt.datetime(2026, 1, 1, 23, 59, 59),  # noqa: DTZ001
        dt.datetime(9999, 12, 31, 23, 59, 59),  # noqa: DTZ001
    ]


def test_a_number_with_more_digits_than_excel_keeps_is_a_text(tmp_path: Path) -> None:
    long = [Decimal("123456789012345.67"), Decimal("0.1234567890123456"), 1234567890123456, 1e300]
    assert cells_of(tmp_path, *long) == ["123456789012345.67", "0.1234567890123456", "1234567890123456", "1e+300"]
    short: list[object] = [Decimal("1234567890123.45"), Decimal("10.700000"), 123456789012345, 100 / 3, -0.5]
    assert cells_of(tmp_path, *short) == pytest.approx([1234567890123.45, 10.7, 123456789012345, 100 / 3, -0.5])


def test_a_line_ends_the_same_way_in_a_workbook(tmp_path: Path) -> None:
    assert cells_of(tmp_path, "a\r\nb\rc\nd") == ["a\nb\nc\nd"]


def test_every_address_is_a_link(tmp_path: Path) -> None:
    with Workbook(tmp_path / "book.xlsx") as book:
        row = ("http://a.invalid/", "https://b.invalid/", "javascript:alert(1)", "http://c.invalid/")
        columns = [SheetColumn(name, name) for name in ("url", "archive_url", "other_url", "name")]
        book.add_table("t", columns, [row])
    links = [cell.hyperlink for cell in openpyxl.load_workbook(tmp_path / "book.xlsx")["t"][2]]
    assert [link and link.target for link in links] == ["http://a.invalid/", "https://b.invalid/", None, None]


@pytest.mark.slow
def test_codes_stay_texts_in_a_workbook_and_notes_say_how_to_keep_them_in_a_csv(
    archive: ParsedArchive, tmp_path: Path
) -> None:
    archive.capture("50490000-0001", "2026-11-01", source="bmavisions", branch_id="0000", policy_id="30", kpi_id="1E5")
    release = archive.build().path
    for format_ in ("csv", "xlsx"):
        export(release, tmp_path, ["projects"], format_, are_headings_thai=False)
    (file,) = tmp_path.glob("*.xlsx")
    sheet = openpyxl.load_workbook(file)["projects"]
    row = dict(zip((cell.value for cell in sheet[1]), (cell.value for cell in sheet[2]), strict=True))
    assert (row["branch_id"], row["policy_id"], row["kpi_id"]) == ("0000", "30", "1E5")
    notes = (tmp_path / "NOTES.txt").read_text(encoding="utf-8-sig")
    for words in ("0000 becomes 0", "Data > From Text/CSV", "bma-projects export --format xlsx", "0000 จะกลายเป็น 0"):
        assert words in notes
    for words in ("first 1,048,576 lines", "An empty cell stands for null and for an empty text alike", "เซลล์ว่าง"):
        assert words in notes


def test_a_name_of_a_workbook_is_a_file_and_not_a_directory(sample_data: Path, tmp_path: Path) -> None:
    book = tmp_path / "new" / "projects.xlsx"
    where = ("--data-dir", sample_data, "--output", book)
    refused = bma_here("export", "agencies", *where)
    assert refused.returncode == 2
    assert "add --format xlsx" in refused.stderr
    assert not book.parent.exists()
    done = bma_here("export", "agencies", "--format", "xlsx", *where)
    assert done.returncode == 0, done.stderr
    assert "agencies" in openpyxl.load_workbook(book).sheetnames
    refused = bma_here("export", "agencies", "--data-dir", sample_data, "--output", tmp_path / "agencies.csv")
    assert "name a directory, such as 'agencies'" in refused.stderr
    assert not (tmp_path / "agencies.csv").exists()


def test_headings_of_a_table_are_unique() -> None:
    for model in load_models().values():
        columns = [column.name for column in model.columns]
        for are_thai in (False, True):
            made = headings(model, columns, are_thai=are_thai)
            assert len(set(made)) == len(columns), model.name


@pytest.mark.parametrize(
    "table",
    ["projects", "progress_history", "targets", "project_changes", "project_history", "quality_issues", "agencies"],
)
def test_only_keys_for_programs_have_no_thai_heading(table: str) -> None:
    columns = [column.name for column in load_models()[table].columns]
    made = headings(load_models()[table], columns, are_thai=True)
    english = {name for name, heading in zip(columns, made, strict=True) if not re.search("[ก-๙]", heading)}
    keys = re.compile("(previous_)?snapshot_id|warc_(file|offset)|time_basis|[a-z]+_state")
    labels = {"Policy ID", "Branch ID", "Kpi ID", "Start Date", "Finish Date"}
    without_label = {column.name for column in load_models()[table].columns if column.label not in labels}
    assert [name for name in sorted(english & without_label) if not keys.fullmatch(name)] == []


def test_the_end_of_a_run_is_not_headed_as_the_state_of_a_project() -> None:
    assert headings(load_models()["runs"], ["status"], are_thai=True) != headings(
        load_models()["projects"], ["status"], are_thai=True
    )


def test_a_failed_export_leaves_no_half_file(sample_data: Path, tmp_path: Path) -> None:
    (tmp_path / "projects.csv").mkdir()
    with pytest.raises(ExportError, match="cannot be written"):
        export((sample_data / "curated" / "latest").resolve(), tmp_path, ["projects"], "csv", are_headings_thai=False)
    assert not list(tmp_path.glob(".*"))


@given(st.text())
def test_a_csv_cell_never_begins_a_formula_and_loses_nothing(text: str) -> None:
    safe = safe_text(text, is_typed=False).text
    assert not re.match(r"[\s]*[=@＝＠]", safe)
    kept = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
    assert safe.removeprefix("'") == kept.removeprefix("'")


@given(st.text(alphabet="ก😀\n", min_size=1, max_size=40), st.integers(-20, 20))
def test_no_cell_is_longer_than_excel_allows(piece: str, more: int) -> None:
    text = (piece * LONGEST_CELL)[: LONGEST_CELL + more]
    n_units = len(text.encode("utf-16-le")) // 2
    safe = safe_text(text, is_typed=True)
    assert len(safe.text.encode("utf-16-le")) // 2 <= LONGEST_CELL
    assert safe.was_cut == (n_units > LONGEST_CELL)
