"""The data dictionary as docs/data-dictionary.md: every table and view, in the words of the SQL headers.

`python -m docs.generate.data_dictionary` writes the document again.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.build.database import build, column_types
from pipeline.build.models import Model, load_models
from pipeline.core.settings import Settings

DOCUMENT = Path("docs/data-dictionary.md")
_INTRODUCTION = """\
# Data dictionary

Generated from the headers of the files in sql/ by `make dictionary`; do not edit it here.

Every release holds each table and view as `<name>.parquet` and all of them in `bma_projects.duckdb`, with the same
texts as comments (`SELECT * FROM duckdb_columns()`), in the Parquet metadata and in `datapackage.json`;
`frictionless validate data/curated/latest/datapackage.json` reads every row and checks types, keys and references.

- Names end in their unit: `_thb` baht, `_pct` percent, `_at` a moment in UTC that **we** observed, `_on` and `_date` a
  day the **source** states, `_no` a number in an order, `_be` and `_ce` Buddhist and Common Era, `_raw` the text as
  printed.
- The macro `bangkok_day(last_seen_at)` of `bma_projects.duckdb` gives the day in Bangkok on which a moment fell;
  `name_key(text)` makes of the name in other data what the column `name_key` holds.
- A value that could not be read for certain is null; the text stands in the `_raw` column beside it, the reason in
  `quality_issues`. Null, empty text, 0 and a label that is not there are four different statements; `page_fields` keeps
  them apart.
- Personal data: contacts are masked in every table (`06 5xx xxxx`, `#xxxx`, `xxxx@xxxx`). In `responsible` and
  `evaluator` every number counts as a contact unless the text says that it is something else; in other text, numbers
  after a telephone word, whole Thai telephone numbers, e-mail addresses and LINE ids do. User names of the edit log
  are replaced by a pseudonym that stays the same from release to release and cannot be computed without the secret
  file `user-names.salt` of the data directory; the setting `build.publish_user_names` publishes the names instead. The
  archived pages in data/raw keep both.
- Rows of the built-in source `sample` are invented in the shape of real pages, except project 50490000-3607; the
  column `is_invented` of `projects` says so, and so do the comments of a release that holds them. Never cite them.
- `agency` is the name a page prints, `agency_listed` that of the project code, with its source (`name_source`):
  `inferred` and `eliminated` ones were concluded, not read. Join and sum by `agency_code` alone.
"""
_VIEWS = """\
Questions that are asked often. Count and sum over `projects_unique`, in which a project on two sources is one row.
"""


def document(models: Sequence[Model], types: Mapping[str, Mapping[str, str]]) -> str:
    """docs/data-dictionary.md as one text; types maps a table to its columns' DuckDB types."""
    tables = [model for model in models if model.layer == "curated"]
    views = [model for model in models if model.layer == "views"]
    parts = [_INTRODUCTION, "## Tables\n", _overview(tables)]
    parts += [_section(model, types[model.name]) for model in tables]
    parts += ["## Views\n", _VIEWS, _overview(views)]
    parts += [_section(model, types[model.name]) for model in views]
    return "\n".join(parts)


def _overview(models: Sequence[Model]) -> str:
    return "\n".join(f"- [{model.name}](#{model.name}): {model.description}" for model in models) + "\n"


def _section(model: Model, types: Mapping[str, str]) -> str:
    lines = [f"### {model.name}\n", f"{model.description}\n"]
    if model.key:
        lines.append(f"Key: {_code(model.key)}.")
    lines += [f"{_code(reference.columns)} → `{reference.table}`." for reference in model.references]
    if model.warnings:
        lines += ["", "Beware:", *(f"- {warning}" for warning in model.warnings)]
    lines += [
        "",
        "| column | type | meaning | unit | label on the page | null |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for column in model.columns:
        cells = (column.description, column.unit, column.label, column.null_means)
        texts = " | ".join((cell or "").replace("|", "\\|") for cell in cells)
        lines.append(f"| `{column.name}` | {types[column.name]} | {texts} |")
    return "\n".join(lines) + "\n"


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def current_document() -> str:
    """The document for the present headers; the types come from building an empty release."""
    with tempfile.TemporaryDirectory(prefix="bma-projects-") as scratch:
        data_dir, release = Path(scratch), Path(scratch) / "release"
        build(Settings(data_dir=data_dir), fingerprint="none", out_dir=release)
        types = column_types(release)
    by_name = sorted(load_models().values(), key=lambda model: model.name)
    return document(by_name, types)


if __name__ == "__main__":
    DOCUMENT.write_text(current_document(), encoding="utf-8")
