"""A process for work that may hang or crash: then only this process ends, not the one that asked for the work.

`python -m pipeline.core.worker_process` is that process: it takes pickled calls from its standard input and answers on
its standard output.
"""

import os
import pickle
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from types import TracebackType
from typing import IO, ParamSpec, Self, TypeVar, cast

from pipeline.core.errors import skip_repeated_errors
from pipeline.core.signals import signals_held_back

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

# The limit is for reading one page. A page takes half a millisecond; the slowest kind of page takes 2 seconds for
# 10 MB, the largest size that is fetched.
LIMIT_SECONDS = 5.0


class WorkerDiedError(Exception):
    """The process ended before its task; the message says how, as the end of a sentence that names the task."""


class TookTooLongError(WorkerDiedError):
    """The process was ended because its task took more than LIMIT_SECONDS of processor time."""


class WorkerProcess:
    """A process for one task at a time: it starts with the first task, and after a crash again with the next one.

    It is a fresh interpreter, not a fork, as its parent may run threads. Ctrl-C does not reach it, and it ends when its
    parent ends, for any reason. Leaving the `with` block ends it at once.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False
        self._lock = Lock()
        self._asking = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(
        self, function: Callable[_Arguments, _Result], /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        """Call a function of a module in the process; one thread at a time may ask.

        Args:
            function: found there by its name; its arguments and its result are pickled.

        Returns:
            The result of the function.

        Raises:
            WorkerDiedError: The process ended meanwhile: it took too long, crashed, or was closed.
            Exception: Whatever the function raised, with the trace of the process as a note.
        """
        with self._asking:
            error, result = self._answer(self._started(), (function, args, kwargs))
        if error is not None:
            raise error
        return cast(_Result, result)

    def close(self) -> None:
        """End the process even during a task; a thread that waits for it gets WorkerDiedError."""
        with self._lock:
            self._is_closed, process = True, self._process
        if process is not None:
            process.kill()
            # The waiting thread must notice first: a pipe must not be closed while a thread reads from it.
            with self._asking:
                self._end(process)

    def _answer(self, process: "subprocess.Popen[bytes]", task: object) -> tuple[Exception | None, object]:
        tasks, answers = cast(tuple[IO[bytes], IO[bytes]], (process.stdin, process.stdout))
        try:
            tasks.write(pickle.dumps(task))
            tasks.flush()
            return cast(tuple[Exception | None, object], pickle.load(answers))  # noqa: S301 - our own process wrote it
        except (EOFError, OSError, pickle.UnpicklingError):
            raise _death(self._end(process)) from None
        except BaseException:
            # Its late answer would be taken as the answer to the next task.
            self._end(process)
            raise

    def _started(self) -> "subprocess.Popen[bytes]":
        with self._lock, signals_held_back():
            if self._is_closed:
                raise WorkerDiedError("was given up at the end of the run")
            if self._process is not None and self._process.poll() is not None:
                # It died between two tasks, perhaps because memory ran out; the next task is not the reason.
                self._end(self._process)
            if self._process is None:
                # -P: modules are never imported from the working directory.
                command = [sys.executable, "-P", "-m", "pipeline.core.worker_process"]
                self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
            return self._process

    def _end(self, process: "subprocess.Popen[bytes]") -> int:
        """End the process and return its exit code: its own one if it had ended already."""
        process.kill()
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe and pipe.close()
        self._process = None
        return code


@contextmanager
def time_limit() -> Iterator[None]:
    """End this process when the block takes too long. Python cannot interrupt native code; the kernel's alarm ends it.

    It counts processor time: a busy or suspended machine is not the fault of a page.
    For blocks within the task of a WorkerProcess, or of a cluster's worker that is started again by its cluster.
    """
    earlier = signal.setitimer(signal.ITIMER_PROF, LIMIT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, *earlier)


def _death(code: int) -> WorkerDiedError:
    if code == -signal.SIGPROF:
        return TookTooLongError(f"took more than {LIMIT_SECONDS:.0f} seconds of processor time")
    crashed = code < 0
    return WorkerDiedError(
        f"crashed ({signal.strsignal(-code)})" if crashed else f"ended its process with exit code {code}"
    )


def _work() -> None:
    """The main loop of the process: one task after another, until its parent is gone."""
    sys.unraisablehook = skip_repeated_errors
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    # Output of native code must not get between the answers.
    os.dup2(2, 1)
    while True:
        try:
            function, args, kwargs = pickle.load(sys.stdin.buffer)  # noqa: S301 - our parent wrote it
        except EOFError:
            return
        try:
            answer = pickle.dumps((None, function(*args, **kwargs)))
        except Exception as error:  # noqa: BLE001 - it is for the caller
            answer = _pickled_error(error)
        answers.write(answer)
        answers.flush()


def _pickled_error(error: Exception) -> bytes:
    trace = "".join(traceback.format_exception(error))
    error.add_note(f"In a worker process:\n{trace}")
    try:
        pickled = pickle.dumps((error, None))
        pickle.loads(pickled)  # noqa: S301
    except Exception:  # noqa: BLE001 - an error with arguments of its own
        return pickle.dumps((RuntimeError(trace), None))
    return pickled


def _end_with_parent() -> None:
    """A worker of a run that was killed must not go on beside the next run."""
    parent = select.poll()
    parent.register(sys.stdin.fileno(), 0)
    # With no events requested, poll returns only when the other end closes.
    parent.poll()
    os._exit(1)


if __name__ == "__main__":
    _work()
