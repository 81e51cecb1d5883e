"""Which project pages exist: from the site's listing, a file of ids, the archive, or a probed range of numbers."""

import asyncio
import hashlib
import json
import re
import sys
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from parsers.listing_page import Listing
from parsers.page import PageKind
from pipeline.archive.history.page_history import PageState
from pipeline.archive.segments import ArchiveWriter, ListingRow
from pipeline.core.errors import ExitCode, PipelineError
from pipeline.core.site_urls import listing_url
from pipeline.core.text import counted
from pipeline.core.worker_process import WorkerDiedError
from pipeline.fetch.client import Reply, Trouble
from pipeline.fetch.site import RunOverError, Site
from pipeline.fetch.site_pages import log_site_page

_RANGE = re.compile(r"(?P<agency>\d{8}):(?P<first>\d{1,4})-(?P<last>\d{1,4})", re.ASCII)
_LONGEST_ID = 20_000


class DiscoveryError(PipelineError):
    """The ids cannot be read; the message says what and where."""

    exit_code = ExitCode.WRONG_USAGE


class Discovery(NamedTuple):
    """The projects the site's listing names; problems says in sentences why it may be incomplete."""

    project_ids: tuple[str, ...]
    is_complete: bool
    stated_total: int | None
    problems: tuple[str, ...]


async def discover_listing(site: Site, archive: ArchiveWriter, known: Mapping[str, PageState]) -> Discovery:
    """Read every page of the site's listing; when ids are missing, read it again in other orders.

    Without a unique order the database may repeat and leave out rows between pages (SITE.md), so the ids found are
    compared with the total that the site states. The result is stored beside the run's segment.
    """
    found: dict[str, int | None] = {}
    problems: list[str] = []
    totals: list[int] = []
    sort_keys: tuple[str, ...] = ()
    index = listing_url(site.source.base_url)
    try:
        for order in ("", "&sort=project_id", "&sort=-project_id"):
            if order and "project_id" not in sort_keys:
                break
            async for listing in _pages(site, archive, known, index + order, problems):
                for project_id, shown in zip(listing.project_ids, listing.shown, strict=True):
                    found.setdefault(project_id, zlib.crc32(shown.encode(errors="replace")) if shown else None)
                totals += [] if listing.stated_total is None else [listing.stated_total]
                sort_keys = sort_keys or listing.sort_keys
            if problems or not totals or len(found) >= max(totals):
                break
    except RunOverError as over:
        problems.append(str(over))
    stated = max(totals, default=None)
    if stated is None and not problems:
        problems.append("the listing does not say how many projects there are")
    elif stated is not None and len(found) < stated:
        problems.append(f"the listing names {counted(len(found), 'project')} of the {stated:,} it says there are")
    discovery = Discovery(tuple(found), not problems, stated, tuple(problems))
    now = site.clock()
    archive.write_listing(
        ListingRow(archive.run_id, archive.source_id, project_id, now, discovery.is_complete, stated, shown_crc32)
        for project_id, shown_crc32 in found.items()
    )
    return discovery


def read_ids(lines: Iterable[str], where: str) -> list[str]:
    """Read project ids, one per line; blank lines and lines that begin with # are skipped, duplicates are dropped.

    Any text can be an id (the site chooses the names of its pages), except one with control characters.
    Raises DiscoveryError naming the line.
    """
    ids: dict[str, None] = {}
    for number, line in enumerate(lines, 1):
        project_id = line.strip().removeprefix("\ufeff")
        if not project_id or project_id.startswith("#"):
            continue
        if not project_id.isprintable() or len(project_id) > _LONGEST_ID:
            raise DiscoveryError(f"{where}, line {number}: {project_id[:60]!r} cannot be a project id")
        ids[project_id] = None
    return list(ids)


def ids_from_file(path: str) -> list[str]:
    """Read ids from a file, or from standard input for "-". Raises DiscoveryError."""
    try:
        if path == "-":
            return read_ids(sys.stdin, "standard input")
        with Path(path).open(encoding="utf-8") as lines:
            return read_ids(lines, path)
    except UnicodeDecodeError as error:
        raise DiscoveryError(f"{path}: cannot be read as a list of ids (it is not UTF-8 text)") from error
    except OSError as error:
        raise DiscoveryError(f"{path}: cannot be read as a list of ids ({error.strerror})") from error


def ids_from_range(text: str, known: Mapping[str, PageState]) -> list[str]:
    """The ids of a range such as 50490000:3500-3700, without those that were confirmed absent in two runs.

    Raises DiscoveryError for anything else.
    """
    match = _RANGE.fullmatch(text)
    if match is None or int(match["first"]) > int(match["last"]):
        raise DiscoveryError(f"{text!r} is not a range of project ids; write it as 50490000:3500-3700")
    ids = (f"{match['agency']}-{number:04d}" for number in range(int(match["first"]), int(match["last"]) + 1))
    return [project_id for project_id in ids if not _is_confirmed_absent(known.get(project_id))]


def ids_from_archive(known: Mapping[str, PageState]) -> list[str]:
    """Every project the archive has ever seen, without ids that were only probed and never found."""
    return [project_id for project_id, page in known.items() if page.last_success_at is not None]


def next_page(base_url: str, url: str, listing: Listing) -> str | None:
    """The page after the one at url; None without a next link, and where it does not lead to the source."""
    try:
        following = urljoin(url, listing.next_href or "")
        is_ours = urlsplit(following)[:3] == urlsplit(base_url)[:3]
    except ValueError:
        return None
    return following if is_ours and listing.next_href is not None else None


def _is_confirmed_absent(page: PageState | None) -> bool:
    return page is not None and page.last_success_at is None and page.consecutive_absences >= 2


async def _pages(
    site: Site, archive: ArchiveWriter, known: Mapping[str, PageState], url: str, problems: list[str]
) -> AsyncIterator[Listing]:
    """Follow the next links. "Page N answered 200" never ends a listing: a page past the end answers with the last."""
    seen_pages: set[str] = set()
    while url not in seen_pages:
        seen_pages.add(url)
        reply, listing = await _read_page(site, archive, known, url)
        if listing is None:
            # A run that ended between two attempts reports its own reason.
            site.check_still_welcome()
            if reply.trouble is Trouble.DISALLOWED:
                problems.append(f"robots.txt disallows the listing {url[:300]}; name the projects to fetch with --ids")
                return
            problems.append(f"{url[:300]} is not a listing page ({reply.error or f'HTTP {reply.status}'})")
            return
        yield listing
        if listing.next_href is None:
            return
        following = next_page(site.source.base_url, url, listing)
        if following is None:
            problems.append(f"the next link of {url[:300]} leads elsewhere")
            return
        url = following
    problems.append(f"the listing goes in circles at {url[:300]}")


async def _read_page(
    site: Site, archive: ArchiveWriter, known: Mapping[str, PageState], url: str
) -> tuple[Reply, Listing | None]:
    async def read(reply: Reply) -> tuple[Listing | str | None, bool]:
        if reply.trouble is None and reply.status == 200:
            try:
                return await asyncio.wrap_future(
                    site.reader.read_listing(reply.body, reply.header("content-type"))
                ), False
            except WorkerDiedError as death:
                return f"reading it {death}", False
        return None, reply.has_failed

    reply, meaning, attempts = await site.ask(url, read)
    if isinstance(meaning, str):
        reply, listing = reply._replace(error=meaning), None
    else:
        listing = meaning
    # A page of it is another when it names other projects; what it shows of them is kept with the listing.
    content = json.dumps(listing[:-1]).encode() if listing is not None else reply.body
    kind = PageKind.LISTING if listing is not None else PageKind.UNKNOWN
    log_site_page(archive, url, reply, known, kind.value, hashlib.sha256(content).digest(), attempts)
    return reply, listing
