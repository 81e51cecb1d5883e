"""What a run says: nothing raw from a page, lines for logs, JSON for programs, silence when all is well."""

import io
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.log import RunLog
from pipeline.core.text import printable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@given(st.text())
def test_nothing_that_controls_a_terminal_comes_through(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") for character in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("สำนักงานเขตทุ่งครุ", "สำนักงานเขตทุ่งครุ"),
        ("one\ntwo\tthree\xa0four", "one two three four"),
        ("\x1b[2J\x07", "\ufffd[2J\ufffd"),
        ("ก\u200bข\ufeff", "กข"),
        ("\u202eevil", "evil"),
        ("\x9b31m", "\ufffd31m"),
        ("\ud800", "\ufffd"),
    ],
)
def test_page_text_on_one_line(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_log_line_has_its_time_and_level() -> None:
    stream = io.StringIO()
    RunLog(stream=stream).info("done\x1b[31m")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 info: done\ufffd\[31m\n", stream.getvalue())


def test_json_lines_carry_the_run_id_and_facts() -> None:
    stream = io.StringIO()
    log = RunLog(stream=stream, is_json=True)
    log.run_id = "20261122T180000Z"
    log.warning("a\nb\x1b", extra={"pages": 3})
    (line,) = stream.getvalue().splitlines()
    said = json.loads(line)
    assert (said["run_id"], said["level"], said["message"], said["pages"]) == (
        "20261122T180000Z",
        "warning",
        "a\nb\x1b",
        3,
    )
    assert line.isascii()
    assert line.isprintable()


@pytest.mark.parametrize("is_verbose", [False, True])
def test_quiet_is_silent_but_for_trouble(is_verbose: bool) -> None:
    stream = io.StringIO()
    log = RunLog(stream=stream, is_quiet=True, is_verbose=is_verbose)
    log.info("fine")
    log.debug("very fine")
    assert stream.getvalue() == ""
    log.warning("not fine")
    assert "not fine" in stream.getvalue()


def test_a_log_that_cannot_be_written_is_an_error() -> None:
    stream = io.StringIO()
    log = RunLog(stream=stream)
    stream.close()
    with pytest.raises(ValueError, match="closed file"):
        log.info("done")


def test_details_are_for_verbose_alone() -> None:
    brief, verbose = io.StringIO(), io.StringIO()
    RunLog(stream=brief).debug("page 1")
    RunLog(stream=verbose, is_verbose=True).debug("page 1")
    assert brief.getvalue() == ""
    assert "debug: page 1" in verbose.getvalue()


def test_a_terminal_gets_a_bar_with_count_and_failures() -> None:
    stream = Terminal()
    with RunLog(stream=stream).progress("fetch sample", 4) as advance:
        for outcome in ("new", "failed", "refused", "new"):
            advance(outcome)
    shown = stream.getvalue()
    assert "fetch sample" in shown
    assert "4/4" in shown
    assert "2 failed" in shown


def test_a_stage_that_cannot_tell_its_end_counts_what_it_has_done() -> None:
    stream = Terminal()
    with RunLog(stream=stream).progress("import") as advance:
        for outcome in ("new", "failed", "known"):
            advance(outcome)
    assert "3 pages" in stream.getvalue()
    assert "1 failed" in stream.getvalue()


@pytest.mark.parametrize(
    ("stream", "flags"), [(io.StringIO(), {}), (Terminal(), {"is_quiet": True}), (Terminal(), {"is_json": True})]
)
def test_no_bar_without_a_terminal(stream: io.StringIO, flags: dict[str, bool]) -> None:
    with RunLog(stream=stream, **flags).progress("fetch", 2) as advance:
        advance("new")
    assert stream.getvalue() == ""
