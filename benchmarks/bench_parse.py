"""Pages a second of our parser (bytes to records, issues, fingerprint) beside libraries that extract the rows only.

Each peer reads the cells of every row of every table, as its documentation shows it; ours types and checks them too.

All read the same pages on one core, taking turns, so that a busy machine slows all of them alike. The peers come from
the dependency group `bench`; one that is not installed is left out.
"""

import argparse
import importlib
import io
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from benchmarks.pages import pages
from benchmarks.results import Line, Table, markdown
from parsers.html_page import read_page
from parsers.page import content_sha256
from parsers.project import parse_project
from pipeline.core.memory import keep_freed_memory

Work = Callable[[bytes], object]
_PAGES_PER_TURN = 40
LIMIT = "Lexbor, parse only"
OURS = "ours, bytes to records, issues, fingerprint"


class Peer(NamedTuple):
    """One way to read a page; slow peers read only a share of the pages of a round."""

    name: str
    work: Work
    share: float


def ours(body: bytes) -> object:
    page = read_page(body)
    return parse_project(page, source_id="bench", project_id=page.title_id or "", snapshot_id="bench")


def ours_unchanged(body: bytes) -> object:
    """The work of a refresh on a page before it knows whether the page changed."""
    return content_sha256(read_page(body))


def lexbor(body: bytes) -> object:
    return LexborHTMLParser(body)


def lexbor_decoded(body: bytes) -> object:
    """The way to read a page with an uncertain encoding."""
    return LexborHTMLParser(body.decode())


def lexbor_rows(body: bytes) -> object:
    rows = LexborHTMLParser(body.decode()).css("tr")
    return [[cell.text() for cell in row.css("th, td")] for row in rows]


def beautiful_soup() -> Work:
    soup: Any = importlib.import_module("bs4").BeautifulSoup
    importlib.import_module("lxml")

    def rows(body: bytes) -> object:
        return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in soup(body, "lxml").find_all("tr")]

    return rows


def lxml_html() -> Work:
    parse: Any = importlib.import_module("lxml.html").document_fromstring

    def rows(body: bytes) -> object:
        return [[cell.text_content() for cell in row] for row in parse(body.decode()).iter("tr")]

    return rows


def parsel() -> Work:
    selector: Any = importlib.import_module("parsel").Selector

    def rows(body: bytes) -> object:
        found = selector(body.decode()).css("tr")
        return [["".join(cell.css("::text").getall()) for cell in row.css("th, td")] for row in found]

    return rows


def pandas() -> Work:
    read: Any = importlib.import_module("pandas").read_html
    importlib.import_module("lxml")
    return lambda body: read(io.StringIO(body.decode()), flavor="lxml")


OPTIONAL: Sequence[tuple[str, Callable[[], Work], float]] = (
    ("lxml.html, rows only", lxml_html, 1),
    ("parsel, rows only", parsel, 0.25),
    ("pandas.read_html, rows only", pandas, 0.1),
    ("BeautifulSoup (lxml), rows only", beautiful_soup, 0.1),
)


def peers() -> list[Peer]:
    found = [
        Peer(LIMIT, lexbor, 1),
        Peer("Lexbor, decode and parse", lexbor_decoded, 1),
        Peer(OURS, ours, 1),
        Peer("ours, bytes to fingerprint", ours_unchanged, 1),
        Peer("Lexbor, css per row", lexbor_rows, 1),
    ]
    for name, load, share in OPTIONAL:
        try:
            found.append(Peer(name, load(), share))
        except ImportError as error:
            print(f"left out: {name} ({error.name} is not installed)", file=sys.stderr)
    return found


def seconds(work: Work, bodies: Sequence[bytes]) -> float:
    # CPU time: nothing here waits, and another process on the core should not count.
    start = time.process_time()
    for body in bodies:
        work(body)
    return time.process_time() - start


def one_run(contenders: Sequence[Peer], bodies: Sequence[bytes]) -> list[float]:
    """Microseconds a page of each contender; turns are short, so that a core that slows down slows all of them."""
    spent, read = [0.0] * len(contenders), [0] * len(contenders)
    for start in range(0, len(bodies), _PAGES_PER_TURN):
        turn = bodies[start : start + _PAGES_PER_TURN]
        for number, peer in enumerate(contenders):
            share = turn[: max(1, int(len(turn) * peer.share))]
            spent[number] += seconds(peer.work, share)
            read[number] += len(share)
    return [1e6 * one / pages_read for one, pages_read in zip(spent, read, strict=True)]


def parse_table(runs: int = 7, n_pages: int = 400, size: int = 20_000) -> Table:
    """Measure all of them on the same pages, in a process that keeps its memory as a parse worker does."""
    keep_freed_memory()
    bodies = list(pages(n_pages, size=size))
    contenders = peers()
    one_run(contenders, bodies[:5])
    taken = zip(*[one_run(contenders, bodies) for _ in range(runs)], strict=True)
    lines = [Line(peer.name, figures) for peer, figures in zip(contenders, taken, strict=True)]
    kilobytes = statistics.mean(map(len, bodies)) / 1000
    about = f"{n_pages} pages of {kilobytes:.1f} kB, one core, CPU time; a peer reads the cells of every table row."
    return Table("Parse", about, "µs a page", OURS, LIMIT, lines)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=400, help="pages a round (default %(default)s)")
    options.add_argument("--size", type=int, default=20_000, help="bytes a page, about (default %(default)s)")
    options.add_argument("--runs", type=int, default=7, help="rounds, of which the median counts (default %(default)s)")
    chosen = options.parse_args()
    print(markdown(parse_table(chosen.runs, chosen.pages, chosen.size)))


if __name__ == "__main__":
    main()
