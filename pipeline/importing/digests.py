"""The digests that web archives give for bodies, in any spelling: hexadecimal, base32 or base64."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

_SIZES = {"sha1": 20, "sha256": 32, "md5": 16, "sha512": 64, "sha384": 48, "sha224": 28}
# The algorithms that writers of WARC use.
_COMMON = ("sha1", "sha256", "md5")


class Digest(NamedTuple):
    """The digest of a body; algorithm has the name that hashlib uses."""

    algorithm: str
    value: bytes


def read_digest(text: str | None) -> Digest | None:
    """Read a digest such as `sha1:6NR5RFFS5XOSHBKHYUZGT7XS6Q5QLVJG`; None where it cannot be computed."""
    named, colon, spelled = (text or "").strip().partition(":")
    algorithms: Sequence[str] = [named.lower().replace("-", "")] if colon else _COMMON
    for algorithm in algorithms:
        for decode in _SPELLINGS:
            try:
                value = decode((spelled if colon else named).strip())
            except (binascii.Error, ValueError):
                continue
            if len(value) == _SIZES.get(algorithm):
                return Digest(algorithm, value)
    return None


def is_garbled(text: str | None) -> bool:
    """Whether this is written like a digest that can be computed, but is not a valid one."""
    named, _, spelled = (text or "").strip().partition(":")
    return named.lower().replace("-", "") in _SIZES and bool(spelled.strip()) and read_digest(text) is None


def digests_of(bodies: Iterable[bytes]) -> frozenset[Digest]:
    """Every digest that a writer may have given for one of these bodies."""
    return frozenset(_digest(algorithm, body) for body in set(bodies) for algorithm in _COMMON)


def is_digest_of_one(digest: Digest, bodies: Iterable[bytes]) -> bool:
    """Whether one of these bodies hashes to the digest."""
    return any(_digest(digest.algorithm, body) == digest for body in set(bodies))


def _digest(algorithm: str, body: bytes) -> Digest:
    return Digest(algorithm, hashlib.new(algorithm, body, usedforsecurity=False).digest())


def _from_base32(spelled: str) -> bytes:
    letters = spelled.rstrip("=").upper()
    return base64.b32decode(letters + "=" * (-len(letters) % 8))


def _from_base64(spelled: str) -> bytes:
    letters = spelled.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)


_SPELLINGS: tuple[Callable[[str], bytes], ...] = (bytes.fromhex, _from_base32, _from_base64)
