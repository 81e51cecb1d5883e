"""The header comment of a SQL file, the only place where its table is described:

    -- The newest observed state of every project.
    --
    -- key: source_id, project_id
    -- references: agency_code -> agencies
    -- warning: budget_spent_thb 0 often means "not reported".
    -- columns:
    --   source_id = page_status
    --   budget_spent_thb: budget spent | unit THB | label งบฯ ที่ใช้ไป (บาท) | null where empty or unreadable

`name = model` takes the description of that column from another model. Unpublished files describe no columns: the
models of sql/staging, and the checks of sql/quality, whose columns are some of those of quality_issues. A further
paragraph of prose explains the SQL to its reader and is not published.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from parsers.issue_codes import CATALOGUE, Severity, message_in_thai
from pipeline.build.errors import ModelError

RULE_TEXTS = ("severity", "title_th", "title_en", "advice_th", "advice_en", "message_th")
_DIRECTIVES = ("key", "sort", "references", "warning", "columns", "form", *RULE_TEXTS)
_DIRECTIVE = re.compile(r"[a-z_]+:( |$)")


@dataclass(frozen=True, slots=True)
class Column:
    """The entry of one column in the dictionary; `label` is the Thai label it comes from."""

    name: str
    description: str
    unit: str | None = None
    label: str | None = None
    null_means: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns of this table that point at the key of another table; target_key is known once all models are read."""

    columns: tuple[str, ...]
    table: str
    target_key: tuple[str, ...] = ()


class Header:
    """Takes a header line by line, without its comment marks; raises ModelError for one that cannot be read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.description: list[str] = []
        self.key: list[str] = []
        self.sort: list[str] = []
        self.references: list[Reference] = []
        self.warnings: list[str] = []
        self.columns: list[Column] = []
        self.tags: dict[str, str] = {}
        self._paragraph = "description"
        self._in_columns = False

    def take(self, line: str) -> None:
        if not line:
            self._paragraph = "" if self.description else "description"
        elif self._paragraph == "description":
            self.description.append(line)
        elif self._paragraph == "prose":
            pass
        elif not self._paragraph and not _DIRECTIVE.match(line):
            self._paragraph = "prose"
        elif line.startswith("  ") and self._in_columns:
            self.columns.append(self._column(line.strip()))
        else:
            self._directive(line)

    def _directive(self, line: str) -> None:
        self._paragraph = "directives"
        name, _, value = line.partition(":")
        value = value.strip()
        if not _DIRECTIVE.match(line) or name not in _DIRECTIVES or bool(value) == (name == "columns"):
            raise ModelError(f"{self.path}: cannot read the header line `-- {line}`; known: {', '.join(_DIRECTIVES)}")
        self._in_columns = name == "columns"
        if name == "key":
            self.key = [column.strip() for column in value.split(",")]
        elif name == "sort":
            self.sort = [column.strip() for column in value.split(",")]
        elif name == "references":
            columns, _, table = value.partition("->")
            self.references.append(Reference(tuple(c.strip() for c in columns.split(",")), table.strip()))
        elif name == "warning":
            self.warnings.append(value)
        elif name != "columns":
            self.tags[name] = value

    def _column(self, line: str) -> Column:
        head, *notes = [part.strip() for part in line.split(" | ")]
        name, equals, model = head.partition(" = ")
        if equals:
            # The description is filled in by load_models once every model is read.
            return Column(name, f"= {model}")
        name, colon, description = head.partition(": ")
        found = dict(note.split(" ", 1) for note in notes if " " in note)
        if not colon or len(found) != len(notes) or found.keys() - {"unit", "label", "null"}:
            raise ModelError(
                f"{self.path}: cannot read the column `{line}`; expected `name: text | unit … | label … | null …`"
            )
        return Column(name, description, found.get("unit"), found.get("label"), found.get("null"))


def check_rule(path: str, code: str, tags: Mapping[str, str]) -> None:
    """Raise ModelError unless the header of a check says what the catalogue of issues needs."""
    if missing := [name for name in RULE_TEXTS if name not in tags]:
        raise ModelError(f"{path}: a check needs the header lines {', '.join(RULE_TEXTS)}; add {', '.join(missing)}")
    if tags["severity"] not in list(Severity):
        raise ModelError(f"{path}: the severity {tags['severity']!r:.40} is none of {', '.join(Severity)}")
    if set("{}") & set(message_in_thai(tags["message_th"], label="", raw="", row=None)):
        raise ModelError(f"{path}: message_th may hold {{label}}, {{raw}} and {{row}}, and no other braces")
    if code in CATALOGUE:
        raise ModelError(f"{path}: parsers/issue_codes.py has the code {code} already; give the check another name")
