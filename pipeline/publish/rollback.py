"""Takes a release back: `latest` names an earlier one, and a mark says so until a person decides otherwise."""

import json
from pathlib import Path

from pipeline.core.checked_json import is_unchanged, with_check
from pipeline.core.files import read_text_file, written_aside
from pipeline.publish.latest import (
    RELEASES,
    PublishError,
    latest_run_id,
    switch_latest,
    writing_curated,
)
from pipeline.publish.releases import Release, list_releases

ROLLED_BACK = "rolled-back.json"


def rollback(curated_dir: Path, run_id: str | None = None) -> Release:
    """Switch `latest` to a named release, or to the one before the present one.

    It stays there: the quality gate publishes no newer release until a person accepts one, or switches back.
    """
    releases = list_releases(curated_dir)
    names = [release.run_id for release in releases]
    if run_id is None:
        earlier = [name for name in names if name < (latest_run_id(curated_dir) or "")]
        if not earlier:
            raise PublishError(f"{curated_dir / RELEASES}: there is no earlier release to go back to")
        run_id = earlier[-1]
    if run_id not in names:
        raise PublishError(f"{run_id}: no such release; there are {', '.join(names) or 'none'}")
    withdrawn = withdrawn_release(curated_dir) or latest_run_id(curated_dir)
    with writing_curated(curated_dir):
        # Written before the switch, and ignored until then: a crash between the two changes nothing.
        write_mark(curated_dir, withdrawn, run_id)
        switch_latest(curated_dir, run_id)
    return Release(run_id, curated_dir / RELEASES / run_id, is_latest=True)


def withdrawn_release(curated_dir: Path) -> str | None:
    """The release that was the latest before a rollback; None when a run set `latest`."""
    withdrawn, _ = rolled_back(curated_dir) or (None, None)
    return withdrawn


def rolled_back(curated_dir: Path) -> tuple[str, str] | None:
    """The releases from which and to which a person rolled back; None when a run set `latest`."""
    mark = read_mark(curated_dir)
    # A run that published later moved `latest` on, and a mark from a release to itself means nothing. Where `latest` is
    # lost together with the last release, the release that was taken back stays so.
    return mark if mark and mark[0] != mark[1] and latest_run_id(curated_dir) in (mark[1], None) else None


def write_mark(curated_dir: Path, withdrawn: str | None, to: str) -> None:
    """Note from which release to which a person rolled back."""
    with written_aside(curated_dir / ROLLED_BACK) as mark:
        mark.write_text(json.dumps(with_check({"from": withdrawn, "to": to})) + "\n", encoding="utf-8")


def read_mark(curated_dir: Path) -> tuple[str, str] | None:
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
