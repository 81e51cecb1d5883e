"""The records of a WARC or ARC file by any writer: FastWARC reads them, and warcio what FastWARC cannot."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr
from typing import NamedTuple

from fastwarc import ArchiveIterator, WarcRecord
from fastwarc.stream_io import ZstdReader
from warcio.archiveiterator import ArchiveIterator as WarcioIterator  # type: ignore[import-untyped]
from warcio.bufferedreaders import BufferedReader  # type: ignore[import-untyped]
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeadersParserException  # type: ignore[import-untyped]

from pipeline.core.errors import PipelineError

_GZIP, _ZSTD, _ZSTD_DICTIONARY = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
_BLANK, _BOM = b" \t\r\n", b"\xef\xbb\xbf"
_CHUNK = 1 << 16
_LARGEST_HEAD = 1 << 20
_WARCIO_FAILS = (
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
)

Opener = Callable[[], io.BufferedReader]


class RecordsError(PipelineError):
    """A file holds no records, or its rest cannot be read; the message says after how many."""


class ForeignRecord(NamedTuple):
    """One record: its type and headers (names in lower case), the length of its block, and how to read that.

    read gives up to so many bytes, and less only at the end of the block or of a torn file. It is to be called before
    the next record is asked for.
    """

    type: str
    headers: Mapping[str, str]
    length: int | None
    read: Callable[[int], bytes]


class PlainStream(io.RawIOBase):
    """What a file holds without its compression, from its first byte that is not blank to where it ends.

    is_torn tells at the end that its compression breaks off there.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream, self._position, self._pending = stream, 0, b""
        self.is_torn = False
        self._unpack: gzip.GzipFile | ZstdReader | io.BufferedReader | None = None

    def readable(self) -> bool:
        """It can be read."""
        return True

    def tell(self) -> int:
        """How many bytes were read."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes, which may be fewer; none at the end. Raises OSError where it is damaged."""
        size = size if size >= 0 else _CHUNK
        while self._position == 0 and not self._pending:
            if not (chunk := self._read(_CHUNK)):
                return b""
            self._pending = chunk.lstrip(_BLANK).removeprefix(_BOM).lstrip(_BLANK)
        data = self._pending[:size] or self._read(size)
        self._pending = self._pending[size:]
        self._position += len(data)
        return data

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()

    def _read(self, size: int) -> bytes:
        try:
            if self._unpack is None:
                self._unpack = _unpacking(self._stream)
            if isinstance(self._unpack, gzip.GzipFile):
                return self._unpack.read1(size)
            return self._unpack.read(size)
        except EOFError:
            self.is_torn = True
            return b""
        except (zlib.error, zipfile.BadZipFile, ValueError) as error:
            raise OSError(str(error)) from error


def _unpacking(stream: io.BufferedReader) -> gzip.GzipFile | ZstdReader | io.BufferedReader:
    beginning = stream.peek(4)[:4]
    if beginning.startswith(_GZIP):
        return gzip.GzipFile(fileobj=stream)
    return ZstdReader(stream) if is_packed(beginning) else stream


def is_packed(beginning: bytes) -> bool:
    """Whether a file that begins so is packed by gzip or zstd."""
    return beginning.startswith((_GZIP, _ZSTD, _ZSTD_DICTIONARY))


def read_records(opened: Opener) -> Iterator[ForeignRecord]:
    """Yield the records of a file, packed or not.

    Args:
        opened: opens the file at its beginning; called a second time where FastWARC cannot read on.

    Raises:
        RecordsError: there are none, or what comes after some of them cannot be read.
        OSError: the file cannot be opened.
    """
    n_records, last, trouble = 0, 0, None
    with PlainStream(opened()) as stream:
        try:
            for record in ArchiveIterator(stream, parse_http=False, strict_mode=False, stream_detect=False):
                headers = {name.strip().lower(): value.strip() for name, value in record.headers.to_tuples()}
                if not _is_understood(record, headers):
                    trouble = "a head that is written in another way"
                    break
                n_records, last = n_records + 1, record.stream_pos
                yield ForeignRecord(_type_of(headers), headers, record.content_length, _whole(record.reader.read))
        except OSError as error:
            trouble = str(error)
    if trouble is None and n_records:
        if stream.is_torn:
            raise RecordsError(f"the file breaks off in or after its record {n_records}; fetch or copy it again")
        return
    with PlainStream(opened()) as stream:
        n_more = 0
        try:
            _skip(stream, last)
            for n_more, found in enumerate(_read_by_warcio(stream), start=1):
                # The first is the last that FastWARC read.
                if n_more > min(n_records, 1):
                    yield found
        except _WARCIO_FAILS as error:
            n_whole = n_records + max(n_more - min(n_records, 1), 0)
            where = f"after {n_whole} records" if n_whole else "at its beginning"
            raise RecordsError(f"not readable as WARC {where} ({trouble or _said(error)})") from error
    if n_more <= min(n_records, 1):
        where = f"after {n_records} records" if n_records else "at its beginning"
        raise RecordsError(f"not readable as WARC {where} ({trouble or 'no record begins there'})")


def _is_understood(record: WarcRecord, headers: Mapping[str, str]) -> bool:
    """Whether FastWARC has read the head: it knows one end of a line, and Content-Length in one spelling."""
    has_other_ends = any("\n" in name or "\n" in value for name, value in headers.items())
    return not has_other_ends and headers.get("content-length") == str(record.content_length)


class _Lines(BufferedReader):  # type: ignore[misc]
    """warcio's reader, with a limit to the lines of one head."""

    n_left = _LARGEST_HEAD

    def readline(self, length: int | None = None) -> bytes:
        line: bytes = super().readline(length or _LARGEST_HEAD)
        self.n_left -= len(line)
        if self.n_left < 0:
            raise OSError(f"the head of a record is larger than {_LARGEST_HEAD} bytes")
        return line


def _read_by_warcio(stream: PlainStream) -> Iterator[ForeignRecord]:
    records = WarcioIterator(stream, no_record_parse=True, arc2warc=True)
    records.reader = _Lines(stream)
    while True:
        records.reader.n_left = _LARGEST_HEAD
        # warcio warns on standard error of what does not end as it should.
        with redirect_stderr(io.StringIO()):
            record = next(records, None)
        if record is None or record.rec_headers is None:
            return
        headers = {name.strip().lower(): value.strip() for name, value in record.rec_headers.headers}
        if headers and record.length is None:
            raise OSError("the head of a record breaks off, or says no length")
        if headers:
            yield ForeignRecord(_type_of(headers), headers, record.length, _whole(record.raw_stream.read))


def _type_of(headers: Mapping[str, str]) -> str:
    return headers.get("warc-type", "").lower()


def _whole(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    def read_whole(size: int) -> bytes:
        data = bytearray()
        try:
            while len(data) < size and (chunk := read(size - len(data))):
                data += chunk
        except OSError:
            # The record counts as one that breaks off here.
            return bytes(data)
        return bytes(data)

    return read_whole


def _skip(stream: PlainStream, size: int) -> None:
    while size > 0 and (chunk := stream.read(min(size, _CHUNK))):
        size -= len(chunk)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
