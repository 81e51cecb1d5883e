"""Worker processes that die with the run: no signal reaches them, and none outlives the process that started it."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from threading import Thread
from typing import NamedTuple, ParamSpec, TypeVar

from pipeline.core.errors import skip_repeated_errors
from pipeline.core.signals import signals_held_back

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class WorkerPool(NamedTuple):
    """Whoever does the work, here or elsewhere; made for as long as a block lasts.

    worker_died is what a future raises when its worker died over it; check raises when nobody is left to work.
    """

    executor: Executor
    worker_died: type[Exception]
    check: Callable[[], None]


class _Pool(ProcessPoolExecutor):
    """Processes start within submit; they inherit what signals are held back there."""

    def submit(
        self, fn: Callable[_Arguments, _Result], /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> Future[_Result]:
        with signals_held_back():
            return super().submit(fn, *args, **kwargs)


@contextmanager
def process_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of fresh interpreters (not forks: the parent may run threads); when the block fails, they are killed."""
    pool = _Pool(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_die_with_parent)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


@contextmanager
def local_pool(tasks: int, workers: int | None = None) -> Iterator[WorkerPool]:
    """Worker processes on this machine: one a core (or that many), but no more than there are tasks."""
    with process_pool(min(workers or os.cpu_count() or 1, tasks)) as pool:
        yield WorkerPool(pool, BrokenExecutor, lambda: None)


def _die_with_parent() -> None:
    """A worker of a run that was killed must not go on writing beside the next run."""
    sys.unraisablehook = skip_repeated_errors
    Thread(target=_exit_after_parent, name="parent", daemon=True).start()


def _exit_after_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
