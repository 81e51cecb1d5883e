"""Mends data/curated/latest before a build: the next release is compared with an undamaged one, or with none."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from pipeline.publish.checksums import FILE as CHECKSUMS
from pipeline.publish.checksums import damage_of, damaged_list, write_checksums
from pipeline.publish.latest import (
    LATEST,
    RELEASES,
    check_latest_is_link,
    complete_releases,
    latest_run_id,
    switch_latest,
    writing_curated,
)
from pipeline.publish.releases import DAMAGED, move_release
from pipeline.publish.rollback import read_mark, withdrawn_release, write_mark


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
        names = [path.name for path in complete_releases(curated_dir / RELEASES)]
        _, to = read_mark(curated_dir) or (None, None)
        found = to if to in names else names[-1]
        with writing_curated(curated_dir):
            switch_latest(curated_dir, found)
        yield f"{lost}; it is {found} again"
    while (latest := latest_run_id(curated_dir)) is not None:
        release = curated_dir / RELEASES / latest
        if rotted := damaged_list(release):
            with writing_curated(curated_dir):
                write_checksums(release)
            yield f"{rotted}; it is written again"
        problem = next(damage_of(release), None) if (release / CHECKSUMS).is_file() else None
        if problem is None:
            return
        earlier = [path.name for path in complete_releases(curated_dir / RELEASES) if path.name < latest]
        aside = curated_dir / DAMAGED / latest
        withdrawn = withdrawn_release(curated_dir)
        with writing_curated(curated_dir):
            if earlier and withdrawn is not None:
                # A release that was taken back stays so, even when the release it was replaced by is damaged.
                write_mark(curated_dir, withdrawn, earlier[-1])
            if earlier:
                switch_latest(curated_dir, earlier[-1])
            else:
                (curated_dir / LATEST).unlink()
            if aside.exists():
                shutil.rmtree(aside)
            move_release(release, aside)
        yield f"{problem}; the release is set aside in {aside}, latest is {earlier[-1] if earlier else 'none'}"


def lost_latest(curated_dir: Path) -> str | None:
    """A sentence when there are releases but `latest` names none of them; None otherwise."""
    if not complete_releases(curated_dir / RELEASES) or (curated_dir / LATEST).exists():
        return None
    how = "leads nowhere" if (curated_dir / LATEST).is_symlink() else "is missing"
    return f"{curated_dir / LATEST}: {how}, though there are releases"
