"""The files an operator copies name what exists, and the unit files are valid."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.settings import Settings
from pipeline.settings_file import keys_and_values, load_settings

ROOT = Path(__file__).parents[2]
TEXTS = [*(ROOT / "deploy").iterdir(), ROOT / "docs" / "operations.md"]


def test_every_flag_that_is_shown_exists() -> None:
    said = "".join(
        CliRunner().invoke(app, [command.name or command.callback.__name__, "--help"], env={"COLUMNS": "200"}).stdout
        for command in app.registered_commands
        if command.callback is not None
    )
    for file in TEXTS:
        for line in file.read_text(encoding="utf-8").splitlines():
            called = re.search(
                r"bma-projects (?:-\S+ )*(refresh|status|prune|verify|build|releases|settings)\b([^|`]*)", line
            )
            for flag in re.findall(r"(?<= )--[a-z-]+", called[2] if called else ""):
                assert flag in said, f"{file.name}: {line}"


def test_every_setting_of_the_operations_page_exists(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        (tmp_path / "s.toml").write_text(block, encoding="utf-8")
        load_settings(tmp_path / "s.toml", {})
    names = {f"BMA_{key.replace('.', '_').upper()}" for key, _ in keys_and_values(Settings())}
    shown = set(re.findall(r"\bBMA_[A-Z_]+\b", "".join(file.read_text(encoding="utf-8") for file in TEXTS)))
    assert shown <= names


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for name in ("bma-projects.service", "bma-projects.timer"):
        text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        # The program and its user are made by the installation.
        text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", text)
        text = re.sub(r"^(User|Group)=bma$", r"\1=root", text, flags=re.MULTILINE)
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(str(path) for path in tmp_path.iterdir())], capture_output=True, text=True
    )
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "bma-projects" in line]
    assert (done.returncode, said) == (0, [])


def test_the_container_runs_as_nobody_special() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "USER bma" in lines
    copied = [line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert {"parsers", "pipeline", "sql"} <= set(copied)
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            for name in line.split()[1:-1]:
                assert (ROOT / name).exists(), line
