"""Ctrl-C and SIGTERM: the first signal ends the run in order, a second one ends the process at once.

Python runs signal handlers between two steps of its own code, which can be far apart while DuckDB works or a page is
awaited. So the first signal reaches every place that may hold the main thread: event loops have their tasks cancelled,
DuckDB queries are interrupted by a watching thread, everything else gets KeyboardInterrupt. Everything written to disk
is safe against kill -9, so nothing is lost when a second signal ends the process at once.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_EXIT_CODE = 1
_SHOW_CURSOR = "\x1b[?25h"
_queries: list[Callable[[], None]] = []
_is_interrupted = Event()


@contextmanager
def orderly_interruption() -> Iterator[None]:
    """Let SIGINT and SIGTERM end the block with KeyboardInterrupt at any place; for the main thread only."""
    _is_interrupted.clear()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    watcher = Thread(target=_watch, args=(reader,), name="signals", daemon=True)
    watcher.start()
    earlier = {number: signal.signal(number, _interrupt) for number in SIGNALS}
    earlier_fd = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield
    except BaseException as error:
        # Instead of KeyboardInterrupt, DuckDB's client raises RuntimeError when it receives the signal itself, and a
        # task of an event loop CancelledError, which is not an Exception.
        if _is_interrupted.is_set() and (isinstance(error, RuntimeError) or not isinstance(error, Exception)):
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.set_wakeup_fd(earlier_fd)
        for number, handler in earlier.items():
            signal.signal(number, handler)
        os.close(writer)
        watcher.join()
        os.close(reader)


def raise_if_interrupted() -> None:
    """Raise KeyboardInterrupt for a signal that came when an event loop was ending and did not act on it."""
    if _is_interrupted.is_set():
        raise KeyboardInterrupt


@contextmanager
def interruptible_query(interrupt: Callable[[], None]) -> Iterator[None]:
    """Call `interrupt` (of a DuckDB connection) from another thread when a signal comes while the block runs."""
    _queries.append(interrupt)
    try:
        yield
    finally:
        _queries.remove(interrupt)


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Hold both signals back; a process started in the block never gets them."""
    held_before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held_before)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    _is_interrupted.set()
    # A running event loop has imported it; a command without one starts 60 ms faster.
    if "asyncio" not in sys.modules:
        raise KeyboardInterrupt
    import asyncio

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        raise KeyboardInterrupt from None
    for task in asyncio.all_tasks(loop):
        loop.call_soon_threadsafe(task.cancel)


def _watch(reader: int) -> None:
    has_come = False
    while number := os.read(reader, 1):
        if number[0] not in SIGNALS:
            continue
        if has_come:
            _end_at_once()
        has_come = True
        for interrupt in tuple(_queries):
            interrupt()


def _end_at_once() -> None:
    with suppress(OSError):
        cursor = _SHOW_CURSOR if sys.stderr.isatty() else ""
        os.write(2, f"{cursor}\nended at once; the next run recovers what was fetched\n".encode())
    os._exit(_EXIT_CODE)
