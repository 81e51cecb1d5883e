"""What a Content-Encoding header names is a coding, or says that nothing was coded."""

import pytest

from pipeline.core.http_headers import content_codings


@pytest.mark.parametrize(
    "header", [None, "", "none", "Identity", "utf-8", "UTF-8", "tis-620", "windows-874", "none, utf-8"]
)
def test_nothing_was_coded(header: str | None) -> None:
    assert content_codings(header) == ()


@pytest.mark.parametrize(
    ("header", "codings"),
    [
        ("gzip", ("gzip",)),
        (" X-GZIP ", ("x-gzip",)),
        ("gzip, br", ("gzip", "br")),
        ("utf-8, gzip", ("gzip",)),
        ("zlib", ("zlib",)),
        ("bz2", ("bz2",)),
        ("no\0coding", ("no\0coding",)),
    ],
)
def test_codings_stand_in_the_order_they_were_applied(header: str, codings: tuple[str, ...]) -> None:
    assert content_codings(header) == codings
