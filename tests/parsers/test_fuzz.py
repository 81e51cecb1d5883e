"""The fuzz target itself: a fixed stretch of it in every run of the suite, and proof that it can fail."""

import random

import pytest

from parsers.html_page import read_page
from tests.fuzz.fuzz_pages import Input, check, check_page, corpus, mutate
from tests.fuzz.fuzz_parsers import check_seed, content_of, what_of
from tests.parsers.projects import PLAIN
from tests.quick import quick

SOURCES = corpus()


@pytest.mark.parametrize("start", quick(1, range(0, 400, 40)))
def test_a_stretch_of_mutated_inputs(start: int) -> None:
    for seed in range(start, start + 40):
        try:
            check(mutate(random.Random(seed), SOURCES))
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise


@pytest.mark.parametrize("start", quick(1, [0, 50]))
def test_a_stretch_of_values_and_imported_files(start: int) -> None:
    for seed in range(start, start + 50):
        if what_of(seed) != "page":
            try:
                check_seed(seed, SOURCES)
            except Exception as error:
                error.add_note(f"seed {seed}")
                raise


def test_a_seed_gives_the_same_input_again() -> None:
    assert mutate(random.Random(7), SOURCES) == mutate(random.Random(7), SOURCES)
    assert mutate(random.Random(7), SOURCES) != mutate(random.Random(8), SOURCES)
    assert content_of(7, SOURCES) == content_of(7, SOURCES) != content_of(8, SOURCES)


def test_a_lie_is_found() -> None:
    whole = PLAIN.html().encode()
    assert check(Input(whole, None, 200, None, is_cut=False)) is not None
    with pytest.raises(AssertionError, match="a cut page was taken for a whole one"):
        check(Input(whole, None, 200, None, is_cut=True))
    with pytest.raises(AssertionError, match="no reason"):
        check_page(read_page(whole)._replace(reason="cut"))
