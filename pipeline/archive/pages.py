"""A capture → the page it shows, by the reader for its kind; and a process that reads what may crash or hang it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple, ParamSpec, Self, TypeVar

from parsers.html_page import read_page
from parsers.listing_page import Listing, read_listing
from parsers.page import NamingProblem, Page, PageKind, content_sha256, naming_problem
from parsers.text_page import read_text
from pipeline.archive.warc import Capture
from pipeline.core.memory import keep_freed_memory
from pipeline.core.worker_process import WorkerProcess, time_limit

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class PageSummary(NamedTuple):
    """The part of a page that decides the outcome of a visit.

    naming_problem says why a page of kind `project` is not that of the project that was asked for.
    """

    kind: PageKind
    reason: str | None
    content_sha256: str
    naming_problem: NamingProblem | None


def summary_of(page: Page, project_id: str) -> PageSummary:
    """The summary of a page that was asked for as the page of a project."""
    problem = naming_problem(page, project_id) if page.kind is PageKind.PROJECT else None
    return PageSummary(page.kind, page.reason, content_sha256(page), problem)


def read_archived_page(capture: Capture) -> Page:
    """Read a capture with the reader for its kind: HTML as received, or extracted text. Never raises."""
    if capture.is_text:
        return read_text(capture.body.decode("utf-8", "replace"))
    return read_page(
        capture.body,
        status=capture.status or 200,
        content_type=capture.content_type,
        location=capture.header("location"),
    )


class PageReader:
    """Reads pages in a process of its own, one after the other; the process starts with the first of them.

    A page that crashes the process or takes it too long makes its future raise WorkerDiedError, and the next page is
    read by another process. Leaving the `with` block ends it.
    """

    def __init__(self) -> None:
        self._process = WorkerProcess()
        self._thread = ThreadPoolExecutor(1, "page-reader")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, capture: Capture) -> Future[Page]:
        """Read a capture in the process, as read_archived_page does."""
        return self._thread.submit(lambda: self._process.call(_within_limit, read_archived_page, capture))

    def read_summary(self, capture: Capture, project_id: str) -> Future[PageSummary]:
        """Read a capture in the process as the page of a project; only its summary is pickled, not the whole page."""
        return self._thread.submit(lambda: self._process.call(_within_limit, _read_summary, capture, project_id))

    def read_listing(self, body: bytes, content_type: str | None) -> Future[Listing | None]:
        """Read a listing page in the process, as read_listing does."""
        return self._thread.submit(
            lambda: self._process.call(_within_limit, read_listing, body, content_type=content_type)
        )

    def close(self) -> None:
        """End the process, even while it reads a page."""
        self._process.close()
        self._thread.shutdown(cancel_futures=True)


def _read_summary(capture: Capture, project_id: str) -> PageSummary:
    return summary_of(read_archived_page(capture), project_id)


def _within_limit(
    read: Callable[_Arguments, _Result], /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
) -> _Result:
    keep_freed_memory()
    with time_limit():
        return read(*args, **kwargs)
