"""The short way to "unchanged": a response that is the same but for its CSRF token."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.fetch.outcome import masked_sha256

HTML = "text/html; charset=UTF-8"
TOKEN = "YTrTbH0U6rsG_wth5XzJkHhGoWQsIsUbh6BWt8C5U2kjX5QoRW2k6GiWTSWSFoXbAjCYEmduhHnq1xf0k40yPg=="
PAGE = """<!doctype html><html><head><meta name="csrf-token" content="{token}"></head>
<body><form><input type="hidden" name="_csrf" value="{token}"></form><td>{cell}</td></body></html>"""
tokens = st.text("abcXYZ019-_+/=", min_size=20, max_size=200)


def page(token: str = TOKEN, cell: str = "") -> bytes:
    return PAGE.format(token=token, cell=cell).encode()


@given(tokens)
def test_another_token_makes_no_difference(token: str) -> None:
    assert masked_sha256(page(token), 200, HTML) == masked_sha256(page(), 200, HTML)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_other_text_does(cell: str, other: str) -> None:
    assume(cell.encode("utf-8", "replace") != other.encode("utf-8", "replace"))
    assert masked_sha256(page(cell=cell), 200, HTML) != masked_sha256(page(cell=other), 200, HTML)


def test_a_text_like_the_token_is_a_text() -> None:
    assert masked_sha256(page(cell=TOKEN), 200, HTML) != masked_sha256(page(cell=""), 200, HTML)


@pytest.mark.parametrize(("status", "content_type"), [(500, HTML), (200, "text/html; charset=TIS-620"), (200, None)])
def test_the_same_bytes_under_another_status_or_charset_are_another_response(
    status: int, content_type: str | None
) -> None:
    assert masked_sha256(page(), status, content_type) != masked_sha256(page(), 200, HTML)


def test_a_short_token_is_not_taken_out() -> None:
    assert masked_sha256(page("100"), 200, HTML) != masked_sha256(page("101"), 200, HTML)
