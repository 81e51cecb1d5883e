"""Finds a project by its code, the address of its page, part of its name, or its agency."""

from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qs, urlsplit

from pipeline.analyst.project import ProjectDetailError
from pipeline.analyst.query import ask_open, open_database
from pipeline.core.folding import fold


class Candidate(NamedTuple):
    """One project that matches."""

    project_id: str
    agency: str | None
    name: str | None
    progress_pct: float | None
    source_id: str
    url: str


_SEARCHED = ("project_id", "name", "projects.agency", "agency_listed", "name_en")
_CANDIDATES = """
SELECT
    project_id,
    coalesce(projects.agency, agency_listed) AS agency,
    name,
    progress_pct::DOUBLE AS progress_pct,
    source_id,
    url
FROM projects LEFT JOIN agencies ON projects.agency_code = agencies.agency_code
WHERE source_id = coalesce($2, source_id) AND ({condition})
ORDER BY project_id, source_id
"""
_HAS_CODE = _CANDIDATES.format(condition="project_id = $1")
_HOLDS_WORDS = _CANDIDATES.format(condition=" OR ".join(f"contains(fold({column}), fold($1))" for column in _SEARCHED))


def find_projects(release: Path, wanted: str, source_id: str | None = None) -> list[Candidate]:
    """The projects that match: by code, by address, or with the words in code, name or agency.

    Raises ProjectDetailError when there is none.
    """
    address = _page_address(wanted)
    code = wanted.strip() if address is None else parse_qs(address.query)["project_id"][-1]
    with open_database(release) as con:
        con.create_function("fold", fold, ["VARCHAR"], "VARCHAR")

        def asked(sql: str) -> list[Candidate]:
            rows: list[tuple[Any, ...]] = list(ask_open(con, sql, (code, source_id)).rows)
            return [Candidate(*row) for row in rows]

        found = asked(_HAS_CODE)
        if address is not None:
            here = [project for project in found if _place(urlsplit(project.url)) == _place(address)]
            if found and not here:
                known = ", ".join(project.source_id for project in found)
                raise ProjectDetailError(f"{code} is known on {known}, but not at this address; ask for the code alone")
            found = here
        elif not found and code:
            found = asked(_HOLDS_WORDS)
    if not found:
        where = "" if source_id is None else f" on source {source_id}"
        looked = "" if address is not None else "; no code, name or agency holds these words"
        raise ProjectDetailError(f"{code!r:.60}: no such project{where} in release {release.name}{looked}")
    return found


def _page_address(wanted: str) -> SplitResult | None:
    try:
        address = urlsplit(wanted.strip())
    except ValueError:
        return None
    return address if "project_id" in parse_qs(address.query) else None


def _place(address: SplitResult) -> tuple[str, str]:
    """Host and path of an address; http, https and `www.` make no difference."""
    return (address.hostname or "").removeprefix("www."), address.path
