"""What a saved page says of itself, as the programs that save pages write it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.importing.saved_page import Statement, read_statement

URL = "http://www.bmavisions.com/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id=50490000-3607"
AT = dt.datetime(2023, 5, 1, 8, 21, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("note", "url", "at"),
    [
        (
            f"<!--\n Page saved with SingleFile \n url: {URL} \n saved date: Mon May 01 2023 15:21:00 GMT+0700\n-->",
            URL,
            AT,
        ),
        (f"<!-- saved from url=(0145)https://web.archive.org/web/20230501082100/{URL} -->", URL, AT),
        (f"<!-- saved from url=(0145)https://web.archive.org/web/20230501082100id_/{URL} -->", URL, AT),
        (f"<!-- saved from url=(0100){URL.replace('&', '&amp;')} -->", URL, None),
        (
            f"<!-- Mirrored from {URL[7:]} by HTTrack Website Copier/3.x [XR&CO], Mon, 01 May 2023 08:21:00 GMT -->",
            URL,
            AT,
        ),
        (
            "<!--\n     FILE ARCHIVED ON 08:21:00 May 01, 2023 AND RETRIEVED FROM THE\n     INTERNET ARCHIVE\n-->",
            None,
            AT,
        ),
        (f'<script>wbinfo.timestamp = "20230501082100";\nwbinfo.url = "{URL}";</script>', URL, AT),
    ],
    ids=["SingleFile", "saved from an archive", "raw capture", "browser", "HTTrack", "Wayback Machine", "pywb"],
)
def test_the_program_that_saved_a_page_says_from_where_and_when(note: str, url: str | None, at: dt.datetime) -> None:
    statement = read_statement(f"<!DOCTYPE html>\n{note}\n<html><body>หน้าเว็บ</body></html>".encode())
    assert (statement.url, statement.at) == (url, at)


def test_what_people_typed_into_a_page_states_nothing() -> None:
    typed = (
        "<td>&lt;!-- saved from url=(0010)http://x/ --&gt; FILE ARCHIVED ON 08:21:00 May 01, 2023 AND RETRIEVED</td>"
    )
    assert read_statement(typed.encode()) == Statement()


@pytest.mark.parametrize("time", ["Mon Foo 01 2023 15:21:00 GMT+0700", "May 99 2023 15:21:00 GMT", "May 01 15:21:00"])
def test_a_time_that_is_none_is_not_stated(time: str) -> None:
    note = f"<!--\n Page saved with SingleFile \n url: {URL} \n saved date: {time}\n-->"
    assert read_statement(note.encode()).at is None


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"<!-- Page saved with SingleFile url: x saved date: ", b"<!-- FILE ARCHIVED ON "]),
)
def test_no_body_stops_the_reader(body: bytes, beginning: bytes) -> None:
    read_statement(beginning + body)
