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

    submit has one of them call a function; worker_died is what its future raises when a worker died over it; check
    raises when there is no worker any more.
    """

    submit: Callable[..., BatchFuture]
    worker_died: type[Exception]
    check: Callable[[], None]


@contextmanager
def local_pool(tasks: int, workers: int | None = None) -> Iterator[WorkerPool]:
    """Open worker processes on this machine; leaving the block ends them, whatever they are doing.

    Args:
        tasks: how many there will be; no more processes are opened.
        workers: how many processes; without it one a core.
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

    # A thread for each process waits for its answer: one that dies costs its own task and is started again.
    with ThreadPoolExecutor(len(processes)) as threads:
        try:
            yield WorkerPool(lambda *task: threads.submit(call, *task), WorkerDiedError, lambda: None)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.close()
