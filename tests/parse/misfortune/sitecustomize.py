"""Python runs this at its start when this folder is on PYTHONPATH: some pages are then hard to read.

A page with a mark is slow or kills its process; one that takes long by itself is given up after a second, not thirty.
"""

import os
import signal
import time

import selectolax.lexbor

_PARSER = selectolax.lexbor.LexborHTMLParser
_ALARM = signal.setitimer


def _parse(html: str | bytes, *arguments: object, **options: object) -> object:
    body = html if isinstance(html, bytes) else html.encode("utf-8", "replace")
    if b"<!-- slow -->" in body:
        time.sleep(0.05)
    if b"<!-- kills its parser -->" in body:
        os.kill(os.getpid(), signal.SIGSEGV)
    return _PARSER(html, *arguments, **options)  # type: ignore[arg-type]


def _alarm(which: int, seconds: float, interval: float = 0.0) -> tuple[float, float]:
    return _ALARM(which, min(seconds, 1.0), interval)


selectolax.lexbor.LexborHTMLParser = _parse  # type: ignore[assignment, misc]
signal.setitimer = _alarm
