"""The ledger of an import: the captures archived before, those it adds, and those that a revisit repeats."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import NamedTuple, Self

from parsers.page import Page
from pipeline.archive.fetch_log import Outcome, TimeBasis
from pipeline.archive.history.page_history import ObservedBody, harvested_urls, observed_bodies
from pipeline.archive.page_outcome import capture_row, page_outcome, refusal_row, sister_outcome, unread_outcome
from pipeline.archive.pages import PageReader, summary_of
from pipeline.archive.response_age import LONGEST_AGE, age_of
from pipeline.archive.segments import ArchiveWriter, Place, read_body
from pipeline.archive.source_settings import about_source
from pipeline.archive.warc import Capture
from pipeline.core.worker_process import WorkerDiedError
from pipeline.importing.addresses import Target
from pipeline.importing.digests import Digest, digests_of
from pipeline.importing.foreign_warc import Found, Original

# Older than every capture with a known time.
_UNDATED = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Added(NamedTuple):
    """The outcome of a capture in its row; None where it was known before and no row was added."""

    outcome: Outcome | None
    is_archived: bool = False

    @property
    def is_success(self) -> bool:
        """Whether it shows the project's page."""
        return self.outcome in (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)


class _Kept(NamedTuple):
    """An archived body: its digests, whether it came in a coding, and its age in a cache."""

    digests: frozenset[Digest]
    body_sha256: bytes
    was_coded: bool
    age: dt.timedelta


class Ledger:
    """Adds captures to the archive, each once, and finds the originals of revisits. Leaving the `with` block seals."""

    def __init__(
        self, raw_dir: Path, run_id: str, reader: PageReader, about: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """about is added to the metadata that the segments of every import have."""
        self._raw_dir, self._run_id, self._reader, self._about = raw_dir, run_id, reader, about
        self._writers: dict[str, ArchiveWriter] = {}
        self._observed: dict[str, dict[str, list[ObservedBody]]] = {}
        self._by_name: dict[Digest | str, ObservedBody] = {}
        self._here: set[ObservedBody] = set()
        self._kept: dict[Place, _Kept] = {}
        self._harvested: dict[str, dict[str, bool]] = {}
        self._by_date: dict[tuple[str, str, dt.datetime], ObservedBody] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.__exit__(kind, error, trace)

    def add_record(self, target: Target, found: Found, capture: Capture, archive_url: str | None = None) -> Added:
        """Add the capture of a record, which revisits may name; archive_url is where a web archive has it."""
        added, body = self._add(target, capture, self._read, TimeBasis.PROTOCOL, archive_url)
        self._here.add(body)
        self._by_name.update(dict.fromkeys(found.digests, body))
        if found.record_id is not None:
            self._by_name[found.record_id] = body
        if found.recorded_at is not None:
            self._by_date[(*_key(target), _second(found.recorded_at))] = body
        return added

    def add_page(self, target: Target, capture: Capture, page: Page | None, time_basis: TimeBasis) -> Added:
        """Add a page that was read already; one of a sister system needs no reading."""
        return self._add(target, capture, lambda _: page, time_basis)[0]

    def add_refusal(self, target: Target, archive_url: str, reason: str, at: dt.datetime) -> None:
        """Note that a web archive gave something else than the capture at archive_url; at is when it was asked."""
        writer = self._writer(target)
        writer.append(refusal_row(writer.run_id, writer.source_id, archive_url, reason, at))

    def original(self, target: Target, original: Original) -> Capture | None:
        """The capture that a revisit of the target names, of this import or archived before; None for neither.

        It is found by digest, record id or date, and accepted where its digest is the one that the revisit names. A
        capture with the content of an earlier one was archived without a body; then the body of the earlier one is
        returned.
        """
        digest, seen = original.digest, self._seen(target)
        names = (digest, original.record_id)
        body = next((self._by_name[name] for name in names if name is not None and name in self._by_name), None)
        if body is None and original.at is not None:
            body = self._by_date.get((*_key(target), _second(original.at)))
        if body is None and original.at is not None:
            body = next((each for each in seen if each.place and _second(each.at) == _second(original.at)), None)
        if body is None and digest is not None:
            body = next((each for each in seen if each.place and digest in self._kept_at(each.place).digests), None)
        if body is None or body.place is None:
            return None
        capture = read_body(self._raw_dir, body.place)
        if digest is None or self._by_name.get(digest) is body or digest in digests_of([capture.body]):
            return capture
        # The digest may be that of the coded body, which is known only during its import: bodies are archived decoded.
        return capture if _was_coded(capture) and body not in self._here else None

    def holds(self, target: Target, at: dt.datetime, digest: Digest | None, archive_url: str) -> bool:
        """Whether a capture of a web archive is archived: harvested from there, or the same by time and content.

        at is to the second. Where the digest of the archived body cannot be compared, because it came in a coding or
        repeats an earlier one, the time decides.
        """
        return self._asked_for(target).get(archive_url) is False or any(
            self._is_same(body, at, digest) for body in self._seen(target)
        )

    def has_refused(self, target: Target, archive_url: str) -> bool:
        """Whether an earlier harvest was given something else than this capture of a web archive."""
        return self._asked_for(target).get(archive_url, False)

    def seen_with(self, target: Target, digest: Digest) -> Capture | None:
        """The archived capture of the target's page with this digest.

        None where there is none, and where it came from a cache: another copy from a cache may have another age.
        """
        capture = self.original(target, Original(digest, None, target.url, None))
        return None if capture is None or _age_of(capture) else capture

    def _is_same(self, body: ObservedBody, at: dt.datetime, digest: Digest | None) -> bool:
        if body.place is None:
            return _second(body.at) == at
        if abs(body.at - at) > LONGEST_AGE:
            return False
        kept = self._kept_at(body.place)
        is_own = kept.body_sha256 == body.body_sha256
        if _second(body.at + (kept.age if is_own else dt.timedelta())) != at:
            return False
        return digest is None or not is_own or kept.was_coded or digest in kept.digests

    def _asked_for(self, target: Target) -> dict[str, bool]:
        source_id = target.source.source_id
        if source_id not in self._harvested:
            self._harvested[source_id] = harvested_urls(self._raw_dir, source_id)
        return self._harvested[source_id]

    def _kept_at(self, place: Place) -> _Kept:
        if place not in self._kept:
            capture = read_body(self._raw_dir, place)
            body_sha256 = hashlib.sha256(capture.body).digest()
            self._kept[place] = _Kept(digests_of([capture.body]), body_sha256, _was_coded(capture), _age_of(capture))
        return self._kept[place]

    def _read(self, capture: Capture) -> Page | WorkerDiedError:
        try:
            return self._reader.read(capture).result()
        except WorkerDiedError as death:
            return death

    def _add(
        self,
        target: Target,
        capture: Capture,
        read: Callable[[Capture], Page | WorkerDiedError | None],
        time_basis: TimeBasis,
        archive_url: str | None = None,
    ) -> tuple[Added, ObservedBody]:
        is_dated = time_basis is not TimeBasis.FILE
        at = capture.captured_at if is_dated else _UNDATED
        body_sha256 = hashlib.sha256(capture.body).digest()
        seen = self._seen(target)
        for body in seen:
            # An index, and most writers of WARC, give times to the second.
            if body.body_sha256 == body_sha256 and (not is_dated or _second(body.at) == _second(at)):
                return Added(None), body
        # Read only now: a page that was too costly to read is in the log, and is not read a second time.
        page = None if target.project_id is None else read(capture)
        # A capture without a known time repeats no other one: it could be older or newer.
        repeatable = (body for body in seen if is_dated and body.at <= at and body.can_be_repeated)
        before = max(repeatable, default=None, key=lambda body: body.at)
        if page is None or target.project_id is None:
            verdict = sister_outcome(capture.status, body_sha256, before and before.content_sha256)
        elif isinstance(page, WorkerDiedError):
            verdict = unread_outcome(page, body_sha256)
        else:
            verdict = page_outcome(summary_of(page, target.project_id), before and before.content_sha256)
        repeated = before if verdict.outcome is Outcome.UNCHANGED else None
        writer = self._writer(target)
        row = capture_row(
            writer,
            target.project_id,
            target.url,
            capture,
            verdict,
            repeats=repeated and repeated.snapshot_id,
            attempts=0,
            time_basis=time_basis,
            archive_url=archive_url,
        )
        row = writer.append(row, None if row.snapshot_id is None else capture)
        added = Added(Outcome(row.outcome), row.snapshot_id is not None)
        place = (row.warc_file, row.warc_offset) if row.warc_file is not None and row.warc_offset is not None else None
        new = ObservedBody(
            at,
            body_sha256,
            row.content_sha256,
            row.snapshot_id,
            added.is_success,
            is_lasting=is_dated,
            place=repeated.place if repeated is not None else place,
        )
        seen.append(new)
        return added, new

    def _writer(self, target: Target) -> ArchiveWriter:
        source = target.source
        if source.source_id not in self._writers:
            about = {**about_source(source), "made-by": "import", **self._about}
            self._writers[source.source_id] = ArchiveWriter(self._raw_dir, self._run_id, source.source_id, about=about)
        return self._writers[source.source_id]

    def _seen(self, target: Target) -> list[ObservedBody]:
        source_id = target.source.source_id
        if source_id not in self._observed:
            self._observed[source_id] = observed_bodies(self._raw_dir, source_id)
        return self._observed[source_id].setdefault(target.project_id or target.url, [])


def _was_coded(capture: Capture) -> bool:
    """Whether an archived body came in a coding, so that its original digest may differ."""
    return any(capture.header(f"x-archive-orig-{name}-encoding") for name in ("content", "transfer"))


def _age_of(capture: Capture) -> dt.timedelta:
    """The time by which an archived capture was dated back, because it came from a cache."""
    return age_of(capture.header("x-archive-orig-age"))


def _key(target: Target) -> tuple[str, str]:
    return target.source.source_id, target.url


def _second(at: dt.datetime) -> dt.datetime:
    return at.replace(microsecond=0)
