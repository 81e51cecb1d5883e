"""The kinds of values that settings have: an impossible value is reported at the start, not at night."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, Strict

_Value = TypeVar("_Value")
ALL_SOURCES = "all"
# The largest whole number of TOML.
_LARGEST = 2**63 - 1
# Columns of projects that hold free text; only their changes may be ignored.
_TEXT_FIELDS = ("rationale", "objective", "goal", "responsible", "evaluator", "remark", "governor_policy", "month_goal")
_SOURCE_ID = re.compile(rf"(?!{ALL_SOURCES}$)[a-z0-9_]+(?:-[a-z_][a-z0-9_]*)*")
_MEMORY = re.compile(r"(?=.*[1-9])\d+(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"[^\s/@]+:\d{1,5}")
_SCHEDULER = re.compile(r"((tcp|tls|ws|wss)://([^\s/@:\[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5})?")
_ASCII = re.compile(r"[ -~]*")
_WINDOW = re.compile("({0}-{0})?".format("([01][0-9]|2[0-3]):[0-5][0-9]"))


def _from_text(read: Callable[[str], object]) -> BeforeValidator:
    """Environment variables are text: it becomes a value of this kind, or stays text and is refused as text."""

    def convert(value: object) -> object:
        with suppress(ValueError, KeyError):
            return read(value) if isinstance(value, str) else value
        return value

    return BeforeValidator(convert)


def _must(is_possible: Callable[[_Value], object], expected: str) -> AfterValidator:
    def check(value: _Value) -> _Value:
        if not is_possible(value):
            raise ValueError(expected)
        return value

    return AfterValidator(check)


def _path(text: str) -> Path:
    # An empty path would mean the working directory, which the user did not ask for.
    if not text or "\0" in text:
        raise ValueError(text)
    return Path(text)


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _is_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        return False
    is_plain = text.isprintable() and " " not in text and url.username is None
    return is_plain and url.scheme in ("http", "https") and bool(url.hostname)


def _is_base_url(text: str) -> bool:
    if not _is_address(text):
        return False
    url = urlsplit(text)
    # A directory may answer too, but Yii2 links its pages to the script: the next page of the listing would lead away.
    return not url.query and not url.fragment and not url.path.endswith("/") and url.path != ""


def _is_time_zone(text: str) -> bool:
    try:
        return bool(ZoneInfo(text).key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


Whole = Annotated[int, Field(strict=True, ge=0, le=_LARGEST), _from_text(int)]
WholeAboveZero = Annotated[Whole, Field(gt=0)]
# DuckDB starts this many threads, even when the machine has fewer cores.
Threads = Annotated[WholeAboveZero, Field(le=1024)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=_LARGEST), _from_text(float)]
NumberAboveZero = Annotated[Number, Field(gt=0)]
Share = Annotated[Number, _must(lambda share: share <= 1, "a share lies between 0 and 1")]
Switch = Annotated[bool, Strict(), _from_text({"true": True, "1": True, "false": False, "0": False}.__getitem__)]
Directory = Annotated[Path, Strict(), _from_text(_path)]
SourceId = Annotated[str, _must(_SOURCE_ID.fullmatch, "use lower-case letters, digits and hyphens (but not 'all')")]
BaseUrl = Annotated[
    str,
    _must(
        _is_base_url,
        "write it as https://host/path/index.php, with the name of the script at its end, without name and password "
        "and without what follows a question mark",
    ),
]
BaseUrls = Annotated[tuple[BaseUrl, ...], _from_text(_items)]
TextFields = Annotated[
    tuple[Annotated[str, _must(_TEXT_FIELDS.__contains__, f"use one of {', '.join(_TEXT_FIELDS)}")], ...],
    _from_text(_items),
]
NotifyUrl = Annotated[str, _must(lambda text: not text or _is_address(text), "write it as https://host/path")]
Contact = Annotated[str, _must(_ASCII.fullmatch, "write an address in ASCII: it is part of the User-Agent")]
HostAndPort = Annotated[str, _must(_HOST_AND_PORT.fullmatch, "write it as host:port")]
Scheduler = Annotated[
    str, _must(_SCHEDULER.fullmatch, "write it as tcp://host:8786, or leave it empty for this machine")
]
Memory = Annotated[str, _must(_MEMORY.fullmatch, "write it as 3GB or 500MB")]
Window = Annotated[str, _must(_WINDOW.fullmatch, "write it as 22:00-05:30, or leave it empty for any time")]
TimeZone = Annotated[str, _must(_is_time_zone, "write it as Asia/Bangkok")]
