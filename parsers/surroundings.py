"""What is around the elements of a page: headings, tables, GridViews."""

from collections.abc import Iterable
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from parsers.html_text import has_class


class Around(NamedTuple):
    """What an element is inside of: anything of the outline, a table that was read, and the nearest GridView."""

    is_in_outline: bool
    is_in_read_table: bool
    grid_view: LexborNode | None


_NOTHING = Around(is_in_outline=False, is_in_read_table=False, grid_view=None)


class Surroundings:
    """Asks each element of a page once what it is, so that deep pages cost no more.

    The outline is what may matter to what is inside of it: headings and tables. Whoever asks goes through it in page
    order, and says of a table that it was read before asking for what is inside of that.
    """

    def __init__(self, outline: Iterable[LexborNode]) -> None:
        # Elements by their place in memory.
        self._outline = {node.mem_id for node in outline}
        self._read: set[int] = set()
        self._inside: dict[int, Around] = {}

    def was_read(self, table: LexborNode) -> None:
        """Remember that a table was read, with all that is inside of it."""
        self._read.add(table.mem_id)

    def of(self, node: LexborNode) -> Around:
        """Find what is around an element."""
        asked: list[tuple[int, LexborNode]] = []
        around = _NOTHING
        parent = node.parent
        while parent is not None:
            mem_id = parent.mem_id
            if mem_id in self._inside:
                around = self._inside[mem_id]
                break
            asked.append((mem_id, parent))
            parent = parent.parent
        for mem_id, element in reversed(asked):
            if mem_id in self._outline:
                around = Around(True, around.is_in_read_table or mem_id in self._read, around.grid_view)
            if "grid-view" in (element.attributes.get("class") or "") and has_class(element, "grid-view"):
                around = around._replace(grid_view=element)
            self._inside[mem_id] = around
        return around
