"""A fixture draft of a page: masked wherever a contact can stand, marked unreviewed, and told as it was read.

Contacts and persons are invented.
"""

import json
from pathlib import Path

import pytest

from pipeline.core.settings import Settings
from pipeline.core.time import utc_now
from pipeline.run.check.report import CheckReport
from pipeline.run.check.source import check_files, check_source
from tests.cli.command import bma_here
from tests.fetch.misbehaving import PATIENCE, REAL_ID, misbehaving_site, page
from tests.parsers.projects import PLAIN
from tests.parsers.rendering import DetailSkin, handwritten_details, kartik_details, kartik_edit_details, yii_details
from tests.parsers.samples import FIXTURES, PAGES

MOBILE, EXTENSION, PERSON = "081 000 0000", "#6775", "somchai_invented"
SAVED = PAGES / "pages" / f"{REAL_ID}.html"


def expected_of(folder: Path) -> dict[str, object]:
    expected: dict[str, object] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return expected


def draft(drafts: Path, *paths: Path) -> CheckReport:
    return check_files(Settings(), paths, utc_now(), drafts)


def personal(details: DetailSkin) -> str:
    """A page with a contact in a row, in one of an unknown label, in a cell, a link, an attribute and a comment."""
    stored = PLAIN.having(responsible=f"นายสมมุติ ตัวอย่าง โทร. {MOBILE}, {EXTENSION}", remark=f"โทร {MOBILE}")
    stored = stored.adding("ผู้ประสานงาน", f"นางสมมุติ {EXTENSION}")
    stored = stored.logging(("2023-01-31", "10:00", PERSON, "แก้ไข", "", "", "", f"โทร {MOBILE}", "", ""))
    extra = f'<!-- {MOBILE} --><p title="{MOBILE}"><a href="tel:{MOBILE.replace(" ", "")}">{MOBILE}</a></p></body>'
    return stored.html(details=details).replace("</body>", extra)


@pytest.mark.parametrize("skin", [yii_details, kartik_details, kartik_edit_details, handwritten_details])
def test_a_draft_is_masked_wherever_a_contact_can_stand_and_marked_unreviewed(skin: DetailSkin, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(personal(skin), encoding="utf-8")
    report = draft(tmp_path / "drafts", tmp_path / "page.html")
    folder = tmp_path / "drafts" / PLAIN.project_id
    assert report.drafts == (str(folder),)
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert set(written) == {"page.html", "case.json", "expected.json"}
    for contact in (MOBILE, MOBILE.replace(" ", ""), EXTENSION, PERSON):
        assert [name for name, text in written.items() if contact in text] == []
    assert "นายสมมุติ ตัวอย่าง" in written["page.html"]
    assert "user-1" in written["expected.json"]
    assert "read by the program" in str(expected_of(folder)["unreviewed"])
    assert json.loads(written["case.json"])["note"].startswith("DRAFT")


def test_a_draft_of_the_real_page_says_what_its_reviewed_case_says(tmp_path: Path) -> None:
    draft(tmp_path, SAVED)
    of_case = expected_of(FIXTURES / "cases" / REAL_ID)
    drafted = expected_of(tmp_path / REAL_ID)
    assert set(drafted) == {*of_case, "unreviewed"}
    # A case may leave out the fields that are null.
    for said in (drafted["page"], of_case["page"]):
        assert isinstance(said, dict)
        for field in [field for field, value in said.items() if value is None]:
            del said[field]
    assert {name: drafted[name] for name in of_case} == of_case


def test_a_draft_of_an_extracted_text_is_masked_too(tmp_path: Path) -> None:
    text = (FIXTURES / "real" / f"{REAL_ID}.txt").read_text(encoding="utf-8")
    (tmp_path / "page.txt").write_text(f"{text}\nโทร {MOBILE}\n", encoding="utf-8")
    draft(tmp_path / "drafts", tmp_path / "page.txt")
    masked = (tmp_path / "drafts" / REAL_ID / "page.txt").read_text(encoding="utf-8")
    assert MOBILE not in masked
    assert text.splitlines()[0] in masked


def test_a_draft_of_an_extracted_text_keeps_what_a_row_of_a_table_says_and_no_name_of_a_user(tmp_path: Path) -> None:
    text = (FIXTURES / "real" / f"{REAL_ID}.txt").read_text(encoding="utf-8")
    header = next(line for line in text.split("\n") if "ชื่อผู้ใช้" in line)
    logged = f"2023-01-31 10:00 {PERSON} แก้ไข 1 2022-10-01 2023-09-30 100 100 ราย"
    detail = "31/01/2566 : ผู้เข้าร่วม 4500 และ 1250 อื่น ๆ"
    text = text.replace(header, f"{header}\n{logged}").replace("31/01/2566 :", detail)
    (tmp_path / "page.txt").write_text(text, encoding="utf-8")
    report = draft(tmp_path / "drafts", tmp_path / "page.txt")
    assert report.drafts == (str(tmp_path / "drafts" / REAL_ID),)
    masked = (tmp_path / "drafts" / REAL_ID / "page.txt").read_text(encoding="utf-8")
    assert masked == text.replace(logged, "2023-01-31 10:00 xxxx")


def test_a_draft_is_named_by_no_text_of_a_page_and_overwrites_none(tmp_path: Path) -> None:
    hostile = tmp_path / "page.html"
    hostile.write_text(PLAIN.html().replace(PLAIN.project_id, "../../escaped"), encoding="utf-8")
    draft(tmp_path / "drafts", hostile, SAVED, SAVED)
    assert sorted(path.name for path in (tmp_path / "drafts").iterdir()) == [REAL_ID, f"{REAL_ID}-2", "page-1"]


def test_a_draft_of_what_is_no_project_page_tells_its_kind(tmp_path: Path) -> None:
    with misbehaving_site() as site:
        form = f"<html><body><form id='login-form'><input type='password'>{MOBILE}</form></body></html>"
        site.pages = {REAL_ID: page(form.encode())}
        settings = Settings(data_dir=tmp_path / "data", fetch=PATIENCE)
        report = check_source(settings, site.source(), (REAL_ID,), draft_dir=tmp_path / "drafts")
    (folder,) = (tmp_path / "drafts").iterdir()
    assert report.drafts == (str(folder),)
    assert expected_of(folder)["page_kind"] == "login"
    assert MOBILE not in (folder / "page.html").read_text(encoding="utf-8")


def test_a_draft_that_cannot_be_written_costs_no_report(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    done = bma_here("check", SAVED, "--draft", tmp_path / "file")
    assert "drafts       no draft of page 1: " in done.stdout
    assert "verdict      ready" in done.stdout
    done = bma_here("check", SAVED, "--draft", tmp_path / "drafts")
    assert f"drafts       {tmp_path / 'drafts' / REAL_ID}" in done.stdout


@pytest.mark.parametrize("case", sorted(path.name for path in (FIXTURES / "cases").iterdir()))
def test_no_case_of_the_repository_is_an_unreviewed_draft(case: str) -> None:
    assert "unreviewed" not in expected_of(FIXTURES / "cases" / case)
