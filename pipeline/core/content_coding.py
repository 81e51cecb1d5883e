"""Which codings a Content-Encoding header names, as servers write it."""

# What servers write where nothing was coded.
_NO_CODING = frozenset({"", "identity", "none", "binary", "8bit"})


def content_codings(header: str | None) -> tuple[str, ...]:
    """The codings that were applied to a body, in that order; `none`, `identity` and names of charsets are none."""
    names = (name.strip().strip("\"'").lower() for name in (header or "").split(","))
    return tuple(name for name in names if name not in _NO_CODING and not _is_charset(name))


def _is_charset(name: str) -> bool:
    try:
        # Python knows codecs that are no charsets, zlib among them, and refuses to encode text with those.
        "".encode(name.replace("windows-", "cp"))
    except (LookupError, ValueError):
        return False
    return True
