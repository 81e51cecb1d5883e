"""Project pages as the skins of the site write them: stored texts in, HTML out.

What each function writes was copied from pages that Yii 2 and kartik's widgets rendered (tests/fixtures/skins, the
sample site), so that a page made from arbitrary texts is the page the site would have made from them.
"""

import html
import re
from collections.abc import Callable, Iterable, Sequence

from parsers.labels import PROGRESS_COLUMNS, UPDATE_COLUMNS
from tests.parsers.samples import Cells

NOT_SET = '<span class="not-set">(ไม่ได้ตั้ง)</span>'
REPORT_HEADER = tuple(column.text for column in PROGRESS_COLUMNS)
UPDATE_HEADER = tuple(column.text for column in UPDATE_COLUMNS)
StoredRows = Sequence[tuple[str, str | None]]
DetailSkin = Callable[[StoredRows], str]
GridSkin = Callable[[Sequence[str], Iterable[Cells]], str]


def encode(text: str) -> str:
    """PHP's htmlspecialchars with ENT_QUOTES, which writes an apostrophe as `&#039;`."""
    return html.escape(text, quote=False).replace('"', "&quot;").replace("'", "&#039;")


def nl2br(text: str) -> str:
    """PHP's nl2br: a break before every line end, and the line end stays."""
    return re.sub(r"\r\n|\n\r|\n|\r", lambda end: f"<br />{end[0]}", text)


def ntext(value: str | None) -> str:
    return NOT_SET if value is None else nl2br(encode(value))


def yii_details(rows: StoredRows) -> str:
    lines = "\n".join(f"<tr><th>{label}</th><td>{ntext(value)}</td></tr>" for label, value in rows)
    return f'<table id="w0" class="table table-striped table-bordered detail-view">{lines}</table>'


def kartik_details(rows: StoredRows) -> str:
    lines = "\n".join(
        f'<tr><th style="width: 20%; text-align: right;">{label}</th>\n'
        f'<td><div class="kv-attribute">{ntext(value)}</div>\n</td></tr>'
        for label, value in rows
    )
    table = 'id="w2" class="table table-bordered detail-view" data-krajee-kvDetailView="kvDetailView_351a9e3e"'
    return f'<div class="kv-detail-view table-responsive"><table {table}>{lines}</table></div>'


def kartik_edit_details(rows: StoredRows) -> str:
    """Edit mode repeats every value in a hidden form: an input or a textarea, which are not the value of the row."""

    def form(number: int, value: str | None) -> str:
        typed = encode(value or "")
        field = f'<textarea name="P[{number}]" rows="6">{typed}</textarea>'
        if number % 2:
            field = f'<input type="text" class="form-control" name="P[{number}]" value="{typed}">'
        return (
            f'<div class="kv-form-attribute" style="display:none"><div class="form-group highlight-addon">{field}'
            '<div class="help-block">ต้องไม่ว่างเปล่า</div></div></div>'
        )

    lines = "\n".join(
        f'<tr><th style="width: 20%">{label}</th>\n<td><div class="kv-attribute">{ntext(value)}</div>\n'
        f"{form(number, value)}</td></tr>"
        for number, (label, value) in enumerate(rows)
    )
    return f'<form><table id="w2" class="table detail-view">{lines}</table></form>'


def handwritten_details(rows: StoredRows) -> str:
    lines = "\n".join(
        f"    <tr>\n        <th width='20%'>{encode(label)}</th>\n        <td>{ntext(value)}</td>\n    </tr>"
        for label, value in rows
    )
    return f'<table class="table table-bordered">\n  <tbody>\n{lines}\n  </tbody>\n</table>'


DETAIL_SKINS: dict[str, DetailSkin] = {
    "yii": yii_details,
    "kartik": kartik_details,
    "kartik-edit": kartik_edit_details,
    "handwritten": handwritten_details,
}


def handwritten_grid(header: Sequence[str], rows: Iterable[Cells]) -> str:
    heads = "\n".join(f'                <th width="10%">{cell}</th>' for cell in header)
    lines = "".join(
        "<tr>\n" + "\n".join(f"                <td>{ntext(cell)}</td>" for cell in row) + "\n            </tr>\n"
        for row in rows
    )
    return f'<table class="table table-bordered">\n<tr>\n{heads}\n</tr>\n{lines}</table>'


def grid_view(header: Sequence[str], rows: Iterable[Cells]) -> str:
    """Yii's GridView; an empty one has one row that spans all columns."""
    rows = list(rows)
    heads = "".join(
        f'<th><a href="/index.php?sort={n}" data-sort="{n}">{cell}</a></th>' for n, cell in enumerate(header)
    )
    lines = "\n".join(
        f'<tr data-key="{key}">' + "".join(f"<td>{ntext(cell)}</td>" for cell in row) + "</tr>"
        for key, row in enumerate(rows)
    )
    empty = f'<tr><td colspan="{len(header)}"><div class="empty">ไม่พบผลลัพธ์</div></td></tr>'
    summary = f'<div class="summary">ทั้งหมด <b>{len(rows):,}</b> รายการ</div>\n' if rows else ""
    return (
        f'<div id="w1" class="grid-view">{summary}<table class="table table-striped table-bordered"><thead>\n'
        f"<tr>{heads}</tr>\n</thead>\n<tbody>\n{lines or empty}\n</tbody></table>\n</div>"
    )


def numbered_grid_view(header: Sequence[str], rows: Iterable[Cells]) -> str:
    """A GridView with Yii's SerialColumn."""
    return grid_view(("#", *header), [(str(number), *row) for number, row in enumerate(rows, 1)])


GRID_SKINS: dict[str, GridSkin] = {
    "handwritten": handwritten_grid,
    "grid-view": grid_view,
    "numbered-grid-view": numbered_grid_view,
}


def page_html(
    project_id: str,
    headline: str | None,
    rows: StoredRows,
    reports: Sequence[Cells] | None,
    updates: Sequence[Cells] | None,
    *,
    details: DetailSkin = yii_details,
    grid: GridSkin = handwritten_grid,
    token: str = "YTrTbH0U6rsG_wth5XzJkHhGoWQsIsUb==",
    stamp: str = "1795362253",
) -> str:
    """A whole page. reports and updates of None leave their section out; token and stamp differ in every response."""
    title = f"รายละเอียดโครงการ/กิจกรรม: {encode(project_id)}"
    heading = f"<h3>คืบหน้าล่าสุด : {encode(headline)}</h3>" if headline is not None else ""
    history = f"<h3>ประวัติการปรับปรุงข้อมูล</h3>\n{grid(UPDATE_HEADER, updates)}" if updates is not None else ""
    panel = '<div class="panel panel-info"><div class="panel-heading">ความคืบหน้าล่าสุด</div>'
    progress = f"{panel}\n{grid(REPORT_HEADER, reports)}</div>" if reports is not None else ""
    return f"""<!DOCTYPE html>
<html lang="th">
<head>
    <meta charset="UTF-8">
    <title>{title}</title>
    <meta name="csrf-param" content="_csrf-frontend">
<meta name="csrf-token" content="{token}">
<link href="/dp/frontend/web/css/site.css?v={stamp}" rel="stylesheet"></head>
<body>
<div class="wrap"><div class="container"><div class="tbl-project-main-view">
    <h1>{title}</h1>
    {heading}
    <div class="panel panel-primary"><div class="panel-heading"><h3 class="panel-title">ข้อมูลโครงการ/กิจกรรม
        <a class="btn" href="/index.php?r=tbl-project-main%2Fpdf&amp;project_id=1">พิมพ์ PDF</a></h3></div>
    <div class="panel-body">
    {details(rows)}        </div></div>
    {history}
    {progress}
</div></div></div>
<footer class="footer"><p class="pull-left">&copy; กรุงเทพมหานคร {stamp[:4]}</p></footer>
<script src="/dp/frontend/web/assets/f7e1cbd/jquery.js?v={stamp}"></script></body>
</html>
"""


def with_table(page: str, table: str, *, behind: str) -> str:
    """A page by page_html with another table in the place of the first one behind a text that stands before it."""
    start = page.index('<table class="table table-bordered">', page.index(behind))
    end = page.index("</table>", start) + len("</table>")
    return page[:start] + table + page[end:]
