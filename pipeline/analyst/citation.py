"""How to cite a project page, in Thai and English: page, agency, moment, web archive, archived file, release."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline.analyst.project import ProjectDetailError, archived_page, read_project_detail
from pipeline.analyst.query import ask
from pipeline.core import thai_time


class Citation(NamedTuple):
    """The citation in Thai and in English; notes say what to know before using it."""

    th: str
    en: str
    notes: tuple[str, ...]


_BASIS_TH = {
    "protocol": "เวลาที่ดึงหน้านี้",
    "stated": "เวลาตามที่ไฟล์ที่บันทึกไว้ระบุ",
    "given": "เวลาตามที่ผู้นำเข้าไฟล์ระบุ",
    "file": "เวลาตามวันที่ของไฟล์เท่านั้น",
}
_BASIS_EN = {
    "protocol": "the time of the request",
    "stated": "the time that the saved file states",
    "given": "the time that the importing person gave",
    "file": "by the date of the file only",
}
_CITED = """
SELECT
    projects.name, coalesce(projects.agency, agency_listed), name_en, projects.url, projects.last_seen_at,
    valid_from, coalesce(versions.time_basis, projects.time_basis), warc_file, warc_offset, is_invented,
    projects.archive_url
FROM projects
LEFT JOIN agencies ON projects.agency_code = agencies.agency_code
LEFT JOIN project_versions AS versions ON projects.snapshot_id = versions.snapshot_id
WHERE projects.source_id = ? AND projects.project_id = ?
"""


def cite(release: Path, raw_dir: Path, source_id: str, project_id: str) -> Citation:
    """Cite the newest state of a project. Raises ProjectDetailError where the project is unknown or invented."""
    found = ask(release, _CITED, (source_id, project_id), most_rows=1).rows
    if not found:
        raise ProjectDetailError(f"{project_id!r:.60}: no such project on source {source_id} in release {release.name}")
    name, agency, agency_en, url, seen_at, captured_at, basis, file, offset, is_invented, archive_url = found[0]
    if is_invented:
        raise ProjectDetailError(f"{project_id} is invented data of the built-in sample; there is nothing to cite")
    if captured_at is None:
        # This page did not begin a version: only its record in the archive has the time of the capture.
        captured_at = archived_page(
            raw_dir, read_project_detail(release, raw_dir, project_id, source_id=source_id)
        ).captured_at
    by_th, by_en = ("", "") if archive_url is None else (f"คลังเว็บ: {archive_url} ", f"Web archive: {archive_url} ")
    title, place = " ".join(str(name or "").split()), "-" if file is None else f"data/raw/{file}, offset {offset}"
    th = (
        f"กรุงเทพมหานคร, {agency or 'ไม่ระบุหน่วยงาน'}. “{title}” (รหัสโครงการ {project_id}). {url} "
        f"เก็บสำเนาเมื่อ {_in_thai(captured_at)} ({_BASIS_TH[str(basis)]}) พบหน้านี้ครั้งล่าสุด {_in_thai(seen_at)}. "
        f"{by_th}หลักฐาน: {place}. bma-projects ชุดข้อมูล {release.name}."
    )
    en = (
        f"Bangkok Metropolitan Administration, {agency_en or agency or 'agency not named'}. “{title}” "
        f"(project {project_id}). {url} "
        f"Captured {_in_english(captured_at)} ({_BASIS_EN[str(basis)]}); page last seen {_in_english(seen_at)}. "
        f"{by_en}Archived in {place}. bma-projects, release {release.name}."
    )
    return Citation(th, en, tuple(_notes(str(url), str(basis))))


def _in_thai(moment: object) -> str:
    return f"{thai_time.in_thai(_iso(moment))} เวลากรุงเทพฯ"


def _in_english(moment: object) -> str:
    return f"{thai_time.in_english(_iso(moment))} Bangkok time"


def _iso(moment: object) -> str | None:
    return moment.isoformat() if isinstance(moment, dt.datetime) else None


def _notes(url: str, basis: str) -> Iterator[str]:
    # RFC 2606 reserves this ending for addresses that do not exist, such as the sample's.
    if (urlsplit(url).hostname or "").endswith(".invalid"):
        yield "the built-in sample replayed this page; to cite the site, fetch or import a capture of it"
    if basis == "file":
        yield "the time of this capture is known only from the date of a file"
