"""How long the command line takes to start, beside an interpreter that does nothing.

python -m benchmarks.bench_startup [--runs 15]
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.results import Table, in_turns, markdown

OURS = "bma-projects --help"
LIMIT = "python -c pass"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=15)
    print(markdown(startup_table(options.parse_args().runs)))


def startup_table(runs: int) -> Table:
    """Measure the commands people type often, on an empty data directory."""
    command = str(Path(sys.executable).parent / "bma-projects")
    with tempfile.TemporaryDirectory() as data:
        contenders = [
            (LIMIT, _cpu_of([sys.executable, "-c", "pass"])),
            (OURS, _cpu_of([command, "--help"])),
            ("bma-projects status", _cpu_of([command, "status", "--data-dir", data])),
            ("python -c 'import pandas'", _cpu_of([sys.executable, "-c", "import pandas"])),
        ]
        lines = in_turns(contenders, runs)
    return Table("Start-up", "CPU time of a process from its start to its end.", "ms", OURS, LIMIT, lines)


def _cpu_of(command: list[str]) -> Callable[[], float]:
    def measure() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000

    return measure


if __name__ == "__main__":
    main()
