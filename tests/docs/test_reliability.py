"""docs/reliability.md names tests that exist, one for every promise and every fault."""

import ast
import re
from functools import cache

from tests.docs.blocks import ROOT

TEXT = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_it_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)
    assert len(named) > 50
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []


def test_every_promise_and_every_fault_has_its_test() -> None:
    rows = [
        line
        for line in TEXT.splitlines()
        if line.startswith("| ") and not line.startswith(("| ---", "| promise", "| fault"))
    ]
    assert [row for row in rows if "::test_" not in row] == []
