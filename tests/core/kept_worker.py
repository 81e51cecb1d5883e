"""Worker processes that are kept from one run to the next within this process: a new one costs half a second."""

import atexit
import os
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import pytest

from pipeline.core.worker_process import WorkerProcess

_Surroundings = tuple[str, frozenset[tuple[str, str]]]


def _surroundings() -> _Surroundings:
    """What a process inherits when it starts."""
    return os.getcwd(), frozenset(item for item in os.environ.items() if item[0] != "PYTEST_CURRENT_TEST")  # noqa: PTH109


class KeptWorker(WorkerProcess):
    """Takes over an idle process of an earlier one, and leaves its own behind; one that is at work is ended as ever."""

    _idle: ClassVar[dict[_Surroundings, list[subprocess.Popen[bytes]]]] = defaultdict(list)

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._process is None and not self._is_closed:
                self._began_in = _surroundings()
                idle = self._idle[self._began_in]
                self._process = idle.pop() if idle else None
        return super()._started()

    def close(self) -> None:
        with self._lock:
            if self._process is not None and self._process.poll() is None and not self._asking.locked():
                self._idle[self._began_in].append(self._process)
                self._process = None
        super().close()

    @classmethod
    def end_all(cls) -> None:
        for process in (process for idle in cls._idle.values() for process in idle):
            with process:
                process.kill()


atexit.register(KeptWorker.end_all)


@contextmanager
def kept_workers() -> Iterator[None]:
    """Let the pages of a run in this process be read, and parsed, by processes that are kept."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("pipeline.archive.pages", "pipeline.parse.pool"):
            patch.setattr(f"{module}.WorkerProcess", KeptWorker)
        yield
