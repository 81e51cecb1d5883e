"""Models run as early as they can, and never before what they read."""

import threading
from collections.abc import Iterator

import duckdb
import pytest

from pipeline.build.model_run import Session, run_models
from pipeline.build.models import Model, needed_for


def models(**reads: tuple[str, ...]) -> dict[str, Model]:
    return {name: Model("curated", name, "", "", reads=frozenset(tables)) for name, tables in reads.items()}


DIAMOND = models(first=(), left=("first", "parsed.pages"), right=("first",), last=("left", "right"))


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    with duckdb.connect() as con:
        yield [con.cursor(), con.cursor()]


@pytest.mark.parametrize("n_sessions", [1, 2])
def test_every_model_runs_once_after_all_it_reads(sessions: list[Session], n_sessions: int) -> None:
    made: list[str] = []
    counts = run_models(DIAMOND, sessions[:n_sessions], lambda _, model: made.append(model.name) or len(made))  # type: ignore[func-returns-value]
    assert made[0] == "first"
    assert set(made[1:3]) == {"left", "right"}
    assert made[3] == "last"
    assert counts.keys() == DIAMOND.keys()


def test_two_models_that_do_not_read_each_other_run_at_once(sessions: list[Session]) -> None:
    both = threading.Barrier(2, timeout=60)

    def make(session: Session, model: Model) -> None:
        if model.name in ("left", "right"):
            both.wait()

    run_models(DIAMOND, sessions, make)


def test_an_error_of_one_model_interrupts_the_other(sessions: list[Session]) -> None:
    def make(session: Session, model: Model) -> None:
        if model.name == "left":
            raise ValueError("left")
        if model.name == "right":
            session.execute(
                "SELECT sum(a.range * b.range) FROM range(10_000_000) AS a, range(10_000_000) AS b"
            ).fetchall()

    with pytest.raises(ValueError, match="left"):
        run_models(DIAMOND, sessions, make)


def test_only_what_a_table_needs_is_made_for_it() -> None:
    assert list(needed_for(["left"], DIAMOND)) == ["first", "left"]
