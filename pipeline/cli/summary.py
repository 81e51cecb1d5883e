"""The end of a run on the terminal: three tables of counts, the path of the release, what to do next."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.build.inputs import REAL_PROJECTS
from pipeline.build.models import load_models
from pipeline.core.settings import Settings
from pipeline.core.text import printable
from pipeline.publish.pages import EXPLORER, QUALITY
from pipeline.publish.releases import Published
from pipeline.run.record import RunRecord

_PAGES = {
    "due": "due",
    "new": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "missing": "missing",
    "failed": "failed",
    "refused": "refused",
    "pages_parsed": "pages parsed",
}
_IMPORTED = {
    "import_files": "files looked at",
    "import_archived": "archived",
    "import_unchanged": "seen again unchanged",
    "import_known": "known already",
    "import_evidence": "kept as evidence",
    "import_foreign": "of other sites or pages",
    "import_damaged": "damaged",
    "import_refused": "refused for their times",
    "import_unresolved": "repeat a missing capture",
}
_HARVESTED = {
    "harvest_listed": "captures in the index",
    "harvest_archived": "archived",
    "harvest_unchanged": "seen again unchanged",
    "harvest_known": "held already",
    "harvest_evidence": "kept as evidence",
    "harvest_refused": "refused",
    "harvest_left": "left for another run",
    "harvest_left_out": "redirects and errors",
    "harvest_foreign": "of other pages",
}
# The tables are printed one below the other, so their columns are aligned.
_NAME_WIDTH, _COUNT_WIDTH = 26, 9


def show_summary(settings: Settings, record: RunRecord, published: Published | None) -> None:
    """Print what the run did, what the release holds, its path and what to try next."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    console.print(Text(f"Run {record.run_id}: {record.status}", style="bold"))
    for table in _tables(record):
        console.print()
        console.print(table)
    for source in record.sources:
        if source["is_invented"]:
            console.print(Text(f"\nSource {source['source_id']}: {source['title']}. Do not quote the invented pages."))
    if published is None:
        console.print(Text(f"\nNo release was made; the run record is {settings.runs_dir / record.run_id}.json"))
        return
    console.print(Text(f"\nRelease   {published.path}"))
    console.print(Text(f"Report    {published.path / QUALITY}"))
    console.print(Text(f"Explorer  {published.path / EXPLORER}"))
    if published.is_refused:
        console.print(Text(f"The quality gate refused this release; {settings.curated_dir / 'latest'} is unchanged:"))
        for reason in published.reasons:
            console.print(Text(f"  - {reason}"))
        console.print(Text(f'Next      {_command(settings, "build")} --accept "why it is right after all"'))
        return
    console.print(Text(f"Next      {_command(settings, _next_step(record))}"))


def _tables(record: RunRecord) -> Iterator[Table]:
    """The outcomes of the pages, the contents of the release, and the number of issues, without counts of zero."""
    named = {"import_files": _IMPORTED, "harvest_listed": _HARVESTED}
    names = next((names for count, names in named.items() if count in record.counts), _PAGES)
    pages = {said: record.counts.get(name, 0) for name, said in names.items()}
    yield _table("Pages", {said: count for said, count in pages.items() if count} or {"none": 0})
    if record.rows:
        curated = {name for name, model in load_models().items() if model.layer == "curated"}
        yield _table("Rows", {name: count for name, count in record.rows.items() if name in curated})
        yield _table("Issues", {name: record.issues.get(name, 0) for name in ("error", "warning", "info")})


def _table(title: str, counts: Mapping[str, int]) -> Table:
    table = Table(box=None, show_header=False, title=title, title_justify="left", title_style="bold", pad_edge=False)
    table.add_column(overflow="fold", min_width=_NAME_WIDTH)
    table.add_column(justify="right", min_width=_COUNT_WIDTH)
    for name, count in counts.items():
        table.add_row(Text(f"  {printable(name)}"), Text(f"{count:,}"))
    return table


def _next_step(record: RunRecord) -> str:
    if any(source["source_id"] == "sample" for source in record.sources):
        return f"show {REAL_PROJECTS[0].project_id}"
    return 'query "SELECT agency, count(*) FROM projects_unique GROUP BY ALL ORDER BY 2 DESC"'


def _command(settings: Settings, what: str) -> str:
    """A command as it can be typed here, with the flags this run needed."""
    called = Path(sys.argv[0])
    program = os.path.relpath(called) if called.is_absolute() and called.is_relative_to(Path.cwd()) else str(called)
    data_dir = "" if settings.data_dir == Settings().data_dir else f" --data-dir {settings.data_dir}"
    return f"{program} {what}{data_dir}"
