"""One project on the terminal: its fields, months as a row of bars, progress as a chart, issues, versions, sources."""

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from pipeline.analyst.project import Change, Month, ProjectDetail, Report, Version, archived_page
from pipeline.core.text import explore_command, printable, show_command
from pipeline.publish.pages import explorer_address

_BARS = " ▁▂▃▄▅▆▇█"
_CHART_WIDTH = 25
_NOT_SET = "(not set)"
_STATES = {"1": "under way", "2": "done"}
_SEVERITY_STYLES = {"error": "red", "warning": "yellow", "info": "dim"}
_WIDTH_WITHOUT_TERMINAL = 110


def show(detail: ProjectDetail, raw_dir: Path, release: Path) -> None:
    """Print a detail; text from a page is stripped of control characters and never read as markup."""
    width = None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
    console = Console(file=sys.stdout, highlight=False, width=width)
    for part in _parts(detail, raw_dir, release):
        console.print(part)


def pour_out(detail: ProjectDetail, raw_dir: Path) -> None:
    """Write the archived page itself: the exact bytes, or printable lines on a terminal."""
    body = archived_page(raw_dir, detail).body
    if sys.stdout.isatty():
        sys.stdout.writelines(printable(line) + "\n" for line in body.decode("utf-8", "replace").splitlines())
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def month_bars(months: Sequence[Month]) -> list[tuple[str, str, str]]:
    """(number, bar, value) of each month; bars are scaled to the largest value, `·` means no value, `?` a text."""
    largest = max((month.value for month in months if month.value is not None), default=0.0)
    return [(str(month.month_no), _bar(month, largest), _month_text(month)) for month in months]


def _bar(month: Month, largest: float) -> str:
    if month.value is None:
        return "?" if month.raw else "·"
    if largest <= 0 or month.value <= 0:
        return _BARS[1]
    return _BARS[max(1, round(month.value / largest * (len(_BARS) - 1)))]


def _month_text(month: Month) -> str:
    differs = "*" if month.is_conflicting else ""
    return (_number(month.value) if month.value is not None else printable(month.raw or "")) + differs


def progress_bar(percent: float | None) -> str:
    """A bar of fixed width for 0 to 100 percent; a value beyond is marked."""
    if percent is None:
        return "·" * _CHART_WIDTH
    filled = round(min(max(percent, 0.0), 100.0) / 100 * _CHART_WIDTH)
    return "█" * filled + "·" * (_CHART_WIDTH - filled) + ("▶" if percent > 100 else "")


def _parts(detail: ProjectDetail, raw_dir: Path, release: Path) -> Iterator[Table | Text | Padding]:
    yield Text.assemble(
        (printable(detail.project_id), "bold"), "  ", (" ".join(printable(detail.name or "").split()), "bold")
    )
    if detail.is_invented:
        yield Text("INVENTED: a made-up page of the built-in sample; never quote it", style="bold red")
    state = [_agency(detail), f"source {detail.source_id}", detail.status]
    yield Text(" · ".join(state))
    if detail.version_no is not None:
        yield Text(f"as version {detail.version_no} of {len(detail.versions)} showed it", style="bold")
    if detail.is_truncated:
        yield Text("Only a cut page is known: fields after the cut are missing", style="yellow")
    yield from _section("Fields", _cells(detail))
    if detail.months:
        yield from _section("Months (numbers as labelled, not calendar months)", _months(detail.months))
        yield Padding(Text(_month_notes(detail), style="dim"), (0, 0, 0, 2))
    if detail.reports:
        yield from _section("Progress reports", _reports(detail.reports))
    if detail.changes:
        yield from _section(f"What version {detail.version_no} changed", _changes(detail.changes))
    if detail.issues:
        yield from _section(f"Issues ({len(detail.issues)})", _issues(detail))
    yield from _section("Versions (times in UTC)", _versions(detail))
    yield from _section("Where it comes from", _origin(detail, raw_dir, release))


def _agency(detail: ProjectDetail) -> str:
    """The name on the page, and the name of the project code where the list of agencies has another one."""
    printed, listed = printable(detail.agency or "agency not named"), detail.agency_listed
    if not listed or "".join(listed.split()) == "".join(printed.split()):
        return printed
    return f"{printed} (by its code {listed}, name: {detail.name_source})"


def _section(title: str, body: Table) -> Iterator[Text | Padding]:
    yield Text("\n" + title, style="bold cyan")
    yield Padding(body, (0, 0, 0, 2))


def _grid(*columns: str) -> Table:
    """A table without lines; columns in `right` hold numbers, columns in `whole` must not be broken into lines."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for how in columns:
        table.add_column(justify="right" if how == "right" else "left", overflow="fold", no_wrap=how == "whole")
    return table


def _cells(detail: ProjectDetail) -> Table:
    table = _grid("left", "left")
    for label, value in detail.cells:
        shown = Text(_NOT_SET, style="dim") if value is None else Text(_lines(value))
        table.add_row(Text(printable(label), style="bold"), shown)
    return table


def _months(months: Sequence[Month]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    bars = month_bars(months)
    table.add_column()
    for _ in bars:
        table.add_column(justify="right", overflow="fold")
    table.add_row("", *(Text(bar * 2, style="green") for _, bar, _ in bars))
    table.add_row("result", *(Text(value) for _, _, value in bars))
    table.add_row(Text("month", style="dim"), *(Text(number, style="dim") for number, _, _ in bars))
    return table


def _month_notes(detail: ProjectDetail) -> str:
    notes = [f"target of the project: {printable(detail.target)}"] if detail.target else []
    notes += ["* rows with this month disagree"] if any(month.is_conflicting for month in detail.months) else []
    return "\n".join(notes)


def _reports(reports: Sequence[Report]) -> Table:
    table = _grid("left", "right", "whole", "left", "left")
    for report in reports:
        percent = "" if report.progress_pct is None else f"{_number(report.progress_pct)} %"
        state = _STATES.get(report.status_code or "", printable(report.status_code or ""))
        texts = [_lines(text) for text in (report.detail, report.problem) if text and text != "ไม่มี"]
        table.add_row(
            Text(printable(report.reported_on or "no date")),
            Text(percent),
            Text(progress_bar(report.progress_pct), style="green"),
            Text(state),
            Text("\n".join(texts)),
        )
    return table


def _changes(changes: Sequence[Change]) -> Table:
    table = _grid("left", "left", "left")
    for change in changes:
        where = printable(change.label) + (f" ({printable(change.row_label)})" if change.row_label else "")
        old, new = (_NOT_SET if text is None else _lines(text) for text in (change.old, change.new))
        table.add_row(Text(change.change_type), Text(where), Text(f"{old} → {new}"))
    return table


def _issues(detail: ProjectDetail) -> Table:
    table = _grid("left", "left", "left")
    for issue in detail.issues:
        style = _SEVERITY_STYLES.get(issue.severity, "")
        table.add_row(Text(issue.severity, style=style), Text(printable(issue.code)), Text(printable(issue.message)))
    return table


def _versions(detail: ProjectDetail) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("no", "from", "to", "last seen", "changes"):
        table.add_column(name, justify="right" if name in ("no", "changes") else "left")
    for version in detail.versions:
        table.add_row(str(version.version_no), *_span(version), str(version.n_changes))
    return table


def _span(version: Version) -> tuple[str, str, str]:
    until = "" if version.valid_to is None else _moment(version.valid_to)
    if version.is_vanished:
        until += " (vanished)"
    return _moment(version.valid_from), until, _moment(version.last_seen_at)


def _origin(detail: ProjectDetail, raw_dir: Path, release: Path) -> Table:
    table = _grid("left", "left")
    # A terminal that can makes a link of it.
    address = explorer_address(release, project=detail.project_id)
    explorer = Text(printable(explore_command(detail.project_id)), style=Style(link=address))
    table.add_row("page", Text(printable(detail.url)))
    if detail.archive_url is not None:
        table.add_row("web archive", Text(printable(detail.archive_url)))
    if detail.warc_file is None:
        table.add_row("archived", "without a page of its own")
        table.add_row("explorer", explorer)
        return table
    table.add_row("archived", Text(f"{raw_dir / printable(detail.warc_file)}, offset {detail.warc_offset}"))
    command = show_command(detail.project_id, detail.source_id, detail.version_no)
    table.add_row("", Text(f"{printable(command)} > page.html"))
    table.add_row("explorer", explorer)
    return table


def _lines(text: str) -> str:
    return "\n".join(printable(line.strip()) for line in text.strip().splitlines())


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _moment(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M}"
