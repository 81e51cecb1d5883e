"""Memory that is used again for the next page."""

import platform
import subprocess
import sys

import pytest

# With pyarrow loaded, as a parse worker has it.
_READ_PAGES = """
import resource

import pyarrow

from parsers.html_page import read_page
from pipeline.core.memory import keep_freed_memory
from tests.parsers.samples import REAL

keep_freed_memory()
body = REAL.body()
read_page(body)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(100):
    read_page(body)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="says how glibc gives memory back")
def test_the_tree_of_a_page_is_built_in_the_memory_of_the_one_before() -> None:
    done = subprocess.run([sys.executable, "-c", _READ_PAGES], capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) < 100
