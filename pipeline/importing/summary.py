"""The result of an import, in counts and in plain words."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from parsers.sister_page import SisterPage
from pipeline.core.text import counted, printable
from pipeline.importing.file_format import Format, Unread

# The words after each count: of one, and of several.
_WORDS = {
    "archived": ("page archived", "pages archived"),
    "unchanged": ("seen again unchanged", "seen again unchanged"),
    "known": ("known already", "known already"),
    "evidence": ("kept as evidence, not a whole project page", "kept as evidence, not whole project pages"),
    "foreign": ("of another site or page, left out", "of other sites or pages, left out"),
    "damaged": ("damaged, not read", "damaged, not read"),
    "refused": ("refused for its time", "refused for their times"),
    "unresolved": ("repeats a missing capture", "repeat a missing capture"),
    "undated": ("dated by its file alone", "dated by their files alone"),
    "aged": ("dated back by its Age, since a cache gave it", "dated back by their Age, since a cache gave them"),
}


@dataclass(slots=True)
class ImportSummary:
    """The result of an import; problems are sentences about files and records that could not be used.

    archived: captures with a body; unchanged: captures of content that is archived already (a row, no body);
    known: captures imported or fetched before (nothing is added); evidence: our addresses, but not a project page;
    foreign: records and files of other pages; damaged: ours, but unreadable; refused: ours, at an impossible time;
    unresolved: ours, repeating a capture that is not there; undated: archived with only the date of their file;
    assumed: files that do not state their address, taken for pages of the default source;
    aged: copies of a cache, dated back by their Age header.
    sisters counts those of the evidence that are pages of sister systems, by their kind.
    source_ids are the sources with captures among them. formats counts the files that were read by their format, and
    unread those in directories that are of another format.
    notes are further sentences for the user.
    """

    files: int = 0
    archived: int = 0
    unchanged: int = 0
    known: int = 0
    evidence: int = 0
    foreign: int = 0
    damaged: int = 0
    refused: int = 0
    unresolved: int = 0
    undated: int = 0
    aged: int = 0
    assumed: int = 0
    source_ids: set[str] = field(default_factory=set)
    sisters: Counter[SisterPage] = field(default_factory=Counter)
    formats: Counter[Format] = field(default_factory=Counter)
    unread: Counter[Unread] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {"files": self.files} | {name: getattr(self, name) for name in _WORDS}

    def in_words(self) -> str:
        """One sentence with all counts that are not zero."""
        formats = ", ".join(f"{count:,} {name}" for name, count in sorted(self.formats.items()))
        read = f"{counted(self.files, 'file')} looked at" + (f" ({formats})" if formats else "")
        found = [counted(count, *_WORDS[name]) for name, count in self.counts().items() if count and name in _WORDS]
        return f"{read}: {', '.join(found) or 'nothing found'}"

    def sisters_in_words(self) -> str | None:
        """A sentence about the pages of sister systems; None where there were none."""
        if not self.sisters:
            return None
        kinds = ", ".join(f"{self.sisters[sister]} {sister}" for sister in SisterPage if self.sisters[sister])
        pages = counted(self.sisters.total(), "page")
        return f"{pages} of sister systems kept as evidence and not read as projects: {kinds}"

    def unread_in_words(self) -> list[str]:
        """A sentence for each format of unread files in directories: how many, and the way that works instead."""
        return [
            f"{count} of the files in directories left out: {unread.name}; for what it holds, {unread.way}"
            for unread, count in sorted(self.unread.items())
        ]

    def tell(self, path: Path, said: str) -> None:
        """Keep a sentence about a file or one of its records as a problem; parts of it may come from the file."""
        self.problems.append(printable(said if said.startswith(str(path)) else f"{path}: {said}"))

    def tell_of_file(self, path: Path, error: Exception) -> None:
        """Keep as a problem that a file cannot be used, and why."""
        said = str(error)
        if isinstance(error, OSError):
            said = f"cannot be read ({error.strerror or error}); check the path and its permissions"
        self.tell(path, said)
