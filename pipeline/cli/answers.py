"""The commands that answer questions from the latest release: one project, SQL, spreadsheets."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Config, DataDir, ShownSource, settings_from
from pipeline.core.errors import PipelineError, WrongUsageError
from pipeline.core.text import counted, printable, tell

if TYPE_CHECKING:
    from pipeline.analyst.project_search import Candidate

_LONGEST_NAME = 255
_MOST_NAMED = 3
_MOST_CANDIDATES = 50
Wanted = Annotated[
    str,
    typer.Argument(
        metavar="PROJECT", help="Project code, address of its page, or a part of its name, district or other agency."
    ),
]


def show(
    wanted: Wanted,
    data_dir: DataDir = None,
    source: ShownSource = None,
    version: Annotated[int | None, typer.Option("--version", help="Number of an earlier version of the page.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Print the archived page itself.")] = False,
    config: Config = None,
) -> None:
    """Show one project: fields, months, progress, issues, versions, and the source of every value.

    Where several projects match, they are listed.

    Example: bma-projects show 50490000-3607
    """
    settings = settings_from(data_dir, config=config)
    from pipeline.analyst.project import read_project_detail
    from pipeline.analyst.project_search import find_projects
    from pipeline.analyst.project_view import pour_out
    from pipeline.analyst.project_view import show as print_detail
    from pipeline.publish.releases import damage_told, latest_release

    release = latest_release(settings.curated_dir).path
    with damage_told(release):
        found = find_projects(release, wanted, source)
    if len({project.project_id for project in found}) > 1:
        if raw or version is not None:
            raise _several(found)
        _list_candidates(found)
        return
    source_id = found[0].source_id if len(found) == 1 else source
    with damage_told(release):
        detail = read_project_detail(
            release, settings.raw_dir, found[0].project_id, source_id=source_id, version_no=version
        )
    if raw:
        pour_out(detail, settings.raw_dir)
    else:
        print_detail(detail, settings.raw_dir, release)


def explore(
    wanted: Annotated[
        str | None, typer.Argument(metavar="PROJECT", help="Open it at this project, or at what holds these words.")
    ] = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Open the explorer page of the latest release in the web browser, and print its address.

    Example: bma-projects explore 50490000-3607
    """
    settings = settings_from(data_dir, config=config)
    import webbrowser

    from pipeline.analyst.project_search import find_projects
    from pipeline.publish.pages import EXPLORER, explorer_address
    from pipeline.publish.releases import damage_told, latest_release

    release = latest_release(settings.curated_dir).path
    if not (release / EXPLORER).is_file():
        raise PipelineError(f"{release / EXPLORER}: is not there; `bma-projects build` makes a release that has it")
    chosen = {}
    if wanted is not None:
        with damage_told(release):
            found = {project.project_id for project in find_projects(release, wanted)}
        chosen = {"project": found.pop()} if len(found) == 1 else {"q": wanted}
    address = explorer_address(release, **chosen)
    tell(address)
    webbrowser.open(address)


def cite(wanted: Wanted, data_dir: DataDir = None, source: ShownSource = None, config: Config = None) -> None:
    """Print how to cite a project page, in Thai and English: page, agency, time, archived file, release.

    Example: bma-projects cite 50490000-3607
    """
    settings = settings_from(data_dir, config=config)
    from pipeline.analyst.citation import cite as make_citation
    from pipeline.analyst.project_search import find_projects
    from pipeline.publish.releases import damage_told, latest_release

    release = latest_release(settings.curated_dir).path
    with damage_told(release):
        found = find_projects(release, wanted, source)
        if len(found) > 1:
            raise _several(found)
        citation = make_citation(release, settings.raw_dir, found[0].source_id, found[0].project_id)
    tell(citation.th)
    tell("")
    tell(citation.en)
    for note in citation.notes:
        sys.stderr.write(f"note: {note}\n")


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="A SELECT, a file with one, or - for standard input.")],
    data_dir: DataDir = None,
    format_: Annotated[str, typer.Option("--format", help="table, csv, xlsx, json or parquet.")] = "table",
    output: Annotated[
        Path | None,
        typer.Option("--output", help="File to write instead of printing; csv and xlsx as export writes them."),
    ] = None,
    config: Config = None,
) -> None:
    """Ask the latest release a question in SQL; it cannot change the release.

    Example: bma-projects query "SELECT * FROM projects_unique LIMIT 5" --format csv
    """
    settings = settings_from(data_dir, config=config)
    from pipeline.analyst.query import invented_note
    from pipeline.analyst.query import query as answer
    from pipeline.core.signals import orderly_interruption, raise_if_interrupted
    from pipeline.publish.releases import damage_told, latest_release

    release = latest_release(settings.curated_dir).path
    with orderly_interruption():
        try:
            with damage_told(release):
                n_rows = answer(release, _question(sql), format_.lower(), output)
                note = invented_note(release)
        except (PipelineError, RuntimeError):
            # DuckDB raises one or the other for a query that was interrupted.
            raise_if_interrupted()
            raise
    _tell_invented(note)
    if output is not None:
        sys.stderr.write(f"{counted(n_rows, 'row')} in {printable(str(output))}\n")


def export(
    tables: Annotated[list[str] | None, typer.Argument(help="Tables or views; all tables when none is named.")] = None,
    data_dir: DataDir = None,
    format_: Annotated[
        str, typer.Option("--format", help="csv (a file for each table) or xlsx (one workbook).")
    ] = "csv",
    output: Annotated[
        Path, typer.Option("--output", help="Directory for the files, or the workbook: NAME.xlsx.")
    ] = Path("export"),
    thai: Annotated[bool, typer.Option("--thai", help="Thai headings, as on the pages.")] = False,
    config: Config = None,
) -> None:
    """Write tables for spreadsheets: no text acts as a formula, and Excel reads the Thai.

    Example: bma-projects export projects targets --format xlsx --thai
    """
    settings = settings_from(data_dir, config=config)
    from pipeline.analyst.export import export as write
    from pipeline.analyst.query import invented_note
    from pipeline.publish.releases import damage_told, latest_release

    release = latest_release(settings.curated_dir).path
    with damage_told(release):
        exported = write(release, output, tables or [], format_.lower(), are_headings_thai=thai)
        note = invented_note(release)
    for file in exported.files:
        tell(str(file))
    n_rows = sum(exported.rows.values())
    cut = counted(exported.cut_cells, "cell was", "cells were")
    tell(f"{counted(n_rows, 'row')} of {counted(len(exported.rows), 'table')}; {cut} too long and cut")
    _tell_invented(note)


def _question(sql: str) -> str:
    """The SELECT itself, or the text of the named file (or of standard input)."""
    try:
        if sql == "-":
            return sys.stdin.read()
        file = Path(sql)
        # A SELECT is not the name of a file, and may be longer than a name can be.
        if sql.lower().endswith(".sql") or (len(sql) < _LONGEST_NAME and file.is_file()):
            return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUsageError(f"{sql}: is not UTF-8 text") from error
    except OSError as error:
        raise WrongUsageError(f"{sql}: cannot be read ({error.strerror})") from error
    return sql


def _several(found: Sequence["Candidate"]) -> WrongUsageError:
    shown = ", ".join(f"{project.project_id} on {project.source_id}" for project in found[:_MOST_NAMED])
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return WrongUsageError(f"{len(found)} projects match: {shown}{more}; name one by its code (and --source)")


def _list_candidates(found: Sequence["Candidate"]) -> None:
    from pipeline.analyst.result_table import print_answer

    columns = ("project_id", "agency", "name", "progress_pct", "source_id")
    shown = found[:_MOST_CANDIDATES]
    print_answer(columns, [project[: len(columns)] for project in shown], is_cut=False)
    more = "" if len(found) == len(shown) else f"; these are the first {len(shown)}"
    sys.stderr.write(f"{len(found):,} projects match{more}; show one of them by its code\n")


def _tell_invented(note: str | None) -> None:
    if note is not None:
        sys.stderr.write(f"{note}\n")
