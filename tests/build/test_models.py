"""A SQL file that cannot take its place among the others is named, with what is wrong."""

from pathlib import Path

import pytest

from pipeline.build.errors import ModelError
from pipeline.build.models import load_models, needed_for, read_model

HEADER = "-- A table.\n--\n-- key: a\n-- columns:\n--   a: a column | unit THB | label ปี | null where empty\n"


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        layer, _, table = name.partition("__")
        (root / layer).mkdir(exist_ok=True)
        (root / layer / f"{table}.sql").write_text(text, encoding="utf-8")
    return root


def test_models_run_after_what_they_read(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        curated__a=HEADER + "SELECT a FROM staging.b",
        staging__b=HEADER + "WITH x AS (SELECT 1 AS a) SELECT a FROM x, staging.c, parsed.pages",
        staging__c=HEADER + "SELECT 1 AS a",
    )
    assert list(load_models(root)) == ["staging.c", "staging.b", "a"]


def test_only_what_a_table_needs_is_made_for_it(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        staging__first=HEADER + "SELECT a FROM parsed.pages",
        curated__one=HEADER + "SELECT a FROM staging.first",
        curated__other=HEADER + "SELECT a FROM staging.first",
        curated__last=HEADER + "SELECT a FROM one UNION ALL FROM other",
    )
    assert list(needed_for(["one"], load_models(root))) == ["staging.first", "one"]


def test_quality_issues_runs_after_every_check() -> None:
    names = list(load_models())
    checks = [name for name in names if name.startswith("quality.")]
    assert checks
    assert all(names.index(check) < names.index("quality_issues") for check in checks)


def test_a_cycle_is_named_by_its_files(tmp_path: Path) -> None:
    root = write(tmp_path, staging__a=HEADER + "SELECT 1 FROM staging.b", staging__b=HEADER + "SELECT 1 FROM staging.a")
    with pytest.raises(
        ModelError, match=r"sql/staging/[ab]\.sql → sql/staging/[ab]\.sql → .* read each other in a cir"
    ):
        load_models(root)


def test_a_missing_table_is_named_with_the_file_that_reads_it(tmp_path: Path) -> None:
    root = write(tmp_path, staging__a=HEADER + "SELECT 1 FROM staging.nowhere")
    with pytest.raises(ModelError, match=r"sql/staging/a\.sql: reads staging\.nowhere, but no file in sql/ makes it"):
        load_models(root)


def test_a_header_is_read_whole() -> None:
    model = read_model("curated", "a", HEADER.replace("-- key", "-- warning: beware\n-- key") + "SELECT 1 AS a;")
    (column,) = model.columns
    assert (model.description, model.key, model.warnings) == ("A table.", ("a",), ("beware",))
    assert tuple(getattr(column, name) for name in ("description", "unit", "label", "null_means")) == (
        "a column",
        "THB",
        "ปี",
        "where empty",
    )
    assert model.sql == "SELECT 1 AS a"


def test_a_view_whose_key_may_be_null_says_how_it_is_sorted() -> None:
    text = HEADER.replace("-- key: a", "-- sort: a") + "SELECT 1 AS a"
    model = read_model("views", "a", text)
    assert (model.key, model.sort) == ((), ("a",))
    with pytest.raises(ModelError, match="no `-- key:` line"):
        read_model("curated", "a", text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 1", "must begin with a comment"),
        ("-- A.\nSELECT 1", "no `-- key:` line"),
        ("-- A.\n--\n-- key: a\nSELECT 1", "no `-- columns:` line"),
        ("-- A.\n--\n-- kee: a\nSELECT 1", "cannot read the header line `-- kee: a`"),
        ("-- A.\n--\n-- key:\nSELECT 1", "cannot read the header line `-- key:`"),
        ("-- A.\n--\n-- key: a\n-- columns:\n--   a - text\nSELECT 1", "cannot read the column `a - text`"),
        ("-- A.\n--\n-- key: a\n-- columns:\n--   a: t | size 3\nSELECT 1", "cannot read the column"),
        (HEADER + "SELECT FROM WHERE", "not readable as SQL"),
        (HEADER + "DROP TABLE a", "must hold one SELECT"),
        (HEADER + "SELECT 1; SELECT 2", "must hold one SELECT"),
        (HEADER, "must hold one SELECT"),
    ],
)
def test_a_malformed_file_is_named_with_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(ModelError, match=rf"sql/curated/a\.sql: .*{message}") as raised:
        read_model("curated", "a", text)
    assert "\n" not in str(raised.value)


RULE = {
    "severity": "info",
    "title_th": "ก",
    "title_en": "A",
    "advice_th": "ก",
    "advice_en": "A",
    "message_th": "{label} {raw} {row}",
}


def check(**other: str | None) -> str:
    lines = [f"-- {name}: {text}" for name, text in {**RULE, **other}.items() if text is not None]
    return "\n".join(["-- A.", "--", "-- key: a", *lines, "SELECT 1 AS a"])


def test_a_check_says_what_the_catalogue_of_issues_needs() -> None:
    assert read_model("quality", "a", check()).tags == RULE


@pytest.mark.parametrize(
    ("name", "other", "message"),
    [
        ("a", {"message_th": None, "severity": None}, "a check needs the header lines .*; add severity, message_th$"),
        ("a", {"severity": "warn"}, "the severity 'warn' is none of error, warning, info$"),
        ("a", {"message_th": "{value}"}, r"message_th may hold \{label\}, \{raw\} and \{row\}, and no other braces$"),
        ("unreadable_number", {}, "parsers/issue_codes.py has the code unreadable_number already"),
    ],
)
def test_a_check_that_the_catalogue_of_issues_cannot_take_is_refused(
    name: str, other: dict[str, str | None], message: str
) -> None:
    with pytest.raises(ModelError, match=rf"sql/quality/{name}\.sql: {message}"):
        read_model("quality", name, check(**other))


def test_a_column_can_take_its_description_from_another_table(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        curated__a=HEADER + "SELECT 1 AS a",
        curated__b="-- B.\n--\n-- key: a\n-- columns:\n--   a = a\nSELECT a FROM a",
    )
    assert load_models(root)["b"].columns == load_models(root)["a"].columns


def test_a_column_described_nowhere_is_refused(tmp_path: Path) -> None:
    root = write(tmp_path, curated__b="-- B.\n--\n-- key: a\n-- columns:\n--   a = nowhere\nSELECT 1 AS a")
    with pytest.raises(ModelError, match=r"sql/curated/b\.sql: column a = nowhere, but nowhere does not describe it"):
        load_models(root)


def test_a_reference_to_no_key_is_refused(tmp_path: Path) -> None:
    root = write(
        tmp_path, curated__a=HEADER.replace("-- columns", "-- references: a -> b\n-- columns") + "SELECT 1 AS a"
    )
    with pytest.raises(ModelError, match="a is not the key of b"):
        load_models(root)


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("FROM a UNION ALL BY NAME FROM staging.b", {"a", "staging.b"}),
        ("WITH x AS (FROM a), y AS (FROM x) SELECT * FROM y AS a JOIN x USING (id)", {"a"}),
        ("SELECT (SELECT max(n) FROM a), EXISTS (FROM b) FROM c WHERE n IN (FROM d)", {"a", "b", "c", "d"}),
        ("FROM a ASOF LEFT JOIN b USING (n) ANTI JOIN (SELECT n FROM c) AS b2 USING (n)", {"a", "b", "c"}),
        ("SELECT unnest(range(3)), 'FROM a' AS text -- FROM b", set()),
    ],
)
def test_a_model_reads_what_its_select_names(sql: str, reads: set[str]) -> None:
    assert read_model("curated", "a", HEADER + sql).reads == reads
