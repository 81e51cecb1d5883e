"""The captures that a web archive has of a source: the whole index, each capture judged by its own address."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from pipeline.core.settings import Source
from pipeline.core.text import printable
from pipeline.fetch.client import Reply, Trouble
from pipeline.importing.addresses import Addresses, Target
from pipeline.importing.cdx_index import Entry, IndexAnswer, IndexAnswerError, read_index, read_page_count
from pipeline.importing.web_archives import (
    MOST_LINES,
    Dialect,
    WebArchive,
    Window,
    collections_of,
    index_query,
    says_nothing_found,
)

Ask = Callable[[str], Reply]
# pywb sends at most this number of lines when its index has no pages.
_MOST_WITHOUT_PAGES = 100_000


@dataclass(slots=True)
class Listed:
    """The captures of a source's project pages that an archive's indexes name.

    left_out counts captures of redirects, errors and missing pages by their HTTP status; n_foreign counts captures of
    other addresses, n_unreadable the unreadable lines of the index. problems and notes are sentences; a note is not a
    failure.
    """

    captures: list[tuple[Target, Entry]] = field(default_factory=list)
    left_out: Counter[int] = field(default_factory=Counter)
    n_foreign: int = 0
    n_unreadable: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add_problem(self, said: str) -> None:
        """Keep a problem once: an index that does not answer is asked for each address of the source."""
        if said not in self.problems:
            self.problems.append(said)


class _IncompleteError(Exception):
    """An index does not say how to get the rest of its answer."""


def list_captures(
    ask: Ask, archive: WebArchive, source: Source, window: Window, now: dt.datetime, listed: Listed
) -> Iterator[list[tuple[Target, Entry]]]:
    """Ask the index of an archive, or one of its indexes after the other, for the captures of a source's project pages.

    Args:
        ask: sends a request to an index, in its pace. It may raise HarvestOverError.
        archive: which archive.
        source: whose pages, under its address and those of also_at.
        window: from when to when.
        now: later times are refused.
        listed: collects all captures, counts and problems.

    Yields:
        The captures of each index that no earlier index has named, in the order of their times.
    """
    addresses = Addresses({source.source_id: source}, source)
    seen: set[tuple[str | None, str, object]] = set()
    for index_url in _index_urls(ask, archive, window, listed):
        n_before = len(listed.captures)
        for base_url in _asked_addresses(source):
            for answer in _answers(ask, archive, index_url, base_url, window, now, listed):
                listed.n_unreadable += answer.n_unreadable
                if answer.example is not None and answer.n_unreadable == listed.n_unreadable:
                    listed.notes.append(f"lines of the index cannot be read, such as {answer.example!r:.200}")
                for entry in answer.entries:
                    _judge(entry, addresses, window, seen, listed)
        yield sorted(listed.captures[n_before:], key=lambda capture: (capture[1].at, capture[0].url, capture[1].url))


def _asked_addresses(source: Source) -> Sequence[str]:
    """One address of each of the source's homes: to an index http and https, with and without www., are the same."""
    homes: dict[str, str] = {}
    for address in (source.base_url, *source.also_at):
        homes.setdefault(address.partition("://")[2].removeprefix("www."), address)
    return list(homes.values())


def _judge(
    entry: Entry, addresses: Addresses, window: Window, seen: set[tuple[str | None, str, object]], listed: Listed
) -> None:
    target = addresses.target_of(entry.url)
    if target is None or target.project_id is None:
        listed.n_foreign += 1
        return
    # The same capture may appear under several addresses, and in several answers.
    key = (target.project_id, entry.timestamp, entry.digest or entry.url)
    if key in seen or not window.first <= entry.at <= window.last:
        return
    seen.add(key)
    if entry.status not in (None, 200):
        listed.left_out[entry.status or 0] += 1
        return
    listed.captures.append((target, entry))


def _index_urls(ask: Ask, archive: WebArchive, window: Window, listed: Listed) -> Sequence[str]:
    if archive.index_url is not None:
        return [archive.index_url]
    address = archive.collections_url or ""
    reply = ask(address)
    try:
        if reply.trouble is not None or reply.status != 200:
            raise IndexAnswerError(reply.error or f"answers HTTP {reply.status}")
        # Oldest first: then an unchanged capture needs no separate body.
        return collections_of(reply.body, archive.home, window)[::-1]
    except IndexAnswerError as error:
        listed.add_problem(f"{address}: {printable(str(error))}")
        return []


def _answers(
    ask: Ask,
    archive: WebArchive,
    index_url: str,
    base_url: str,
    window: Window,
    now: dt.datetime,
    listed: Listed,
) -> Iterator[IndexAnswer]:
    """Every answer of one index about one address; after an incomplete answer the halves of the time are requested."""
    try:
        if archive.dialect is Dialect.WAYBACK:
            yield from _resumed(ask, index_url, base_url, window, now)
        else:
            yield from _paged(ask, index_url, base_url, window, now)
    except _IncompleteError as error:
        halves = window.halves()
        if halves is None:
            listed.add_problem(f"{index_url}: {error}, even for {window.first:%Y-%m-%d}; the rest is unknown")
            return
        for half in halves:
            yield from _answers(ask, archive, index_url, base_url, half, now, listed)
    except IndexAnswerError as error:
        listed.add_problem(f"{index_url}: {printable(str(error))}; run the harvest again later")


def _resumed(ask: Ask, index_url: str, base_url: str, window: Window, now: dt.datetime) -> Iterator[IndexAnswer]:
    """The answers of a Wayback CDX server, each with the key of the next."""
    key: str | None = None
    used: set[str] = set()
    while True:
        query = index_query(index_url, Dialect.WAYBACK, base_url, window, resume_key=key)
        answer = read_index(_body_of(ask(query)), now)
        yield answer
        if answer.resume_key is None:
            if answer.n_lines >= MOST_LINES:
                raise _IncompleteError("it gives no key for the next part")
            return
        if answer.resume_key in used:
            raise _IncompleteError("it gives the same key again")
        used.add(answer.resume_key)
        # Some servers encode the key for a URL, some do not.
        key = unquote_plus(answer.resume_key) if "%" in answer.resume_key else answer.resume_key


def _paged(ask: Ask, index_url: str, base_url: str, window: Window, now: dt.datetime) -> Iterator[IndexAnswer]:
    """The answers of a pywb: one for each page of a large index; a small one has none and answers at once."""

    def asked(**parameters: int | bool) -> bytes:
        query = index_query(index_url, Dialect.PYWB, base_url, window, **parameters)  # type: ignore[arg-type]
        return _body_of(ask(query))

    body = asked(counts_pages=True)
    n_pages = read_page_count(body)
    if n_pages is None:
        answer = read_index(body, now)
        yield answer
        if answer.n_lines >= _MOST_WITHOUT_PAGES:
            raise _IncompleteError(f"it ends after {answer.n_lines} lines")
        return
    for page in range(n_pages):
        yield read_index(asked(page=page), now)


def _body_of(reply: Reply) -> bytes:
    """The answer of an index. Raises IndexAnswerError for trouble, _IncompleteError if the answer is too large."""
    if reply.trouble is Trouble.TOO_LARGE:
        raise _IncompleteError("its answer is too large")
    if says_nothing_found(reply.status, reply.body):
        return b""
    if reply.trouble is not None or reply.status != 200:
        location = reply.header("location")
        led = f" and leads to {location:.200}" if location else ""
        raise IndexAnswerError(reply.error or f"answers HTTP {reply.status}{led}")
    return reply.body
