"""The workers of a parse stage: processes of this machine, or others that take a function and give a future."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import LifoQueue
from typing import Any, NamedTuple, Protocol

from pipeline.core.worker_process import WorkerDiedError, WorkerProcess
from pipeline.parse.partition import BatchResult


class BatchFuture(Protocol):
    """A batch that is being parsed: a future of the standard library, or of Dask."""

    def add_done_callback(self, callback: Callable[[Any], object], /) -> None: ...

    def result(self, timeout: float | None = None) -> BatchResult: ...


class WorkerPool(NamedTuple):
    """The workers for as long as a block lasts.

    submit lets one of them call a function; its future raises worker_died when the worker died during the call; check
    raises when no worker is left.
    """

    submit: Callable[..., BatchFuture]
    worker_died: type[Exception]
    check: Callable[[], None]


@contextmanager
def local_pool(tasks: int, workers: int | None = None) -> Iterator[WorkerPool]:
    """Open worker processes on this machine; leaving the block ends them, even during a task.

    Args:
        tasks: the number of tasks; no more processes than that are opened.
        workers: the number of processes; one per core by default.
    """
    processes = [WorkerProcess() for _ in range(min(workers or os.cpu_count() or 1, tasks))]
    idle: LifoQueue[WorkerProcess] = LifoQueue()
    for process in processes:
        idle.put(process)

    def call(function: Callable[..., BatchResult], /, *args: object) -> BatchResult:
        process = idle.get()
        try:
            return process.call(function, *args)
        finally:
            idle.put(process)

    # A thread for each process waits for its answer: a process that dies loses only its own task and is started again.
    with ThreadPoolExecutor(len(processes)) as threads:
        try:
            yield WorkerPool(lambda *task: threads.submit(call, *task), WorkerDiedError, lambda: None)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.close()
