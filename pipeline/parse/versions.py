"""What the records of a page depend on besides the page: the parser, and the libraries it uses."""

import functools
import hashlib
import platform
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from typing import NamedTuple

# The sources outside parsers/ that decide what a page is parsed to.
DECISIVE = (
    "archive/pages.py",
    "archive/warc.py",
    "core/arrow_schema.py",
    "core/http_headers.py",
    "core/worker_process.py",
    "parse/batch.py",
    "parse/worker.py",
)


class ParserVersions(NamedTuple):
    """The versions that must be equal on all machines that parse one archive, so that partitions are the same."""

    parser: str
    python: str
    pyarrow: str
    fastwarc: str

    def mismatch(self, expected: "ParserVersions") -> str:
        """What differs from the expected versions, as the end of a sentence that names the process."""
        pairs = zip(self._fields, self, expected, strict=True)
        said = ", ".join(f"{name} {found} instead of {wanted}" for name, found, wanted in pairs if found != wanted)
        return f"parses with {said}; install the same version of bma-projects and its lock file there"


@functools.cache
def parser_fingerprint() -> str:
    """Twelve hex digits over the sources that decide what a page parses to, and the version of the HTML library."""
    digest = hashlib.sha256(metadata.version("selectolax").encode())
    sources: list[tuple[str, Traversable]] = [(file.name, file) for file in resources.files("parsers").iterdir()]
    sources += [(name, resources.files("pipeline").joinpath(*name.split("/"))) for name in DECISIVE]
    for name, file in sorted(sources, key=lambda item: item[0]):
        if name.endswith(".py"):
            digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


@functools.cache
def parser_versions() -> ParserVersions:
    """The versions in this process."""
    python = ".".join(platform.python_version_tuple()[:2])
    return ParserVersions(parser_fingerprint(), python, metadata.version("pyarrow"), metadata.version("fastwarc"))
