"""The cells of tables → values: "not set", the wrappers of skins, and content that is not text."""

import re
from itertools import islice

from selectolax.lexbor import LexborNode

from parsers.html_shown import HIDDEN, STRIKING_TAGS, STRUCK, how_not_shown, is_closed_dialog
from parsers.html_text import MOST_NODES, classes_of, clean_text, element_text, rich_text, tag_id
from parsers.no_values import OBJECT, without_pictures
from parsers.value_spelling import NOT_SET

# Elements that show something without a text: those that always do, and the attributes by which others do.
_PICTURES = frozenset(
    {"img", "svg", "canvas", "input", "select", "textarea", "button", "progress", "meter", "object", "video", "audio"}
    | {"iframe", "embed"}
)
_SAYING = (
    "class",
    "style",
    "role",
    "title",
    "alt",
    "aria-label",
    "aria-valuenow",
    "type",
    "value",
    "data-value",
    "checked",
)
_NEVER_SHOWN = frozenset({"style", "template", "option", "br", "wbr", "hr"})
# Elements that may write the value of an otherwise empty cell, in a browser with or without scripts.
_WRITING = frozenset({"script", "noscript"})
_UNSAFE = re.compile(r'[<>"\s]+')
_MOST_MARKS, _LONGEST_MARK_TEXT = 20, 200

# Of Bootstrap: hidden on some screens. A cell may be so, but of texts within one, one is for each kind of screen.
_HIDING = re.compile(r"(?:hidden|visible)-(?:xs|sm|md|lg|print).*|d-none")
_BR, _SPAN = tag_id("br"), tag_id("span")


def _text_with_breaks(cell: LexborNode) -> str | None:
    """Text of a cell that holds nothing but text and `<br>`, as Yii writes every long one; None for any other cell."""
    parts: list[str] = []
    after_break = False
    node = cell.child
    while node is not None:
        text = node.text_content
        if text is None:
            if node.tag_id != _BR:
                return None
            if after_break:
                parts.append("\n")
            after_break = True
        else:
            if after_break and text[:1] != "\n":
                parts.append("\n")
            after_break = False
            parts.append(text)
        node = node.next
    if after_break:
        parts.append("\n")
    return "".join(parts)


def _how_cancelled(element: LexborNode) -> str | None:
    """How a page strikes out or hides an element on every screen."""
    tag, attributes = element.tag, element.attributes
    if tag in STRIKING_TAGS:
        return STRUCK
    if tag == "bdo" and attributes.get("dir") == "rtl":
        return HIDDEN
    return HIDDEN if is_closed_dialog(tag, attributes) else how_not_shown(attributes)


def _how_no_value(element: LexborNode) -> str | None:
    """How a page says that the text of an element is not a value: struck out, hidden (on some screens) or not set."""
    how = _how_cancelled(element)
    if how is not None:
        return how
    classes = classes_of(element)
    if any(map(_HIDING.fullmatch, classes)):
        return HIDDEN
    return "not-set" if element.tag_id == _SPAN and "not-set" in classes else None


def _picture(element: LexborNode) -> str:
    """The description of an element that shows something without a text; '' for another element.

    It has the tag and the attributes with text, but none that may differ in every response (ids, addresses).
    """
    attributes = element.attributes
    tag = element.tag or ""
    if tag in _NEVER_SHOWN or attributes.get("type") == "hidden" or _how_no_value(element) == HIDDEN:
        return ""
    said = [f' {name}="{_UNSAFE.sub(" ", attributes[name] or "")}"' for name in _SAYING if name in attributes]
    if tag in _PICTURES:
        text = _UNSAFE.sub(" ", element_text(element, MOST_NODES)[:_LONGEST_MARK_TEXT]).strip()
        said += [f' text="{text}"'] if text else []
    elif not said and tag not in _WRITING:
        return ""
    return f"<{tag}{''.join(said)}>"


def _pictures(cell: LexborNode) -> str:
    """The elements that show something in a cell without text; '' where there are none.

    They come after OBJECT, with which a typed text never begins.
    """
    elements = islice(cell.css("*"), 1, MOST_NODES)
    marks = [mark for mark in map(_picture, elements) if mark]
    return OBJECT + "".join(marks[:_MOST_MARKS]) if marks else ""


def _is_empty(element: LexborNode) -> bool:
    child = element.child
    return child is None or (child.next is None and child.is_text_node and (child.text_content or "").isspace())


def _mark(node: LexborNode) -> str | None:
    """The part of a value for a node whose text is not read; None for a node that is read normally."""
    if not node.is_element_node:
        comment = node.comment_content or "" if node.is_comment_node else ""
        # A browser, and Lexbor, read PHP code that was not run as a comment.
        return f"<{comment}>" if comment.startswith("?") else None
    tag = node.tag
    if tag in _NEVER_SHOWN or tag in _WRITING or "kv-form-attribute" in classes_of(node):
        return None
    how = _how_no_value(node)
    if how is not None:
        return _not_shown(node, how)
    if tag in _PICTURES or _is_empty(node):
        picture = _picture(node)
        return OBJECT + picture if picture else None
    return None


def _mark_cancelled(node: LexborNode) -> str | None:
    """The part of a label for a node that the page strikes out or hides; None for a node that is read normally."""
    how = _how_cancelled(node) if node.is_element_node else None
    return None if how is None else _not_shown(node, how)


def _not_shown(node: LexborNode, how: str) -> str:
    text = clean_text(rich_text(node)).replace(OBJECT, " ")
    return f"{OBJECT}<{how}>{text}</{how}>" if text else ""


def _says_not_set(element: LexborNode) -> bool:
    """Whether an element is Yii's mark for null, or the beginning of one at the end of a page that was cut."""
    if element.tag_id != _SPAN or "not-set" not in classes_of(element):
        return False
    child = element.child
    if child is not None and child.next is None and child.text_content in NOT_SET:
        return True
    text = clean_text(rich_text(element)).rstrip("\ufffd</")
    return any(mark.startswith(text) for mark in NOT_SET)


def _is_all_else_a_form(cell: LexborNode, wrapped: LexborNode) -> bool:
    """Whether a cell has no other content than one element and forms of kartik."""
    return all(
        node.mem_id == wrapped.mem_id
        or (
            not (node.text_content or "").strip()
            if not node.is_element_node
            else "kv-form-attribute" in classes_of(node)
        )
        for node in cell.iter(include_text=True)
    )


# Both begin with a fast path: nearly every cell holds one text.
def cell_label(cell: LexborNode) -> str:
    """The label in a cell: its text, without pictures beside it.

    A text that is struck out or hidden comes after OBJECT in it, so that it is no known label.
    """
    first = cell.child
    if first is None:
        return ""
    text = first.text_content if first.next is None else _text_with_breaks(cell)
    if text is not None:
        return text.strip() if "\r" not in text else clean_text(text)
    if first.next is None and _says_not_set(first):
        return ""
    return clean_text(rich_text(cell, mark=_mark_cancelled)) or _pictures(cell)


def shown_line(heading: LexborNode) -> str:
    """The text of a heading on one line; a text that is struck out or hidden comes after OBJECT in it."""
    return " ".join(rich_text(heading, MOST_NODES, mark=_mark_cancelled).split())


def shown_label(cell: LexborNode) -> str:
    """The label in a cell with attributes, by which the cell may be struck out or hidden."""
    how = how_not_shown(cell.attributes)
    return cell_label(cell) if how is None else _not_shown(cell, how)


def cell_value(cell: LexborNode) -> str | None:
    """Value of a cell: None where Yii wrote its "not set" mark, '' where it is empty, else the text.

    Elements that show something without a text, and texts that are struck out, hidden or marked as not set, come after
    OBJECT in it (parsers.no_values recognizes such a value).
    """
    first = cell.child
    if first is None:
        return ""
    text = first.text_content if first.next is None else _text_with_breaks(cell)
    if text is not None:
        return text.strip() if "\r" not in text else clean_text(text)
    if first.next is None and _says_not_set(first):
        return None
    elements = list(cell.iter())
    # Kartik's DetailView: the value, and in edit mode a hidden form beside it.
    wrapped = next((element for element in elements if "kv-attribute" in classes_of(element)), None)
    if wrapped is not None and _is_all_else_a_form(cell, wrapped):
        cell, elements = wrapped, list(wrapped.iter())
    if (
        len(elements) == 1
        and _says_not_set(elements[0])
        and clean_text(rich_text(cell)) == clean_text(rich_text(elements[0]))
    ):
        return None
    text = clean_text(rich_text(cell, mark=_mark))
    return text if without_pictures(text) else _pictures(cell)


def value_not_shown(cell: LexborNode, how: str) -> str | None:
    """Value of a cell that is hidden or struck out as a whole: as a text within a cell that is so."""
    value = cell_value(cell)
    return f"{OBJECT}<{how}>{value.replace(OBJECT, ' ')}</{how}>" if value else value
