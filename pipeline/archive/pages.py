"""A capture → the page it shows, by the reader for its kind."""

from parsers.html_page import read_page
from parsers.page import Page
from parsers.text_page import read_text
from pipeline.archive.warc import Capture


def read_archived_page(capture: Capture) -> Page:
    """Read a capture with the reader for its kind: HTML as received, or text somebody extracted. Never raises."""
    if capture.is_text:
        return read_text(capture.body.decode("utf-8", "replace"))
    return read_page(
        capture.body,
        status=capture.status or 200,
        content_type=capture.content_type,
        location=capture.header("location"),
    )
