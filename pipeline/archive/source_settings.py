"""The settings of its source that a segment keeps, in the metadata of its fetch log and in its warcinfo record."""

from collections.abc import Mapping

from pipeline.core.settings import Source

_OF_SOURCE = ("source", "title", "base-url", "also-at", "is-invented")


def about_source(source: Source) -> dict[str, str]:
    """The settings of its source that a segment keeps, so that tables made without the settings file are the same."""
    return {
        "source": source.source_id,
        "title": source.title,
        "base-url": source.base_url,
        "also-at": " ".join(source.also_at),
        "is-invented": "true" if source.is_invented else "false",
    }


def settings_of_source(about: Mapping[str, str]) -> dict[str, str]:
    """The settings of the source in the metadata of a segment, without the segment's own metadata."""
    return {name: about[name] for name in _OF_SOURCE if name in about}
