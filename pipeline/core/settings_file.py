"""Reads settings: bma-projects.toml, BMA_* variables and flags over the defaults, in rising order, and checks them."""

import dataclasses
import re
import types
import typing
from collections.abc import Mapping
from pathlib import Path

from pipeline.core.settings import Settings, SettingsError, Source
from pipeline.core.settings_values import check_value

SETTINGS_FILE = Path("bma-projects.toml")
_PREFIX = "BMA_"
# Read by the tests alone.
_NOT_A_SETTING = "BMA_REQUIRE_CHROMIUM"
_SOURCE_ID = re.compile(r"[a-z0-9_]+(?:-[a-z_][a-z0-9_]*)*")
_SOURCES = "sources"
ALL_SOURCES = "all"
# Flags that are not called as the setting is.
_FLAGS = {"alarm.url": "notify-url", "alarm.command": "on-failure"}
_SECTIONS = {field.name for field in dataclasses.fields(Settings)} - {"data_dir", "source"}
_Owner = typing.TypeVar("_Owner")


def load_settings(
    file: Path | None, environment: Mapping[str, str], flags: Mapping[str, object] | None = None
) -> Settings:
    """Read the settings; file None means bma-projects.toml where there is one.

    flags are dotted keys ("fetch.rate") with their values, None for a flag that was not given. Raises SettingsError
    naming file or variable, key, and what was expected.
    """
    settings = Settings()
    if file is not None or SETTINGS_FILE.exists():
        settings = _from_file(settings, file or SETTINGS_FILE)
    settings = _from_environment(settings, environment)
    for key, value in (flags or {}).items():
        if value is not None:
            flag = _FLAGS.get(key) or key.rpartition(".")[2].replace("_", "-")
            settings = _with(settings, key.split("."), value, f"--{flag}")
    for source in settings.sources.values():
        if not source.base_url:
            raise SettingsError(
                f"{file or SETTINGS_FILE}: sources.{source.source_id}.base_url is missing; "
                "write it as https://host/path/index.php"
            )
    return settings


def source_of(settings: Settings, source_id: str | None = None) -> Source:
    """Look one source up. Raises SettingsError that lists the known ones, also where the settings name several."""
    wanted = source_id or settings.source
    if wanted not in settings.sources:
        known = ", ".join(sorted(settings.sources))
        if wanted == ALL_SOURCES or "," in wanted:
            raise SettingsError(f"this works on one source at a time; choose one of {known} with --source")
        raise SettingsError(
            f"unknown source {wanted!r:.80}; known are {known}; add one as [sources.ID] in {SETTINGS_FILE}"
        )
    return settings.sources[wanted]


def sources_of(settings: Settings) -> list[Source]:
    """The sources a run works on: those the settings name, or all that are not invented. Raises SettingsError."""
    if settings.source == ALL_SOURCES:
        return [source for _, source in sorted(settings.sources.items()) if not source.is_invented]
    wanted = dict.fromkeys(source_id.strip() for source_id in settings.source.split(","))
    return [source_of(settings, source_id) for source_id in wanted]


def keys_and_values(settings: Settings) -> list[tuple[str, object]]:
    """Every setting as a dotted key and its value, in the order of their declaration."""
    pairs: list[tuple[str, object]] = []
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if field.name == _SOURCES:
            for source_id, source in sorted(settings.sources.items()):
                pairs += [(f"{_SOURCES}.{source_id}.{f.name}", getattr(source, f.name)) for f in _options(source)]
        elif dataclasses.is_dataclass(value):
            pairs += [(f"{field.name}.{f.name}", getattr(value, f.name)) for f in dataclasses.fields(value)]
        else:
            pairs.append((field.name, value))
    return pairs


def _options(source: Source) -> list["dataclasses.Field[object]"]:
    return [field for field in dataclasses.fields(source) if field.name != "source_id"]


def _from_file(settings: Settings, file: Path) -> Settings:
    # Imported here: where there is no file, every command answers faster without it.
    import tomllib

    try:
        text = file.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: is no TOML ({error})") from error
    for key, value in _flat(content):
        settings = _with(settings, key, value, f"{file}, line {_line_of(text, key)}")
    return settings


def _flat(content: Mapping[str, object], above: tuple[str, ...] = ()) -> list[tuple[list[str], object]]:
    found: list[tuple[list[str], object]] = []
    for key, value in content.items():
        if isinstance(value, dict) and (value or (not above and key in _SECTIONS)):
            found += _flat(value, (*above, key))
        else:
            found.append(([*above, key], value))
    return found


def _line_of(text: str, key: list[str]) -> int:
    """Line of a key below its table heading, as near as plain reading tells."""
    heading = ".".join(key[:-1])
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = stripped.strip("[]").replace('"', "").replace(" ", "")
        elif table == heading and re.match(rf'"?{re.escape(key[-1])}"?\s*=', stripped):
            return number
    return 1


def _from_environment(settings: Settings, environment: Mapping[str, str]) -> Settings:
    for name in sorted(environment):
        if not name.startswith(_PREFIX) or name == _NOT_A_SETTING:
            continue
        wanted = name.removeprefix(_PREFIX).lower()
        known = [key for key, _ in keys_and_values(settings)]
        key = next((key for key in known if key.replace(".", "_") == wanted), None)
        if key is None:
            raise SettingsError(f"{name}: no such setting; `bma-projects settings` lists them all")
        settings = _with(settings, key.split("."), environment[name], name)
    return settings


def _with(settings: Settings, key: list[str], value: object, where: str) -> Settings:
    """A copy of the settings with one of them set; where names its origin for the error message."""
    name = ".".join(key)
    if key[0] == _SOURCES and len(key) == 3:
        source_id = key[1]
        if _SOURCE_ID.fullmatch(source_id) is None or source_id == ALL_SOURCES:
            raise SettingsError(
                f"{where}: {source_id!r:.80} is no source id; use lower-case letters, digits and hyphens "
                f"(but not {ALL_SOURCES!r})"
            )
        source = settings.sources.get(source_id, Source(source_id, ""))
        typed = _typed(source, key[2], value, name, where)
        check_value(name, typed, where)
        changed = _replaced(source, key[2], typed)
        return _replaced(settings, _SOURCES, {**settings.sources, source_id: changed})
    owner: object = settings
    if len(key) == 2 and key[0] != _SOURCES:
        owner = getattr(settings, key[0], None) if key[0] in _field_names(settings) else None
    if not dataclasses.is_dataclass(owner) or isinstance(owner, type) or len(key) > 2:
        raise SettingsError(f"{where}: unknown setting {name!r:.80}; `bma-projects settings` lists them all")
    option = key[-1]
    typed = _typed(owner, option, value, name, where)
    check_value(name, typed, where)
    return _replaced(settings, key[0], typed if len(key) == 1 else _replaced(owner, option, typed))


def _replaced(owner: _Owner, option: str, value: object) -> _Owner:
    return dataclasses.replace(owner, **{option: value})  # type: ignore[type-var]


def _field_names(owner: object) -> set[str]:
    return {field.name for field in dataclasses.fields(owner)}  # type: ignore[arg-type]


def _typed(owner: object, option: str, value: object, name: str, where: str) -> object:
    hint = typing.get_type_hints(type(owner)).get(option)
    if hint is None or option in {"source_id", _SOURCES} or dataclasses.is_dataclass(hint):
        raise SettingsError(f"{where}: unknown setting {name!r:.80}; `bma-projects settings` lists them all")
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    for kind in kinds:
        converted = _convert(kind, value)
        if converted is not None:
            return converted
    expected = " or ".join(_TYPE_NAMES[kind] for kind in kinds)
    raise SettingsError(f"{where}: {name} = {value!r:.80} is wrong; it must be {expected}")


_TYPE_NAMES: dict[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
    tuple[str, ...]: "list of texts",
    types.NoneType: "nothing",
}


def _convert(kind: type, value: object) -> object | None:
    """The value as that type; None when it is none. Variables and flags come as text, files with types of their own."""
    if kind is Path and isinstance(value, str | Path):
        # An empty path would mean the working directory, which nobody asked for.
        return Path(value) if str(value) and "\0" not in str(value) else None
    if kind == tuple[str, ...]:
        texts = [text.strip() for text in value.split(",") if text.strip()] if isinstance(value, str) else value
        is_texts = isinstance(texts, list) and all(isinstance(text, str) for text in texts)
        return tuple(texts) if is_texts else None  # type: ignore[arg-type]
    if kind is bool:
        return (
            value if isinstance(value, bool) else {"true": True, "1": True, "false": False, "0": False}.get(str(value))
        )
    if isinstance(value, bool):
        return None
    if kind is str:
        return value if isinstance(value, str) else None
    if isinstance(value, str | int) or (kind is float and isinstance(value, float)):
        try:
            return kind(value) if kind in (int, float) else None
        except (ValueError, OverflowError):
            return None
    return None
