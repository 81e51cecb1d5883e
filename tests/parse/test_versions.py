"""Whatever decides what a page parses to decides the fingerprint of the parser, so that a change parses anew."""

import shutil
from pathlib import Path

import grimp
import pytest

from pipeline.parse.versions import DECISIVE, parser_fingerprint

ROOT = Path(__file__).parents[2]
# These name files, start processes or tell of trouble; the records of a page are the same whatever they do.
NOT_DECISIVE = {
    "archive/chain.py",
    "archive/fetch_log.py",
    "archive/lost_segments.py",
    "archive/segment_name.py",
    "archive/segments.py",
    "core/checked_json.py",
    "core/contents.py",
    "core/errors.py",
    "core/files.py",
    "core/memory.py",
    "core/signals.py",
    "core/version.py",
    "parse/partition.py",
    "parse/versions.py",
}


def test_every_module_that_a_worker_uses_decides_or_is_known_not_to() -> None:
    graph = grimp.build_graph("pipeline", cache_dir=None)
    used = {"pipeline.parse.worker"} | graph.find_upstream_modules("pipeline.parse.worker")
    paths = {f"{name.removeprefix('pipeline.').replace('.', '/')}.py" for name in used}
    assert paths == NOT_DECISIVE | set(DECISIVE)


@pytest.mark.parametrize("changed", ["parsers/numbers.py", *(f"pipeline/{name}" for name in DECISIVE)])
def test_a_changed_source_is_another_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    for package in ("parsers", "pipeline"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "site"))
    monkeypatch.setattr("importlib.resources.files", tmp_path.joinpath)
    assert parser_fingerprint.__wrapped__() == parser_fingerprint()
    with (tmp_path / changed).open("a", encoding="utf-8") as source:
        source.write("\n")
    assert parser_fingerprint.__wrapped__() != parser_fingerprint()
