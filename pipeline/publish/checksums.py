"""SHA256SUMS: the digest of every file of a release, as `sha256sum -c` reads it; its last line is its own digest."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pipeline.core.files import sha256_of, written_aside

FILE = "SHA256SUMS"
# sha256sum skips a line that begins with this.
_OWN = "# SHA-256 of the lines above: "


def write_checksums(release: Path) -> None:
    """Write the digest of every file of a release; done last, since no file is added to a release later."""
    lines = _lines_for(release)
    with written_aside(release / FILE) as partial:
        partial.write_text(f"{lines}{_OWN}{_digest(lines)}\n", encoding="utf-8")


def damaged_list(release: Path) -> str | None:
    """A sentence when only SHA256SUMS was changed and the files beside it are as published; None otherwise."""
    lines, own = _read(release)
    if own == _digest(lines):
        return None
    present = _lines_for(release)
    if present != lines and _digest(present) != own:
        return None
    return f"{release / FILE}: was changed, though the files beside it are as published"


def damage_of(release: Path) -> Iterator[str]:
    """Compare a release with its SHA256SUMS: a sentence for each file that differs or is missing."""
    if damaged_list(release):
        return
    for name, digest in _named(release).items():
        path = release / name
        if not path.is_file():
            yield f"{path}: missing, though {FILE} names it"
        elif sha256_of(path) != digest:
            yield f"{path}: not the file that {FILE} names"


def is_as_published(path: Path) -> bool:
    """Whether the SHA256SUMS beside a file has the digest of this content."""
    return path.is_file() and _named(path.parent).get(path.name) == sha256_of(path)


def unnamed_files(release: Path) -> list[Path]:
    """The files in a release that its SHA256SUMS does not name."""
    if damaged_list(release):
        return []
    named = _named(release)
    return [path for name, path in _files(release) if name not in named]


def _files(release: Path) -> list[tuple[str, Path]]:
    """The files of a release by their names below it, but for its SHA256SUMS."""
    found = ((path.relative_to(release).as_posix(), path) for path in release.rglob("*") if not path.is_dir())
    return sorted((name, path) for name, path in found if name != FILE)


def _named(release: Path) -> dict[str, str]:
    lines, _ = _read(release)
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines.splitlines())}


def _read(release: Path) -> tuple[str, str]:
    """The lines that name files, and the digest of them as the last line says it; "" where that line is lost."""
    sums = release / FILE
    # Read as bytes, so that line ends stay as they are; bytes that are not UTF-8 match no digest.
    text = sums.read_bytes().decode(errors="replace") if sums.is_file() else ""
    lines, newline, last = text.removesuffix("\n").rpartition("\n")
    return (text, "") if "  " in last else (lines + newline, last.removeprefix(_OWN))


def _lines_for(release: Path) -> str:
    return "".join(f"{sha256_of(path)}  {name}\n" for name, path in _files(release) if not path.name.startswith("."))


def _digest(lines: str) -> str:
    return hashlib.sha256(lines.encode()).hexdigest()
