"""The records of a WARC or ARC file by any writer: FastWARC reads them, and warcio what FastWARC cannot."""

import io
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr
from typing import NamedTuple

from fastwarc import ArchiveIterator, WarcRecord
from warcio.archiveiterator import ArchiveIterator as WarcioIterator  # type: ignore[import-untyped]
from warcio.bufferedreaders import BufferedReader  # type: ignore[import-untyped]
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeadersParserException  # type: ignore[import-untyped]

from pipeline.core.text import counted
from pipeline.importing.file_format import ContainerError
from pipeline.importing.plain_stream import PlainStream, Reader, is_packed, read_up_to

_CHUNK = 1 << 16
_LARGEST_HEAD = 1 << 20
_ARC_DATE = "archive-date"
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


class RecordsError(ContainerError):
    """A file holds no records, or its rest cannot be read; the message says after how many records.

    spoils_last is true when no record begins where the last one ends, so that its length may be wrong.
    """

    def __init__(self, n_records: int, why: str, *, spoils_last: bool = False) -> None:
        where = f"after {counted(n_records, 'record')}" if n_records else "at its beginning"
        super().__init__(f"not readable as WARC {where} ({why}); fetch or copy it again")
        self.spoils_last = spoils_last


class ForeignRecord(NamedTuple):
    """One record: its type and headers (names in lower case), the length of its block, and how to read that.

    is_sound says whether the compression around it passes its check. read returns up to `size` bytes, and fewer only at
    the end of the block or of a torn file. It must be called before the next record is asked for.
    """

    type: str
    headers: Mapping[str, str]
    length: int | None
    is_sound: bool
    read: Callable[[int], bytes]


def read_records(opened: Opener) -> Iterator[ForeignRecord]:
    """Yield the records of a file, packed or not.

    Args:
        opened: opens the file at its beginning; called again for the check of its compression, and where FastWARC
            cannot read on.

    Raises:
        RecordsError: there are none, or the rest after some of them cannot be read.
        OSError: the file cannot be opened.
    """
    sound = _sound_bytes(opened)
    n_records, last, trouble = 0, 0, None
    with PlainStream(opened()) as stream:
        try:
            for record in ArchiveIterator(stream, parse_http=False, strict_mode=False, stream_detect=False):
                headers = {name.strip().lower(): value.strip() for name, value in record.headers.to_tuples()}
                if not _is_understood(record, headers):
                    trouble = "a head that is written in another way"
                    break
                n_records, last = n_records + 1, record.stream_pos
                is_sound = last + record.content_length <= sound
                read = _whole(record.reader.read)
                yield ForeignRecord(_type_of(headers), headers, record.content_length, is_sound, read)
                record.reader.consume()
                if stream.damage is None and record.reader.tell() < record.content_length:
                    raise RecordsError(n_records, "the last of them breaks off")
        except OSError as error:
            trouble = str(error)
        if stream.damage is not None:
            raise RecordsError(n_records, stream.damage)
    if trouble is None and n_records:
        return
    with PlainStream(opened()) as stream:
        # The first record here is the last one that FastWARC read.
        n_known, n_more = min(n_records, 1), 0
        try:
            _skip(stream, last)
            for n_more, found in enumerate(_read_by_warcio(stream), start=1):
                if n_more > n_known:
                    yield found._replace(is_sound=sound == math.inf)
        except _WARCIO_FAILS as error:
            n_whole = n_records + max(n_more - n_known, 0)
            raise RecordsError(n_whole, trouble or _said(error), spoils_last=True) from error
        if n_more <= n_known:
            raise RecordsError(n_records, trouble or "no record begins there", spoils_last=True)
        if stream.damage is not None:
            raise RecordsError(n_records + n_more - n_known, stream.damage)


def _sound_bytes(opened: Opener) -> float:
    """How many of the plain bytes passed the check of their compression; for a file that is not packed, all."""
    with opened() as stream:
        if isinstance(stream.raw, io.FileIO) and not is_packed(stream.peek(4)[:4]):
            return math.inf
    with PlainStream(opened()) as stream:
        return stream.sound()


def _is_understood(record: WarcRecord, headers: Mapping[str, str]) -> bool:
    """Whether FastWARC has read the head: it reads only one kind of line end, and one spelling of Content-Length."""
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
    records = WarcioIterator(stream, no_record_parse=True)
    records.reader = _Lines(stream)
    while True:
        records.reader.n_left = _LARGEST_HEAD
        # warcio warns on standard error about records with a wrong end.
        with redirect_stderr(io.StringIO()):
            record = next(records, None)
        if record is None or record.rec_headers is None:
            return
        headers = {name.strip().lower(): value.strip() for name, value in record.rec_headers.headers}
        if _ARC_DATE in headers:
            headers = _as_of_warc(headers)
        if headers and record.length is None:
            raise OSError("the head of a record breaks off, or says no length")
        if headers:
            yield ForeignRecord(_type_of(headers), headers, record.length, True, _whole(record.raw_stream.read))
            _skip(record.raw_stream, record.length)
            if record.raw_stream.limit > 0:
                raise OSError("the last of them breaks off")


def _as_of_warc(headers: Mapping[str, str]) -> dict[str, str]:
    """The head of an ARC record; a date without seconds stays as it is, and is refused later."""
    written = headers[_ARC_DATE]
    date = f"{written[:8]}T{written[8:]}Z" if len(written) == len("20230501082100") else written
    is_head = headers.get("uri", "").startswith("filedesc:")
    return {
        "warc-type": "warcinfo" if is_head else "response",
        "warc-target-uri": headers.get("uri", ""),
        "warc-date": date,
        "content-type": "application/http",
    }


def _type_of(headers: Mapping[str, str]) -> str:
    return headers.get("warc-type", "").lower()


def _whole(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    # Where an error ends it, the record counts as torn at this point.
    return lambda size: read_up_to(read, size)[0]


def _skip(stream: Reader, size: int) -> None:
    while size > 0 and (chunk := stream.read(min(size, _CHUNK))):
        size -= len(chunk)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
