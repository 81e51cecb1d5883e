"""Publishes a built release: verify, quality gate's verdict, one atomic switch of data/curated/latest.

data/curated/building/<run_id>/    being built; removed by the next build when a crash left it
data/curated/releases/<run_id>/    complete and verified, never changed again
data/curated/refused/<run_id>/     complete, but the quality gate said no
data/curated/damaged/<run_id>/     no longer as it was published
data/curated/latest                symlink to one release
data/curated/rolled-back.json      while `latest` is where a rollback put it: {"from": run_id, "to": run_id}
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.files import move_synced, sync_tree
from pipeline.publish.checksums import damage_of, write_checksums
from pipeline.publish.latest import (
    LATEST,
    RELEASES,
    PublishError,
    complete_releases,
    latest_run_id,
    switch_latest,
)

BUILDING, REFUSED, DAMAGED = "building", "refused", "damaged"
DOOMED = ".removing-"
SETS_ASIDE = "`bma-projects build` sets the release aside and makes a new one"


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
        path = move_release(built, curated_dir / REFUSED / run_id)
        _prune(curated_dir / REFUSED, keep, spared=None)
        return Published(path, tuple(refusals))
    path = move_release(built, curated_dir / RELEASES / run_id)
    switch_latest(curated_dir, run_id)
    _prune(curated_dir / RELEASES, keep, spared=run_id)
    return Published(path)


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


def list_releases(curated_dir: Path) -> list[Release]:
    """All releases, oldest first."""
    latest = latest_run_id(curated_dir)
    return [Release(path.name, path, path.name == latest) for path in complete_releases(curated_dir / RELEASES)]


def find_latest(curated_dir: Path) -> Release | None:
    """The release that `latest` names, by its own path, which stays the same when a newer one is published."""
    return next((release for release in list_releases(curated_dir) if release.is_latest), None)


def latest_release(curated_dir: Path) -> Release:
    """The same, for what needs one. Raises PublishError where there is none."""
    found = find_latest(curated_dir)
    if found is None:
        raise PublishError(f"{curated_dir / LATEST}: no release yet; run `bma-projects refresh`")
    return found


def last_refused(curated_dir: Path, published: str) -> Path | None:
    """The release that the quality gate refused last, after `published`; None where there is none."""
    refused = [path for path in complete_releases(curated_dir / REFUSED) if path.name > published]
    return refused[-1] if refused else None


def damaged_releases(curated_dir: Path) -> list[Path]:
    """The releases that were set aside as damaged, oldest first."""
    return complete_releases(curated_dir / DAMAGED)


def move_release(built: Path, target: Path) -> Path:
    """Move a release to its place, durably. Raises PublishError where there is one."""
    if target.exists():
        raise PublishError(f"{target}: exists already; a release is never overwritten")
    target.parent.mkdir(parents=True, exist_ok=True)
    return move_synced(built, target)


def discard(path: Path) -> None:
    """Remove a directory; a removal that is killed halfway leaves nothing that looks like a release or a partition."""
    shutil.rmtree(path if path.name.startswith(DOOMED) else path.rename(path.with_name(f"{DOOMED}{path.name}")))


def _prune(folder: Path, keep: int, spared: str | None) -> None:
    for path in complete_releases(folder)[: -max(keep, 1)]:
        if path.name != spared:
            discard(path)
