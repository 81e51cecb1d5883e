"""A cell says the same to the parser, which makes the fingerprints, and to the models, which compare the cells."""

import sys
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parsers.sections import RowLayout, Section, read_table_cells, said
from pipeline.build.macros import define_macros

SPACES = [*filter(str.isspace, map(chr, range(sys.maxunicode + 1)))]
# Invisible, but no white space to Python: they must not be taken for it.
INVISIBLE = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u180e", "\u00ad", "\x08", "\x1b", "\x7f"]
KEY = ("test", "50010000-0001", "snapshot")
TEXTS = st.text(
    st.one_of(
        st.sampled_from([*SPACES, *INVISIBLE, "ก", "\u0e33", "a", "<", ">", "/"]),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    )
)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        define_macros(con)
        yield con


def in_sql(con: duckdb.DuckDBPyConnection, raws: list[str | None]) -> list[str]:
    [[found]] = con.execute("SELECT list_transform($raws::VARCHAR[], lambda raw: said(raw))", {"raws": raws}).fetchall()
    return list(found)


@given(raws=st.lists(st.none() | TEXTS, min_size=1, max_size=20))
def test_any_text_says_the_same_to_the_parser_and_to_the_models(
    con: duckdb.DuckDBPyConnection, raws: list[str | None]
) -> None:
    assert in_sql(con, raws) == [said(raw) for raw in raws]


@pytest.mark.parametrize("sign", [*SPACES, *INVISIBLE], ids=ascii)
def test_every_white_space_says_what_one_space_says(con: duckdb.DuckDBPyConnection, sign: str) -> None:
    raw = f"{sign}ก{sign}{sign} ข{sign}"
    expected = "ก ข" if sign.isspace() else raw
    assert [*in_sql(con, [raw]), said(raw)] == [expected, expected]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<p>ก<br/>ข</p>", "ก ข"),
        ("3 < 5 > 2", "3 < 5 > 2"),
        ("<วันที่>", "<วันที่>"),
        ("<!-- ก -->", "<!-- ก -->"),
        ("<b", "<b"),
    ],
)
def test_tags_say_nothing(con: duckdb.DuckDBPyConnection, raw: str, expected: str) -> None:
    assert [*in_sql(con, [raw]), said(raw)] == [expected, expected]


def test_not_set_says_as_much_as_empty(con: duckdb.DuckDBPyConnection) -> None:
    raws = [None, "", " ", "\u3000\n"]
    assert in_sql(con, raws) == [said(raw) for raw in raws] == [""] * 4


@given(one=TEXTS, other=TEXTS)
@example(one=" ก  ข", other="ก\u3000ข\n")
def test_two_sections_have_one_fingerprint_when_their_cells_say_the_same(one: str, other: str) -> None:
    rows = RowLayout.of(Section.FIELD, [(1, "ป้าย", "name", "name")])
    columns = [("detail", "รายละเอียด"), (None, "อื่น")]

    def fingerprints(text: str) -> tuple[int, ...]:
        tables = [[(1, None, (text, ""))], [(1, None, ("", text))]]
        of_tables = [read_table_cells(KEY, Section.PROGRESS, columns, table).fingerprint for table in tables]
        return rows.read(KEY, [text]).fingerprint, *of_tables

    for before, after in zip(fingerprints(one), fingerprints(other), strict=True):
        assert (before == after) == (said(one) == said(other))
