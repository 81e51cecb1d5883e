"""The reasons for the verdict in the project pages: their trouble, labels, tables, months and values."""

from collections.abc import Iterable, Iterator, Sequence

from pipeline.core.settings import GateSettings
from pipeline.core.text import counted
from pipeline.run.check.advice import KINDS, reason_of_trouble
from pipeline.run.check.page import PageReading

MOST_NAMED = 6
_BUSY = 429
# A reason, and a sentence.
Found = tuple[str, str]


def reason_of(page: PageReading) -> str:
    """The reason of a page that is not whole."""
    if page.trouble is not None:
        return reason_of_trouble(page.trouble, page.error or "")
    if page.http_status == _BUSY:
        return "busy"
    return page.obstacle or KINDS.get(page.kind, "template")


def judge_labels(pages: Sequence[PageReading], gate: GateSettings) -> Found | None:
    """Judge the labels as the quality gate would: too many that are not known, or that are missing."""
    rows = sum(page.n_labels for page in pages)
    unknown = [label for page in pages for label in page.labels_unknown]
    if rows and len(unknown) / rows > gate.labels_unknown_share:
        return "labels_unknown", f"{len(unknown)} of {rows} labels are not known: {some_of(dict.fromkeys(unknown))}"
    missing = [label for page in pages for label in page.labels_missing]
    if rows and len(missing) / rows > gate.labels_missing_share:
        return "labels_missing", f"known labels are missing: {some_of(dict.fromkeys(missing))}"
    return None


def what_is_odd(pages: Sequence[PageReading]) -> Iterator[str]:
    """Differences from the known pages that do not prevent a refresh."""
    n_bad = sum(not page.is_good for page in pages)
    if n_bad:
        yield f"{n_bad} of {counted(len(pages), 'page')} could not be read"
    n_unknown = len({label for page in pages for label in page.labels_unknown})
    if n_unknown:
        yield f"{counted(n_unknown, 'label is', 'labels are')} not known"
    if any(page.months == "new" for page in pages):
        yield "the months are in a new order"
    n_refused = sum(value.refused is not None for page in pages for value in page.values)
    if n_refused:
        yield f"{n_refused} values were refused"


def judge_values(pages: Sequence[PageReading]) -> Found | None:
    """The fields that cannot be read on any page; a single page may have a typing error of its agency."""
    good = [page for page in pages if page.is_good]
    shown = [{value.field for value in page.values if value.raw} for page in good]
    read = {value.field for page in good for value in page.values if value.read is not None}
    refused = {value.field: value for page in good for value in page.values if value.refused is not None}
    lost = [
        f"{value.label} {value.raw!r:.40}"
        for field, value in refused.items()
        if field not in read and sum(field in fields for fields in shown) > 1
    ]
    return ("values", f"cannot be read on any page: {some_of(lost)}") if lost else None


def judge_tables(pages: Sequence[PageReading]) -> Found | None:
    """The first section that no page shows in the known form: the months, the edit log, the reports."""
    good = [page for page in pages if page.is_good]
    for section in ("months", "updates", "reports"):
        unread = [page for page in good if dict(page.sections).get(section) in ("absent", "unreadable")]
        if good and len(unread) == len(good):
            if section == "months":
                return "months", f"no page shows the months as known: {dict(good[0].sections)[section]}"
            named = [sentence for page in good for sentence in page.tables]
            said = some_of(dict.fromkeys(named)) or "it is absent"
            return "tables", f"no page shows the table of {section} as known: {said}"
    return None


def some_of(texts: Iterable[str], most: int = MOST_NAMED) -> str:
    """The first of some texts, and the number of the others."""
    named = list(texts)
    more = f" and {len(named) - most} more" if len(named) > most else ""
    return ", ".join(named[:most]) + more
