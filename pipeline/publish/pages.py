"""The pages of a release that people open, and their addresses."""

from pathlib import Path
from urllib.parse import urlencode

QUALITY, EXPLORER = "quality.html", "explorer.html"


def explorer_address(release: Path, **chosen: str) -> str:
    """The address of the explorer page of a release as a browser takes it, with what is chosen on it."""
    address = (release / EXPLORER).absolute().as_uri()
    return f"{address}#{urlencode(chosen)}" if chosen else address
