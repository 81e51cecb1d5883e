"""The link data/curated/latest names the release that is read; it is switched atomically."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.core.errors import PipelineError
from pipeline.core.files import sync_path
from pipeline.core.time import started_at

RELEASES, LATEST = "releases", "latest"


class PublishError(PipelineError):
    """A release cannot be published or found; the message says why and what to do."""


def latest_run_id(curated_dir: Path) -> str | None:
    """The release that `latest` names, which may be gone; None without a link."""
    latest = curated_dir / LATEST
    return latest.readlink().name if latest.is_symlink() else None


def switch_latest(curated_dir: Path, run_id: str) -> None:
    """Point `latest` at a release; a reader always sees the old one or the new one."""
    check_latest_is_link(curated_dir)
    latest = curated_dir / LATEST
    fresh = curated_dir / f".{LATEST}-new"
    fresh.unlink(missing_ok=True)
    # Relative, so that a data directory can be moved or copied as a whole.
    fresh.symlink_to(Path(RELEASES) / run_id)
    fresh.replace(latest)
    sync_path(curated_dir)


def check_latest_is_link(curated_dir: Path) -> None:
    """Raise PublishError where `latest` is not a link: a copy that followed links makes it a directory."""
    latest = curated_dir / LATEST
    if latest.exists() and not latest.is_symlink():
        what = "a directory" if latest.is_dir() else "a file"
        raise PublishError(f"{latest}: is {what}, not a link; remove it (the releases are kept beside it)")


def complete_releases(folder: Path) -> list[Path]:
    """The releases in a folder of data/curated, oldest first, without what a crash left."""
    if not folder.exists():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and started_at(path.name) is not None)


@contextmanager
def writing_curated(curated_dir: Path) -> Iterator[None]:
    """Report a file of data/curated that cannot be written as PublishError."""
    try:
        yield
    except OSError as error:
        where, why = error.filename or curated_dir, error.strerror or error
        raise PublishError(f"{where}: cannot be written ({why}); check permissions and space") from error
