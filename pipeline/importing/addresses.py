"""Addresses of pages: the source and project, or the sister system, of each."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, urlsplit

from parsers.sister_page import SisterPage, sister_of_address
from pipeline.archive.warc import LONGEST_URL
from pipeline.core.settings import Source
from pipeline.core.site_urls import project_url

_ROUTE = "tbl-project-main/view"


class Target(NamedTuple):
    """The page that a capture shows: of a project of a source, or of a sister system, which is kept under a source.

    url is that of the page in the fetch log. A page has project_id or sister, not both.
    """

    source: Source
    url: str
    project_id: str | None = None
    sister: SisterPage | None = None


def project_target(source: Source, project_id: str) -> Target:
    """The page of a project, under the address that the source has for it today."""
    return Target(source, project_url(source.base_url, project_id), project_id)


class Addresses:
    """The addresses under which the sources, and the sister systems, have their pages."""

    def __init__(self, sources: Mapping[str, Source], default: Source) -> None:
        """default is the source under which pages of sister systems are kept."""
        self._default = default
        self._homes = {home: source for source in sources.values() for home in _homes(source)}

    def target_of(self, url: str) -> Target | None:
        """The page of an address; None when it is the page of neither a project nor a sister system."""
        if len(url) > LONGEST_URL:
            return None
        sister = sister_of_address(url)
        if sister is not None:
            return Target(self._default, url, sister=sister)
        try:
            parts = urlsplit(url)
            query = parse_qs(parts.query)
        except ValueError:
            return None
        if query.get("r", [""])[-1] != _ROUTE or not query.get("project_id"):
            return None
        source = self._homes.get(_home(parts))
        return None if source is None else project_target(source, query["project_id"][-1])


def _homes(source: Source) -> Iterator[str]:
    for base_url in (source.base_url, *source.also_at):
        yield _home(urlsplit(base_url))


def _home(address: SplitResult) -> str:
    """Host and script of an address: http or https, with or without www. is the same instance, another port is not."""
    host, _, port = address.netloc.lower().removeprefix("www.").partition(":")
    usual = "443" if address.scheme == "https" else "80"
    return f"{host}{'' if port in ('', usual) else f':{port}'}{address.path}"
