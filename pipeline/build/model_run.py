"""Runs the models, several at a time, each as soon as what it reads is there."""

import graphlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import duckdb

from pipeline.build.models import Model, dependencies

Session = duckdb.DuckDBPyConnection
Make = Callable[[Session, Model], int | None]


def run_models(models: Mapping[str, Model], sessions: Sequence[Session], make: Make) -> dict[str, int]:
    """Call make for every model, on one session each at a time; return what it counted, by the name of the model.

    What make raises ends the run: queries that still run on other sessions are interrupted.
    """
    needs = dependencies(models)
    is_read = frozenset[str]().union(*needs.values())
    order = graphlib.TopologicalSorter(needs)
    order.prepare()
    counts: dict[str, int] = {}
    ready: list[str] = []
    idle = list(sessions)
    running: dict[Future[int | None], tuple[Model, Session]] = {}
    with ThreadPoolExecutor(len(sessions)) as pool:
        try:
            while order.is_active():
                # Tables that no model reads fill the gaps between those that others wait for.
                ready = sorted([*ready, *order.get_ready()], key=lambda name: name not in is_read)
                while idle and ready:
                    model, session = models[ready.pop(0)], idle.pop()
                    running[pool.submit(make, session, model)] = model, session
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    model, session = running.pop(future)
                    if (count := future.result()) is not None:
                        counts[model.name] = count
                    idle.append(session)
                    order.done(model.relation)
        finally:
            # Again and again: a model may be between two queries.
            while wait(running, timeout=0.1).not_done:
                for _, session in running.values():
                    session.interrupt()
    return counts
