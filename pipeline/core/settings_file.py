"""Reads settings: bma-projects.toml, BMA_* variables and flags over the defaults, in rising order, and checks them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from pipeline.core.files import read_text_file
from pipeline.core.settings import SAMPLE, Settings, SettingsError, Source
from pipeline.core.settings_values import ALL_SOURCES

SETTINGS_FILE = Path("bma-projects.toml")
_PREFIX = "BMA_"
# Flags whose name differs from that of the setting.
_FLAGS = {"alarm.url": "notify-url", "alarm.command": "on-failure"}
# The errors of pydantic in words for the operator; any other error means that there is no such setting.
_MISTAKES = {
    "int_type": "wrong; it must be whole number",
    "float_type": "wrong; it must be number",
    "bool_type": "wrong; it must be true or false",
    "string_type": "wrong; it must be text",
    "is_instance_of": "wrong; it must be path",
    "tuple_type": "wrong; it must be list of texts",
    "finite_number": "impossible; it must be a finite number",
    "greater_than": "impossible; it must be above {gt:g}",
    "greater_than_equal": "impossible; it cannot be negative",
    "less_than_equal": "impossible; it is too large ({le} at most)",
    "value_error": "impossible; {error}",
    "missing": "missing; write it as https://host/path/index.php",
}
# An address may hold a password, so it is not repeated.
_NOT_SHOWN = (".base_url", ".also_at", ".url")


def load_settings(
    file: Path | None, environment: Mapping[str, str], flags: Mapping[str, object] | None = None
) -> Settings:
    """Read the settings.

    Args:
        file: the settings file; None means bma-projects.toml in the working directory, where there is one.
        environment: variables by name; those that start with BMA_ are settings.
        flags: values by dotted key ("fetch.rate"), None for a flag that was not given.

    Returns:
        The defaults with the file, the variables and the flags laid over them, in this order.

    Raises:
        SettingsError: the file cannot be read, or a setting in any of them is unknown, of the wrong type or impossible;
            one line names file and line, variable or flag, then the key and what was expected.
    """
    settings = Settings()
    if file is not None or SETTINGS_FILE.exists():
        settings = _from_file(settings, file or SETTINGS_FILE)
    keys = {f"{_PREFIX}{key.replace('.', '_').upper()}": key for key, _ in keys_and_values(settings)}
    for name in sorted(environment):
        if not name.startswith(_PREFIX):
            continue
        if name.upper() not in keys:
            raise SettingsError(f"{name}: no such setting; `bma-projects settings` lists them all")
        settings = _laid_over(settings, _table(keys[name.upper()], environment[name]), name)
    for key, value in (flags or {}).items():
        if value is not None:
            flag = _FLAGS.get(key) or key.rpartition(".")[2].replace("_", "-")
            settings = _laid_over(settings, _table(key, value), f"--{flag}")
    return settings


def source_of(settings: Settings, source_id: str | None = None) -> Source:
    """Look up one source.

    Args:
        settings: where the sources are.
        source_id: the source wanted; None means the one that the settings name.

    Returns:
        The source of that id.

    Raises:
        SettingsError: no source has that id, or the settings name several; lists the known ones. Or its rate is 0, no
            limit at all, which is only for a server that a person runs for it.
    """
    wanted = source_id or settings.source
    if wanted not in settings.sources:
        known = ", ".join(sorted(settings.sources))
        if wanted == ALL_SOURCES or "," in wanted:
            raise SettingsError(f"this works on one source at a time; choose one of {known} with --source")
        raise SettingsError(
            f"unknown source {wanted!r:.80}; known are {known}; add one as [sources.ID] in {SETTINGS_FILE}"
        )
    source = settings.sources[wanted]
    rate = settings.fetch.rate if source.rate is None else source.rate
    if rate == 0 and source.connect_to is None and source.base_url != SAMPLE.base_url:
        raise SettingsError(
            f"{wanted}: rate 0 means no limit, which is only for a server of your own (`connect_to`); "
            "for one request in two seconds it is 0.5"
        )
    return source


def sources_of(settings: Settings) -> list[Source]:
    """The sources a run works on.

    Args:
        settings: their `source` names one source, several with commas between them, or `all`.

    Returns:
        The named sources in this order, each once; for `all` those that are not invented, by their ids.

    Raises:
        SettingsError: one of them is unknown; lists the known ones.
    """
    if settings.source == ALL_SOURCES:
        wanted = [source_id for source_id, source in sorted(settings.sources.items()) if not source.is_invented]
    else:
        wanted = list(dict.fromkeys(source_id.strip() for source_id in settings.source.split(",")))
    return [source_of(settings, source_id) for source_id in wanted]


def keys_and_values(settings: Settings) -> Iterator[tuple[str, object]]:
    """Every setting as a dotted key and its value, in the order of their declaration, sources by their ids."""
    values = settings.model_dump()
    values["sources"] = dict(sorted(values["sources"].items()))
    return _flat(values)


def _flat(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, value


def _table(key: str, value: object) -> dict[str, object]:
    first, _, rest = key.partition(".")
    return {first: _table(rest, value) if rest else value}


def _from_file(settings: Settings, file: Path) -> Settings:
    # Imported here: without a file, every command answers faster without this import.
    import tomllib

    try:
        text = read_text_file(file)
        table = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: is not TOML ({error})") from error
    return _laid_over(settings, table, str(file), text)


def _laid_over(settings: Settings, table: Mapping[str, object], where: str, text: str | None = None) -> Settings:
    """The settings with those of a table laid over them; `where` (and `text` of a file) is the origin for errors."""
    try:
        return Settings.model_validate(_merged(settings.model_dump(), table), by_alias=True, by_name=False)
    except ValidationError as error:
        raise SettingsError(_told(error, table, where, text)) from error


def _merged(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    merged = {**below, **above}
    for key, value in above.items():
        under = below.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            merged[key] = _merged(under, value)
    return merged


def _written_key(table: object, place: Sequence[str | int]) -> list[str]:
    """The key at the place that pydantic names, or the first one below it."""
    key: list[str] = []
    while isinstance(table, dict) and table:
        part = place[len(key)] if len(key) < len(place) else None
        key.append(part if isinstance(part, str) and part in table else next(iter(table)))
        table = table[key[-1]]
    return key


def _told(error: ValidationError, table: Mapping[str, object], where: str, text: str | None) -> str:
    # A missing key is reported last: another error may be the reason for it.
    problem = min(error.errors(), key=lambda problem: problem["type"] == "missing")
    kind, place = problem["type"], problem["loc"]
    key = _written_key(table, place)
    if text is not None:
        where = f"{where}, line {_line_of(text, key)}"
    if place[-1] == "[key]":
        return f"{where}: {problem['input']!r:.80} is not a source id; {problem['ctx']['error']}"
    if kind not in _MISTAKES or len(key) > len(place):
        return f"{where}: unknown setting {'.'.join(key)!r:.80}; `bma-projects settings` lists them all"
    if isinstance(place[-1], int) and kind == "string_type":
        kind = "tuple_type"
    name = ".".join(part for part in place if isinstance(part, str))
    shown = "" if name.endswith(_NOT_SHOWN) else f" = {problem['input']!r:.80}"
    return f"{where}: {name}{shown} is {_MISTAKES[kind].format(**problem.get('ctx', {}))}"


def _line_of(text: str, key: Sequence[str]) -> int:
    """Line of a key below its table heading, as far as a plain search finds it."""
    heading = ".".join(key[:-1])
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = stripped.strip("[]").replace('"', "").replace(" ", "")
        elif table == heading and re.match(rf'"?{re.escape(key[-1])}"?\s*=', stripped):
            return number
    return 1
