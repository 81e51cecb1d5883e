"""IssueCollector: the issues of one page, gathered while it is parsed."""

from parsers.issue_codes import CATALOGUE
from parsers.records import Issue

# Longer raw texts are in page_fields; an issue shows where to find them.
_LONGEST_RAW = 2000


class IssueCollector:
    """Collects the issues of one page; every issue carries the page's key."""

    __slots__ = ("_key", "collected")

    def __init__(self, source_id: str, project_id: str | None, snapshot_id: str | None) -> None:
        self._key = (source_id, project_id, snapshot_id)
        self.collected: list[Issue] = []

    def add(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        label: str | None = None,
        ordinal: int | None = None,
        raw: str | None = None,
    ) -> None:
        """Collect one issue.

        Args:
            code: a code of the catalogue, which gives its severity.
            message: what is wrong, in one sentence in English, with the text it is about.
            field: the field it is about; in the tables below the rows `progress_history.detail` and the like.
            label: the label or header cell as the page has it.
            ordinal: the row of the page or of the table, from 1.
            raw: the text as the page has it, kept up to 2,000 characters.

        Raises:
            KeyError: The catalogue has no such code.
        """
        if raw is not None and len(raw) > _LONGEST_RAW:
            raw = raw[:_LONGEST_RAW] + "…"
        severity = CATALOGUE[code].severity.value
        self.collected.append(Issue(code, severity, *self._key, field, label, ordinal, raw, message))
