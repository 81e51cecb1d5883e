"""The sources of the rows: from the settings, or from the archive where the settings do not have them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pipeline.core.settings import Source


class SourceRow(NamedTuple):
    """One source; invented where the settings or the archive say so."""

    source_id: str
    base_url: str
    title: str
    is_invented: bool


def known_sources(settings: Iterable[Source], abouts: Iterable[Mapping[str, str]]) -> list[SourceRow]:
    """Every source by its settings, else by the newest of the segments that tell of it.

    A source that was invented when it was archived stays invented: tables that are made again without the settings
    file, or with another one, never show invented rows as real ones.

    Args:
        settings: the sources that the settings know.
        abouts: what segments keep, among it the settings of their source, oldest first.
    """
    found = {
        source.source_id: SourceRow(source.source_id, source.base_url, source.title, source.is_invented)
        for source in settings
    }
    is_set = frozenset(found)
    for about in abouts:
        if "source" not in about:
            continue
        kept = SourceRow(
            about["source"], about.get("base-url", ""), about.get("title", ""), about.get("is-invented") == "true"
        )
        before = found.get(kept.source_id, kept)
        newer = before if kept.source_id in is_set else kept
        found[kept.source_id] = newer._replace(is_invented=before.is_invented or kept.is_invented)
    return list(found.values())
