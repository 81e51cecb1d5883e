"""docs/reliability.md names tests that exist, and of every promise and every fault one that `make test` runs."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT

TEXT = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def named_in(text: str) -> list[tuple[str, str]]:
    """File and name of the tests that a text names."""
    return re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)


@cache
def marks_in(path: str) -> dict[str, set[str]]:
    """The marks of the tests of a file: their own, those of their class and those of the file."""
    return dict(marked(ast.parse((ROOT / path).read_text(encoding="utf-8")), set()))


def marked(node: ast.Module | ast.ClassDef, inherited: set[str]) -> Iterator[tuple[str, set[str]]]:
    for inner in node.body:
        if isinstance(inner, ast.Assign) and "pytestmark" in map(ast.unparse, inner.targets):
            inherited = inherited | set(re.findall(r"mark\.(\w+)", ast.unparse(inner.value)))
        elif isinstance(inner, ast.FunctionDef | ast.ClassDef):
            # A mark of one parameter is none of the test.
            own = {ast.unparse(decorator).removeprefix("pytest.mark.") for decorator in inner.decorator_list}
            if isinstance(inner, ast.ClassDef):
                yield from marked(inner, inherited | own)
            else:
                yield inner.name, inherited | own


def test_every_test_it_names_exists() -> None:
    assert len(named_in(TEXT)) > 50
    assert [f"{path}::{name}" for path, name in named_in(TEXT) if name not in marks_in(path)] == []


def selected_by_pytest(request: pytest.FixtureRequest, marks: str) -> set[tuple[str, str]] | None:
    """The tests of this run, where it is the one of `make test`: only pytest knows all marks of all parameters."""
    options = request.config.option
    if options.markexpr != marks or options.keyword or request.config.args != ["tests"]:
        return None
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    return {(item.nodeid.partition("::")[0], item.originalname) for item in items}


def test_make_test_runs_a_test_of_every_promise_and_every_fault(request: pytest.FixtureRequest) -> None:
    rows = [
        line
        for line in TEXT.splitlines()
        if line.startswith("| ") and not line.startswith(("| ---", "| promise", "| fault"))
    ]
    (selected,) = re.findall(r"^test:.*\n\t.* -m '(.+)'$", MAKEFILE, re.MULTILINE)
    left_out = set(re.findall(r"not (\w+)", selected))
    assert left_out == {"slow", "alone"}
    assert [row for row in rows if all(marks_in(path)[name] & left_out for path, name in named_in(row))] == []
    if (tests := selected_by_pytest(request, selected)) is not None:
        assert [row for row in rows if not tests & {*named_in(row)}] == []


def test_no_folder_of_tests_is_left_out(pytestconfig: pytest.Config) -> None:
    left_out = pytestconfig.getini("norecursedirs")
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py")}
    assert Path("tests/build") in folders
    assert [one for one in folders if any(fnmatch(part, name) for part in one.parts for name in left_out)] == []
