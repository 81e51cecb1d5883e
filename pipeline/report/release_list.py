"""The list of releases: the time of publishing, the content, the changes and the reason of each."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.core import thai_time
from pipeline.publish.releases import Release

_HEADS = ("release", "published (Bangkok)", "projects", "changed", "errors", "warnings", "reason")
_RIGHT = frozenset({"projects", "changed", "errors", "warnings"})


def release_lines(releases: Sequence[Release]) -> Iterator[str]:
    """A line for each release, newest last, below a line of headings; nothing if there are no releases.

    changed counts projects that are new or whose page changed since the previous release.
    """
    if not releases:
        return
    rows = [_HEADS, *(_row(release) for release in releases)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    for row in rows:
        cells = zip(_HEADS, row, widths, strict=True)
        yield "  ".join(
            cell.rjust(width) if head in _RIGHT else cell.ljust(width) for head, cell, width in cells
        ).rstrip()


def _row(release: Release) -> tuple[str, ...]:
    quality = _read(release.path / "quality.json")
    run, gate, totals, issues, difference = (
        _part(quality, name) for name in ("run", "gate", "totals", "issues", "difference")
    )
    is_first = quality.get("previous_run_id") is None
    finished_at = run.get("finished_at")
    changed = sum(_count(difference.get(name)) for name in ("n_added", "n_changed"))
    return (
        release.run_id,
        thai_time.in_english(finished_at if isinstance(finished_at, str) else None),
        _shown(totals.get("n_projects")),
        "-" if is_first else _shown(changed),
        _shown(issues.get("error")),
        _shown(issues.get("warning")),
        f"{_reason(run, gate)}{' (latest)' if release.is_latest else ''}",
    )


def _reason(run: Mapping[str, object], gate: Mapping[str, object]) -> str:
    command, accepted = run.get("command"), gate.get("accepted_because")
    said = command if isinstance(command, str) else "quality.json cannot be read"
    return f"{said}, accepted: {accepted}" if accepted else said


def _read(file: Path) -> Mapping[str, object]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, Mapping) else {}


def _part(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "-"
