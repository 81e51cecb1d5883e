"""The text of HTML elements: line breaks, blocks, and where one text ends and the next begins."""

from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Elements whose text is not shown to a reader.
_UNSEEN = frozenset({"script", "style", "template", "noscript", "input", "select", "textarea", "button", "option"})
_BLOCKS = frozenset(
    {"p", "div", "li", "ul", "ol", "tr", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"hr", "dl", "dt", "dd", "section", "article", "header", "footer", "aside", "main", "address", "center"}
    | {"details", "summary", "fieldset", "figure", "figcaption"}
)
_STRUCTURE = frozenset({"table", "tbody", "thead", "tfoot", "tr", "ul", "ol"})

# A no-break space does not separate numbers: it may be within one.
_OF_NUMBERS = frozenset("0123456789๐๑๒๓๔๕๖๗๘๙.,-+\u2212\u00a0\u202f\u2009")

# An element with more nodes is not read as a heading or summary, even if it is marked as one: otherwise each of many
# nested ones would be read to its end.
MOST_NODES = 200


def tag_id(tag: str) -> int:
    """The number of a tag: comparing numbers instead of names halves the cost of walking a table."""
    return LexborHTMLParser("").create_node(tag).tag_id


def classes_of(node: LexborNode) -> list[str]:
    """The classes of an element."""
    return (node.attributes.get("class") or "").split()


def clean_text(text: str) -> str:
    """Apply the one newline convention and trim the ends; everything else stays as the page had it."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


# The gap between two texts: nothing, the beginning or the end of an element, or the end of one and the beginning of the
# next (or a hidden one).
_NOTHING, _BEGINNING, _END, _NEIGHBOURS = range(4)


def _are_two(last: str, first: str, edge: int) -> bool:
    """Whether two texts that end and begin with these characters would become one word."""
    if last in " \t\n" or first in " \t\r\n":
        return False
    return edge == _NEIGHBOURS or (last in _OF_NUMBERS and first in _OF_NUMBERS)


def rich_text(
    cell: LexborNode, most_nodes: int | None = None, *, mark: Callable[[LexborNode], str | None] | None = None
) -> str:
    """Text of an element with elements inside, to any depth, or of a number of its first nodes.

    Where mark returns a text for a node below, that text replaces the node; where it returns None, the node is read.

    `<br>` and the line end after it are one line break, as Yii's nl2br writes them; blocks begin and end lines; cells
    of a nested table, texts of neighbouring elements, and numbers with the edge of an element between them are kept
    apart by a space: two numbers are not one. Hidden elements (forms, scripts) are left out.
    """
    parts: list[str] = []
    open_elements: list[tuple[LexborNode, bool]] = []
    after_break = False
    edge = _NOTHING

    def break_line() -> None:
        if parts and not parts[-1].endswith("\n"):
            parts.append("\n")

    node = cell.child
    visited = 0
    while node is not None or open_elements:
        visited += 1
        if visited == most_nodes:
            break
        if node is None:
            element, is_block = open_elements.pop()
            if edge == _NOTHING:
                edge = _END
            if is_block:
                break_line()
            node = element.next
            continue
        tag = node.tag
        said = mark(node) if mark is not None and not node.is_text_node else None
        if said is not None:
            if said:
                if parts and not parts[-1][-1].isspace():
                    parts.append(" ")
                parts.append(said)
            edge = _NEIGHBOURS
        elif node.is_text_node:
            text = node.text_content or ""
            if after_break:
                text = text.removeprefix("\r").removeprefix("\n")
            parent = open_elements[-1][0].tag if open_elements else None
            if text and (parent not in _STRUCTURE or not text.isspace()):
                if edge and parts and _are_two(parts[-1][-1], text[0], edge):
                    parts.append(" ")
                edge = _NOTHING
                parts.append(text)
        elif tag == "br":
            parts.append("\n")
        elif node.is_element_node and tag not in _UNSEEN and "kv-form-attribute" not in classes_of(node):
            is_block = tag in _BLOCKS
            if is_block:
                break_line()
            elif tag in ("td", "th") and node.prev is not None:
                parts.append(" ")
            after_break = False
            edge = _NEIGHBOURS if edge == _END else _BEGINNING
            open_elements.append((node, is_block))
            node = node.child
            continue
        elif node.is_element_node:
            edge = _NEIGHBOURS
        after_break = tag == "br"
        node = node.next
    return "".join(parts)


def element_text(node: LexborNode, most_nodes: int | None = None) -> str:
    """Text of a heading, summary or header cell on one line, or of a number of its first nodes."""
    first = node.child
    text = first.text_content if first is not None else None
    if first is None or text is None or first.next is not None:
        text = rich_text(node, most_nodes)
    return " ".join(text.split())
