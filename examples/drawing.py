"""One self-contained HTML page with charts: words are HTML, so that the browser shapes and wraps Thai; marks are SVG.

Every text is escaped here. A row of invented data is hatched and named so, and a chart that holds one says so above it.
"""

import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import open_release
from pipeline.analyst.open_release import OpenRelease
from pipeline.core.errors import PipelineError

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --dim: #5b6675; --bar: #1f6f8b; --odd: #b3541e; --line: #d5dae1 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --dim: #a3adba; --bar: #5fb4d2; --odd: #f0985c;
  --line: #3a4452 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem; max-width: 62rem; color: var(--ink); line-height: 1.6;
  font-family: "Noto Sans Thai", "Sarabun", "Loma", "Leelawadee UI", "Thonburi", sans-serif }
h1 { font-size: 1.5rem; line-height: 1.4; margin: .5rem 0 0 } h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem }
p { margin: .3rem 0 } .dim, small { color: var(--dim) } small { display: block; font-size: .85rem }
.invented { border: 1px solid var(--odd); color: var(--odd); padding: .3rem .6rem; border-radius: .3rem;
  font-weight: 600; margin-bottom: .8rem }
.chart { display: grid; grid-template-columns: minmax(12rem, 1fr) 1fr auto; gap: .5rem 1rem; align-items: center }
.chart > div { border-bottom: 1px solid var(--line); align-self: stretch; padding-bottom: .4rem }
.value { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
svg { display: block; width: 100%; height: 1.5rem } .row:nth-child(n) { overflow-wrap: anywhere }
rect.bar { fill: var(--bar) } rect.over { fill: var(--odd) } line { stroke: var(--ink); stroke-dasharray: 3 3 }
path.hatch { stroke: var(--line); stroke-width: 1.5 } circle { fill: var(--bar) } circle.over { fill: var(--odd) }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line) }
@media (max-width: 40rem) { .chart { grid-template-columns: 1fr auto }
  .chart > .row { grid-column: 1 / -1; border: 0 } }
"""
INVENTED = "ข้อมูลสมมติ · invented"


class Bar(NamedTuple):
    """One row of a chart; `value` is drawn, `text` is written. Values above the ceiling are drawn in another colour."""

    label: str
    note: str
    value: float
    text: str
    is_invented: bool
    url: str = ""


def bars(title: str, rows: Sequence[Bar], *, ceiling: float | None = None, mark: float | None = None) -> str:
    """Horizontal bars; `mark` draws a line at a value that means something, such as 100 percent."""
    top = ceiling if ceiling is not None else max((row.value for row in rows), default=0) or 1
    cells = []
    for row in rows:
        share = 100 * min(max(row.value / top, 0), 1)
        css = "over" if row.value > top else "bar"
        drawn = f'<rect class="{css}" x="0" y="3" width="{share:.2f}" height="14" />'
        if row.is_invented:
            drawn += "".join(f'<path class="hatch" d="M{x} 17 l4 -14" />' for x in range(1, max(2, int(share) - 3), 6))
        if mark is not None:
            drawn += f'<line x1="{100 * mark / top:.2f}" x2="{100 * mark / top:.2f}" y1="0" y2="20" />'
        cells.append(
            f'<div class="row">{_link(row.label, row.url)}{_note(row.note, is_invented=row.is_invented)}</div>'
            f'<div><svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">{drawn}</svg></div>'
            f'<div class="value">{escape(row.text)}</div>'
        )
    return f'<h2>{escape(title)}</h2>{_warning(rows)}<div class="chart">{"".join(cells)}</div>'


class Event(NamedTuple):
    """One moment on a time line; `at` is its place from 0 to 1."""

    label: str
    note: str
    at: float
    text: str
    is_invented: bool
    url: str = ""


def timeline(title: str, first: str, last: str, rows: Sequence[Event]) -> str:
    """One dot a row, between two days."""
    cells = [
        f'<div class="row">{_link(row.label, row.url)}{_note(row.note, is_invented=row.is_invented)}</div>'
        '<div><svg viewBox="0 0 400 20" aria-hidden="true"><line x1="4" x2="396" y1="10" y2="10" />'
        f'<circle class="{"over" if row.is_invented else ""}" cx="{4 + 392 * row.at:.1f}" cy="10" r="5" /></svg></div>'
        f'<div class="value">{escape(row.text)}</div>'
        for row in rows
    ]
    axis = f'<p class="dim">{escape(first)} … {escape(last)}</p>'
    return f'<h2>{escape(title)}</h2>{_warning(rows)}{axis}<div class="chart">{"".join(cells)}</div>'


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain table; texts are escaped."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def draw(name: str, title_th: str, title_en: str, body: str, release: OpenRelease, *notes: str) -> Path:
    """Write one page into the directory of the command line and say where."""
    target = Path(sys.argv[2] if len(sys.argv) > 2 else "gallery") / f"{name}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    said = "".join(f'<p class="dim">{escape(note)}</p>' for note in notes)
    target.write_text(
        '<!doctype html><html lang="th"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title_en)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title_th)}</h1><p>{escape(title_en)}</p>{body}<h2>ก่อนนำไปใช้ · Before you quote</h2>{said}"
        f'<p class="dim">Release {escape(release.run_id)}</p></body></html>\n',
        encoding="utf-8",
    )
    print(target)
    return target


def chosen_release() -> OpenRelease:
    """The latest release of the data directory that the command line names, `data` without one."""
    try:
        return open_release(sys.argv[1] if len(sys.argv) > 1 else "data")
    except PipelineError as error:
        sys.exit(str(error))


def answers(release: OpenRelease, sql: str) -> list[Any]:
    """The rows of an answer, a named tuple each, null as None; what type a column has is the SELECT's business."""
    frame = release.query(sql, exact=True).astype(object)
    return list(frame.where(frame.notna(), None).itertuples())


def _link(text: str, url: str) -> str:
    web = url.startswith(("http://", "https://")) and ".invalid/" not in url
    return f'<a href="{escape(url)}">{escape(text)}</a>' if web else escape(text)


def _note(text: str, *, is_invented: bool) -> str:
    return f"<small>{escape(f'{INVENTED} · {text}' if is_invented else text)}</small>"


def _warning(rows: Sequence[Bar] | Sequence[Event]) -> str:
    n_invented = sum(row.is_invented for row in rows)
    if not n_invented:
        return ""
    return f'<p class="invented">{INVENTED}: {n_invented} of {len(rows)} rows are made up. Never quote them.</p>'
