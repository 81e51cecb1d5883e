"""A Dask cluster in place of the worker processes: the same function over the same batches, in a shared data directory.

Only this module knows Dask, and it is imported only when a cluster is asked for.
"""

import logging
import secrets
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.core.errors import PipelineError
from pipeline.core.files import PARTIAL
from pipeline.parse.partition import writing
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

_CONNECT_SECONDS, _FIRST_WORKER_SECONDS, _NO_WORKER_SECONDS, _CLOSE_SECONDS = 5, 10, 60, 2
_LONGEST_GREETING = 1_000_000


class ClusterError(PipelineError):
    """The cluster cannot be reached or its workers cannot do this work; the message says which and what to do."""


@contextmanager
def cluster_pool(address: str, parsed_dir: Path) -> Iterator[WorkerPool]:
    """Open the workers of a cluster; leaving the block cancels the tasks that are not done.

    Args:
        address: that of its scheduler, such as tcp://host:8786.
        parsed_dir: data/parsed, an absolute path, which every worker must see.

    Raises:
        ClusterError: Within seconds, when no scheduler answers or a worker would make other partitions than this
            process; later, when the scheduler goes away or has no worker for a minute.
    """
    # The important messages of its log are reported here, in one line.
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    warnings.simplefilter("ignore", VersionMismatchWarning)
    client = _connect(address)
    try:
        _await_worker(client, address, _FIRST_WORKER_SECONDS)
        _check_workers(client, address, parsed_dir)
        check = partial(_await_worker, client, address, _NO_WORKER_SECONDS)
        yield WorkerPool(partial(client.submit, pure=False), KilledWorker, check)
    finally:
        # The scheduler drops the tasks of a client that has gone; the result of a running task is thrown away.
        with suppress(OSError):
            client.close(timeout=_CLOSE_SECONDS)  # type: ignore[no-untyped-call]


def _connect(address: str) -> Client:
    url = urlsplit(address)
    try:
        with socket.create_connection((url.hostname or "", url.port or 0), _CONNECT_SECONDS) as connection:
            # Dask waits for ever when a server listens but never sends a greeting. A greeting begins with its length;
            # with TLS there is none before the client has sent its own.
            greeting = connection.recv(8, socket.MSG_WAITALL) if url.scheme == "tcp" else b"\1"
        if not 0 < int.from_bytes(greeting, sys.byteorder) < _LONGEST_GREETING:
            raise ConnectionError("something else answers")
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, OverflowError, ImportError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise ClusterError(
            f"{address}: no Dask scheduler can be reached there ({reason}); start one with `dask scheduler`, "
            "or correct --cluster (parse.cluster in the settings)"
        ) from error


def _await_worker(client: Client, address: str, seconds: float) -> None:
    try:
        if client.status != "running":
            raise ConnectionError(client.status)
        client.wait_for_workers(1, timeout=seconds)
    except TimeoutError as error:
        start = f"start some with `dask worker {address} --nthreads 1`"
        raise ClusterError(f"{address}: the scheduler has no workers; {start}") from error
    except (OSError, RuntimeError) as error:
        raise _gone(address) from error


def _gone(address: str) -> ClusterError:
    return ClusterError(f"{address}: the scheduler has gone away; finished partitions are kept: start it and run again")


def _check_workers(client: Client, address: str, parsed_dir: Path) -> None:
    shown = parsed_dir / f".cluster-{secrets.token_hex(8)}{PARTIAL}"
    with writing(parsed_dir):
        shown.mkdir()
    try:
        answers = client.run(problem_of_worker, shown, parser_versions(), on_error="return")
    except OSError as error:
        raise _gone(address) from error
    finally:
        shown.rmdir()
    problems = sorted((worker, answer) for worker, answer in answers.items() if answer is not None)
    if problems:
        worker, problem = problems[0]
        if isinstance(problem, Exception):
            problem = f"cannot run bma-projects ({problem!r}); install the same version and its lock file there"
        others = f" (and {len(problems) - 1} more of {len(answers)} workers)" if len(problems) > 1 else ""
        raise ClusterError(f"worker {worker}{others} {problem}")


def problem_of_worker(shown: Path, expected: ParserVersions) -> str | None:
    """Runs on every worker: why it cannot parse, as the end of a sentence about it; None when it can.

    shown is a file that was just written into data/parsed.
    """
    if parser_versions() != expected:
        return parser_versions().mismatch(expected)
    if not shown.exists():
        return f"does not see {shown.parent}; put the data directory on storage that every machine mounts at this path"
    return None
