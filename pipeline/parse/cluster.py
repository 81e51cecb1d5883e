"""A Dask cluster in place of the worker processes: the same function over the same batches, in a shared data directory.

Only this module knows Dask, and it is imported only when a cluster is asked for.
"""

import logging
import os
import secrets
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pipeline.core.errors import PipelineError
from pipeline.core.files import PARTIAL
from pipeline.parse.pool import WorkerPool
from pipeline.parse.versions import ParserVersions, parser_versions

try:
    from distributed import Client, KilledWorker
    from distributed.versions import VersionMismatchWarning
except ImportError as _error:
    raise PipelineError(
        f"a cluster needs dask.distributed, which is not installed ({_error.name} is missing); "
        "install it with `pip install 'bma-projects[cluster]'`, or leave out --cluster and parse.cluster"
    ) from _error

_CONNECT_SECONDS = 5
_LONGEST_GREETING = 1_000_000
_FIRST_WORKER_SECONDS = 10
_NO_WORKER_SECONDS = 60
_CLOSE_SECONDS = 2


class ClusterError(PipelineError):
    """The cluster cannot be reached or its workers cannot do this work; the message says which and what to do."""


class WorkerState(NamedTuple):
    """What a worker says of itself before it is given anything."""

    versions: ParserVersions
    has_data_dir: bool
    can_write: bool


@contextmanager
def cluster_pool(address: str, parsed_dir: Path) -> Iterator[WorkerPool]:
    """The workers of the cluster whose scheduler listens at address; leaving the block takes back what is not done.

    Raises ClusterError, within seconds, when nobody answers or a worker would make other partitions than this process.
    """
    client = _connect(address)
    try:
        _await_worker(client, address)
        _check_workers(client, parsed_dir)
        yield WorkerPool(_Executor(client).submit, KilledWorker, _Attendance(client, address).check)
    finally:
        # The scheduler drops the tasks of a client that has gone; a worker in the middle of a batch ends it for nobody.
        with suppress(TimeoutError, OSError):
            client.close(timeout=_CLOSE_SECONDS)  # type: ignore[no-untyped-call]


def describe_worker(parsed_dir: str, token: str) -> WorkerState:
    """Runs on every worker: what it parses with, and whether it sees the file that was put into the data directory."""
    has_data_dir = Path(parsed_dir, token).exists()
    return WorkerState(parser_versions(), has_data_dir, os.access(parsed_dir, os.W_OK))


def _connect(address: str) -> Client:
    # What matters of its log is told below, in one line.
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    warnings.simplefilter("ignore", VersionMismatchWarning)
    _await_greeting(address)
    try:
        return Client(  # type: ignore[no-untyped-call]
            address, timeout=_CONNECT_SECONDS, set_as_default=False, name="bma-projects"
        )
    except (OSError, TimeoutError, ValueError, ImportError) as error:
        raise _unreachable(address, "something else answers, or another version of Dask") from error


def _await_greeting(address: str) -> None:
    """Dask tries for as long as it may and waits for ever for a greeting; who listens there is known sooner."""
    url = urlsplit(address)
    try:
        with socket.create_connection((url.hostname or "", url.port or 0), _CONNECT_SECONDS) as connection:
            # Its servers speak first, and begin with the length of what they say; behind TLS nobody does.
            greeting = connection.recv(8, socket.MSG_WAITALL) if url.scheme == "tcp" else b""
    except TimeoutError as error:
        raise _unreachable(address, "no answer") from error
    except (OSError, ValueError, OverflowError) as error:
        raise _unreachable(address, getattr(error, "strerror", None) or str(error)) from error
    if url.scheme == "tcp" and not 0 < int.from_bytes(greeting, sys.byteorder) < _LONGEST_GREETING:
        raise _unreachable(address, "something else answers")


def _unreachable(address: str, reason: str) -> ClusterError:
    return ClusterError(
        f"{address}: no Dask scheduler can be reached there ({reason}); start one with `dask scheduler`, "
        "or correct --cluster (parse.cluster in the settings)"
    )


def _await_worker(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_FIRST_WORKER_SECONDS)
    except TimeoutError as error:
        raise ClusterError(_nobody(address)) from error


def _nobody(address: str) -> str:
    return f"{address}: the scheduler has no workers; start some with `dask worker {address} --nthreads 1`"


def _check_workers(client: Client, parsed_dir: Path) -> None:
    token = f".cluster-{secrets.token_hex(8)}{PARTIAL}"
    sign = parsed_dir / token
    sign.mkdir()
    try:
        states = client.run(describe_worker, str(parsed_dir), token, on_error="return")
    finally:
        sign.rmdir()
    troubles = {worker: trouble for worker, state in states.items() if (trouble := _trouble(state, parsed_dir))}
    if troubles:
        worker, trouble = min(troubles.items())
        others = f" (and {len(troubles) - 1} more of {len(states)} workers)" if len(troubles) > 1 else ""
        raise ClusterError(f"worker {worker}{others} {trouble}")


def _trouble(state: WorkerState | Exception, parsed_dir: Path) -> str | None:
    if isinstance(state, ImportError | AttributeError):
        return f"cannot load bma-projects ({state}); install the same version and its lock file there"
    if isinstance(state, Exception):
        return f"cannot work ({type(state).__name__}: {state})"
    if state.versions != parser_versions():
        return state.versions.mismatch(parser_versions())
    if not state.has_data_dir:
        return f"does not see {parsed_dir}; put the data directory on storage that every machine mounts at this path"
    if not state.can_write:
        return f"may not write to {parsed_dir}; run it as a user who may"
    return None


class _Executor(Executor):
    """Tasks of a cluster as futures of the standard library.

    Dask has an executor too, but that one (2026.8) fetches a result first and then asks whether there is one: when the
    worker that held it has died in between, it takes the result for an error and fails on it.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        outcome: Future[Any] = Future()
        task = self._client.submit(fn, *args, pure=False, **kwargs)
        task.add_done_callback(partial(_hand_over, outcome))  # type: ignore[no-untyped-call]
        return outcome


def _hand_over(outcome: Future[Any], task: Any) -> None:
    """Runs in a thread of Dask when a task has ended; a result that is lost meanwhile is made again and awaited."""
    try:
        outcome.set_result(task.result())
    except CancelledError:
        outcome.cancel()
        outcome.set_running_or_notify_cancel()
    except Exception as error:  # noqa: BLE001 - it is for whoever asks for the result
        outcome.set_exception(error)


class _Attendance:
    """Asked when nothing has come back for a while: is the scheduler there, and anybody who works for it?"""

    def __init__(self, client: Client, address: str) -> None:
        self._client, self._address = client, address
        self._last_seen = time.monotonic()

    def check(self) -> None:
        """Raise ClusterError when the scheduler has gone, or its last worker has been gone for a minute."""
        gone = f"{self._address}: the scheduler has gone away; what was parsed is kept: start it and run again"
        try:
            has_workers = bool(self._client.status == "running" and self._client.scheduler_info(n_workers=1)["workers"])
        except (OSError, TimeoutError, RuntimeError) as error:
            raise ClusterError(gone) from error
        if self._client.status != "running":
            raise ClusterError(gone)
        if has_workers:
            self._last_seen = time.monotonic()
        elif time.monotonic() - self._last_seen > _NO_WORKER_SECONDS:
            raise ClusterError(_nobody(self._address))
