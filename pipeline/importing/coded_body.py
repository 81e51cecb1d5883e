"""Bodies as others stored them: transfer and content codings undone within a size, or left where they are none."""

import io
import zlib
from typing import Protocol

from fastwarc.stream_io import BrotliReader, ZstdReader
from warcio.bufferedreaders import ChunkedDataReader  # type: ignore[import-untyped]

from pipeline.core.content_coding import content_codings
from pipeline.core.errors import PipelineError

_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's wbits
_GZIP_START = b"\x1f\x8b"
_CHUNK = 1 << 16
# How much of a body is looked at to tell whether it is text.
_BEGINNING = 1024


class CodedBodyError(PipelineError):
    """A body cannot be decoded, or is larger than it may be; the message says which coding and why."""


class _Reader(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def without_chunks(payload: bytes) -> bytes:
    """The body of a payload that is said to be chunked; the payload itself where it is not."""
    body: bytes = ChunkedDataReader(io.BytesIO(payload)).read()
    return body


def decoded(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """A body without the codings that its Content-Encoding names.

    A body that is text already is left as it stands: archives decode it and keep the header. What follows a coded body
    is not part of it; of one that breaks off the beginning is given.

    Args:
        body: as it was stored.
        content_encoding: the header, if there is one.
        limit: the most bytes to make of it.

    Raises:
        CodedBodyError: a coding is not known, the body is no such coding, or it is larger than limit.
    """
    for coding in reversed(content_codings(content_encoding)):
        if not body:
            break
        try:
            body = _undone(body, coding, limit)
        except (OSError, zlib.error) as error:
            if _is_text(body):
                break
            raise CodedBodyError(f"its body cannot be read as {coding[:30]!r} ({error})") from error
    if len(body) > limit:
        raise CodedBodyError(f"its body is larger than {limit} bytes")
    return body


def _undone(body: bytes, coding: str, limit: int) -> bytes:
    match coding:
        case "gzip" | "x-gzip":
            return _inflated(body, _GZIP, limit)
        case "deflate":
            # What HTTP calls so is zlib; some servers send it without its head.
            try:
                return _inflated(body, _ZLIB, limit)
            except zlib.error:
                return _inflated(body, _RAW, limit)
        case "br":
            return _streamed(BrotliReader(io.BytesIO(body)), limit)
        case "zstd":
            return _streamed(ZstdReader(io.BytesIO(body)), limit)
    raise OSError("this coding is not known")


def _inflated(body: bytes, wbits: int, limit: int) -> bytes:
    plain = bytearray()
    rest = body
    while rest:
        inflate = zlib.decompressobj(wbits)
        plain += inflate.decompress(rest, limit + 1 - len(plain))
        if len(plain) > limit:
            break
        rest = inflate.unused_data
        if not rest.startswith(_GZIP_START):
            break
    return bytes(plain)


def _streamed(reader: _Reader, limit: int) -> bytes:
    plain = bytearray()
    try:
        while len(plain) <= limit and (chunk := reader.read(min(_CHUNK, limit + 1 - len(plain)))):
            plain += chunk
    except OSError:
        if not plain:
            raise
    return bytes(plain)


def _is_text(body: bytes) -> bool:
    beginning = body[:_BEGINNING]
    return b"<" in beginning and b"\0" not in beginning
