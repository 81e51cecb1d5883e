"""The plain bytes of a compressed file, and where the compression is torn or fails its own check."""

import io
import math
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from fastwarc.stream_io import ZstdReader

_GZIP, _ZSTD, _ZSTD_DICTIONARY = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
# The words of FastWARC for zstd that is torn.
_INCOMPLETE = "incomplete"
_BLANK, _BOM = b" \t\r\n", b"\xef\xbb\xbf"
# zlib reads a member with its head and trailer, and compares the check sum in it.
_WBITS_GZIP = 31
_CHUNK = 1 << 16
# The rest of a chunk after a member is copied for the next one: small chunks keep a file of tiny members linear.
_PACKED_CHUNK = 1 << 12


class Reader(Protocol):
    """A stream that returns up to `size` bytes, and none at its end."""

    def read(self, size: int, /) -> bytes: ...


class NextMemberError(OSError):
    """The bytes after the members of a gzip file are not a member."""


class GzipStream:
    """The plain bytes of gzip members that follow one another.

    began is the offset in the plain bytes at which the last member begins.
    """

    def __init__(self, packed: Reader) -> None:
        self._packed, self._rest, self._position, self.began = packed, b"", 0, 0
        self._member = zlib.decompressobj(_WBITS_GZIP)
        self._is_between = True

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, none at the end.

        Raises EOFError where a member is torn, zlib.error where one is damaged, NextMemberError where other bytes
        follow.
        """
        while True:
            if not self._rest:
                self._rest = self._packed.read(_PACKED_CHUNK)
            if self._is_between and not self._begin():
                return b""
            is_end = not self._rest
            data = self._member.decompress(self._rest, size)
            self._rest = self._member.unconsumed_tail
            if self._member.eof:
                self._rest, self._is_between = self._member.unused_data, True
            elif is_end and not data:
                raise EOFError("the last member breaks off")
            self._position += len(data)
            if data:
                return data

    def _begin(self) -> bool:
        # Some writers pad with zeros.
        self._rest = self._rest.lstrip(b"\0")
        while len(self._rest) < len(_GZIP) and (more := self._packed.read(_PACKED_CHUNK)):
            self._rest = (self._rest + more).lstrip(b"\0")
        if not self._rest:
            return False
        self.began = self._position
        if not self._rest.startswith(_GZIP):
            raise NextMemberError(f"no gzip member begins with {self._rest[:10]!r}")
        self._member, self._is_between = zlib.decompressobj(_WBITS_GZIP), False
        return True


class PlainStream(io.RawIOBase):
    """The plain bytes of a file, from its first byte that is not blank to its end.

    damage says, once it was found while reading, that the compression is torn or damaged; None where it is
    sound.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream, self._position, self._pending, self._n_blank = stream, 0, b"", 0
        self.damage: str | None = None
        self._unpack: GzipStream | ZstdReader | io.BufferedReader | None = None

    def readable(self) -> bool:
        """It can be read."""
        return True

    def tell(self) -> int:
        """How many bytes were read."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, perhaps fewer; none at the end. Raises OSError where it is damaged."""
        size = size if size >= 0 else _CHUNK
        while self._position == 0 and not self._pending:
            if not (chunk := self._read(_CHUNK)):
                return b""
            self._pending = chunk.lstrip(_BLANK).removeprefix(_BOM).lstrip(_BLANK)
            self._n_blank += len(chunk) - len(self._pending)
        data = self._pending[:size] or self._read(size)
        self._pending = self._pending[size:]
        self._position += len(data)
        return data

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()

    def sound(self) -> float:
        """Read to the end; the number of bytes before any damage: those in gzip members that passed their check.

        zstd only shows that it is torn, or that it is damaged somewhere.
        """
        with suppress(OSError):
            while self.read(_CHUNK):
                pass
        if self.damage is None:
            return math.inf
        if isinstance(self._unpack, GzipStream):
            return self._unpack.began - self._n_blank
        return self._position if _INCOMPLETE in self.damage else 0

    def _read(self, size: int) -> bytes:
        try:
            if self._unpack is None:
                self._unpack = _unpacking(self._stream)
            return self._unpack.read(size)
        except EOFError:
            self.damage = "its compression breaks off"
            return b""
        except (OSError, zlib.error, zipfile.BadZipFile, ValueError) as error:
            self.damage = str(error)
            raise OSError(str(error)) from error


def read_up_to(
    read: Callable[[int], bytes], size: int, ended_by: tuple[type[Exception], ...] = (OSError,)
) -> tuple[bytes, Exception | None]:
    """Read up to `size` bytes in as many steps as it takes.

    Args:
        read: the method of a stream that may return fewer bytes than it is asked for.
        size: the most bytes.
        ended_by: the errors that end the reading.

    Returns:
        The bytes, fewer only at the end or before an error; and that error.
    """
    data = bytearray()
    try:
        while len(data) < size and (chunk := read(min(_CHUNK, size - len(data)))):
            data += chunk
    except ended_by as error:
        return bytes(data), error
    return bytes(data), None


def is_packed(beginning: bytes) -> bool:
    """Whether a file with this beginning is packed by gzip or zstd."""
    return beginning.startswith((_GZIP, _ZSTD, _ZSTD_DICTIONARY))


def _unpacking(stream: io.BufferedReader) -> GzipStream | ZstdReader | io.BufferedReader:
    beginning = stream.peek(4)[:4]
    if beginning.startswith(_GZIP):
        return GzipStream(stream)
    return ZstdReader(stream) if is_packed(beginning) else stream
