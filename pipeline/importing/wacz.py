"""WACZ: the WARC files in a ZIP file, read without unpacking; a name in it is never used as a path."""

import io
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pipeline.importing.file_format import ContainerError, is_warc_name
from pipeline.importing.warc_records import Opener

# A WARC file is packed already, so ZIP makes it little smaller; a member that grows more was made to waste time.
_MOST_TIMES = 100
_ALWAYS_READ = 1_000_000_000
# Those of WACZ files; what other methods do with damaged bytes differs from one to the next.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def warcs_of(path: Path) -> Iterator[tuple[str, Opener]]:
    """Yield name and opener of every WARC file in a WACZ; one can be opened until the next is asked for.

    Raises:
        ContainerError: the directory cannot be read. An opener raises it too: its file is encrypted, packed in a way
            that is not known, or made to grow without end.
        OSError: the file cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if is_warc_name(member.filename):
                    yield member.filename, partial(_open, archive, member)
    except (zipfile.BadZipFile, ValueError) as error:
        raise ContainerError(f"its ZIP directory cannot be read ({error}); fetch or copy it again") from error


def _open(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> io.BufferedReader:
    if member.file_size > max(_ALWAYS_READ, _MOST_TIMES * member.compress_size):
        raise ContainerError(f"is said to grow to {member.file_size} bytes; it is left out")
    if member.compress_type not in _METHODS:
        raise ContainerError("cannot be read (it is not packed as in a WACZ); unpack the WACZ and import the directory")
    try:
        return io.BufferedReader(archive.open(member))  # type: ignore[arg-type]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ContainerError(f"cannot be read ({error}); unpack the WACZ and import the directory") from error
