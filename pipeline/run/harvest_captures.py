"""The stages of a harvest: the captures of a source's pages that only the web archive has, then a release with them."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from pipeline.archive.pages import PageReader
from pipeline.archive.run_order import check_clock
from pipeline.archive.segments import sealed_segments
from pipeline.archive.warc import Capture
from pipeline.core.errors import ExitCode
from pipeline.core.log import Advance, RunLog
from pipeline.core.settings import Settings, Source
from pipeline.core.signals import raise_if_interrupted
from pipeline.core.text import counted, printable
from pipeline.core.time import Clock, utc_now
from pipeline.fetch.archive_host import ArchiveHost, HarvestOverError
from pipeline.fetch.client import CAN_HEAL, Reply
from pipeline.fetch.throttle import Breaker
from pipeline.importing.addresses import Target
from pipeline.importing.cdx_index import Entry
from pipeline.importing.foreign_warc import Found, Kind
from pipeline.importing.ledger import Added, Ledger
from pipeline.importing.replay import Answer, ReplayError, read_range, read_replay
from pipeline.importing.web_archives import WebArchive, Window
from pipeline.publish.releases import Published
from pipeline.run.harvest_index import Listed, list_captures
from pipeline.run.harvest_plan import check_rest, known_as
from pipeline.run.record import RunRecord
from pipeline.run.refresh import code_of, release_archive

_MOST_TOLD = 5


def harvest_captures(
    settings: Settings,
    source: Source,
    archive: WebArchive,
    window: Window,
    record: RunRecord,
    log: RunLog,
    clock: Clock = utc_now,
    *,
    asks_again: bool = False,
) -> tuple[ExitCode, Published | None]:
    """Harvest an archive's captures of a source's pages, then parse, build and publish everything not released yet.

    Each capture is on disk before the next is requested, so that the same command continues after a kill.

    Args:
        settings: how to ask, the known sources, and the data directory.
        source: whose pages.
        archive: which archive.
        window: from when to when.
        record: counts and problems go there, also when the run is interrupted.
        log: the messages of the run go there.
        clock: gives the times of the requests.
        asks_again: whether captures are requested that an earlier harvest refused.

    Returns:
        REFUSED when the quality gate refused the release, FAILED when the harvest ended early or a capture could not be
        fetched, otherwise DONE; and the release, None when there was nothing to release.

    Raises:
        ArchiveRestingError: the archive asked to be left alone.
        ClockError: the clock is more than a day behind the last run.
        ArchiveError: data/raw cannot be written.
        ParseError, BuildError, VerifyError, PublishError: the captures are archived, but no release was made.
        KeyboardInterrupt: a signal came; the harvested captures are kept.
    """
    check_clock(settings.raw_dir, record.started_at)
    check_rest(settings, archive, clock())
    harvest = _Harvest(settings, source, archive, window, record, log, clock, asks_again=asks_again)
    with record.timed("harvest"), log.progress(f"harvest {source.source_id}") as advance:
        try:
            harvest.run(advance)
            raise_if_interrupted()
        finally:
            harvest.tell()
    code = ExitCode.FAILED if record.problems else ExitCode.DONE
    if not sealed_segments(settings.raw_dir):
        return code, None
    published = release_archive(settings, record, log)
    return code_of(published) or code, published


class _NotThisTimeError(ReplayError):
    """A capture could not be fetched now; the next harvest may succeed."""


class _Harvest:
    """One harvest of one source from one archive."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        archive: WebArchive,
        window: Window,
        record: RunRecord,
        log: RunLog,
        clock: Clock,
        *,
        asks_again: bool,
    ) -> None:
        self._settings, self._source, self._archive, self._window = settings, source, archive, window
        self._record, self._log, self._clock, self._asks_again = record, log, clock, asks_again
        self._refused = Breaker(settings.fetch.breaker_failures)
        self._listed = Listed()
        self._counts: Counter[str] = Counter()
        self._problems: list[str] = []
        self._reached: set[Entry] = set()
        self._not_before: dt.datetime | None = None
        self._requests = 0

    def run(self, advance: Advance) -> None:
        about = {"harvested-from": self._archive.name}
        with (
            ArchiveHost(self._archive.home, self._settings.harvest, self._settings.fetch, self._clock) as host,
            PageReader() as reader,
            Ledger(self._settings.raw_dir, self._record.run_id, reader, about) as ledger,
        ):
            try:
                batches = list_captures(
                    host.index, self._archive, self._source, self._window, self._clock(), self._listed
                )
                for target, entry in chain.from_iterable(batches):
                    self._take(host, ledger, target, entry)
                    self._reached.add(entry)
                    advance("captures")
            except HarvestOverError as over:
                self._end(over)
                rest = [capture for capture in self._listed.captures if capture[1] not in self._reached]
                self._counts.update(filter(None, (self._known_as(ledger, *capture) for capture in rest)))
            finally:
                self._requests = host.requests

    def tell(self) -> None:
        """Write the result of the harvest into the record and the log."""
        listed, counts = self._listed, self._counts
        counts["listed"] = len(listed.captures)
        counts["left"] = counts["listed"] - sum(counts[name] for name in _DONE)
        held = counts["listed"] - counts["left"] - counts["refused"] - counts["refused_before"]
        times = sorted(entry.at for _, entry in listed.captures)
        self._record.harvest = {
            "archive": self._archive.name,
            "source_id": self._source.source_id,
            "n_listed": counts["listed"],
            "n_held": held,
            "n_projects": len({target.project_id for target, _ in listed.captures}),
            "captures_from": times[0].isoformat() if times else None,
            "captures_to": times[-1].isoformat() if times else None,
            "not_before": None if self._not_before is None else self._not_before.isoformat(),
        }
        others = {"left_out": listed.left_out.total(), "foreign": listed.n_foreign, "requests": self._requests}
        sums = {f"harvest_{name}": counts[name] for name in ("listed", *_DONE, "left")}
        self._record.add(sums | {f"harvest_{name}": count for name, count in others.items()})
        for note in listed.notes:
            self._log.warning(note)
        for problem in (*listed.problems, *_shortened(self._problems)):
            self._record.problems.append(problem)
            self._log.warning(problem)
        # An index that did not answer is not an empty index.
        if not listed.captures and (listed.problems or self._problems):
            return
        before = counts["refused_before"]
        self._log.info(
            f"harvest of {self._source.source_id} from {self._archive.name}: "
            f"{counted(counts['listed'], 'capture')} in the index, "
            f"{counts['archived']:,} archived, {counts['unchanged']:,} as before, {counts['known']:,} held already, "
            f"{counts['evidence']:,} of other pages than the project's, {counts['refused']:,} refused, "
            + (f"{before:,} refused before (--again asks for them again), " if before else "")
            + f"{counts['left']:,} left; left out: {_by_status(listed.left_out)}",
            extra={"stage": "harvest", **sums},
        )

    def _take(self, host: ArchiveHost, ledger: Ledger, target: Target, entry: Entry) -> None:
        raise_if_interrupted()
        if known := self._known_as(ledger, target, entry):
            self._counts[known] += 1
            return
        address = self._archive.address_of(entry)
        try:
            found = self._seen_before(ledger, target, entry, address) or self._asked(host, entry, address)
            capture = self._resolved(ledger, target, found)
        except ReplayError as error:
            self._counts["refused"] += 1
            self._problems.append(printable(f"{address}: {error}; this capture is refused"))
            if not isinstance(error, _NotThisTimeError):
                ledger.add_refusal(target, address, str(error), self._clock())
            if self._refused.heard(is_alive=False):
                limit = self._settings.fetch.breaker_failures
                raise HarvestOverError(
                    f"the archive's answer differed {counted(limit, 'time')} in a row from its index"
                ) from error
            return
        self._refused.heard(is_alive=True)
        if found.reason is not None:
            self._problems.append(printable(found.reason))
        self._counts[_meaning(ledger.add_record(target, found, capture, address))] += 1

    def _known_as(self, ledger: Ledger, target: Target, entry: Entry) -> str | None:
        return known_as(ledger, self._archive, target, entry, asks_again=self._asks_again)

    def _seen_before(self, ledger: Ledger, target: Target, entry: Entry, address: str) -> Found | None:
        """The capture without a request, if data/raw already holds the content with the digest of the index."""
        seen = None if entry.digest is None else ledger.seen_with(target, entry.digest)
        if seen is None or entry.digest is None:
            return None
        note = f"harvested from {address}; by its index the body is that of {seen.captured_at:%Y-%m-%dT%H:%M:%SZ}"
        capture = seen._replace(url=entry.url, captured_at=entry.at, note=note)
        return Found(Kind.CAPTURE, address, capture, entry.at, digests=frozenset({entry.digest}))

    def _asked(self, host: ArchiveHost, entry: Entry, address: str) -> Found:
        limit = self._settings.fetch.max_body_bytes
        if self._archive.data_url is None:
            answer = _answer_of(host.replay(self._archive.replay_of(entry)))
            return read_replay(entry, answer, address, max_body_bytes=limit)
        if not entry.length or entry.offset is None or not entry.filename:
            raise ReplayError("the index does not give the place of its record")
        if entry.length > limit:
            raise ReplayError(f"its record is larger than {limit} bytes")
        answer = _answer_of(host.byte_range(self._archive.file_of(entry), entry.offset, entry.length))
        return read_range(entry, answer, address, self._clock(), max_body_bytes=limit)

    def _resolved(self, ledger: Ledger, target: Target, found: Found) -> Capture:
        """The capture of a record; for a revisit with the body that it repeats."""
        if found.capture is None:
            raise ReplayError("holds no capture")
        if found.kind is not Kind.REVISIT:
            return found.capture
        repeated = None if found.original is None else ledger.original(target, found.original)
        if repeated is None:
            raise _NotThisTimeError("it repeats a capture whose content is neither here nor in the archive")
        return repeated._replace(url=found.capture.url, captured_at=found.capture.captured_at, note=found.capture.note)

    def _end(self, over: HarvestOverError) -> None:
        self._not_before = over.not_before
        self._record.ended_early = f"{self._source.source_id}: {over}"
        said = printable(f"{over}; {over.advice}")
        if over.is_planned:
            self._log.info(said, extra={"stage": "harvest"})
        else:
            # Before the messages on single captures, because there may be many.
            self._problems.insert(0, said)


_DONE = ("archived", "unchanged", "evidence", "known", "refused", "refused_before")


def _meaning(added: Added) -> str:
    if added.outcome is None:
        return "known"
    if not added.is_success:
        return "evidence"
    return "archived" if added.is_archived else "unchanged"


def _answer_of(reply: Reply) -> Answer:
    if reply.trouble in CAN_HEAL or (reply.status or 0) >= 500:
        raise _NotThisTimeError(reply.error or f"the archive answers HTTP {reply.status}")
    if reply.trouble is not None:
        raise ReplayError(reply.error or str(reply.trouble))
    return Answer(reply.status, reply.headers, reply.body)


def _by_status(left_out: Counter[int]) -> str:
    return ", ".join(f"{count} of HTTP {status}" for status, count in sorted(left_out.items())) or "none"


def _shortened(problems: Sequence[str]) -> Iterable[str]:
    """The first problems, and the number of the others."""
    yield from problems[:_MOST_TOLD]
    if len(problems) > _MOST_TOLD:
        yield f"and {counted(len(problems) - _MOST_TOLD, 'more capture')}, refused or incomplete"
