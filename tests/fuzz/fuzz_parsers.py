"""Mutate pages, texts, values and imported files for a stated time: each must be read without a crash, a hang or a lie.

Each worker is a process of its own, so that a crash in native code is found like any other failure. Of ten seeds seven
make a page, two a hundred values, one a file to import. A failing input is kept as <sha256>.<what> with seed and reason
beside it; `--replay FILE` checks one again.
"""

import argparse
import hashlib
import multiprocessing as mp
import os
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from parsers.records import ParsedPage
from tests.fuzz.fuzz_imports import check_import, make_import
from tests.fuzz.fuzz_pages import HEADERS, MUTATIONS, Input, check, check_schema, corpus, mutate
from tests.fuzz.fuzz_values import check_values, make_values

LONGEST_SECONDS = 20


def what_of(seed: int) -> str:
    """What a seed makes: a page, values or a file to import."""
    return "import" if seed % 10 == 9 else "values" if seed % 10 >= 7 else "page"


def content_of(seed: int, sources: Sequence[bytes]) -> bytes:
    """The bytes a seed makes, as they are kept when they fail."""
    chance = random.Random(seed)
    if what_of(seed) == "import":
        return make_import(chance, sources, MUTATIONS)
    return make_values(chance) if what_of(seed) == "values" else mutate(chance, sources).body


def check_seed(seed: int, sources: Sequence[bytes]) -> ParsedPage | None:
    """Make and check one input; returns what a page parsed to."""
    if what_of(seed) == "page":
        return check(mutate(random.Random(seed), sources))
    checks: dict[str, Callable[[bytes], None]] = {"import": check_import, "values": check_values}
    checks[what_of(seed)](content_of(seed, sources))
    return None


def work(seed: int, report: Connection) -> None:
    """Fuzz until the parent stops listening; says each seed before it is tried, so that a crash can be repeated."""
    sources = corpus()
    kept: list[ParsedPage] = []
    number = seed
    while True:
        report.send(("try", number, ""))
        try:
            parsed = check_seed(number, sources)
            kept += [parsed] if parsed is not None else []
            if len(kept) >= 100:
                check_schema(kept)
                kept.clear()
            is_judged = parsed is None and what_of(number) == "page"
            report.send(("kind", number, "judged" if is_judged else what_of(number)))
        except Exception:  # noqa: BLE001 - any exception is a failure
            report.send(("fail", number, traceback.format_exc()))
            kept.clear()
        number += 1


def _keep(folder: Path, number: int, reason: str) -> None:
    body = content_of(number, corpus())
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(body).hexdigest()[:16]
    (folder / f"{name}.{what_of(number)}").write_bytes(body)
    (folder / f"{name}.txt").write_text(f"seed {number}\n{reason}\n", "utf-8")


class Worker:
    """A fuzzing process; a dead or silent one is replaced and its last seed kept."""

    def __init__(self, first_seed: int) -> None:
        self.seed = first_seed
        self.tried = 0
        self.last_heard = time.monotonic()
        self.connection, child = mp.get_context("spawn").Pipe(duplex=False)
        self.process = mp.get_context("spawn").Process(target=work, args=(first_seed, child), daemon=True)
        self.process.start()
        child.close()

    def listen(self, counts: Counter[str], folder: Path) -> None:
        """Take the messages that are there; raises EOFError when the process is gone."""
        while self.connection.poll(0.05):
            what, self.seed, detail = self.connection.recv()
            self.last_heard = time.monotonic()
            self.tried += what == "try"
            if what == "kind":
                counts[detail] += 1
            elif what == "fail":
                counts["FAILED"] += 1
                _keep(folder, self.seed, detail)


def fuzz(seconds: float, workers: int, seed: int, folder: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    running = [Worker(seed + index * 10**9) for index in range(workers)]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for index, worker in enumerate(running):
            reason = None
            try:
                worker.listen(counts, folder)
            except EOFError:
                reason = f"the process died: exit code {worker.process.exitcode}"
            if reason is None and time.monotonic() - worker.last_heard > LONGEST_SECONDS and worker.tried:
                reason = f"no answer for {LONGEST_SECONDS} s"
            if reason is not None:
                counts["FAILED"] += 1
                _keep(folder, worker.seed, reason)
                worker.process.kill()
                running[index] = Worker(worker.seed + 1)
    for worker in running:
        worker.process.kill()
    return counts


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=os.environ.get("FUZZ_SECONDS", "600"))
    options.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    options.add_argument("--seed", type=int, default=time.time_ns() % 10**12, help="for the same inputs again")
    options.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="where failing inputs go")
    options.add_argument("--replay", type=Path, help="check one kept input, with every content type")
    chosen = options.parse_args()
    if chosen.replay is not None:
        if chosen.replay.suffix in (".import", ".values"):
            (check_import if chosen.replay.suffix == ".import" else check_values)(chosen.replay.read_bytes())
            return 0
        for header in HEADERS:
            check(Input(chosen.replay.read_bytes(), header, 200, None, False))
        return 0
    counts = fuzz(chosen.seconds, chosen.workers, chosen.seed, chosen.keep)
    print(
        f"{sum(counts.values()):,} inputs in {chosen.seconds:.0f} s (seed {chosen.seed}, {chosen.workers} workers): "
        f"{counts['page']:,} pages parsed to records, {counts['judged']:,} judged to be no project page, "
        f"{100 * counts['values']:,} values, {counts['import']:,} imported files; {counts['FAILED']:,} failed"
    )
    if counts["FAILED"]:
        print(f"failing inputs are in {chosen.keep}; --replay FILE checks one again", file=sys.stderr)
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
