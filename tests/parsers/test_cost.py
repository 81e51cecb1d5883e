"""Cost grows with the size of the page, never with its square: eight times the page is far below 64 times the work."""

import gc
import time
from collections.abc import Callable

import pytest

from parsers.html_page import read_page
from parsers.labels import LABELS
from parsers.page import PageKind
from parsers.project import parse_project
from parsers.text_page import read_text
from tests.parsers.projects import PLAIN, StoredProject, parse
from tests.parsers.rendering import DETAIL_SKINS, GRID_SKINS
from tests.parsers.samples import REAL, Cells
from tests.parsers.test_text_tables import copied
from tests.quick import quick

# Linear work gives 8, n log n about 12, quadratic 64.
GROWTH = 8
BOUND = 24


def reports(count: int) -> tuple[Cells, ...]:
    return tuple(
        (f"20{10 + n % 80}-01-{1 + n % 28:02}", f"{n % 100}.0", "1", "ไม่มี", f"31/01/2566 : รายงานที่ {n}")
        for n in range(count)
    )


def words(count: int) -> str:
    return "กรุงเทพมหานคร\r\nเพื่อความปลอดภัยของประชาชน ๒๕๖๖ " * count


def extracted(project: StoredProject) -> str:
    lines = [f"รายละเอียดโครงการ/กิจกรรม: {project.project_id}"]
    lines += [f"{label}{'(ไม่ได้ตั้ง)' if value is None else value}" for label, value in project.rows]
    lines += ["วันที่รายงาน ความคืบหน้า สถานะโครงการ ปัญหาอปสรรค รายละเอียด"]
    lines += [" ".join(cell or "" for cell in row) for row in project.reports or ()]
    return "\n".join(lines)


def html_work(render: Callable[[int], str]) -> Callable[[int], Callable[[], object]]:
    def prepare(size: int) -> Callable[[], object]:
        body = render(size).encode()
        return lambda: parse_whole(body)

    return prepare


def parse_whole(body: bytes) -> object:
    page = read_page(body)
    return parse(page, PLAIN.project_id) if page.kind in ("project", "truncated") else page


def text_work(render: Callable[[int], str]) -> Callable[[int], Callable[[], object]]:
    def prepare(size: int) -> Callable[[], object]:
        text = render(size)
        return lambda: read_text(text)

    return prepare


def below(markup: str) -> Callable[[int], Callable[[], object]]:
    """A whole page with some markup many times in its footer, never closed."""
    return html_work(lambda n: PLAIN.html().replace("<footer", markup * n + "<footer"))


def nested(depth: int) -> str:
    return PLAIN.having(remark="@@").html().replace("@@", "<div><b>" * depth + "ก" + "</b></div>" * depth)


KNOWN_ROWS = "<tr><td>ปี<td>1<tr><td>Policy ID<td>1<tr><td>Branch ID<td>1"
SMALL_GRID = "<table><tr><th>ก</th><th>ข</th><th>ค</th></tr></table>"

WORK: dict[str, tuple[Callable[[int], Callable[[], object]], int]] = {
    "reports in a hand-written table": (html_work(lambda n: PLAIN.reporting(*reports(n)).html()), 200),
    "reports in a GridView": (
        html_work(lambda n: PLAIN.reporting(*reports(n)).html(grid=GRID_SKINS["numbered-grid-view"])),
        200,
    ),
    "updates": (
        html_work(
            lambda n: PLAIN.logging(*((str(i), "1", "ก", "ข", "ใช่", "", "", "", "", "") for i in range(n))).html()
        ),
        200,
    ),
    "equal reports": (html_work(lambda n: PLAIN.reporting(*reports(1) * n).html()), 200),
    "a description": (html_work(lambda n: PLAIN.having(rationale=words(n)).html()), 400),
    "a description in kartik's edit mode": (
        html_work(lambda n: PLAIN.having(rationale=words(n)).html(details=DETAIL_SKINS["kartik-edit"])),
        400,
    ),
    "a description of odd characters": (html_work(lambda n: PLAIN.having(rationale="ที่่\x08" * n).html()), 4000),
    "unknown rows": (
        html_work(lambda n: PLAIN.with_rows(PLAIN.rows + tuple((f"ป้าย {i}", "1") for i in range(n))).html()),
        200,
    ),
    "rows of one label": (html_work(lambda n: PLAIN.with_rows(PLAIN.rows + (("ปี", "2566"),) * n).html()), 200),
    "rows of เป้าหมาย": (html_work(lambda n: PLAIN.with_rows(PLAIN.rows + (("เป้าหมาย", "ก"),) * n).html()), 200),
    "month rows": (html_work(lambda n: PLAIN.having_months([(1 + i % 12, str(i)) for i in range(n)]).html()), 200),
    "tables": (
        html_work(lambda n: PLAIN.html().replace("<footer", "<table><tr><td>ก</td></tr></table>" * n + "<footer")),
        200,
    ),
    "headings": (html_work(lambda n: PLAIN.html().replace("<footer", "<h3>ก</h3>" * n + "<footer")), 400),
    "nested elements": (html_work(nested), 100),
    "nested headings": (html_work(lambda n: '<div class="alert">ก' * n + PLAIN.html()), 400),
    "nested headings with a table each": (below(f'<div class="alert">{SMALL_GRID}'), 100),
    "nested summaries with a table each": (
        below(f'<div class="grid-view"><div class="summary">{SMALL_GRID}'),
        100,
    ),
    "a heading of many tables": (
        html_work(lambda n: PLAIN.html().replace("<footer", f"<h3>{'ก' * 40 * n}</h3>" + SMALL_GRID * n + "<footer")),
        200,
    ),
    "tables in tables": (below("<table><tr><td>"), 400),
    "tables of two cells in tables": (below("<table><tr><td>ก<td>"), 100),
    "tables of two cells in labels": (below("<table><tr><td><table><tr><td>ก<td>ข<td>"), 100),
    "tables of known labels and another row in tables": (below(f"<table>{KNOWN_ROWS}<tr><td>x<tr><td>ก<td>"), 50),
    "tables in a value": (html_work(lambda n: PLAIN.html().replace("ทางเท้าชำรุด", "<table><tr><td>" * n)), 400),
    "label/value tables in tables": (below('<table class="detail-view"><tr><th>ก</th><td>'), 400),
    "grids in grids": (below("<table><tr><th>ก</th><th>ข"), 400),
    "kartik rows in kartik rows": (
        below('<table class="detail-view"><tr class="kv-child-table-row"><td><table class="kv-child-table">'),
        200,
    ),
    "grids in one GridView": (
        html_work(
            lambda n: PLAIN.html().replace(
                "<footer", '<div class="grid-view">' + "<table><tr><th>ก</th><th>ข</th></tr></table>" * n + "<footer"
            )
        ),
        400,
    ),
    "PHP warnings": (html_work(lambda n: "<b>Warning</b>:  ก in <b>/v.php</b>" * n + PLAIN.html()), 400),
    "a target of digits": (html_work(lambda n: PLAIN.having(target="1" * n, unit=None).html()), 1500),
    "a target of spaces": (html_work(lambda n: PLAIN.having(target=f"9{' ' * n}\u200b", unit=None).html()), 4000),
    "a stamp among spaces": (
        html_work(lambda n: PLAIN.reporting((*reports(1)[0][:4], " " * n + "1/1/2566")).html()),
        4000,
    ),
    "brackets": (html_work(lambda n: PLAIN.html() + "<" * n), 20_000),
    "ampersands": (html_work(lambda n: PLAIN.html().replace("ทางเท้าชำรุด", "&amp;&lt;" * n)), 4000),
    "an unclosed meta element": (html_work(lambda n: "<meta " * n + PLAIN.html()), 2000),
    "text with many reports": (text_work(lambda n: extracted(PLAIN.reporting(*reports(n)))), 200),
    "text with a long description": (text_work(lambda n: extracted(PLAIN.having(rationale=words(n)))), 400),
    "text of labels": (
        text_work(lambda n: extracted(PLAIN.having(rationale="\n".join(label for label, _ in PLAIN.rows * n)))),
        5,
    ),
    "text of spellings": (
        text_work(
            lambda n: extracted(
                PLAIN.having(rationale="\n".join(text for label in LABELS for text in label.aliases * n))
            )
        ),
        5,
    ),
    "text of headers over lines": (text_work(lambda n: extracted(PLAIN) + "\nวันที่รายงาน\nความคืบหน้า" * n), 400),
    "text of footers": (text_work(lambda n: extracted(PLAIN) + "\n© ก 2569 \nก" * n), 400),
    "a copy with many reports": (
        text_work(lambda n: copied(PLAIN.reporting(*reports(n)))),
        200,
    ),
    "a copy of marks": (text_work(lambda n: copied(PLAIN) + '\t"ก\n""' * n), 1000),
    "a copy of short rows": (text_work(lambda n: copied(PLAIN) + "2023-01-31\t50\n" * n), 400),
    "text of stamps": (text_work(lambda n: extracted(PLAIN.reporting((*reports(1)[0][:4], "31/01/2566 : " * n)))), 400),
}


def seconds(work: Callable[[], object]) -> float:
    """CPU time, which another process on the core does not count in; pages leave nothing for the cycle collector."""
    gc.disable()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "name", [*[*WORK][::3], *[pytest.param(name, marks=pytest.mark.slow) for name in WORK if name not in [*WORK][::3]]]
)
def test_cost_is_linear(name: str) -> None:
    prepare, size = WORK[name]
    small, large = prepare(size), prepare(size * GROWTH)
    small()
    # A busy machine can slow one of the two down; a quadratic cost is there every time.
    ratios = []
    for _ in range(3):
        ratios.append(seconds(large) / min(seconds(small) for _ in range(3)))
        if ratios[-1] < BOUND:
            return
    pytest.fail(f"{GROWTH} times the page cost {min(ratios):.0f} times as much")


def test_a_grid_of_3000_rows_is_read_whole() -> None:
    stored = reports(3000)
    parsed = PLAIN.reporting(*stored).parse()
    assert [row.detail for row in parsed.progress] == [row[4] for row in stored]
    assert parsed.progress[-1].report_no == 3000


def test_a_description_of_200_kb_is_read_whole() -> None:
    text = words(2000)
    assert len(text.encode()) > 200_000
    assert PLAIN.having(rationale=text).parse().page.rationale == text.replace("\r\n", "\n").strip()


DEEP = {
    "blocks": "<div><b>",
    "kartik values": '<div class="kv-attribute">',
    "not-set marks": '<span class="not-set">',
    "tables": "<table><tr><td>",
    "label/value tables": '<table class="detail-view"><tr><th>',
    "lists": "<ul><li>",
}


@pytest.mark.parametrize("markup", quick(2, DEEP.values()), ids=DEEP)
def test_very_deep_nesting_does_not_exhaust_the_stack(markup: str) -> None:
    page = read_page(PLAIN.having(rationale="@@").html().replace("@@", markup * 5000 + "ก").encode())
    assert page.rows[:12] == PLAIN.page().rows[:12]
    assert page.rows[12].label == "หลักการและเหตุผล"


@pytest.mark.parametrize(
    "body",
    quick(1, [REAL.body(), PLAIN.html().encode(), b"", b"<table><tr><th>\xe0\xb8" + b"<td>" * 50]),
    ids=["real", "plain", "empty", "broken"],
)
def test_a_page_leaves_no_cycles_behind(body: bytes) -> None:
    """The parse stage counts on it: it stops the cycle collector while it reads pages."""
    gc.collect()
    gc.disable()
    try:
        page = read_page(body)
        if page.kind is PageKind.PROJECT:
            parse_project(page, source_id="s", project_id="p", snapshot_id="x")
        del page
        assert gc.collect() == 0
    finally:
        gc.enable()
