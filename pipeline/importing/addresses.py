"""Addresses of project pages: which source and project one is of."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from pipeline.archive.warc import LONGEST_URL
from pipeline.core.settings import Source

_ROUTE = "tbl-project-main/view"


class Target(NamedTuple):
    """The project a page is of."""

    source: Source
    project_id: str


class Addresses:
    """The addresses under which the sources have their pages."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._homes = {home: source for source in sources.values() for home in _homes(source)}

    def target_of(self, url: str) -> Target | None:
        """The source and project of an address; None when it is no project page of a source."""
        if len(url) > LONGEST_URL:
            return None
        try:
            parts = urlsplit(url)
            query = parse_qs(parts.query)
        except ValueError:
            return None
        if query.get("r", [""])[-1] != _ROUTE or not query.get("project_id"):
            return None
        source = self._homes.get(_home(parts.netloc, parts.path))
        return None if source is None else Target(source, query["project_id"][-1])


def _homes(source: Source) -> Iterator[str]:
    for base_url in (source.base_url, *source.also_at):
        parts = urlsplit(base_url)
        yield _home(parts.netloc, parts.path)


def _home(netloc: str, path: str) -> str:
    """Host and script of an address: http or https, with or without www. is the same instance, another port is not."""
    host, _, port = netloc.lower().removeprefix("www.").partition(":")
    return f"{host}{'' if port in ('', '80', '443') else f':{port}'}{path}"
