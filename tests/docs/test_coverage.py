"""Every command, setting, table and issue code is documented; what documents name exists; links lead somewhere."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from docs.generate import issue_catalogue, reference
from parsers.dates import read_date
from parsers.issue_codes import CATALOGUE
from pipeline.build.models import load_models
from pipeline.cli.app import app
from pipeline.core.settings import Settings
from pipeline.core.settings_file import keys_and_values
from tests.docs.blocks import DOCUMENTS, ROOT

GENERATED = {"docs/data-dictionary.md", "docs/issue-catalogue.md", "docs/reference.md"}
TEXTS = {str(path): (ROOT / path).read_text(encoding="utf-8") for path in DOCUMENTS}
WRITTEN = "\n".join(text for path, text in TEXTS.items() if path not in GENERATED)
PATH = re.compile(r"`((?:pipeline|parsers|sql|tests|benchmarks|examples|deploy|docs|\.github)/[\w./-]*)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def test_generated_documents_are_up_to_date() -> None:
    assert TEXTS["docs/issue-catalogue.md"] == issue_catalogue.current_document(), "run `make catalogue`"
    assert TEXTS["docs/reference.md"] == reference.current_document(), "run `make catalogue`"


def test_every_command_is_shown_in_use() -> None:
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert len(names) > 10
    assert [name for name in names if not re.search(rf"bma-projects {name}\b", WRITTEN)] == []


def test_every_setting_is_in_the_reference_and_those_to_choose_are_explained() -> None:
    keys = [key for key, _ in keys_and_values(Settings())]
    assert len(keys) > 40
    assert [key for key in keys if f"`{key.rpartition('.')[2]}`" not in TEXTS["docs/reference.md"]] == []
    explained = [
        key.rpartition(".")[2] for key in keys if key.startswith(("fetch.", "harvest.", "alarm.", "build.", "sources."))
    ]
    assert [name for name in explained if not re.search(rf"\b{name}\b", WRITTEN)] == []
    rules = {key.removeprefix("gate.").rpartition("_")[0] for key in keys if key.endswith("_share")}
    assert [rule for rule in rules if f"`{rule}`" not in TEXTS["docs/quality-json.md"]] == []


def test_every_table_and_view_is_in_the_dictionary() -> None:
    published = [model.name for model in load_models().values() if model.layer in ("curated", "views")]
    assert len(published) > 15
    assert [name for name in published if f"\n### {name}\n" not in TEXTS["docs/data-dictionary.md"]] == []


def test_every_issue_code_is_in_the_catalogue() -> None:
    codes = [*CATALOGUE, *(model.name for model in load_models().values() if model.layer == "quality")]
    assert [code for code in codes if f"| `{code}` |" not in TEXTS["docs/issue-catalogue.md"]] == []


def test_the_manual_of_stewards_names_codes_that_are_and_dates_that_are_ambiguous() -> None:
    causes = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", TEXTS["docs/th/steward.md"], re.MULTILINE))
    del causes["error"], causes["warning"], causes["info"]
    assert causes.keys() <= {*CATALOGUE, *(model.name for model in load_models().values() if model.layer == "quality")}
    dates = re.findall(r"[\d/]{8,}", causes["ambiguous_date"])
    assert [read_date(date).issue_code for date in dates] == ["ambiguous_date"]


@pytest.mark.parametrize("document", TEXTS)
def test_links_lead_somewhere(document: str) -> None:
    for target in LINK.findall(TEXTS[document]):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / document).parent / path if path else ROOT / document
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}, (
                target
            )


@pytest.mark.parametrize("document", TEXTS)
def test_files_that_are_named_exist(document: str) -> None:
    assert [path for path in PATH.findall(TEXTS[document]) if not (ROOT / path).exists()] == []


ROOMS = sorted(path.parent for path in (ROOT / "pipeline").glob("*/__init__.py"))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_says_what_it_does_never_does_and_holds(room: Path) -> None:
    docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert re.search(r"^Does: ", docstring, re.MULTILINE)
    assert re.search(r"^Never: ", docstring, re.MULTILINE)
    named = {name for line in re.findall(r"^- ([^:]+):", docstring, re.MULTILINE) for name in line.split(", ")}
    modules = {path.stem for path in room.glob("*.py")} - {"__init__"}
    assert {name for name in named if re.fullmatch(r"[a-z_]+", name)} == modules
    assert [name for name in named - modules if not (room / name).exists()] == []


def test_the_version_is_the_one_of_the_package() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    version = package["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)", TEXTS["CHANGELOG.md"], re.MULTILINE)[1] == version  # type: ignore[index]


def test_no_document_is_an_orphan() -> None:
    for path in (path for path in DOCUMENTS if path.parent == Path("docs")):
        assert any(path.name in text for other, text in TEXTS.items() if other != str(path)), path
