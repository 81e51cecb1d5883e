"""SHA256SUMS: the digest of every file of a release, as `sha256sum -c` reads it."""

from collections.abc import Iterator
from pathlib import Path

from pipeline.core.files import sha256_of

FILE = "SHA256SUMS"


def write_checksums(release: Path) -> None:
    """Name every file of a release with its digest; done last, since nothing is added to a release later."""
    lines = [f"{sha256_of(path)}  {path.name}\n" for path in sorted(release.iterdir()) if path.name != FILE]
    (release / FILE).write_text("".join(lines), encoding="utf-8")


def damage_of(release: Path) -> Iterator[str]:
    """Compare a release with its SHA256SUMS: a sentence for each file that differs or is missing."""
    for name, digest in _named(release).items():
        path = release / name
        if not path.is_file():
            yield f"{path}: missing, though {FILE} names it"
        elif sha256_of(path) != digest:
            yield f"{path}: not the file that {FILE} names"


def unnamed_files(release: Path) -> list[Path]:
    """The files in a release that its SHA256SUMS does not name."""
    named = _named(release)
    return sorted(path for path in release.iterdir() if path.name not in named and path.name != FILE)


def _named(release: Path) -> dict[str, str]:
    sums = release / FILE
    lines = sums.read_text(encoding="utf-8", errors="replace").splitlines() if sums.is_file() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
