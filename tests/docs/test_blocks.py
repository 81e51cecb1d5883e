"""Every code block of every document runs, and prints what the document shows."""

import re
from pathlib import Path

import pytest

from tests.docs.blocks import DOCUMENTS, ROOT, blocks_of, commands_of, compare, run_block

TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
# Their commands import, refresh or build again, ask many questions, or are those of README.md.
LONG = {"README.th.md", "docs/cookbook.md", "docs/page-to-row.md", "docs/reading-the-archive.md", "examples/README.md"}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(path, marks=[pytest.mark.slow] if str(path) in LONG else [])
        for path in DOCUMENTS
        if blocks_of(path)
    ],
    ids=str,
)
def test_the_blocks_of_a_document_run(document: Path, checkout: Path, subtests: pytest.Subtests) -> None:
    names: dict[str, object] = {"__name__": "document"}
    for block in blocks_of(document):
        with subtests.test(msg=block.place):
            assert block.reason != "", f"{block.place}: not-run needs a reason"
            if block.reason is None:
                run_block(block, names)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_make_target_a_document_names_exists(document: Path) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    called = set(re.findall(r"`make ([a-z][a-z-]*)", text))
    for block in blocks_of(document):
        if block.language in ("sh", "console"):
            called |= {
                target for command in commands_of(block) for target in re.findall(r"\bmake ([a-z-]+)", command.text)
            }
    assert called <= TARGETS


def test_a_wrong_output_is_found() -> None:
    compare("a   1\nb 2\n", "a 1\n…\n")
    compare("run 20260101T000000Z at 2026-01-01 00:00:00", "run 20261122T180000Z at 2026-11-22 18:00:00")
    for said in ("a 2\n", "a 1 1\n", "a 1\nb\n", ""):
        with pytest.raises(AssertionError):
            compare(said, "a 1")
