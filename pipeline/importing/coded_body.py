"""Bodies as other programs stored them: transfer and content codings are undone up to a size limit, if present."""

import io
import re
import zlib
from typing import NamedTuple

from fastwarc.stream_io import BrotliReader, ZstdReader

from pipeline.core.errors import PipelineError
from pipeline.core.http_headers import content_codings
from pipeline.importing.plain_stream import GzipStream, NextMemberError, Reader, read_up_to

_ZLIB, _RAW = 15, -15  # zlib's wbits
_CHUNK_HEAD = re.compile(rb"[ \t]*0*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_AFTER_CRLF, _AFTER_LF = (re.compile(end + _CHUNK_HEAD.pattern) for end in (rb"\r\n", rb"\n"))
_TORN_CHUNK_HEAD = re.compile(rb"\r?\n?(?:[0-9A-Fa-f]{1,8}[ \t]*(?:;[^\r\n]*)?\r?)?")
# The length of the beginning of a body that decides whether it is text.
_BEGINNING = 1024


class CodedBodyError(PipelineError):
    """A body cannot be decoded, or is larger than it may be; the message says which coding and why."""


class Body(NamedTuple):
    """A body, or the beginning of one; torn says what is incomplete, None where the body is whole."""

    content: bytes
    torn: str | None = None


def without_chunks(payload: bytes) -> Body:
    """The body of a payload that is said to be chunked; the payload itself where it is text already.

    Raises CodedBodyError where it neither begins with a chunk nor is text, or where a chunk is not followed by another.
    """
    head = _CHUNK_HEAD.match(payload)
    # Decoded already, or never chunked: it begins with a line of text, not with the length of a chunk.
    if head is None and (not payload or b"<" in payload.lstrip().partition(b"\n")[0]):
        return Body(payload)
    next_head = _AFTER_CRLF if head is not None and head[0].endswith(b"\r\n") else _AFTER_LF
    body, position = bytearray(), 0
    while head is not None:
        if (size := int(head[1], 16)) == 0:
            follows = b"<" in payload[head.end() :]
            return Body(bytes(body), "more follows after its last chunk" if follows else None)
        body += payload[head.end() : head.end() + size]
        position = head.end() + size
        head = next_head.match(payload, position)
    if position > len(payload) or (position and _TORN_CHUNK_HEAD.fullmatch(payload, position)):
        return Body(bytes(body), "its chunks break off")
    raise CodedBodyError(f"its chunks cannot be read: {payload[position : position + 20]!r} begins none")


def decoded(body: bytes, content_encoding: str | None, limit: int) -> Body:
    """A body without the codings that its Content-Encoding names.

    A body that is text already stays as it is: archives decode it and keep the header. Bytes after a coded body are not
    part of it; of an incomplete body the beginning is returned.

    Args:
        body: as it was stored.
        content_encoding: the header, if there is one.
        limit: the most bytes to make of it.

    Raises:
        CodedBodyError: a coding is not known, the body is not in this coding, or it is larger than limit.
    """
    torn = None
    for coding in reversed(content_codings(content_encoding)):
        if not body:
            break
        try:
            body, is_whole = _undone(body, coding, limit)
        except (OSError, EOFError, zlib.error) as error:
            if _is_text(body):
                break
            raise CodedBodyError(f"its body cannot be read as {coding[:30]!r} ({error})") from error
        if not is_whole:
            torn = f"its {coding} breaks off or is damaged"
    if len(body) > limit:
        raise CodedBodyError(f"its body is larger than {limit} bytes")
    return Body(body, torn)


def _undone(body: bytes, coding: str, limit: int) -> tuple[bytes, bool]:
    match coding:
        case "gzip" | "x-gzip":
            return _streamed(GzipStream(io.BytesIO(body)), limit)
        case "deflate":
            # The name "deflate" of HTTP means zlib; some servers send it without its head.
            try:
                return _inflated(body, _ZLIB, limit)
            except zlib.error:
                return _inflated(body, _RAW, limit)
        case "br":
            return _streamed(BrotliReader(io.BytesIO(body)), limit)
        case "zstd":
            return _streamed(ZstdReader(io.BytesIO(body)), limit)
    raise OSError("this coding is not known")


def _inflated(body: bytes, wbits: int, limit: int) -> tuple[bytes, bool]:
    inflate = zlib.decompressobj(wbits)
    plain = inflate.decompress(body, limit + 1)
    return plain, inflate.eof or len(plain) > limit


def _streamed(reader: Reader, limit: int) -> tuple[bytes, bool]:
    plain, error = read_up_to(reader.read, limit + 1, (OSError, EOFError, zlib.error))
    if error is not None and not plain:
        raise error
    return plain, error is None or isinstance(error, NextMemberError)


def _is_text(body: bytes) -> bool:
    beginning = body[:_BEGINNING]
    return b"<" in beginning and b"\0" not in beginning
