"""An archived page as an inert one: its tables and texts in their order, in elements and words of our own.

Nothing of the page's own markup is kept, not one attribute: tables, rows, cells, headings and paragraphs are written
anew around its texts, so there is nothing to run, to load, to submit or to follow.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.html_shown import HIDDEN, STRUCK, how_not_shown
from parsers.html_text import rich_text
from pipeline.report.page import shown, write_page

FOLDER = "captures"
_UNSEEN = frozenset(
    {"head", "script", "style", "template", "noscript", "input", "select", "textarea", "button", "option", "iframe"}
    | {"object", "embed", "applet", "svg", "math", "canvas", "audio", "video", "frameset", "noframes", "noembed"}
)
_LEAVES = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "dt", "dd", "pre", "caption", "legend"})
_TABLE_PARTS = frozenset({"thead", "tbody", "tfoot"})
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "label", "mark"}
    | {"nobr", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr"}
)
_MOST_SPANNED = 100
Mask = Callable[[str], str]


def file_of(snapshot_id: str) -> str:
    """The name of the file for an archived page, made of its id alone, without the ending."""
    return hashlib.sha256(snapshot_id.encode()).hexdigest()[:16]


def captures_in(folder: Path) -> frozenset[str]:
    """The archived pages that lie beside a report, by the names of their files."""
    return frozenset(path.stem for path in (folder / FOLDER).glob("*.html"))


def inert_page(content: Markup, **values: object) -> str:
    """The HTML of one file: content is what inert_html or inert_text made; values are those of its template."""
    return write_page("capture.html.j2", ["page.css", "capture.css"], (), content=content, **values)


def inert_text(text: str, mask: Mask) -> Markup:
    """An extracted text, line by line."""
    return Markup("").join(_paragraph("p", line, mask) for line in text.split("\n"))


def inert_html(html: str, mask: Mask) -> Markup:
    """The texts of an HTML page within new elements; mask is applied to each cell and paragraph as a whole."""
    body = LexborHTMLParser(html).body
    return Markup("").join(_parts(body, mask)) if body is not None else Markup("")


def _parts(body: LexborNode, mask: Mask) -> Iterator[Markup]:
    run: list[str] = []
    # What is still to be written: nodes with the place they are in, and the ends of elements that were begun.
    todo: list[tuple[LexborNode, str] | str] = [(body, "flow")]

    def flush() -> Iterator[Markup]:
        text = "".join(run)
        run.clear()
        if text.strip():
            yield _paragraph("p", text, mask)

    while todo:
        item = todo.pop()
        if isinstance(item, str):
            yield from flush()
            if item:
                yield Markup("</{}>").format(Markup(item))  # noqa: S704 - one of our own tags
            continue
        node, place = item
        tag = node.tag or ""
        if node.is_text_node:
            run.append(node.text_content or "")
        elif tag.startswith(("-", "!")) or tag in _UNSEEN:
            continue
        elif tag == "br":
            run.append("\n")
        elif (hiding := how_not_shown(node.attributes)) == HIDDEN:
            continue
        elif hiding == STRUCK and tag in _INLINE:
            run.append(_mark(node) or "")
        elif tag in _LEAVES:
            yield from flush()
            yield _paragraph("h3" if tag[0] == "h" else "p", _text(node), mask)
        elif tag == "table" and place == "flow":
            yield from flush()
            yield Markup('<div class="scroll"><table>')
            todo += ["div", "table", *_children(node, "table")]
        elif tag == "tr" and place == "table":
            yield from flush()
            yield Markup("<tr>")
            todo += ["tr", *_children(node, "row")]
        elif tag in ("td", "th") and place == "row":
            yield from flush()
            yield _cell_start(node, tag)
            if node.css_first("table") is None:
                yield _lines(_text(node), mask)
                todo.append(tag)
            else:
                todo += [tag, *_children(node, "flow")]
        elif tag in _INLINE or tag in _TABLE_PARTS:
            todo += _children(node, place)
        else:
            yield from flush()
            todo += ["", *_children(node, "flow")]
    yield from flush()


def _children(node: LexborNode, place: str) -> list[tuple[LexborNode, str]]:
    """The children of a node, the last one first."""
    found = []
    child = node.child
    while child is not None:
        found.append((child, place))
        child = child.next
    return found[::-1]


def _cell_start(node: LexborNode, tag: str) -> Markup:
    spans = {name: node.attributes.get(name) or "" for name in ("colspan", "rowspan")}
    kept = [
        Markup(' {}="{}"').format(name, int(said))
        for name, said in spans.items()
        if said.isascii() and said.isdigit() and len(said) < 4 and 1 < int(said) <= _MOST_SPANNED
    ]
    return Markup("<{}{}>").format(tag, Markup("").join(kept))


def _text(node: LexborNode) -> str:
    return rich_text(node, mark=_mark)


def _mark(node: LexborNode) -> str | None:
    if (node.tag or "") in _UNSEEN:
        return ""
    hiding = how_not_shown(node.attributes)
    if hiding == STRUCK:
        return f"[ขีดฆ่า · struck out: {' '.join((node.text(deep=True) or '').split())}]"
    return "" if hiding == HIDDEN else None


def _paragraph(tag: str, text: str, mask: Mask) -> Markup:
    lines = _lines(text, mask)
    return Markup("<{0}>{1}</{0}>").format(tag, lines) if lines else Markup("")


def _lines(text: str, mask: Mask) -> Markup:
    """A text line by line, masked; runs of white space are one space, as a browser shows them."""
    lines = [" ".join(line.split()) for line in mask(text.replace("\r", "\n")).split("\n")]
    return Markup("<br>").join(shown(line) for line in lines if line)
