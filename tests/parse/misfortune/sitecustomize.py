"""Python runs this at its start when this folder is on PYTHONPATH: pages with a mark are then hard to parse."""

import os
import signal
import time

import selectolax.lexbor

_PARSER = selectolax.lexbor.LexborHTMLParser


def _parse(html: str | bytes, *arguments: object, **options: object) -> object:
    body = html if isinstance(html, bytes) else html.encode("utf-8", "replace")
    if b"<!-- slow -->" in body:
        time.sleep(0.05)
    if b"<!-- kills its parser -->" in body:
        os.kill(os.getpid(), signal.SIGSEGV)
    return _PARSER(html, *arguments, **options)  # type: ignore[arg-type]


selectolax.lexbor.LexborHTMLParser = _parse  # type: ignore[assignment, misc]
