"""Which codings a Content-Encoding header names, as servers write it."""

# What servers write when the body has no coding.
_NO_CODING = frozenset({"", "identity", "none", "binary", "8bit"})


def content_codings(header: str | None) -> tuple[str, ...]:
    """The codings that were applied to a body, in that order, without `none`, `identity` and names of charsets."""
    names = (name.strip().strip("\"'").lower() for name in (header or "").split(","))
    return tuple(name for name in names if name not in _NO_CODING and not _is_charset(name))


def _is_charset(name: str) -> bool:
    try:
        # Python has codecs that are not charsets, such as zlib, and refuses to encode text with them.
        "".encode(name.replace("windows-", "cp"))
    except (LookupError, ValueError):
        return False
    return True
