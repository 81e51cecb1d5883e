"""The run records that are gone although data of their runs exists: noted once, since they cannot be made again."""

from collections.abc import Sequence

from pipeline.archive.segments import sealed_segments
from pipeline.core.settings import Settings
from pipeline.core.text import counted
from pipeline.publish.releases import list_releases
from pipeline.run.record import DAMAGED, write_record


def lost_records(settings: Settings) -> list[str]:
    """The runs with a segment or a release, but without a record and without the note that it is gone."""
    # Listed first: the record of a run exists before the data that the run makes.
    made_by = {segment.run_id for segment in sealed_segments(settings.raw_dir)}
    made_by |= {release.run_id for release in list_releases(settings.curated_dir)}
    kept = {path.stem for folder in (settings.runs_dir, settings.runs_dir / DAMAGED) for path in folder.glob("*.json")}
    return sorted(made_by - kept)


def note_lost_records(settings: Settings) -> str | None:
    """Note in data/runs/damaged which records are gone; a sentence where one is. Raises RecordError."""
    gone = lost_records(settings)
    for run_id in gone:
        write_record(settings.runs_dir / DAMAGED, {"run_id": run_id, "is_lost": True}, f"{run_id}.json")
    return f"{lost_records_told(settings, gone)}; noted, and known only by the fetch logs" if gone else None


def lost_records_told(settings: Settings, gone: Sequence[str]) -> str:
    """Which records are gone, in words."""
    others = f" and {counted(len(gone) - 1, 'other run record')} are" if len(gone) > 1 else " is"
    return f"{settings.runs_dir / gone[0]}.json{others} gone, though segments or releases of these runs are there"
