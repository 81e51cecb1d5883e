"""Our name and version, for User-Agent and warcinfo."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

NAME = "bma-projects"


@cache
def product_token() -> str:
    """Name and version, such as "bma-projects/0.1.0"; a checkout that was never installed has no version."""
    try:
        return f"{NAME}/{version(NAME)}"
    except PackageNotFoundError:
        return f"{NAME}/0+unknown"
