"""Pages for the readers: whole ones mutated, and what must hold for whatever is made of them."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from parsers.html_page import read_page
from parsers.issue_codes import CATALOGUE
from parsers.listing_page import read_listing
from parsers.page import Page, PageKind, content_sha256
from parsers.project import page_issue, parse_project
from parsers.records import Issue, MonthResult, MonthRow, PageCell, PageRecord, ParsedPage, ProgressRow, UpdateRow
from parsers.text_page import read_text
from pipeline.core.arrow_schema import schema_of

ROOT = Path(__file__).parents[2]
# What to throw in: markup of every skin, labels, odd characters, numbers and dates that are none, broken bytes.
_WORDS = """
    <td> </td> <th> </th> <tr> </tr> <table> </table> <br/> <!-- --> <![CDATA[ </html> </body> <head> <title>
    <plaintext> <textarea> <script> <select> <noscript> <template> <svg> <math> &#0; &#x10ffff; (#404) % ( ) ' "
    ปี เป้าหมาย รหัสโครงการ ล้านบาท ๙๙๙ 1e999 -0.00 31/02/2566 0000-00-00 2566-13-01 \u202e \ufeff \ufffd ่่ ํา
"""
TOKENS = (
    *_WORDS.split(),
    *("\r\n", "\n", " ", "\0", "\x1b[31m", "\u2028", "9" * 40, "31/01/2566 : ", "ผลงานเดือนที่ 12"),
    *("<h1>รายละเอียดโครงการ: 1</h1>", "<h3>คืบหน้าล่าสุด : ร้อยละ 1</h3>", '<meta charset="tis-620">'),
    *('<table class="detail-view">', '<span class="not-set">(ไม่ได้ตั้ง)</span>', '<div class="kv-attribute">'),
    *('<tr class="kv-child-table-row">', '<div class="empty">', '<tr class="filters">'),
    *("<b>Fatal error</b>:  x", "<b>Warning</b>:  x"),
)
BYTES = [*map(str.encode, TOKENS), b"\xff", b"\xe0\xb8", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3\x28", b"\x80"]
HEADERS = (
    None,
    None,
    "text/html; charset=UTF-8",
    "text/html; charset=tis-620",
    "text/html; charset=utf-16",
    "x; charset=zip",
)


class Input(NamedTuple):
    """What one round reads: a body with its response, or a text."""

    body: bytes
    content_type: str | None
    status: int
    location: str | None
    is_cut: bool


def corpus() -> list[bytes]:
    folders = (
        "pipeline/sample/site/pages",
        "pipeline/sample/site/other",
        "tests/fixtures/skins",
        "tests/fixtures/real",
    )
    return [path.read_bytes() for folder in folders for path in sorted((ROOT / folder).iterdir()) if path.is_file()]


def _span(chance: random.Random, body: bytes) -> tuple[int, int]:
    start = chance.randrange(len(body) + 1)
    return start, min(len(body), start + int(chance.paretovariate(0.6)))


def _flip(chance: random.Random, body: bytes, _: bytes) -> bytes:
    changed = bytearray(body)
    for _number in range(chance.randrange(1, 5)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _delete(chance: random.Random, body: bytes, _: bytes) -> bytes:
    start, end = _span(chance, body)
    return body[:start] + body[end:]


def _repeat(chance: random.Random, body: bytes, _: bytes) -> bytes:
    start, end = _span(chance, body)
    end = min(end, start + 2000)
    return body[:start] + body[start:end] * chance.choice((2, 3, 30)) + body[end:]


def _insert(chance: random.Random, body: bytes, _: bytes) -> bytes:
    start, _end = _span(chance, body)
    return body[:start] + chance.choice(BYTES) * chance.choice((1, 1, 1, 2, 300, 5000)) + body[start:]


def _replace_value(chance: random.Random, body: bytes, _: bytes) -> bytes:
    """Put tokens where a cell begins: what a user could have stored there, escaped or not."""
    cells = body.split(b"<td>")
    cell = chance.randrange(len(cells))
    cells[cell] = b"".join(chance.choice(BYTES) for _number in range(chance.randrange(4))) + cells[cell]
    return b"<td>".join(cells)


def _shuffle_rows(chance: random.Random, body: bytes, _: bytes) -> bytes:
    mark = b"<tr>" if b"<tr>" in body else b"\n"
    rows = body.split(mark)
    one, other = chance.randrange(len(rows)), chance.randrange(len(rows))
    rows[one], rows[other] = rows[other], rows[one]
    return mark.join(rows)


def _splice(chance: random.Random, body: bytes, other: bytes) -> bytes:
    return body[: _span(chance, body)[0]] + other[_span(chance, other)[0] :]


def _recode(chance: random.Random, body: bytes, _: bytes) -> bytes:
    return body.decode("utf-8", "replace").encode(
        chance.choice(("cp874", "utf-16", "utf-8-sig", "utf-16-be")), "replace"
    )


MUTATIONS: Sequence[Callable[[random.Random, bytes, bytes], bytes]] = (
    *(_flip, _delete, _repeat, _insert, _insert, _replace_value, _replace_value, _shuffle_rows, _splice, _recode),
)


def mutate(chance: random.Random, sources: Sequence[bytes]) -> Input:
    body = chance.choice(sources)
    for _ in range(chance.randrange(1, 6)):
        body = chance.choice(MUTATIONS)(chance, body, chance.choice(sources))
    body = body[:300_000]
    end = body.rfind(b"</html")
    is_cut = chance.random() < 0.15 and end > 0 and body.find(b"</html") == end
    if is_cut:
        body = body[: chance.randrange(end)]
        # Behind its tables a page may end without its end tag, as some tools save it.
        is_cut = body.count(b"<table") > body.count(b"</table")
    status = chance.choice((200,) * 12 + (302, 404, 500))
    location = chance.choice((None, "/?r=site%2Flogin", "http://[", "\x00"))
    return Input(body, chance.choice(HEADERS), status, location, is_cut)


def check_schema(parsed: Sequence[ParsedPage]) -> None:
    """Every record must fit the schema of data/parsed."""
    rows: dict[type[NamedTuple], list[NamedTuple]] = {PageRecord: [page.page for page in parsed]}
    for page in parsed:
        rows.setdefault(PageCell, []).extend(page.cells)
        rows.setdefault(MonthRow, []).extend(page.months)
        rows.setdefault(MonthResult, []).extend(page.month_results)
        rows.setdefault(ProgressRow, []).extend(page.progress)
        rows.setdefault(UpdateRow, []).extend(page.updates)
        rows.setdefault(Issue, []).extend(page.issues)
    for table, found in rows.items():
        schema = schema_of(table)
        columns = zip(*found, strict=True) if found else ([] for _ in schema)
        for column, field in zip(columns, schema, strict=True):
            pa.array(list(column), field.type)


def check_page(page: Page) -> ParsedPage | None:
    """The promises of the parser for any page; returns what it parsed to."""
    assert page.kind in PageKind
    assert (page.reason is None) == (page.kind in (PageKind.PROJECT, PageKind.LISTING)), "no reason, or one too many"
    issue = page_issue(page, source_id="fuzz", project_id="50010000-0001", snapshot_id="s")
    issues = [issue] if issue is not None else []
    parsed = None
    if page.kind in (PageKind.PROJECT, PageKind.TRUNCATED):
        parsed = parse_project(page, source_id="fuzz", project_id="50010000-0001", snapshot_id="s")
        issues += parsed.issues
        assert [(field.label, field.raw) for field in parsed.fields] == [tuple(row) for row in page.rows]
        reported = {found.ordinal for found in issues if found.code in ("unknown_label", "ambiguous_label")}
        assert {field.ordinal for field in parsed.fields if field.field is None} == reported, "a row without a field"
        canonical = Counter(row.month_no for row in parsed.months if row.role == "canonical")
        assert not canonical or max(canonical.values()) == 1, "two canonical rows of one month"
        assert parsed.page.content_sha256 == content_sha256(page)
    for found in issues:
        assert found.code in CATALOGUE
        assert found.message.isprintable(), f"a message with control characters: {found.message!r}"
    return parsed


def check(source: Input) -> ParsedPage | None:
    """Read one input in every way it could come in; raises whatever is wrong with the result."""
    page = read_page(source.body, status=source.status, content_type=source.content_type, location=source.location)
    assert not (source.is_cut and page.kind is PageKind.PROJECT), "a cut page was taken for a whole one"
    read_listing(source.body, content_type=source.content_type)
    check_page(read_text(source.body.decode("utf-8", "replace")))
    return check_page(page)
