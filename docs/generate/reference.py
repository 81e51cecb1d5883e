"""Commands and settings as docs/reference.md: every flag of every command, every setting with its default.

`python -m docs.generate.reference` writes the document again.
"""

import inspect
from collections.abc import Iterator
from pathlib import Path

import typer.main
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.cli.app import app
from pipeline.core.settings import Settings, Source

DOCUMENT = Path("docs/reference.md")
_INTRODUCTION = """\
# Commands and settings

Generated from `pipeline/cli/app.py` and `pipeline/core/settings.py` by `make catalogue`; do not edit it here.
[operations.md](operations.md) says how they are used, [fetching.md](fetching.md) what the settings of `[fetch]` do, and
[quality-json.md](quality-json.md#the-quality-gate) what the rules of `[gate]` ask.

## Commands

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 refused by the quality gate, 75 another run holds the lock.
"""
_SETTINGS = """\
## Settings

A setting is written in `bma-projects.toml` (in the table that heads it here), in a variable (`BMA_FETCH_RATE` for
`fetch.rate`) or in a flag; flags win over variables, variables over the file.
"""


def current_document() -> str:
    """The document for the present commands and settings."""
    return "\n".join([_INTRODUCTION, *_commands(), _SETTINGS, *_settings()])


def _commands() -> Iterator[str]:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        arguments = [param for param in command.params if param.param_type_name == "argument"]
        usage = " ".join(["bma-projects", name, *map(_shown, arguments)])
        said, _, example = (command.help or "").partition("\n\nExample: ")
        yield f"### {name}\n\n`{usage}`\n\n{said}\n\nExample: `{example}`\n"
        rows = [(_shown(param), param.help) for param in arguments]
        rows += [(", ".join(param.opts), param.help) for param in command.params if param not in arguments]
        yield _table(("flag", "what it does"), [(f"`{flag}`", text or "") for flag, text in rows])


def _shown(argument: object) -> str:
    return str(getattr(argument, "metavar", None) or getattr(argument, "name", "")).upper()


def _settings() -> Iterator[str]:
    tables = {name: type(value) for name, value in Settings() if isinstance(value, BaseModel)}
    documented: dict[str, type[BaseModel]] = {"": Settings, **tables, "sources.<id>": Source}
    for heading, table in documented.items():
        yield f"### {f'[{heading}]' if heading else 'At the top of the file'}\n\n{inspect.getdoc(table)}\n"
        rows = [
            (f"`{name}`", _default(field), field.description or "")
            for name, field in table.model_fields.items()
            if name not in ("source_id", "sources", *tables)
        ]
        has_reasons = any(reason for *_, reason in rows)
        heads = ("setting", "default", "why") if has_reasons else ("setting", "default")
        yield _table(heads, [row[: len(heads)] for row in rows])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    if field.default in (None, "", ()):
        return "none"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(current_document(), encoding="utf-8")
