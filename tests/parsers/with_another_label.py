"""Reads pages with one more label in the catalogue, `ผู้ลงทุน` behind the remark: run in a process of its own.

Takes the keywords of Label and a list of pages as JSON, each [whether it is HTML, the text]; writes the issues and the
states of each.
"""

import importlib
import json
import sys

from parsers import labels


def main() -> None:
    """Put the label into the catalogue before any other module reads it."""
    keywords, pages = json.load(sys.stdin)
    place = next(place for place, label in enumerate(labels.LABELS, 1) if label.field == "remark")
    more = labels.Label("investor", "ผู้ลงทุน", **keywords)
    labels.LABELS = (*labels.LABELS[:place], more, *labels.LABELS[place:])  # type: ignore[assignment]
    labels.EXACT.update(labels._exact_matches())
    labels._FOLDED.update(labels._folded_matches())
    html_page, text_page, project = map(
        importlib.import_module, ("parsers.html_page", "parsers.text_page", "parsers.project")
    )
    answers = []
    for is_html, text in pages:
        page = html_page.read_page(text.encode()) if is_html else text_page.read_text(text)
        parsed = project.parse_project(page, source_id="s", project_id="50490000-0001", snapshot_id="x")
        answers.append(
            {
                "issues": [[issue.code, issue.label] for issue in parsed.issues],
                "states": [parsed.page.fields_state, parsed.page.months_state],
            }
        )
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
