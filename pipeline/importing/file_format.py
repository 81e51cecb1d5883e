"""The format of a file, by its beginning: a container that is read, a page, or a format with another way in."""

import re
import zipfile
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pipeline.core.errors import PipelineError

# The bytes of a file, without its compression, that are enough to know its format.
BEGINNING = 4096


class Format(StrEnum):
    """The formats that are read; PAGE is saved HTML or extracted text."""

    WARC = "WARC"
    ARC = "ARC"
    WACZ = "WACZ"
    MHTML = "MHTML"
    HAR = "HAR"
    PAGE = "HTML or text"


class ContainerError(PipelineError):
    """A container cannot be read, or not to its end; the message is the end of a sentence that names it."""


class Unread(NamedTuple):
    """A format that is not read: its name, and the way that works instead."""

    name: str
    way: str


_SAVE_HTML = "open the page and save it as HTML (in the browser, or with SingleFile)"
_SAVE_TEXT = "save what it holds of each page as a text file of its own"
_UNPACK = "unpack it and import the directory"
_MAIN = re.compile(rb"(?:WARC/\d|filedesc://)", re.IGNORECASE)
_MAIL_HEADER = re.compile(rb"[A-Za-z-]{2,40}:[ \t]*\S")
_MULTIPART = re.compile(rb"^content-type:\s*multipart/related|^mime-version:", re.IGNORECASE | re.MULTILINE)
_HAR = re.compile(rb"\{\s*\"log\"\s*:\s*\{")
_UNREAD: tuple[tuple[bytes, Unread], ...] = (
    (b"%PDF-", Unread("PDF", _SAVE_HTML)),
    (b"{\\rtf", Unread("RTF", _SAVE_TEXT)),
    (b"\xd0\xcf\x11\xe0", Unread("Word or Excel 97", _SAVE_TEXT)),
    (b"bplist00", Unread("Safari web archive", _SAVE_HTML)),
    (b"\x89PNG", Unread("picture", _SAVE_HTML)),
    (b"\xff\xd8\xff", Unread("picture", _SAVE_HTML)),
    (b"GIF8", Unread("picture", _SAVE_HTML)),
    (b"7z\xbc\xaf", Unread("7z archive", _UNPACK)),
    (b"Rar!", Unread("RAR archive", _UNPACK)),
    (b"\xfd7zXZ", Unread("xz file", _UNPACK)),
    (b"BZh", Unread("bzip2 file", _UNPACK)),
    (b"PK\x05\x06", Unread("empty ZIP archive", _UNPACK)),
    (b"SQLite format 3\0", Unread("SQLite database", _SAVE_TEXT)),
    (b"PAR1", Unread("Parquet table", "leave it out: it holds no pages")),
)
_WARC_NAMES = tuple(f"{name}{packed}" for name in (".warc", ".arc") for packed in ("", ".gz", ".zst"))
_PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
_UNPACK_FILE = "unpack it and import what comes out"
_ZIP = b"PK\x03\x04"
# A name that only this kind of ZIP file holds, and the format it shows.
_ZIPPED: tuple[tuple[re.Pattern[str], Unread], ...] = (
    (re.compile(r"word/"), Unread("Word document", _SAVE_TEXT)),
    (re.compile(r"xl/"), Unread("Excel workbook", _SAVE_TEXT)),
    (re.compile(r"ppt/"), Unread("PowerPoint file", _SAVE_TEXT)),
    (re.compile(r"META-INF/container\.xml"), Unread("EPUB book", _UNPACK)),
    (re.compile(r"META-INF/manifest\.xml|mimetype$"), Unread("OpenDocument file", _SAVE_TEXT)),
    (re.compile(r"[^/]+/index\.rdf$"), Unread("MAFF archive", _UNPACK)),
)
_ZIP_ARCHIVE = Unread("ZIP archive", _UNPACK)
_TAR = Unread("tar archive", _UNPACK)


def format_of(path: Path, beginning: bytes, *, is_packed: bool = False) -> Format | Unread:
    """Say what a file is.

    Args:
        path: opened where it is a ZIP file.
        beginning: its first BEGINNING bytes without its compression, blank ones left out.
        is_packed: whether it has a compression, which a ZIP file must not be within.
    """
    if main := _MAIN.match(beginning):
        return Format.ARC if main[0].lower().startswith(b"f") else Format.WARC
    if beginning.startswith(_ZIP):
        return Unread("packed ZIP archive", _UNPACK_FILE) if is_packed else _format_of_zip(path)
    if is_packed and beginning.startswith(_PACKED):
        return Unread("file that was packed twice", _UNPACK_FILE)
    for start, unread in _UNREAD:
        if beginning.startswith(start):
            return unread
    if beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP":
        return Unread("picture", _SAVE_HTML)
    if beginning[257:262] == b"ustar":
        return _TAR
    if _MAIL_HEADER.match(beginning) and _MULTIPART.search(beginning):
        return Format.MHTML
    return Format.HAR if _HAR.match(beginning) else Format.PAGE


def is_warc_name(name: str) -> bool:
    """Whether a file of a WACZ is one of its WARC files: those of `archive/`, and those that tools add elsewhere."""
    return name.lower().endswith(_WARC_NAMES)


def _format_of_zip(path: Path) -> Format | Unread:
    try:
        with zipfile.ZipFile(path) as archive:
            names: Sequence[str] = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return Unread("damaged ZIP archive", "fetch or copy it again")
    if any(name.startswith("archive/") and is_warc_name(name) for name in names):
        return Format.WACZ
    return next(
        (unread for pattern, unread in _ZIPPED for name in names if pattern.match(name)),
        _ZIP_ARCHIVE,
    )
