"""Publishes a built release: verify, quality gate's verdict, one atomic switch of data/curated/latest.

data/curated/building/<run_id>/    being built; removed by the next build when a crash left it
data/curated/releases/<run_id>/    complete and verified, never changed again
data/curated/refused/<run_id>/     complete, but the quality gate said no
data/curated/damaged/<run_id>/     no longer as it was published
data/curated/latest                symlink to one release
data/curated/rolled-back.json      while `latest` is where a rollback put it: {"from": run_id, "to": run_id}
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.checked_json import is_unchanged, with_check
from pipeline.core.errors import PipelineError
from pipeline.core.files import move_synced, read_text_file, sync_path, sync_tree, written_aside
from pipeline.core.time import started_at
from pipeline.publish.checksums import FILE as CHECKSUMS
from pipeline.publish.checksums import damage_of, damaged_list, write_checksums

BUILDING, RELEASES, REFUSED, DAMAGED, LATEST = "building", "releases", "refused", "damaged", "latest"
DOOMED = ".removing-"
ROLLED_BACK = "rolled-back.json"
SETS_ASIDE = "`bma-projects build` sets the release aside and makes a new one"


class PublishError(PipelineError):
    """A release cannot be published or found; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release on disk."""

    run_id: str
    path: Path
    is_latest: bool


@dataclass(frozen=True, slots=True)
class Published:
    """Where a built release went; `reasons` are the gate's when it was refused, else empty."""

    path: Path
    reasons: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        return bool(self.reasons)


def building_dir(curated_dir: Path, run_id: str) -> Path:
    """An empty directory to build a release in; what crashed builds left is removed. The caller holds the run lock."""
    building = curated_dir / BUILDING
    if building.exists():
        shutil.rmtree(building)
    for folder in (curated_dir / RELEASES, curated_dir / REFUSED):
        for doomed in folder.glob(f"{DOOMED}*"):
            shutil.rmtree(doomed)
    path = building / run_id
    path.mkdir(parents=True)
    return path


def publish(
    curated_dir: Path,
    built: Path,
    *,
    run_id: str,
    counts: Mapping[str, int],
    keep: int,
    refusals: Sequence[str] = (),
) -> Published:
    """Verify a built directory and make it the latest release, or set it aside when there are refusals.

    counts are the rows of each table that the run record promises. Raises VerifyError and leaves the directory where it
    is when it breaks a promise; raises PublishError when the switch is impossible. Old releases beyond `keep` go.
    """
    # Imported here: commands that only look for a release answer faster without DuckDB.
    from pipeline.publish.release_check import verify_release

    verify_release(built, counts)
    write_checksums(built)
    sync_tree(built)
    if refusals:
        path = _move(built, curated_dir / REFUSED / run_id)
        _prune(curated_dir / REFUSED, keep, spared=None)
        return Published(path, tuple(refusals))
    path = _move(built, curated_dir / RELEASES / run_id)
    _switch(curated_dir, run_id)
    _prune(curated_dir / RELEASES, keep, spared=run_id)
    return Published(path)


def mend_latest(curated_dir: Path) -> Iterator[str]:
    """Make sure that `latest` leads to an undamaged release, since the next one is compared with it.

    A damaged release is set aside, and the one before it becomes the latest; a link that is missing or leads nowhere is
    made again, and so is a SHA256SUMS when only this file was changed. The caller holds the run lock. Damage of a
    release without SHA256SUMS cannot be found.

    Returns:
        A sentence for each change: what was wrong, where a damaged release is now and which one `latest` names.

    Raises:
        PublishError: `latest` is a directory, or cannot be written.
    """
    check_latest_is_link(curated_dir)
    if lost := lost_latest(curated_dir):
        names = [path.name for path in _complete(curated_dir / RELEASES)]
        _, to = _read_mark(curated_dir) or (None, None)
        found = to if to in names else names[-1]
        with _writing(curated_dir):
            _switch(curated_dir, found)
        yield f"{lost}; it is {found} again"
    while (latest := _latest_run_id(curated_dir)) is not None:
        release = curated_dir / RELEASES / latest
        if rotted := damaged_list(release):
            with _writing(curated_dir):
                write_checksums(release)
            yield f"{rotted}; it is written again"
        problem = next(damage_of(release), None) if (release / CHECKSUMS).is_file() else None
        if problem is None:
            return
        earlier = [path.name for path in _complete(curated_dir / RELEASES) if path.name < latest]
        aside = curated_dir / DAMAGED / latest
        withdrawn = withdrawn_release(curated_dir)
        with _writing(curated_dir):
            if earlier and withdrawn is not None:
                # A release that was taken back stays so, even when the release it was replaced by is damaged.
                _write_mark(curated_dir, withdrawn, earlier[-1])
            if earlier:
                _switch(curated_dir, earlier[-1])
            else:
                (curated_dir / LATEST).unlink()
            if aside.exists():
                shutil.rmtree(aside)
            _move(release, aside)
        yield f"{problem}; the release is set aside in {aside}, latest is {earlier[-1] if earlier else 'none'}"


def check_release(release: Path) -> None:
    """Raise PublishError where a file of a release is not what was published."""
    for problem in damage_of(release):
        raise PublishError(f"{problem}; {SETS_ASIDE}")


@contextmanager
def damage_told(release: Path) -> Iterator[None]:
    """For code that reads a release: when the block fails and a file of the release is damaged, report the damage.

    Raises:
        PublishError: the release is damaged, and the block failed.
    """
    try:
        yield
    except Exception as error:
        with suppress(OSError):
            if problem := next(damage_of(release), None):
                raise PublishError(f"{problem}; {SETS_ASIDE}") from error
        raise


def check_latest_is_link(curated_dir: Path) -> None:
    """Raise PublishError where `latest` is not a link: a copy that followed links makes it a directory."""
    latest = curated_dir / LATEST
    if latest.exists() and not latest.is_symlink():
        what = "a directory" if latest.is_dir() else "a file"
        raise PublishError(f"{latest}: is {what}, not a link; remove it (the releases are kept beside it)")


def lost_latest(curated_dir: Path) -> str | None:
    """A sentence when there are releases but `latest` names none of them; None otherwise."""
    if not _complete(curated_dir / RELEASES) or (curated_dir / LATEST).exists():
        return None
    how = "leads nowhere" if (curated_dir / LATEST).is_symlink() else "is missing"
    return f"{curated_dir / LATEST}: {how}, though there are releases"


def list_releases(curated_dir: Path) -> list[Release]:
    """All releases, oldest first."""
    latest = _latest_run_id(curated_dir)
    return [Release(path.name, path, path.name == latest) for path in _complete(curated_dir / RELEASES)]


def latest_release(curated_dir: Path) -> Release:
    """The release that `latest` names, by its own path, which stays the same when a newer one is published."""
    found = next((release for release in list_releases(curated_dir) if release.is_latest), None)
    if found is None:
        raise PublishError(f"{curated_dir / LATEST}: no release yet; run `bma-projects refresh`")
    return found


def last_refused(curated_dir: Path, published: str) -> Path | None:
    """The release that the quality gate refused last, after `published`; None where there is none."""
    refused = [path for path in _complete(curated_dir / REFUSED) if path.name > published]
    return refused[-1] if refused else None


def rollback(curated_dir: Path, run_id: str | None = None) -> Release:
    """Switch `latest` to a named release, or to the one before the present one.

    It stays there: the quality gate publishes no newer release until a person accepts one, or switches back.
    """
    releases = list_releases(curated_dir)
    names = [release.run_id for release in releases]
    if run_id is None:
        earlier = [name for name in names if name < (_latest_run_id(curated_dir) or "")]
        if not earlier:
            raise PublishError(f"{curated_dir / RELEASES}: there is no earlier release to go back to")
        run_id = earlier[-1]
    if run_id not in names:
        raise PublishError(f"{run_id}: no such release; there are {', '.join(names) or 'none'}")
    withdrawn = withdrawn_release(curated_dir) or _latest_run_id(curated_dir)
    with _writing(curated_dir):
        # Written before the switch, and ignored until then: a crash between the two changes nothing.
        _write_mark(curated_dir, withdrawn, run_id)
        _switch(curated_dir, run_id)
    return Release(run_id, curated_dir / RELEASES / run_id, is_latest=True)


def withdrawn_release(curated_dir: Path) -> str | None:
    """The release that was the latest before a rollback; None when a run set `latest`."""
    withdrawn, _ = rolled_back(curated_dir) or (None, None)
    return withdrawn


def rolled_back(curated_dir: Path) -> tuple[str, str] | None:
    """The releases from which and to which a person rolled back; None when a run set `latest`."""
    mark = _read_mark(curated_dir)
    # A run that published later moved `latest` on, and a mark from a release to itself means nothing. Where `latest` is
    # lost together with the last release, the release that was taken back stays so.
    return mark if mark and mark[0] != mark[1] and _latest_run_id(curated_dir) in (mark[1], None) else None


def damaged_releases(curated_dir: Path) -> list[Path]:
    """The releases that were set aside as damaged, oldest first."""
    return _complete(curated_dir / DAMAGED)


def _read_mark(curated_dir: Path) -> tuple[str, str] | None:
    """The releases from which and to which a person rolled back; None without a rollback. Raises PublishError."""
    mark = curated_dir / ROLLED_BACK
    try:
        said = json.loads(read_text_file(mark))
        if not is_unchanged(said):
            raise ValueError("it was changed")
        return str(said["from"]), str(said["to"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PublishError(
            f"{mark}: cannot be read ({error}); remove it, and roll back again if that is still what you want"
        ) from error


def _write_mark(curated_dir: Path, withdrawn: str | None, to: str) -> None:
    with written_aside(curated_dir / ROLLED_BACK) as mark:
        mark.write_text(json.dumps(with_check({"from": withdrawn, "to": to})) + "\n", encoding="utf-8")


@contextmanager
def _writing(curated_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where, why = error.filename or curated_dir, error.strerror or error
        raise PublishError(f"{where}: cannot be written ({why}); check permissions and space") from error


def _latest_run_id(curated_dir: Path) -> str | None:
    latest = curated_dir / LATEST
    return latest.readlink().name if latest.is_symlink() else None


def _complete(folder: Path) -> list[Path]:
    if not folder.exists():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and started_at(path.name) is not None)


def _move(built: Path, target: Path) -> Path:
    if target.exists():
        raise PublishError(f"{target}: exists already; a release is never overwritten")
    target.parent.mkdir(parents=True, exist_ok=True)
    return move_synced(built, target)


def _switch(curated_dir: Path, run_id: str) -> None:
    """Point `latest` at a release; a reader always sees the old one or the new one."""
    check_latest_is_link(curated_dir)
    latest = curated_dir / LATEST
    fresh = curated_dir / f".{LATEST}-new"
    fresh.unlink(missing_ok=True)
    # Relative, so that a data directory can be moved or copied as a whole.
    fresh.symlink_to(Path(RELEASES) / run_id)
    fresh.replace(latest)
    sync_path(curated_dir)


def _prune(folder: Path, keep: int, spared: str | None) -> None:
    for path in _complete(folder)[: -max(keep, 1)]:
        if path.name != spared:
            # Renamed first: a deletion that is killed halfway leaves nothing that looks like a release.
            doomed = path.rename(folder / f"{DOOMED}{path.name}")
            shutil.rmtree(doomed)
