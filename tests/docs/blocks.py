"""The fenced code blocks of the documents, and how each kind is run and compared with what the document shows.

A block whose info string goes on with `not-run: <reason>` is left alone, and so are commands of NOT_HERE. A `text`
block right after a `python` or `sql` block is what that block prints. `…` in shown output stands for anything, alone on
a line for any lines; run ids, moments, digests and offsets in the archive differ from run to run and are compared so.
"""

import contextlib
import io
import re
import shlex
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer.main

from pipeline.cli.app import app
from pipeline.core.settings_file import load_settings
from tests.cli.command import bma_here, environment

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/*.md", "docs/th/*.md", "examples/*.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
)
# First words of commands that are shown but not run here, and why.
NOT_HERE = {
    "make": "sets up environments; that each target exists is tested",
    "git": "needs the network or changes the checkout",
    "sudo": "changes the machine",
    "docker": "needs a daemon",
    "systemctl": "needs systemd",
    "journalctl": "needs systemd",
    "useradd": "changes the machine",
    "rsync": "needs another machine",
    "ssh": "needs another machine",
    "wget": "needs the network",
    "pip-audit": "needs the network",
    "dask": "starts a cluster",
}
LIVE = re.compile(r"\b(refresh|fetch|discover|harvest|check)\b.*--source (bmavisions|bs2568|all)\b")
# Commands that only look run within this process, where their imports cost nothing.
LOOKING = {"query", "show", "cite", "status", "settings", "releases", "discover", "verify", "export", "report", "prune"}
_VARYING = (
    (re.compile(r"\d{8}T\d{6}Z"), "<run>"),
    (re.compile(r"20\d\d-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?"), "<moment>"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "<digest>"),
    (re.compile(r"((?:warc_)?offset\W+)\d+"), r"\1<offset>"),
    (re.compile(r"[─━═-]{3,}"), "---"),
    (re.compile(r"[ \t]+"), " "),
)


class Block(NamedTuple):
    """One fenced block; `shows` is the output block that follows it."""

    document: Path
    line: int
    language: str
    reason: str | None
    text: str
    shows: str | None

    @property
    def place(self) -> str:
        return f"{self.document}:{self.line}"


def blocks_of(document: Path) -> list[Block]:
    """The fenced blocks of a document, in order, also those within a list."""
    lines = (ROOT / document).read_text(encoding="utf-8").splitlines()
    found: list[Block] = []
    number, last_end = 0, -2
    while number < len(lines):
        opening = re.fullmatch(r" *(`{3,})(.*)", lines[number])
        if opening is None:
            number += 1
            continue
        fence, info = opening.groups()
        end = next(n for n in range(number + 1, len(lines)) if lines[n].strip() == fence)
        text = textwrap.dedent("\n".join(lines[number + 1 : end])) + "\n"
        language, _, rest = info.strip().partition(" ")
        reason = rest.removeprefix("not-run:").strip() if rest.startswith("not-run:") else None
        is_output = language == "text" and found and not any(line.strip() for line in lines[last_end + 1 : number])
        if is_output and found[-1].language in ("python", "sql"):
            found[-1] = found[-1]._replace(shows=text)
        else:
            found.append(Block(document, number + 1, language, reason, text, None))
        number = last_end = end
        number += 1
    return found


class Command(NamedTuple):
    """One command of a block with the output that is shown below it."""

    text: str
    shows: str

    @property
    def first_word(self) -> str:
        return self.text.split(maxsplit=1)[0].rpartition("/")[2]

    @property
    def is_left_alone(self) -> bool:
        return self.first_word in NOT_HERE or LIVE.search(self.text) is not None


def commands_of(block: Block) -> Iterator[Command]:
    """The commands of a shell block: each line of `sh`, each `$ ` of `console`; root's (`# `) are not ours to run."""
    if block.language == "sh":
        joined = block.text.replace("\\\n", " ")
        for line in joined.splitlines():
            command = re.split(r"\s+# ", line)[0].strip()
            if command and not command.startswith("#"):
                yield Command(command, "")
        return
    for part in re.split(r"^(?=[$#] )", block.text, flags=re.MULTILINE):
        if part.startswith("$ "):
            lines = part[2:].split("\n")
            n_lines = 1 + next(n for n, line in enumerate(lines) if not line.endswith("\\"))
            command = re.split(r"\s{2,}# ", "\n".join(lines[:n_lines]))[0].strip()
            yield Command(command, "\n".join(lines[n_lines:]))


def our_calls(command: str) -> Iterator[list[str]]:
    """The arguments of every call of bma-projects in a command line."""
    lexer = shlex.shlex(command.replace("\\\n", " "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if set(word) <= set("();<>|&"):
            if words and words[0].rpartition("/")[2] == "bma-projects":
                yield words[1:]
            words = []
        else:
            words.append(word)


def check_flags(arguments: list[str]) -> None:
    """Raise what click raises when a command, a flag or an argument does not exist."""
    group = typer.main.get_command(app)
    context = group.make_context("bma-projects", list(arguments[:1]), resilient_parsing=True)
    name, command, _ = group.resolve_command(context, list(arguments))  # type: ignore[attr-defined]
    command.make_context(name, list(arguments[1:]), parent=context)


def run_command(command: str) -> str:
    """Run one command in the current directory; returns its output, raises when it fails."""
    call = next(our_calls(command), None)
    needs_a_shell = re.search(r"[|<>;&$*]", re.sub(r"'[^']*'|\"[^\"]*\"", "", command))
    if call is not None and not needs_a_shell and call[0] in LOOKING:
        done = bma_here(*call)
    else:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            capture_output=True,
            text=True,
            env=environment(
                PATH=f"{Path('.venv/bin').absolute()}:/usr/local/bin:/usr/bin:/bin", PYTHONWARNINGS="default"
            ),
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, f"{command}\nended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


def run_python(text: str, place: str, names: dict[str, object]) -> str:
    """Run a block; `names` lives on from block to block of a document."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, place, "exec"), names)
    return out.getvalue()


def run_block(block: Block, names: dict[str, object]) -> None:
    """Run a block as its language says and compare what it prints with what the document shows."""
    if block.language in ("sh", "console"):
        for command in commands_of(block):
            for call in our_calls(command.text):
                check_flags(call)
            if not command.is_left_alone:
                compare(run_command(command.text), command.shows)
    elif block.language == "python":
        compare(run_python(block.text, block.place, names), block.shows or "")
    elif block.language == "sql":
        done = bma_here("query", block.text)
        assert done.returncode == 0, done.stderr
        compare(done.stdout, block.shows or "")
    elif block.language == "toml":
        settings = Path("block.toml")
        settings.write_text(block.text, encoding="utf-8")
        load_settings(settings, {})
    else:
        assert block.language in ("text", "json"), f"{block.place}: it is not known how to run {block.language!r}"


def compare(said: str, shown: str) -> None:
    """Raise when something is shown and it is not what was said."""
    if not shown.strip():
        return
    expected = re.escape(normal(shown)).replace("…\\\n", "…\n")
    pattern = re.sub(r"(?m)^…$", "(?s:.*?)", expected).replace("…", ".*")
    assert re.fullmatch(pattern, normal(said)), f"shown:\n{normal(shown)}\n\nsaid:\n{normal(said)}"


def normal(text: str) -> str:
    """A text without what differs from run to run, and without what only aligns it."""
    for pattern, replacement in _VARYING:
        text = pattern.sub(replacement, text)
    return "\n".join(line.strip() for line in text.strip().splitlines())
