"""The issue catalogue as docs/issue-catalogue.md: every code, in Thai and English, with what to do about it.

`python -m docs.generate.issue_catalogue` writes the document again.
"""

from collections.abc import Iterable
from pathlib import Path

from pipeline.build.inputs import RuleRow, issue_rules
from pipeline.build.models import load_models

DOCUMENT = Path("docs/issue-catalogue.md")
_INTRODUCTION = """\
# Issue catalogue

Generated from `parsers/issue_codes.py` and the headers of `sql/quality/` by `make catalogue`; do not edit it here.

Every issue is one row of the table `quality_issues`: a code of this list, the project, the field, the label, the row,
the raw text as the page had it, and a message. The same texts are in the table `quality_rules` and on the quality
page. [adding-a-label.md](adding-a-label.md) says how to add a code.

| severity | what it means |
| --- | --- |
| `error` | a value or a page is lost: the field is null, the raw text is kept |
| `warning` | a value is there and doubtful |
| `info` | worth knowing when the value is used |
"""
_HEADER = "| code | severity | what it is | what to do |\n| --- | --- | --- | --- |"


def current_document() -> str:
    """The document for the present catalogue and headers."""
    checks = sorted(load_models().values(), key=lambda model: model.name)
    rules = issue_rules(checks)
    return "\n".join(
        [
            _INTRODUCTION,
            "## Found on one page\n\nThe parser raises these while it reads a page.\n",
            _table(_row(rule) for rule in rules if rule.raised_by == "parser"),
            "## Found across pages and runs\n\nOne SELECT in `sql/quality/<code>.sql` returns the offending rows.\n",
            _table(_row(rule) for rule in rules if rule.raised_by != "parser"),
        ]
    )


def _table(rows: Iterable[str]) -> str:
    return "\n".join([_HEADER, *rows]) + "\n"


def _row(rule: RuleRow) -> str:
    texts = f"{rule.title_en}<br>{rule.title_th}", f"{rule.advice_en}<br>{rule.advice_th}"
    cells = (f"`{rule.code}`", rule.severity, *texts)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    DOCUMENT.write_text(current_document(), encoding="utf-8")
