"""Which values a setting may have: what is impossible is told where it was written, not in the middle of a night."""

import datetime as dt
import math
import re
from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.core.settings import SettingsError

_ABOVE_ZERO = {
    "concurrency",
    "timeout",
    "page_timeout",
    "max_body_bytes",
    "attempts",
    "breaker_failures",
    "segment_bytes",
    "threads",
    "keep_releases",
    "max_release_age_hours",
}
# DuckDB makes a thread of each, whether the machine has a core for it or not.
_MOST_THREADS = 1024
# The largest whole number that TOML knows.
_LARGEST = 2**63 - 1
_MEMORY = re.compile(r"(?=.*[1-9])\d+(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"[^\s/@]+:\d{1,5}")
_SCHEDULER = re.compile(r"(tcp|tls|ws|wss)://([^\s/@:\[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5}")
_CLOCK_TIME = r"\d\d:\d\d"
_WINDOW = re.compile(rf"({_CLOCK_TIME})-({_CLOCK_TIME})|")


def check_value(name: str, value: object, where: str) -> None:
    """Raise SettingsError, naming the place, unless a value of the right type is possible for the setting."""
    option = name.rpartition(".")[2]
    problem = _number_problem(option, value) if isinstance(value, int | float) else None
    texts = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
    if option in _TEXTS:
        is_possible, expected = _TEXTS[option]
        problem = None if all(map(is_possible, texts)) else expected
    if problem is not None:
        # An address may hold a password, so it is not repeated.
        shown = "" if option in ("base_url", "also_at", "url") else f" = {value!r:.80}"
        raise SettingsError(f"{where}: {name}{shown} is impossible; {problem}")


def _number_problem(option: str, value: float) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return "it must be a finite number"
    if value > _LARGEST:
        return "it is too large"
    if option == "threads" and value > _MOST_THREADS:
        return f"it must be {_MOST_THREADS} at most"
    if option in _ABOVE_ZERO and value <= 0:
        return "it must be above 0"
    if value < 0:
        return "it cannot be negative"
    if option.endswith("_share") and value > 1:
        return "a share lies between 0 and 1"
    return None


def _is_base_url(text: str) -> bool:
    return _is_address(text) and not urlsplit(text).query and not urlsplit(text).fragment


def _is_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        return False
    is_plain = text.isprintable() and " " not in text and url.username is None
    return is_plain and url.scheme in ("http", "https") and bool(url.hostname)


def _is_contact(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _is_scheduler(text: str) -> bool:
    return not text or _SCHEDULER.fullmatch(text) is not None


def _is_window(text: str) -> bool:
    match = _WINDOW.fullmatch(text)
    try:
        return match is not None and all(dt.time.fromisoformat(time) is not None for time in match.groups() if time)
    except ValueError:
        return False


def _is_time_zone(text: str) -> bool:
    try:
        return bool(ZoneInfo(text).key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


_TEXTS: dict[str, tuple[Callable[[str], bool], str]] = {
    "base_url": (_is_base_url, "write it as https://host/path/index.php, without name and password"),
    "also_at": (_is_base_url, "write each as https://host/path/index.php, without name and password"),
    "contact": (_is_contact, "write an address in ASCII: it stands in the User-Agent of every request"),
    "url": (lambda text: not text or _is_address(text), "write it as https://host/path"),
    "connect_to": (lambda text: _HOST_AND_PORT.fullmatch(text) is not None, "write it as host:port"),
    "cluster": (_is_scheduler, "write it as tcp://host:8786, or leave it empty for this machine"),
    "memory_limit": (lambda text: _MEMORY.fullmatch(text) is not None, "write it as 3GB or 500MB"),
    "night_window": (_is_window, "write it as 22:00-05:30, or leave it empty for any time"),
    "time_zone": (_is_time_zone, "write it as Asia/Bangkok"),
}
