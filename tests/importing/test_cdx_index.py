"""What an index answers is read in every form that CDX servers give, and what cannot be read is counted."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.importing.cdx_index import FIELDS, Entry, IndexAnswerError, read_index, read_page_count

NOW = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
URL = "http://www.bmavisions.com/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id=50490000-3607"
KEY = "com,bmavisions)/dp/frontend/web/index.php?project_id=50490000-3607&r=tbl-project-main/view"
DIGEST = "KTS7FNF5NNU6FEJ3E7YMLE75CXQFGS6R"
VALUES = dict(zip(FIELDS, (KEY, "20230501082100", URL, "text/html", "200", DIGEST, "512"), strict=True))
AS_PYWB_NAMES_THEM = {
    "urlkey": KEY, "timestamp": "20230501082100", "url": URL, "mime": "text/html", "status": "200", "digest": DIGEST,
    "length": "512", "offset": "253", "filename": "a.warc.gz", "source-coll": "city",
}  # fmt: skip
FORMS = {
    "an array with a head": json.dumps([list(VALUES), list(VALUES.values())]),
    "an array with a head in another order": json.dumps([list(VALUES)[::-1], list(VALUES.values())[::-1]]),
    "an array without a head": json.dumps([list(VALUES.values())]),
    "an array of objects": json.dumps([AS_PYWB_NAMES_THEM]),
    "an object a line": json.dumps(AS_PYWB_NAMES_THEM),
    "CDXJ": f"{KEY} 20230501082100 {json.dumps({'url': URL, 'mime': 'text/html', 'status': '200', 'digest': DIGEST})}",
    "plain lines": " ".join(VALUES.values()),
    "plain lines with a head": " CDX N b a m s k r M S V g\n"
    f"{KEY} 20230501082100 {URL} text/html 200 {DIGEST} - - 512 253 a.warc.gz",
    "plain lines in another order": f"200 {DIGEST} 20230501082100 {URL} text/html",
}


def entry_of(text: str) -> Entry:
    answer = read_index(text.encode(), NOW)
    assert (answer.n_lines, answer.n_unreadable, answer.resume_key) == (1, 0, None)
    return answer.entries[0]


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_every_form_says_the_same(text: str) -> None:
    entry = entry_of(text)
    assert (entry.url, entry.timestamp, entry.mime, entry.status) == (URL, "20230501082100", "text/html", 200)
    assert entry.at == dt.datetime(2023, 5, 1, 8, 21, tzinfo=dt.UTC)
    assert entry.digest is not None
    assert (entry.digest.algorithm, entry.digest.value.hex()[:8]) == ("sha1", "54e5f2b4")


def test_where_a_record_lies_is_read() -> None:
    for form in ("an object a line", "plain lines with a head"):
        entry = entry_of(FORMS[form])
        assert (entry.offset, entry.length, entry.filename) == (253, 512, "a.warc.gz")


def test_a_revisit_has_no_status() -> None:
    entry = entry_of(" ".join({**VALUES, "mimetype": "warc/revisit", "statuscode": "-"}.values()))
    assert (entry.mime, entry.status) == ("warc/revisit", None)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (json.dumps([list(VALUES), list(VALUES.values()), [], ["com%2C+x"]]), "com%2C+x"),
        (f"{FORMS['plain lines']}\n\nY29tLGJtYQ==", "Y29tLGJtYQ=="),
    ],
)
def test_the_key_for_what_comes_next_stands_behind_a_gap(text: str, key: str) -> None:
    answer = read_index(text.encode(), NOW)
    assert (answer.resume_key, len(answer.entries)) == (key, 1)


@pytest.mark.parametrize(
    "row",
    [
        {**AS_PYWB_NAMES_THEM, "timestamp": "25660501082100"},
        {**AS_PYWB_NAMES_THEM, "timestamp": "19931231235959"},
        {**AS_PYWB_NAMES_THEM, "timestamp": "20230231082100"},
        {**AS_PYWB_NAMES_THEM, "timestamp": "2023"},
        {**AS_PYWB_NAMES_THEM, "timestamp": "๒๐๒๓๐๕๐๑๐๘๒๑๐๐"},
        {"timestamp": "20230501082100"},
        {**AS_PYWB_NAMES_THEM, "url": f"{URL}\r\nWARC-Type: response"},
        {**AS_PYWB_NAMES_THEM, "url": f"{URL}\ud800"},
        {**AS_PYWB_NAMES_THEM, "filename": "\ud800"},
    ],
)
def test_a_time_that_cannot_be_or_an_address_that_is_none_is_counted_as_unreadable(row: dict[str, str]) -> None:
    answer = read_index(json.dumps(row).encode(), NOW)
    assert (answer.entries, answer.n_unreadable) == ([], 1)
    assert answer.example is not None


def test_a_line_in_which_two_values_could_be_the_status_is_not_guessed() -> None:
    answer = read_index(f"200 512 20230501082100 {URL} {DIGEST}".encode(), NOW)
    assert (answer.entries, answer.n_unreadable) == ([], 1)


def test_a_line_behind_a_gap_is_a_capture_and_no_key() -> None:
    line = json.dumps(AS_PYWB_NAMES_THEM, separators=(",", ":"))
    answer = read_index(f"{line}\n\n{line}\n\n{line}".encode(), NOW)
    assert (len(answer.entries), answer.n_unreadable, answer.resume_key) == (3, 0, None)


def test_only_the_end_of_a_line_ends_a_line() -> None:
    line = json.dumps({**AS_PYWB_NAMES_THEM, "title": "a\u2028b\x85c"}, ensure_ascii=False)
    assert entry_of(line).url == URL


NO_INDEX = {
    "a page": b"<html>Too busy</html>",
    "JSON that breaks off": b'[["urlkey","timestamp"],["a',
    "JSON without end": b"[" * 200_000,
    "a sentence": b"Internal error",
    "a message": b'{"message": "try again"}',
    "an array of something else": b'[["a", "b"], [1, 2]]',
}


@pytest.mark.parametrize("body", NO_INDEX.values(), ids=NO_INDEX)
def test_what_names_no_capture_is_no_index(body: bytes) -> None:
    with pytest.raises(IndexAnswerError):
        read_index(body, NOW)


def test_nothing_is_an_empty_index() -> None:
    assert read_index(b"\n", NOW).entries == read_index(b"[]", NOW).entries == []


@pytest.mark.parametrize(
    ("body", "n_pages"),
    [
        (b'{"pages": 3, "pageSize": 5, "blocks": 12}', 3),
        (b"7\n", 7),
        (FORMS["an object a line"].encode(), None),
        (b"", None),
        (b"true", None),
        (b"[" * 200_000, None),
    ],
)
def test_the_number_of_pages_is_told_from_the_index_itself(body: bytes, n_pages: int | None) -> None:
    assert read_page_count(body) == n_pages


@given(st.binary(max_size=300) | st.text(alphabet='[]{}":, \n1a-/', max_size=120).map(str.encode))
def test_no_answer_makes_the_reader_fail_in_another_way(body: bytes) -> None:
    try:
        answer = read_index(body, NOW)
    except IndexAnswerError:
        return
    assert len(answer.entries) + answer.n_unreadable == answer.n_lines
    read_page_count(body)
