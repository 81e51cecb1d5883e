"""Any mixture of captures of one true history gives no change that it does not hold, and the newest whole state.

Real files go through import, parse and build. What is expected is told by the history alone, in plain Python.
"""

import datetime as dt
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from parsers.labels import MONTH_LABEL
from pipeline.archive.history.state import carry_on
from pipeline.archive.segments import sealed_segments
from pipeline.archive.withdrawal import withdraw_import
from pipeline.core.settings import KNOWN_SOURCES, BuildSettings, Settings
from pipeline.importing.importer import import_files
from pipeline.parse.versions import parser_versions
from tests.importing.test_importer import Warc, url
from tests.parse.archived import parse_segment
from tests.parsers.projects import PLAIN, StoredProject
from tests.parsers.rendering import DETAIL_SKINS, GRID_SKINS, REPORT_HEADER, UPDATE_HEADER
from tests.parsers.samples import Cells
from tests.parsers.test_page_sections import FOOTER
from tests.parsers.test_text_page import rendered
from tests.sql.in_memory import Models

pytestmark = [
    pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
]

SOURCE = KNOWN_SOURCES["bmavisions"]
PROJECTS = [f"50490000-360{number}" for number in range(4)]
FIRST_DAY = dt.datetime(2023, 1, 1, 8, tzinfo=dt.UTC)
N_DAYS = 9
SECTIONS = ("field", "month", "update", "progress")
# Section, label of its row, which row of that label, column: what a change in the tables names.
Place = tuple[str, str, int, str]
Content = dict[Place, str]


class Shot(NamedTuple):
    """One capture: when it was made and of which day's state, and which sections it shows to their end, at most."""

    project_id: str
    at: dt.datetime
    truth: Content
    form: str
    body: bytes
    shown: frozenset[str]


def history(project_id: str, dice: random.Random) -> list[StoredProject]:
    """What the site says of a project on each day; on some days nothing changes."""
    state = replace(PLAIN.having(project_id=project_id), project_id=project_id)
    days = []
    for day in range(N_DAYS):
        match dice.randrange(8):
            case 0:
                state = state.having(budget_spent=dice.choice(["55,979", "60,000", ""]))
            case 1:
                state = state.having(**{f"month {dice.randrange(2, 12)}": dice.choice(["7", "70", None])})
            case 2:
                report: Cells = (f"2023-06-{day + 1:02}", "100.0", "1", "ไม่มี", f"{day + 1:02}/06/2566 : งวด {day}")
                state = state.reporting(*(state.reports or ()), report)
            case 3:
                state = state.reporting(*(state.reports or ())[1:])
            case 4:
                update: Cells = (f"2023-06-{day + 1:02}", "09:00:00", "plan", "แก้ไข", "ใช่")
                state = state.logging(
                    *(state.updates or ()), (*update, "2022-10-01", "2023-09-30", "100", "50", "ร้อยละ")
                )
        days.append(state)
    return days


def content(state: StoredProject) -> Content:
    """What a state says, place by place; "not set" says as much as an empty cell, white space is one space."""
    found: Content = {}
    seen: dict[tuple[str, str], int] = {}

    def add(section: str, label: str, cells: dict[str, str | None]) -> None:
        number = seen[section, label] = seen.get((section, label), 0) + 1
        found.update({(section, label, number, column): said(raw) for column, raw in cells.items()})

    for label, raw in state.rows:
        add("month" if label.startswith(MONTH_LABEL) else "field", label, {"": raw})
    for report in state.reports or ():
        add("progress", report[0] or "", dict(zip(REPORT_HEADER, report, strict=True)))
    for update in state.updates or ():
        add("update", f"{update[0]} {update[1]}", dict(zip(UPDATE_HEADER, update, strict=True)))
    return found


def said(raw: str | None) -> str:
    return " ".join((raw or "").split())


def shots(project_id: str, dice: random.Random) -> Iterator[Shot]:
    """A capture or two of most days, each in one of the forms in which people hold pages."""
    for day, state in enumerate(history(project_id, dice)):
        for hour in range(dice.choice([0, 1, 1, 1, 2])):
            at = FIRST_DAY + dt.timedelta(days=day, hours=hour)
            form = dice.choice(["html", "html", "text", "cut text", "cut html", "html without reports"])
            skins = {"details": dice.choice([*DETAIL_SKINS.values()]), "grid": dice.choice([*GRID_SKINS.values()])}
            body = state.html(**skins).encode()  # type: ignore[arg-type]
            shown = frozenset(SECTIONS)
            if form == "cut html":
                body, shown = body[: dice.randrange(len(body))], frozenset()
            elif form == "html without reports":
                begin = body.index(b'<div class="panel panel-info">')
                body = body[:begin] + body[body.index(b"<footer") :]
                shown -= {"progress"}
            elif "text" in form:
                text = rendered(state) + FOOTER
                if form == "cut text":
                    end = dice.randrange(len(text))
                    shown = frozenset(name for name in SECTIONS if end > end_of(name, text))
                    text = text[:end]
                body = text.encode()
            yield Shot(project_id, at, content(state), form, body, shown)


def end_of(section: str, text: str) -> int:
    """Where the text of a section ends: behind it a cut takes nothing of it."""
    month = text.index(f"{MONTH_LABEL} 12")
    ends = {
        "field": text.index(f"{MONTH_LABEL} 1"),
        "month": text.index("\n", month),
        "update": text.index("ความคืบหน้าล่าสุด", month),
        "progress": text.index("\n\n©"),
    }
    return ends[section]


class Told(NamedTuple):
    """The mixture as it was imported: what counts, and what the tables make of it."""

    dated: dict[str, list[Shot]]
    tables: Models

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in self.tables.rows(query)]


def tell(tmp_path: Path, dice: random.Random) -> Told:
    """Import a mixture in runs of any order, some without a time of their own and one that is withdrawn, and build."""
    dated: dict[str, list[Shot]] = {}
    batches: list[list[Shot]] = [[] for _ in range(4)]
    for project_id in PROJECTS:
        for shot in shots(project_id, dice):
            batches[dice.randrange(4)].append(shot)
    undated, withdrawn, *counting = batches
    raw_dir, files = tmp_path / "raw", tmp_path / "files"
    files.mkdir()
    imports = [(f"2026110{number}T000000Z", batch) for number, batch in enumerate([undated, withdrawn, *counting], 1)]
    for run_id, batch in dice.sample(imports, len(imports)):
        warc, bare = Warc(), []
        for number, shot in enumerate(batch):
            file = files / f"{run_id}-{number}.txt"
            is_response = "html" in shot.form
            if batch is undated:
                file.write_bytes(shot.body)
                at = (shot.at + dt.timedelta(days=dice.randrange(-900, 900))).timestamp()
                os.utime(file, (at, at))
                bare.append(file)
            elif is_response and dice.random() < 0.5 and shot.form != "cut html":
                # As browsers save a page of a web archive.
                address = f"https://web.archive.org/web/{shot.at:%Y%m%d%H%M%S}/{url(shot.project_id)}"
                file.write_bytes(f"<!-- saved from url=({len(address):04}){address} -->\n".encode() + shot.body)
                bare.append(file)
            else:
                write = warc.response if is_response else warc.text
                write(url(shot.project_id), shot.body, f"{shot.at:%Y-%m-%dT%H:%M:%SZ}")
        paths = [warc.save(files / f"{run_id}.warc.gz"), *dice.sample(bare, len(bare))]
        import_files(paths, raw_dir=raw_dir, run_id=run_id, sources=KNOWN_SOURCES, default_source=SOURCE)
        if batch is withdrawn and batch:
            withdraw_import(raw_dir, run_id, undo_run_id="20261109T000000Z", at=dt.datetime(2026, 11, 9, tzinfo=dt.UTC))
        for shot in batch:
            if batch is not undated and batch is not withdrawn:
                dated.setdefault(shot.project_id, []).append(shot)
    for segment in sealed_segments(raw_dir):
        parse_segment(segment, tmp_path / "parsed")
    carry_on(raw_dir, tmp_path / "parsed")
    settings = Settings(data_dir=tmp_path, build=BuildSettings(publish_user_names=True))
    for of_project in dated.values():
        of_project.sort(key=lambda shot: shot.at)
    return Told(dated, Models(settings, fingerprint=parser_versions().parser))


def changed_places(told: Told) -> Iterator[tuple[str, Place, str | None, str | None]]:
    query = "SELECT project_id, section, label, row_label, occurrence, old, new FROM project_changes"
    for project_id, section, label, row_label, occurrence, old, new in told.ask(query):
        is_row = section in ("field", "month")
        yield project_id, (section, label if is_row else row_label, occurrence, "" if is_row else label), old, new


@pytest.fixture(
    scope="module",
    params=[0, *[pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8)]],
    ids=lambda seed: f"mixture {seed}",
)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return tell(tmp_path_factory.mktemp("mixture"), random.Random(request.param))


def test_a_mixture_of_captures_changes_nothing_that_the_history_does_not_change(told: Told) -> None:
    changes = [*changed_places(told)]
    assert changes, "nothing was edited"
    for project_id, place, old, new in changes:
        states = truths(told, project_id)
        before = [number for number, state in enumerate(states) if state.get(place, "") == said(old)]
        after = [number for number, state in enumerate(states) if state.get(place, "") == said(new)]
        assert before, (project_id, place, old)
        assert any(number > before[0] for number in after), (project_id, place, old, new)
    gone = "SELECT project_id, reported_on_raw, detail FROM progress_history WHERE NOT is_current"
    for project_id, reported_on, detail in told.ask(gone):
        shown = [detail in state.values() and reported_on in state.values() for state in truths(told, project_id)]
        assert False in shown[shown.index(True) :], (project_id, reported_on, detail)
    assert told.ask("SELECT project_id FROM projects WHERE status <> 'listed'") == []


def test_each_section_stands_as_the_newest_capture_shows_it_that_shows_it_whole(told: Told) -> None:
    n_checked = 0
    for project_id, of_project in told.dated.items():
        published = published_content(told, project_id)
        for section in SECTIONS:
            # Of a cut text only this much is known: a section that it does not show to its end is not whole.
            sure = [number for number, shot in enumerate(of_project) if is_surely_whole(shot, section)]
            if sure:
                newest = [shot.truth for shot in of_project[sure[-1] :] if section in shot.shown]
                assert of_section(published, section) in [of_section(truth, section) for truth in newest], (
                    project_id,
                    section,
                )
                n_checked += 1
    assert n_checked > 8


def truths(told: Told, project_id: str) -> list[Content]:
    return [shot.truth for shot in told.dated[project_id]]


def is_surely_whole(shot: Shot, section: str) -> bool:
    return shot.form in ("html", "text") or (shot.form == "html without reports" and section != "progress")


def of_section(content: Content, section: str) -> Content:
    return {place: text for place, text in content.items() if place[0] == section and text}


def published_content(told: Told, project_id: str) -> Content:
    """What the tables of a release say of a project now, as `content` has it."""

    def rows(query: str) -> list[tuple[str | None, ...]]:
        return told.ask(f"{query} WHERE project_id = '{project_id}' ORDER BY ALL")

    labelled = [(label, raw) for _, label, raw in rows("SELECT ordinal, label, raw FROM page_fields")]
    state = StoredProject(project_id, None, tuple(labelled), None, None)  # type: ignore[arg-type]
    columns = "reported_on_raw, progress_pct_raw, status_code, problem, detail"
    reports = [row[1:-1] for row in rows(f"SELECT page_row_no, {columns}, is_current FROM progress_history") if row[-1]]
    columns = "updated_on_raw, updated_time, user_name, action, policy_conformity, start_date_raw, finish_date_raw"
    updates = [row[1:] for row in rows(f"SELECT update_no, {columns}, target, result, unit FROM update_history")]
    return content(state.reporting(*reports).logging(*updates))
