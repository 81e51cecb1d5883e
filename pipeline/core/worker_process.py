"""A process for work that may hang or crash: such work costs its process, never the one that asked for it.

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

# What is limited is the reading of one page. Pages take half a millisecond; of all kinds whose cost grows with their
# size the slowest takes 2 seconds for 10 MB, the largest that is fetched.
LIMIT_SECONDS = 5.0


class WorkerDiedError(Exception):
    """The process ended before its task; the message says how, as the end of a sentence that names the task."""


class TookTooLongError(WorkerDiedError):
    """The process was ended because its task took more than LIMIT_SECONDS of processor time."""


class WorkerProcess:
    """A process for one task at a time: started with the first one, and again with the next after it died over one.

    It is a fresh interpreter, not a fork, as its parent may run threads. No Ctrl-C reaches it, and it ends with its
    parent however that ends. Leaving the `with` block ends it, at once.
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
        """Have a function of a module called in the process; one thread at a time may ask.

        Args:
            function: found by its name there; its arguments and what it returns are pickled.

        Returns:
            What the function returned.

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
        """End the process whatever it is doing; a thread that waits for it gets WorkerDiedError."""
        with self._lock:
            self._is_closed, process = True, self._process
        if process is not None:
            process.kill()
            # Not before the thread that waits has heard of it: a pipe must not be closed while somebody reads from it.
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
            # Its answer would be taken for that of the next task.
            self._end(process)
            raise

    def _started(self) -> "subprocess.Popen[bytes]":
        with self._lock, signals_held_back():
            if self._is_closed:
                raise WorkerDiedError("was given up at the end of the run")
            if self._process is not None and self._process.poll() is not None:
                # It died between two tasks, for lack of memory perhaps; the next task is not to blame.
                self._end(self._process)
            if self._process is None:
                # -P: no module is taken from the directory that the command happens to run in.
                command = [sys.executable, "-P", "-m", "pipeline.core.worker_process"]
                self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
            return self._process

    def _end(self, process: "subprocess.Popen[bytes]") -> int:
        """Its exit code; one that has ended by itself keeps its own."""
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

    It counts the time of the processor: a busy machine, or one that was suspended, is no fault of a page.
    For blocks within the task of a WorkerProcess, or of a cluster's worker that somebody starts again.
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
    """What the process does: one task after another, until its parent is gone."""
    sys.unraisablehook = skip_repeated_errors
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    # What native code prints must not stand among the answers.
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
    # Only of the other end's closing is one told unasked.
    parent.poll()
    os._exit(1)


if __name__ == "__main__":
    _work()
