"""How to cite a project page, in Thai and English: page, agency, moment, web archive, archived file, release."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline.analyst.project import ProjectDetailError, archived_page, read_project_detail
from pipeline.analyst.query import ask
from pipeline.core import thai_time
from pipeline.core.citation_text import ARCHIVE, BASES, PLACE, TEMPLATES, UNNAMED
from pipeline.core.text import printable


class Citation(NamedTuple):
    """The citation in Thai and in English; notes say what to know before using it."""

    th: str
    en: str
    notes: tuple[str, ...]


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

# A section that was edited alone is read from a newer capture than the fields, whose capture is the one that is cited.
_READ_ELSEWHERE = """
WITH sections AS (
    SELECT 'the month rows' AS section, source_id, project_id, snapshot_id FROM target_rows
    UNION ALL SELECT 'the edit log', source_id, project_id, snapshot_id FROM update_history
    UNION ALL SELECT 'the progress reports', source_id, project_id, snapshot_id FROM progress_history
)

SELECT section, version_no, valid_from, archive_url
FROM sections
INNER JOIN project_versions USING (source_id, project_id, snapshot_id)
WHERE source_id = ? AND project_id = ? AND snapshot_id <> (
    SELECT snapshot_id FROM projects
    WHERE projects.source_id = sections.source_id AND projects.project_id = sections.project_id
)
GROUP BY ALL ORDER BY ALL
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

    def said(lang: str, agency: object, written: Callable[[str | None], str]) -> str:
        return printable(
            TEMPLATES[lang].format(
                agency=agency or UNNAMED[lang],
                title=" ".join(str(name or "").split()),
                project_id=project_id,
                url=url,
                captured=written(_iso(captured_at)),
                basis=BASES[lang][str(basis)],
                archive="" if archive_url is None else ARCHIVE[lang].format(archive_url=archive_url),
                place="-" if file is None else PLACE.format(file=file, offset=offset),
                seen=written(_iso(seen_at)),
                release=release.name,
            )
        )

    return Citation(
        said("th", agency, thai_time.in_thai),
        said("en", agency_en or agency, thai_time.in_english),
        (*_notes(str(url), str(basis)), *_sections_elsewhere(release, source_id, project_id)),
    )


def _sections_elsewhere(release: Path, source_id: str, project_id: str) -> Iterator[str]:
    rows = ask(release, _READ_ELSEWHERE, (source_id, project_id), most_rows=50).rows
    for section, version_no, captured_at, archive_url in rows:
        place = "" if archive_url is None else f", {printable(str(archive_url))}"
        yield (
            f"{section} in the tables come from another capture: version {version_no}, "
            f"{thai_time.in_english(_iso(captured_at))} Bangkok time{place}"
        )


def _iso(moment: object) -> str | None:
    return moment.isoformat() if isinstance(moment, dt.datetime) else None


def _notes(url: str, basis: str) -> Iterator[str]:
    # RFC 2606 reserves this ending for addresses that do not exist, such as the sample's.
    if (urlsplit(url).hostname or "").endswith(".invalid"):
        yield "the built-in sample replayed this page; to cite the site, fetch or import a capture of it"
    if basis == "file":
        yield "the time of this capture is known only from the date of a file"
