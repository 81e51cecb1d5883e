"""Elements that a page hides or strikes out: by a tag, an attribute, a style or a class of Bootstrap."""

import re
from collections.abc import Mapping

STRUCK, HIDDEN = "struck", "hidden"
STRIKING_TAGS = frozenset({"del", "s", "strike"})
_STRIKING_CLASSES = frozenset({"text-decoration-line-through", "line-through", "strikethrough", "strike"})
_CLASSES = frozenset(
    {"hidden", "hide", "d-none", "invisible", "sr-only", "visually-hidden", "text-hide", "opacity-0", "ng-hide"}
    | {"is-hidden", "u-hidden"}
)
# Shown only on some screens or in print.
_SHOWN_SOMEWHERE = re.compile(r"d-(?:sm|md|lg|xl|xxl|print)-(?!none)[a-z-]+|(?:sm|md|lg|xl|2xl|print):.+|visible-.+")
# The classes of an open dialog of Bootstrap.
_OPEN = frozenset({"show", "in", "d-block"})
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRIKING_STYLE = re.compile(r"(?:^|;)text-decoration(?:-line)?:[^;]*line-through")
_STYLE = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|color:transparent"
    r"|(?:opacity|font-size):0(?:\.0*)?(?:%|[a-z]+)?(?:;|!|\Z)|font:0"
    # Alone, these narrow a column.
    r"|(?:(?:max-)?height|width):0(?:\.0*)?(?:%|[a-z]+)?(?:;|!|\Z)(?:(?<=;).*;)?(?:(?<=;)overflow:hidden)"
    r"|(?:left|top|right|bottom|text-indent|margin-(?:left|top)):-[0-9]{3}|clip:rect\(0|clip-path:inset\((?:50|100)%"
    r"|transform:scale\(0[,)]"
    # Shown from its end to its beginning: 127800 is read as 008721.
    r"|unicode-bidi:(?:isolate-)?(?:bidi-)?override)"
)


def how_not_shown(attributes: Mapping[str, str | None]) -> str | None:
    """How an element cancels its content: STRUCK out, or HIDDEN from every reader; None if it does neither."""
    if "style" in attributes:
        style = "".join(_COMMENT.sub("", attributes["style"] or "").split()).lower()
        if _STRIKING_STYLE.search(style):
            return STRUCK
        if _STYLE.search(style):
            return HIDDEN
    # An element with `popover` shows nothing until a reader opens it.
    if "hidden" in attributes or "popover" in attributes:
        return HIDDEN
    named = attributes.get("class")
    if not named:
        return None
    classes = named.split()
    if "modal" in classes and _OPEN.isdisjoint(classes):
        return HIDDEN
    if not _STRIKING_CLASSES.isdisjoint(classes):
        return STRUCK
    return None if _CLASSES.isdisjoint(classes) or any(map(_SHOWN_SOMEWHERE.fullmatch, classes)) else HIDDEN


def is_closed_dialog(tag: str | None, attributes: Mapping[str, str | None]) -> bool:
    """Whether an element is a dialog that nobody has opened."""
    return tag == "dialog" and "open" not in attributes
