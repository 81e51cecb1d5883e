"""The stages from a web site to curated tables; all I/O lives here."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.analyst.open_release import OpenRelease

__all__ = ["open_release"]


def open_release(data_dir: str | Path = "data", run_id: str | None = None) -> "OpenRelease":
    """Open the latest release below a data directory, or a named one; see pipeline.analyst.open_release."""
    # Imported here: pandas takes a third of a second, and every command imports this package.
    from pipeline.analyst import open_release as analyst

    return analyst.open_release(data_dir, run_id)
