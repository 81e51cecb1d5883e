"""A digest is the same in whatever spelling."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.importing.digests import digests_of, is_digest_of_one, read_digest

BODY = b"<html>"
SHA1 = hashlib.sha1(BODY).digest()
SHA256 = hashlib.sha256(BODY).digest()


@pytest.mark.parametrize(
    "text",
    [
        f"sha1:{base64.b32encode(SHA1).decode()}",
        f"sha1:{base64.b32encode(SHA1).decode().lower()}",
        f"SHA-1: {SHA1.hex()}",
        f"sha1:{SHA1.hex().upper()}",
        f"sha1:{base64.b64encode(SHA1).decode()}",
        f"sha1:{base64.urlsafe_b64encode(SHA1).decode().rstrip('=')}",
        base64.b32encode(SHA1).decode(),
        f"sha256:{SHA256.hex()}",
        f"sha-256:{base64.b32encode(SHA256).decode().rstrip('=')}",
        f"sha256:{base64.b64encode(SHA256).decode()}",
        f"md5:{hashlib.md5(BODY).hexdigest()}",
        f"sha512:{hashlib.sha512(BODY).hexdigest()}",
    ],
)
def test_every_spelling_is_read(text: str) -> None:
    digest = read_digest(text)
    assert digest is not None
    assert is_digest_of_one(digest, [b"another", BODY])
    assert not is_digest_of_one(digest, [b"another"])
    assert digest in digests_of([BODY]) or digest.algorithm == "sha512"


@pytest.mark.parametrize("text", [None, "", "sha1:", "sha1:UNKNOWN", "crc32:12345678", "sha1:" + "0" * 39])
def test_what_is_no_digest_is_none(text: str | None) -> None:
    assert read_digest(text) is None


@given(st.text(max_size=90), st.sampled_from(["", "sha1:", "sha256:", "md5:"]))
def test_no_text_stops_the_reader(text: str, algorithm: str) -> None:
    read_digest(algorithm + text)
