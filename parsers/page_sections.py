"""How much of each section a page shows, and the cells of all of them."""

from collections.abc import Mapping
from typing import NamedTuple

from parsers.history_tables import HistoryTables
from parsers.labels import MONTH_FIELD, match_key
from parsers.page import Page, PageKind
from parsers.page_layout import Layout
from parsers.records import PageCell
from parsers.sections import Key, LabelledRow, Section, SectionState, fingerprint, row_cells
from parsers.text_page import UNSPLIT


class Sections(NamedTuple):
    """The state of each section, and the cells of all of them, section by section in this order."""

    states: Mapping[Section, SectionState]
    cells: list[PageCell]

    def fingerprint(self, section: Section) -> int | None:
        """What a whole section says; None for one that is not whole."""
        if not self.states[section].is_whole:
            return None
        return fingerprint(section, [cell for cell in self.cells if cell.section == section])


def read_sections(key: Key, page: Page, layout: Layout, tables: HistoryTables) -> Sections:
    """Tell the sections of a page apart: the rows by their labels, the tables as they were read.

    Args:
        key: source_id, project_id, snapshot_id.
        page: a page of the kind `project` or `truncated`.
        layout: what its labels stand for.
        tables: its two tables, read.
    """
    rows: dict[Section, list[LabelledRow]] = {Section.FIELD: [], Section.MONTH: []}
    unreadable: set[Section] = set()
    section = Section.FIELD
    for index, (label, raw, meaning) in enumerate(zip(page.labels, page.values, layout.meanings, strict=True)):
        is_month = meaning.month_no is not None
        if label == UNSPLIT and page.reader == "text":
            # Lines that nobody can tell apart belong to the section they stand in, and may hide rows of it.
            unreadable.add(section)
            is_month = section is Section.MONTH
        else:
            section = Section.MONTH if is_month else Section.FIELD
            if meaning.is_known and meaning.field is None:
                # One of the two goals: of which of them its text is, nobody can tell.
                unreadable.add(section)
        cell_key = f"{MONTH_FIELD} {meaning.month_no}" if meaning.month_no else meaning.field or match_key(label)
        rows[section].append((index + 1, label, raw, meaning.field, cell_key))
    states = {
        Section.FIELD: SectionState.PRESENT if rows[Section.FIELD] else SectionState.ABSENT,
        Section.MONTH: SectionState.PRESENT if rows[Section.MONTH] else SectionState.ABSENT,
        Section.UPDATE: tables.update_state,
        Section.PROGRESS: tables.progress_state,
    }
    states |= dict.fromkeys(unreadable, SectionState.UNREADABLE)
    last = _last_section(states)
    if last is not None and (page.kind is PageKind.TRUNCATED or "open_end" in page.flags):
        # Nothing shows that the last section is there to its end.
        states[last] = SectionState.CUT
    cells = [
        *row_cells(key, Section.FIELD, rows[Section.FIELD]),
        *row_cells(key, Section.MONTH, rows[Section.MONTH]),
        *tables.update_cells,
        *tables.progress_cells,
    ]
    return Sections(states, cells)


def _last_section(states: Mapping[Section, SectionState]) -> Section | None:
    return next((section for section in reversed(Section) if states[section] is not SectionState.ABSENT), None)
