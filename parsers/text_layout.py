"""How a program laid out a text: in columns or in Markdown, its rows cannot be separated."""

import re
from collections.abc import Sequence

from parsers.labels import HEADLINE, LABELS, TITLE
from parsers.text_rows import FEWEST_ROWS, ONE_LINE_FIELDS, labels_at_beginning

_MARKDOWN_TITLE = re.compile(rf"#{{1,6}} +(?:{TITLE}|{HEADLINE})")


def laid_out_as(lines: Sequence[str]) -> str | None:
    """How a program laid out the text; None where values follow their labels normally.

    Such programs wrap lines and escape characters, and one cell runs into another. Markdown shows in a title after
    `#`, the text of a PDF in its page breaks. Otherwise it shows in the rows with one short value: they have bars or
    several spaces before the value, or spaces before the label; or the project's code is not beside its label.
    """
    n_rows = n_bars = n_columns = 0
    above = ""
    for line in lines:
        if _MARKDOWN_TITLE.match(line):
            return "in Markdown"
        text = line.lstrip(" |*")
        label, place, _ = next(labels_at_beginning(text), ("", None, True))
        if line.startswith("\f") or (above == LABELS[0].text and place == 1):
            return "in columns"
        above = line.strip() or above
        value = text[len(label) :].lstrip("*")
        if place is None or place >= len(LABELS) or LABELS[place].field not in ONE_LINE_FIELDS or not value.strip():
            continue
        n_rows += 1
        if value.lstrip(" ").startswith("|"):
            n_bars += 1
        elif value.startswith("  ") or line.startswith("  "):
            n_columns += 1
    if 2 * n_bars > n_rows:
        return "in Markdown"
    return "in columns" if n_columns >= FEWEST_ROWS and 2 * n_columns > n_rows else None
