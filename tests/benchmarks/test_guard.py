"""Gross ratios only: a change that makes the hot paths several times slower does not pass unseen."""

import pytest

from benchmarks.bench_archive import archive_tables
from benchmarks.bench_parse import LIMIT, OURS, parse_table
from benchmarks.bench_startup import startup_table
from benchmarks.results import Line, Table, markdown

pytestmark = pytest.mark.alone


def test_parsing_stays_within_twelve_times_the_bare_lexbor_parse() -> None:
    tables: list[Table] = []
    # Other work on the machine makes a run slower, never faster, and ours more than Lexbor's, whose memory is smaller:
    # so the fastest runs are compared, and measured again.
    while len(tables) < 6 and all(_fastest(table) >= 12 for table in tables):
        tables.append(parse_table(runs=15, n_pages=60))
    assert _fastest(tables[-1]) < 12, "\n".join(map(markdown, tables))


def _fastest(table: Table) -> float:
    runs = {line.name: line.runs for line in table.lines}
    return min(runs[OURS]) / min(runs[LIMIT])


# warcio leaves its temporary files to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_archive_stays_within_six_times_zlib() -> None:
    for table in archive_tables(runs=3, n_pages=100):
        assert table.limit is not None
        assert table.slower(table.ours, table.limit) < 6, markdown(table)


def test_a_command_starts_long_before_pandas_would_be_imported() -> None:
    table = startup_table(runs=5)
    assert table.slower("bma-projects status", "python -c 'import pandas'") < 0.8, markdown(table)


def test_a_rate_is_better_when_it_is_higher() -> None:
    lines = [Line("one", [100.0, 90.0, 300.0]), Line("two", [50.0, 50.0, 50.0])]
    rates = Table("t", "a", "pages/s", "one", None, lines, is_rate=True)
    times = rates._replace(is_rate=False)
    assert (rates.slower("two", "one"), times.slower("two", "one")) == (2.0, 0.5)
    assert "| **one** | 100 | 90.00 to 300 | 1.00 |" in markdown(rates)
