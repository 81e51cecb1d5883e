"""Our name and version, for User-Agent and warcinfo."""

from functools import cache

NAME = "bma-projects"


@cache
def product_token() -> str:
    """Name and version, such as "bma-projects/0.1.0"; a checkout that was never installed has no version."""
    # Imported here: it brings the mail and archive modules of Python along, and every command imports this module.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{NAME}/{version(NAME)}"
    except PackageNotFoundError:
        return f"{NAME}/0+unknown"
