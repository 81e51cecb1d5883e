"""Threads of one process read pages at the same time, as the workers of a cluster may."""

import subprocess
import sys

# A collection of garbage lets another thread read a whole page, also in the middle of a search.
_SCRIPT = """
import gc
import threading

from parsers.html_page import read_page
from tests.parsers.projects import PLAIN

page = PLAIN.html().encode()
other = PLAIN.html().replace("<h3>", "<h3>x</h3><h3>").encode()
expected = read_page(page)
turn, done = threading.Event(), threading.Event()


def read_other():
    while turn.wait():
        turn.clear()
        read_page(other)
        done.set()


class HandOver:
    n = 0

    def __init__(self):
        self.itself = self

    def __del__(self):
        HandOver.n += 1
        turn.set()
        # Not for ever: the other thread may itself be the one that collects.
        done.wait(0.2)
        done.clear()


threading.Thread(target=read_other, daemon=True).start()
gc.freeze()
for n_objects in range(1, 400):
    # Garbage, and its collection after so many new objects: at every point of the reading once.
    gc.collect()
    gc.set_threshold(n_objects)
    HandOver()
    assert read_page(page) == expected
gc.disable()
print(HandOver.n)
"""


def test_a_thread_that_reads_in_the_middle_of_anothers_search_changes_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) >= 398
