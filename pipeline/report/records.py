"""The rows of the data-quality report: one record type for each SELECT of sql/report."""

from typing import NamedTuple, TypedDict


class ReportedIssue(NamedTuple):
    """One open issue, with the project it concerns; is_in_projects: one of its pages could be read."""

    code: str
    severity: str
    source_id: str
    project_id: str | None
    name: str | None
    agency_code: str | None
    fiscal_year_be: int | None
    is_invented: bool
    url: str | None
    field: str | None
    label: str | None
    ordinal: int | None
    raw: str | None
    message: str
    first_seen_at: str | None
    present_since: str | None
    is_new: bool
    issue_no: int
    snapshot_id: str | None = None
    is_in_projects: bool = True


class ShownEdit(TypedDict):
    """One changed cell: its label, the date of its row in a table, the texts before and after."""

    label: str
    row_label: str | None
    old: str | None
    new: str | None


class EditedIssue(NamedTuple):
    """What was edited, of an issue about an edit; edits are the first of its n_edits."""

    issue_no: int
    n_edits: int
    edits: list[ShownEdit]


class ResolvedIssue(NamedTuple):
    """An issue of the previous release that is gone."""

    code: str
    severity: str
    source_id: str
    project_id: str | None
    label: str | None
    ordinal: int | None
    raw: str | None
    message: str


class Rule(NamedTuple):
    """One kind of issue and the number of open ones."""

    code: str
    severity: str
    raised_by: str
    title_th: str
    title_en: str
    advice_th: str
    advice_en: str
    message_th: str
    n_issues: int
    n_projects: int
    first_seen_at: str | None


class AgencyState(NamedTuple):
    """One agency: its projects, its issues, how many of its label/value rows are filled.

    shown_name is the name by its code, marked if that is inferred; otherwise the name on its pages.
    """

    agency_code: str
    agency: str | None
    agency_listed: str | None
    name_source: str | None
    name_en: str | None
    kind: str | None
    shown_name: str | None
    n_projects: int
    n_errors: int
    n_warnings: int
    n_infos: int
    n_filled: int
    n_rows: int


class FieldState(NamedTuple):
    """The content of pages in one field; agency_code None means all agencies."""

    field: str
    agency_code: str | None
    n_given: int
    n_empty: int
    n_not_set: int
    n_absent: int
    n_unreadable: int
    n_distinct: int


class FieldRange(NamedTuple):
    """Smallest and largest value of a typed field."""

    field: str
    lowest: str | None
    highest: str | None


class LabelDrift(NamedTuple):
    """A label that is not as expected: where, and since when."""

    code: str
    label: str
    n_projects: int
    first_seen_at: str | None
    example: str | None


class RunCounts(NamedTuple):
    """The pages that one run fetched."""

    run_id: str
    started_at: str | None
    status: str | None
    n_new: int
    n_changed: int
    n_unchanged: int
    n_missing: int
    n_failed: int
    n_refused: int
    n_listed: int


class HarvestState(NamedTuple):
    """The last harvest of a source from a web archive: the captures in its index, and the archived part of them."""

    source_id: str
    archive: str
    started_at: str | None
    captures_from: str | None
    captures_to: str | None
    n_listed: int
    n_held: int


class Totals(NamedTuple):
    """The size of the release."""

    n_projects: int
    n_listed: int
    n_vanished: int
    n_invented: int
    n_truncated: int
    n_added: int


class ChangedPage(NamedTuple):
    """A project whose page has changed since the previous release; edits are the first of its n_changes."""

    source_id: str
    project_id: str
    name: str | None
    url: str | None
    n_changes: int
    labels: str
    edits: list[ShownEdit]


class OurChange(NamedTuple):
    """Differences of one field from the previous release without an edit by the site: cause is reader or withdrawn."""

    source_id: str
    cause: str
    field: str
    n_lost: int
    n_read: int
    n_changed: int


class OldPage(NamedTuple):
    """A project that has not been seen for a long time."""

    source_id: str
    project_id: str
    name: str | None
    url: str | None
    last_seen_at: str


class AgeGroup(NamedTuple):
    """Projects by days since they were last seen."""

    days: str
    n_projects: int


class FailingPage(NamedTuple):
    """An address that fails or is missing."""

    source_id: str
    project_id: str | None
    url: str
    last_outcome: str
    last_page_kind: str | None
    last_http_status: int | None
    last_error: str | None
    n_consecutive_failures: int
    last_attempt_at: str
    last_success_at: str | None


class VanishedProject(NamedTuple):
    """A project that vanished."""

    source_id: str
    project_id: str
    name: str | None
    url: str | None
    last_seen_at: str
    vanished_at: str
