"""What `verify` looks at: all that this program keeps under data/, and what is wrong with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.archive.audit import Audit, audit_archive
from pipeline.archive.segments import sealed_segments
from pipeline.build.errors import BuildInputError
from pipeline.build.salt import SALT_FILE, user_name_salt
from pipeline.core.files import PARTIAL
from pipeline.core.settings import Settings
from pipeline.parse.partition import CONTENTS, has_same_log, is_whole, partition_dir
from pipeline.publish.checksums import FILE as CHECKSUMS
from pipeline.publish.checksums import damage_of, damaged_list, unnamed_files
from pipeline.publish.release_check import VerifyError, verify_release
from pipeline.publish.releases import (
    BUILDING,
    DAMAGED,
    LATEST,
    REFUSED,
    RELEASES,
    ROLLED_BACK,
    PublishError,
    Release,
    check_latest_is_link,
    latest_release,
    list_releases,
    lost_latest,
    withdrawn_release,
)
from pipeline.run.lock import lock_holder
from pipeline.run.lost_evidence import lost_evidence
from pipeline.run.record import DAMAGED as DAMAGED_RECORDS
from pipeline.run.record import RecordError, read_record

_OF_CURATED = frozenset({BUILDING, DAMAGED, LATEST, REFUSED, RELEASES, ROLLED_BACK})
_MOVE = "nothing of this program writes such a file here; move it away"
_NO_LOSS = "nothing is made of data/checks: the next check seals what is open, the rest can be removed as a whole"
_HEALS = "the next run makes it again"


class Verification(NamedTuple):
    """What was read, and what is wrong: sentences that name the file and say what to do.

    running says which run is at work, whose unfinished files are no problem. checked names the release that was read.
    """

    audit: Audit
    problems: tuple[str, ...]
    running: str | None
    checked: str


def verify_data(settings: Settings) -> Verification:
    """Read all that runs and checks kept and made, and compare it with the digests and names that vouch for it."""
    running = lock_holder(settings.data_dir)
    # Before the archive: a run that ends meanwhile seals a segment first and makes the rest of it.
    made = [
        *lost_evidence(settings),
        *_problems_of_partitions(settings, is_running=running is not None),
        *_problems_of_runs(settings.runs_dir),
        *_problems_of_releases(settings.curated_dir, is_running=running is not None),
        *_problems_of_salt(settings.data_dir),
    ]
    # Evidence of first contacts: an archive of its own, of which nothing is published.
    checks = audit_archive(settings.checks_dir, is_running=running is not None)
    made += [f"{settings.checks_dir.name}/{problem.partition('; ')[0]}; {_NO_LOSS}" for problem in checks.problems]
    audit = audit_archive(settings.raw_dir, is_running=running is not None)
    try:
        release = latest_release(settings.curated_dir)
        if not any(damage_of(release.path)):
            made += _problems_of_tables(release)
        checked = f"release {release.run_id}"
    except PublishError:
        checked = "no release yet"
    return Verification(audit, (*audit.problems, *made), running, checked)


def _problems_of_partitions(settings: Settings, *, is_running: bool) -> Iterator[str]:
    segments = sealed_segments(settings.raw_dir)
    current = {partition_dir(settings.parsed_dir, segment.name): segment for segment in segments}
    for path in _entries(settings.parsed_dir):
        if path in current:
            if not is_whole(path):
                yield f"{path}: not what was parsed, by its {CONTENTS}; {_HEALS}"
            elif not has_same_log(path, current[path]):
                log = current[path].fetches
                yield f"{log}: not the file that was parsed; restore it from a copy, such as {path / 'fetches.parquet'}"
        elif "@" not in path.name and not (is_running and path.name.startswith(".")):
            yield f"{path}: no partition; {_MOVE}"


def _problems_of_runs(runs_dir: Path) -> Iterator[str]:
    for path in _entries(runs_dir):
        if path.name == DAMAGED_RECORDS or path.name.endswith(PARTIAL):
            continue
        if path.suffix != ".json":
            yield f"{path}: no run record; {_MOVE}"
            continue
        try:
            read_record(path)
        except RecordError as error:
            yield f"{error}; the next run sets it aside"


def _problems_of_releases(curated_dir: Path, *, is_running: bool) -> Iterator[str]:
    for path in _entries(curated_dir):
        if path.name not in _OF_CURATED and not path.name.startswith("."):
            yield f"{path}: no release; {_MOVE}"
        elif path.name == BUILDING and not is_running:
            for left in _entries(path):
                yield f"{left}: left by a build that did not end; the next build removes it"
    if lost := lost_latest(curated_dir):
        yield f"{lost}; the next run makes it again"
    try:
        check_latest_is_link(curated_dir)
        withdrawn_release(curated_dir)
    except PublishError as error:
        yield str(error)
    for folder in _entries(curated_dir / REFUSED):
        for problem in (*filter(None, [damaged_list(folder)]), *damage_of(folder)):
            yield f"{problem}; remove this refused release, as nothing is made of it but the gate's memory"
    for release in list_releases(curated_dir):
        if not (release.path / CHECKSUMS).is_file():
            yield f"{release.path}: has no {CHECKSUMS}, so that nothing vouches for its files; build a new release"
            continue
        if rotted := damaged_list(release.path):
            yield f"{rotted}; {'the next run writes it again' if release.is_latest else f'remove {CHECKSUMS}'}"
        remedy = "the next run sets it aside" if release.is_latest else "remove it, as nothing is made of it"
        for problem in damage_of(release.path):
            yield f"{problem}; {remedy}"
        for path in unnamed_files(release.path):
            yield f"{path}: {CHECKSUMS} does not name it; {_MOVE}"


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
