"""The state of each section of a page, and the cells of all sections."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from parsers.history_tables import HistoryTables
from parsers.labels import MONTH_FIELD, match_key
from parsers.page import Page, PageKind
from parsers.page_layout import read_layout
from parsers.records import PageCell
from parsers.sections import Key, LabelledRow, RowLayout, Section, SectionState
from parsers.text_rows import UNSPLIT


class Sections(NamedTuple):
    """The state of each section, the fingerprint of a whole one (else None), and the cells of all in the same order."""

    states: Mapping[Section, SectionState]
    fingerprints: Mapping[Section, int | None]
    cells: list[PageCell]


class _LabelledSections(NamedTuple):
    """The two sections made of label/value rows, and the states of those that cannot be separated."""

    layouts: tuple[RowLayout, RowLayout]
    ambiguous: frozenset[Section]
    unsplit: frozenset[Section]


def read_sections(key: Key, page: Page, tables: HistoryTables) -> Sections:
    """Separate the sections of a page: the rows by their labels, the tables as they were read.

    Args:
        key: source_id, project_id and snapshot_id of the page.
        page: a page of the kind `project` or `truncated`.
        tables: its two tables, read.
    """
    labelled = _labelled_sections(page.labels)
    unreadable = labelled.ambiguous | (labelled.unsplit if page.reader == "text" else frozenset())
    if "lost_rows" in page.flags:
        # Such a text may have lost any of its lines.
        unreadable = frozenset(Section)
    shown, states = dict(tables.cells), dict(tables.states)
    for layout in labelled.layouts:
        section = layout.section
        shown[section] = layout.read(key, [page.values[ordinal - 1] for ordinal in layout.ordinals])
        states[section] = SectionState.PRESENT if layout.ordinals else SectionState.ABSENT
    for section in unreadable:
        if states[section] is not SectionState.ABSENT:
            states[section] = SectionState.UNREADABLE
    last = next((section for section in reversed(Section) if states[section] is not SectionState.ABSENT), None)
    if last is not None and (page.kind is PageKind.TRUNCATED or "open_end" in page.flags):
        # The last section may be incomplete.
        states[last] = SectionState.CUT
    fingerprints = {
        section: shown[section].fingerprint if state.is_whole else None for section, state in states.items()
    }
    return Sections(states, fingerprints, [cell for section in Section for cell in shown[section].cells])


# Nearly every page of a source has the same labels in the same order.
@lru_cache(maxsize=64)
def _labelled_sections(labels: tuple[str, ...]) -> _LabelledSections:
    rows: dict[Section, list[LabelledRow]] = {Section.FIELD: [], Section.MONTH: []}
    ambiguous: set[Section] = set()
    unsplit: set[Section] = set()
    section, is_behind_unsplit = Section.FIELD, False
    for ordinal, (label, meaning) in enumerate(zip(labels, read_layout(labels).meanings, strict=True), 1):
        if label == UNSPLIT:
            # Lines that cannot be separated belong to the sections they are in or between, and may hide rows of them.
            unsplit.add(section)
            is_behind_unsplit = True
        else:
            section = Section.FIELD if meaning.month_no is None else Section.MONTH
            if is_behind_unsplit:
                unsplit.add(section)
            is_behind_unsplit = False
            if meaning.is_known and meaning.field is None:
                # One of the two goals: it cannot be known to which of them the text belongs.
                ambiguous.add(section)
        cell_key = f"{MONTH_FIELD} {meaning.month_no}" if meaning.month_no else meaning.field or match_key(label)
        rows[section].append((ordinal, label, meaning.field, cell_key))
    layouts = RowLayout.of(Section.FIELD, rows[Section.FIELD]), RowLayout.of(Section.MONTH, rows[Section.MONTH])
    return _LabelledSections(layouts, frozenset(ambiguous), frozenset(unsplit))
