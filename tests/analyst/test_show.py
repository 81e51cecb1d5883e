"""One project on the terminal."""

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from pipeline.analyst.citation import cite
from pipeline.analyst.project import Month, ProjectDetailError, read_project_detail
from pipeline.analyst.project_view import month_bars, progress_bar, show
from pipeline.analyst.query import ask
from pipeline.core.settings import SAMPLE
from tests.cli.command import COMMAND, assert_one_line, bma_here, environment, on_terminal
from tests.conftest import GUESSED_AGENCY, ParsedArchive
from tests.parsers.projects import PLAIN

REAL = "50490000-3607"
REAL_TEXT = Path("tests/fixtures/real/50490000-3607.txt").resolve()
# Of the projects of the sample.
EVERY = [9, pytest.param(1, marks=pytest.mark.slow)]


def test_the_real_project_on_one_screen(sample_data: Path) -> None:
    said = bma_here("show", REAL, "--data-dir", sample_data).stdout
    for words in (
        "สำนักงานเขตทุ่งครุ · source sample · listed",
        "งบฯ ที่ได้รับ (บาท)",
        "Kpi ID",
        "5049-2033",
        "(not set)",
        "target of the project: 100 ร้อยละ",
        "2023-05-02  100 %",
        "doubled_marks",
        f"project_id={REAL}",
        f"bma-projects show {REAL} --source sample --raw",
    ):
        assert words in said
    assert "INVENTED" not in said


def test_invented_pages_say_so(sample_data: Path) -> None:
    said = bma_here("show", "50010000-9031", "--data-dir", sample_data).stdout
    assert "INVENTED: a made-up page of the built-in sample; never quote it" in said


def test_raw_is_the_archived_page_byte_for_byte(sample_data: Path) -> None:
    command = [COMMAND, "show", REAL, "--raw", "--data-dir", str(sample_data)]
    body = subprocess.run(command, capture_output=True, check=True, env=environment()).stdout
    assert body.startswith(b"<!DOCTYPE html>")
    assert body.rstrip().endswith(b"</html>")
    again = bma_here("show", REAL, "--raw", "--version", "1", "--data-dir", sample_data)
    assert again.stdout.encode() == body


@pytest.fixture(scope="module")
def hostile_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real page with a private telephone number and with commands for a terminal in it."""
    folder = tmp_path_factory.mktemp("hostile")
    text = REAL_TEXT.read_text(encoding="utf-8")
    assert "นโยบาย ผว." in text
    text = text.replace("นโยบาย ผว.", "นโยบาย ผว.โทร. 8031 ")
    text = text.replace("ผู้รับผิดชอบฝ่ายปกครอง", "ผู้รับผิดชอบฝ่ายปกครอง\x1b[2J โทร 081 431 8031\u202e")
    (folder / "page.txt").write_text(text, encoding="utf-8")
    done = bma_here("import", folder / "page.txt", "--source", "bmavisions", "--data-dir", folder / "data")
    assert done.returncode == 0, done.stderr
    return folder / "data"


@pytest.mark.parametrize(
    "options", [[], *[pytest.param(one, marks=pytest.mark.slow) for one in (["--version", "1"], ["--raw"])]]
)
def test_a_terminal_gets_no_control_characters_of_a_page(hostile_data: Path, options: list[str]) -> None:
    said = on_terminal("show", REAL, *options, "--data-dir", hostile_data)
    assert "ฝ่ายปกครอง" in said
    assert "\x1b[2J" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize("options", [[], ["--version", "1"]])
def test_contacts_are_masked_in_every_version(hostile_data: Path, options: list[str]) -> None:
    said = bma_here("show", REAL, *options, "--data-dir", hostile_data).stdout
    assert "081xx xxxx" in said
    assert "8031" not in said


def test_raw_keeps_what_the_page_said(hostile_data: Path) -> None:
    assert "\x1b[2J โทร 081 431 8031" in bma_here("show", REAL, "--raw", "--data-dir", hostile_data).stdout


def release_of(data: Path) -> Path:
    return (data / "curated" / "latest").resolve()


@pytest.mark.parametrize("every", EVERY)
def test_the_newest_version_of_a_project_shows_what_the_release_does(sample_data: Path, every: int) -> None:
    release, raw = release_of(sample_data), sample_data / "raw"
    for project_id, version_no in ask(release, "SELECT project_id, n_versions FROM projects").rows[::every]:
        newest = read_project_detail(release, raw, str(project_id))
        version = read_project_detail(release, raw, str(project_id), version_no=int(str(version_no)))
        assert (version.cells, version.months, version.reports) == (newest.cells, newest.months, newest.reports)
        assert (version.warc_file, version.warc_offset) == (newest.warc_file, newest.warc_offset)


@pytest.mark.slow
def test_months_that_nobody_can_decide_are_shown_in_every_version(tmp_path: Path) -> None:
    project = PLAIN.having_months([(2, "5"), (1, "1"), (2, "6"), (3, "7.0"), (3, "7")])
    (tmp_path / "page.html").write_text(project.html(), encoding="utf-8")
    done = bma_here("import", tmp_path / "page.html", "--source", "bmavisions", "--data-dir", tmp_path / "data")
    assert done.returncode == 0, done.stderr
    release, raw = release_of(tmp_path / "data"), tmp_path / "data" / "raw"
    months = [Month(1, 1.0, "1"), Month(2, None, None, is_conflicting=True), Month(3, 7.0, "7.0")]
    assert read_project_detail(release, raw, project.project_id).months == months
    assert read_project_detail(release, raw, project.project_id, version_no=1).months == months


@pytest.mark.parametrize("every", EVERY)
def test_every_project_of_the_sample_can_be_shown(
    sample_data: Path, capsys: pytest.CaptureFixture[str], every: int
) -> None:
    raw = sample_data / "raw"
    for (project_id,) in ask(release_of(sample_data), "SELECT project_id FROM projects").rows[::every]:
        show(read_project_detail(release_of(sample_data), raw, str(project_id)), raw, release_of(sample_data))
        said = capsys.readouterr().out
        assert "Where it comes from" in said
        assert all(character.isprintable() or character == "\n" for character in said)


def test_two_sources_with_one_project_must_be_told_apart(archive: ParsedArchive) -> None:
    for source, progress in (("bs2568", "100"), ("bmavisions", "65")):
        archive.capture("50500000-6138", "2026-11-01", source=source, name="โครงการ", progress_pct=progress)
    release = archive.build().path
    with pytest.raises(ProjectDetailError, match="known on bmavisions, bs2568; choose one with --source"):
        read_project_detail(release, archive.data_dir / "raw", "50500000-6138")
    assert (
        read_project_detail(release, archive.data_dir / "raw", "50500000-6138", source_id="bs2568").source_id
        == "bs2568"
    )


@pytest.mark.slow
@pytest.mark.parametrize("printed", ["สำนักงานเขตบางรัก", None])
def test_the_agency_of_the_code_stands_beside_another_one_that_the_page_prints(
    archive: ParsedArchive, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, printed: str | None
) -> None:
    monkeypatch.setattr("pipeline.build.inputs.read_agencies", lambda: [GUESSED_AGENCY])
    archive.capture("50490000-0001", "2026-11-01", agency=printed)
    release = archive.build().path
    show(read_project_detail(release, archive.data_dir / "raw", "50490000-0001"), archive.data_dir / "raw", release)
    said = " ".join(capsys.readouterr().out.split())
    named = printed or "agency not named"
    assert f"{named} (by its code สำนักงานเขตทุ่งครุ, name: eliminated)" in said


def test_a_page_that_is_not_archived_here_is_told(archive: ParsedArchive) -> None:
    archive.capture("50490000-0001", "2026-11-01", name="โครงการ")
    release = archive.build().path
    with pytest.raises(ProjectDetailError, match=r"cannot be read; data/raw belongs beside this release"):
        read_project_detail(release, archive.data_dir / "raw", "50490000-0001", version_no=1)


def test_bars_of_months() -> None:
    months = [Month(1, 100.0, "100"), Month(2, 50.0, "50", True), Month(3, None, None), Month(4, None, "มาก")]
    assert month_bars(months) == [("1", "█", "100"), ("2", "▄", "50*"), ("3", "·", ""), ("4", "?", "มาก")]
    assert month_bars([Month(1, 0.0, "0")]) == [("1", "▁", "0")]
    assert month_bars([Month(1, -5.0, "-5"), Month(2, 10.0, "10")])[0][1] == "▁"


@pytest.mark.parametrize(
    ("percent", "filled", "mark"), [(0.0, 0, ""), (50.0, 12, ""), (100.0, 25, ""), (104.15, 25, "▶"), (-3.0, 0, "")]
)
def test_bar_of_progress(percent: float, filled: int, mark: str) -> None:
    assert progress_bar(percent) == "█" * filled + "·" * (25 - filled) + mark


def test_no_progress_is_no_bar() -> None:
    assert progress_bar(None) == "·" * 25


@pytest.mark.parametrize(
    "wanted",
    [REAL, "ทุ่งครุ", "thung khru", "สภาคน เมืองประจําเขต", f"{SAMPLE.base_url}?project_id={REAL}&r=x", "0000-3607"],
)
def test_a_project_is_found_by_code_address_name_or_district(sample_data: Path, wanted: str) -> None:
    assert bma_here("show", wanted, "--data-dir", sample_data).stdout.startswith(f"{REAL}  ")


def test_several_projects_that_match_are_listed(sample_data: Path) -> None:
    done = bma_here("show", "เขตพระนคร", "--data-dir", sample_data)
    assert done.returncode == 0
    listed = [line.split()[0] for line in done.stdout.splitlines()[2:]]
    assert len(listed) > 10
    assert {project_id[:8] for project_id in listed} == {"50010000"}
    assert f"{len(listed)} projects match" in done.stderr
    assert_one_line(
        bma_here("show", "เขตพระนคร", "--raw", "--data-dir", sample_data), 2, "projects match", "by its code"
    )


@pytest.mark.parametrize(
    "wanted", ["", " ", "no such words", f"http://elsewhere.invalid/index.php?project_id={REAL}", "http://[x"]
)
def test_what_matches_nothing_is_one_line_and_1(sample_data: Path, wanted: str) -> None:
    assert_one_line(bma_here("show", wanted, "--data-dir", sample_data), 1)


def test_a_citation_names_page_agency_time_file_and_release(sample_data: Path) -> None:
    done = bma_here("cite", REAL, "--data-dir", sample_data)
    release = (sample_data / "curated" / "latest").resolve()
    (row,) = ask(
        release, f"SELECT url, warc_file, warc_offset, last_changed_at FROM projects WHERE project_id = '{REAL}'"
    ).rows
    url, file, offset, captured_at = row
    assert isinstance(captured_at, dt.datetime)
    thai, _, english = done.stdout.splitlines()
    for said in (thai, english):
        for words in (str(url), f"data/raw/{file}, offset {offset}", release.name, REAL):
            assert words in said
    bangkok = captured_at + dt.timedelta(hours=7)
    assert "Thung Khru District Office" in english
    assert f"{bangkok:%Y %H:%M} Bangkok time (the time of the request)" in english
    assert "กรุงเทพมหานคร, สำนักงานเขตทุ่งครุ" in thai
    assert f"{bangkok.year + 543} {bangkok:%H:%M} น. เวลากรุงเทพฯ (เวลาที่ดึงหน้านี้)" in thai
    assert "the built-in sample replayed this page" in done.stderr


@pytest.mark.slow
def test_a_file_date_is_said_to_be_one(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert bma_here("import", REAL_TEXT, "--data-dir", data, "--source", "bmavisions").returncode == 0
    done = bma_here("cite", REAL, "--data-dir", data)
    assert "(by the date of the file only)" in done.stdout
    assert "(เวลาตามวันที่ของไฟล์เท่านั้น)" in done.stdout
    assert done.stderr == "note: the time of this capture is known only from the date of a file\n"


@pytest.mark.slow
def test_a_citation_says_which_sections_another_capture_shows(archive: ParsedArchive, tmp_path: Path) -> None:
    for day, said in (("2026-01-01", "เริ่ม"), ("2026-02-02", "เริ่มแล้ว")):
        archive.capture(
            REAL, day, source="bmavisions", name="โครงการ", months=[(1, "5", "canonical")],
            reports=[("2025-12-01", "50", "1", "กำลังดำเนินการ", said)],
        )  # fmt: skip
    built = archive.build("20260202T000000Z")
    cited = cite(built.path, tmp_path / "raw", "bmavisions", REAL)
    assert "Captured 1 Jan 2026" in cited.en
    assert cited.notes[1:] == (
        "the progress reports in the tables come from another capture: version 2, 2 Feb 2026 07:00 Bangkok time",
    )


def test_invented_data_is_not_cited(sample_data: Path) -> None:
    assert_one_line(bma_here("cite", "50010000-9031", "--data-dir", sample_data), 1, "invented data")
    assert_one_line(bma_here("cite", "พระนคร", "--data-dir", sample_data), 2, "projects match")
