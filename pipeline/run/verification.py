"""The reading of `verify`: every file that this program keeps under data/, and the damage in it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pipeline.archive.audit import Audit, audit_archive
from pipeline.archive.fetch_log import read_about
from pipeline.archive.history.state import changed_files, newest_state, states
from pipeline.archive.lost_segments import FILE as LOST_SEGMENTS
from pipeline.archive.lost_segments import LostSegmentsError
from pipeline.archive.segment_name import SEGMENT_NAME
from pipeline.archive.segments import sealed_segments
from pipeline.build.errors import BuildInputError
from pipeline.build.salt import SALT_DRAFT, SALT_FILE, user_name_salt
from pipeline.core.arrow_schema import UNREADABLE
from pipeline.core.contents import CONTENTS, read_contents
from pipeline.core.files import GIT_KEEP, PARTIAL
from pipeline.core.settings import Settings
from pipeline.core.time import started_at
from pipeline.parse.partition import partition_dir
from pipeline.publish.checksums import FILE as CHECKSUMS
from pipeline.publish.checksums import damage_of, damaged_list, unnamed_files
from pipeline.publish.latest import LATEST, RELEASES, PublishError, check_latest_is_link
from pipeline.publish.mend_latest import lost_latest
from pipeline.publish.release_check import VerifyError, verify_release
from pipeline.publish.releases import BUILDING, DAMAGED, DOOMED, REFUSED, Release, find_latest, list_releases
from pipeline.publish.rollback import ROLLED_BACK, withdrawn_release
from pipeline.run.lock import LOCK_FILES, lock_holder
from pipeline.run.lost_evidence import lost_evidence
from pipeline.run.lost_records import lost_records, lost_records_told
from pipeline.run.record import DAMAGED as DAMAGED_RECORDS
from pipeline.run.record import RecordError, read_record, read_stored_record

_LAYERS = frozenset({"raw", "parsed", "curated", "runs", "checks"})
# The settings may be here too, as in a container with this single volume; the work list is a steward's.
_OF_DATA = _LAYERS | {SALT_FILE, *LOCK_FILES, "bma-projects.toml", "acknowledged.csv"}
_OF_CURATED = frozenset({BUILDING, DAMAGED, GIT_KEEP, LATEST, REFUSED, RELEASES, ROLLED_BACK})
_PARTITION = re.compile(rf"{SEGMENT_NAME.pattern}@[0-9a-f]+")
_MOVE = "this program does not write such a file here; move it away"
_NO_LOSS = "data/checks is only evidence: the next check seals open segments, the rest can be removed as a whole"
_HEALS = "the next run makes it again"


class Verification(NamedTuple):
    """What was read, and the problems: sentences that name the file and say what to do.

    running names the run at work, whose unfinished files are not a problem. checked names the release that was read.
    """

    audit: Audit
    problems: tuple[str, ...]
    running: str | None
    checked: str


def verify_data(settings: Settings) -> Verification:
    """Read all files of runs and checks, and compare them with the digests and names that were recorded."""
    running = lock_holder(settings.data_dir)
    is_running = running is not None
    # Read before the archive: a run that ends meanwhile first seals a segment and then makes the other layers from it.
    made = [
        *_problems_of_data(settings, is_running=is_running),
        *_problems_of_evidence(settings),
        *_problems_of_partitions(settings, is_running=is_running),
        *_problems_of_runs(settings, is_running=is_running),
        *_problems_of_releases(settings.curated_dir, is_running=is_running),
        *_problems_of_salt(settings.data_dir),
    ]
    # Evidence of first contacts: an archive of its own, which is never published.
    checks = audit_archive(settings.checks_dir, is_running=is_running)
    made += [f"{settings.checks_dir.name}/{problem.partition('; ')[0]}; {_NO_LOSS}" for problem in checks.problems]
    audit = audit_archive(settings.raw_dir, is_running=is_running)
    release = find_latest(settings.curated_dir)
    if release is not None and not any(damage_of(release.path)):
        made += _problems_of_tables(release)
    checked = "no release yet" if release is None else f"release {release.run_id}"
    return Verification(audit, (*audit.problems, *made), running, checked)


def _problems_of_evidence(settings: Settings) -> Iterator[str]:
    with suppress(LostSegmentsError):  # reported by the audit
        yield from lost_evidence(settings)


def _problems_of_data(settings: Settings, *, is_running: bool) -> Iterator[str]:
    """Files beside the layers, and sources without settings."""
    for path in _entries(settings.data_dir):
        if path.name not in _OF_DATA and not (is_running and path.name.startswith(SALT_DRAFT)):
            yield f"{path}: {_MOVE}"
        elif path.exists() and not (path.is_dir() if path.name in _LAYERS else path.is_file()):
            yield f"{path}: is not a {'directory' if path.name in _LAYERS else 'file'}; {_MOVE}"
    for segment in sealed_segments(settings.raw_dir):
        with suppress(*UNREADABLE):  # reported by the audit
            if segment.source_id not in settings.sources and "source" not in read_about(segment.fetches):
                yield (
                    f"{segment.fetches}: neither it nor the settings know source {segment.source_id}; "
                    f"set [sources.{segment.source_id}] in bma-projects.toml, or give the segment up: "
                    f"move its files away and add the line `{segment.name} WHY` to {settings.raw_dir / LOST_SEGMENTS}"
                )


def _problems_of_partitions(settings: Settings, *, is_running: bool) -> Iterator[str]:
    segments = {segment.name: segment for segment in sealed_segments(settings.raw_dir)}
    current = {partition_dir(settings.parsed_dir, name) for name in segments} | {*states(settings.parsed_dir)}
    for path in _entries(settings.parsed_dir):
        if path in current:
            if read_contents(path) is None:
                yield f"{path}: not what was parsed, by its {CONTENTS}; {_HEALS}"
        elif path.name.startswith("."):
            if not is_running:
                yield f"{path}: left by a run that did not end; the next run removes it"
        elif not _PARTITION.fullmatch(path.name) or not path.is_dir():
            yield f"{path}: no partition; {_MOVE}"
    state = newest_state(settings.parsed_dir)
    for name, folded in state.segments.items() if state is not None else ():
        if name in segments:
            for problem in changed_files(segments[name], folded, is_read_whole=True):
                yield f"{problem}; restore it from a copy of data/raw"


def _problems_of_runs(settings: Settings, *, is_running: bool) -> Iterator[str]:
    runs_dir = settings.runs_dir
    for path in _entries(runs_dir):
        if path.name == DAMAGED_RECORDS:
            continue
        if path.name.startswith(".") and path.name.endswith(PARTIAL):
            if not is_running:
                yield f"{path}: left by a run that did not end; the next run removes it"
        elif path.suffix != ".json":
            yield f"{path}: not a run record; {_MOVE}"
        else:
            try:
                read_stored_record(path)
            except RecordError as error:
                yield f"{error}; the next run sets it aside"
    if gone := lost_records(settings):
        yield f"{lost_records_told(settings, gone)}; restore them from a copy, or the next run notes that they are gone"


def _problems_of_releases(curated_dir: Path, *, is_running: bool) -> Iterator[str]:
    for path in _entries(curated_dir):
        if path.name not in _OF_CURATED:
            yield f"{path}: not a release; {_MOVE}"
        elif path.name == BUILDING and not is_running:
            for left in _entries(path):
                yield f"{left}: left by a build that did not end; the next build removes it"
    for kind in (RELEASES, REFUSED, DAMAGED):
        for path in _entries(curated_dir / kind):
            if path.name.startswith(DOOMED):
                if not is_running:
                    yield f"{path}: left by a removal that did not end; the next build removes it"
            elif started_at(path.name) is None or not path.is_dir():
                yield f"{path}: not a release; {_MOVE}"
    lost = lost_latest(curated_dir)
    if lost is not None:
        yield f"{lost}; the next run makes it again"
    try:
        check_latest_is_link(curated_dir)
        withdrawn = withdrawn_release(curated_dir)
        newest = next(reversed(list_releases(curated_dir)), None)
        is_expected = is_running or lost is not None or withdrawn is not None
        if newest is not None and not newest.is_latest and not is_expected:
            yield (
                f"{curated_dir / LATEST}: leads to an older release than {newest.run_id}, but there was no rollback; "
                f"the next build publishes a new one"
            )
    except PublishError as error:
        yield str(error)
    for folder in _entries(curated_dir / REFUSED):
        for problem in (*filter(None, [damaged_list(folder)]), *damage_of(folder)):
            yield f"{problem}; remove this refused release; only the gate compares with it"
    for release in list_releases(curated_dir):
        if not (release.path / CHECKSUMS).is_file():
            yield f"{release.path}: has no {CHECKSUMS}, so its files cannot be checked; build a new release"
            continue
        if rotted := damaged_list(release.path):
            yield f"{rotted}; {'the next run writes it again' if release.is_latest else f'remove {CHECKSUMS}'}"
        remedy = "the next run sets it aside" if release.is_latest else "remove it; no other data depends on it"
        for problem in damage_of(release.path):
            yield f"{problem}; {remedy}"
        for path in unnamed_files(release.path):
            yield f"{path}: {CHECKSUMS} does not name it; {_MOVE}"
        with suppress(RecordError):
            if (run_id := read_record(release.path / "run.json")["run_id"]) != release.run_id:
                yield f"{release.path}: is a copy of release {run_id}; {_MOVE}"


def _problems_of_salt(data_dir: Path) -> Iterator[str]:
    if (data_dir / SALT_FILE).exists():
        try:
            user_name_salt(data_dir)
        except BuildInputError as error:
            yield str(error)


def _problems_of_tables(release: Release) -> Iterator[str]:
    try:
        rows = read_record(release.path / "run.json").get("rows")
        verify_release(release.path, rows if isinstance(rows, dict) else {})
    except (RecordError, VerifyError) as error:
        yield str(error)


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
