"""The files an operator copies name what exists, and the unit files are valid."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.core.settings import Settings
from pipeline.core.settings_file import keys_and_values, load_settings
from tests.cli.command import NAMES, bma_here

ROOT = Path(__file__).parents[2]
TEXTS = [*(ROOT / "deploy").iterdir(), *(ROOT / "docs" / f"{name}.md" for name in ("operations", "fetching"))]


def test_every_flag_that_is_shown_exists() -> None:
    known = set(re.findall(r"--[a-z-]+", "".join(bma_here(name, "--help").stdout for name in NAMES)))
    for file in TEXTS:
        text = file.read_text(encoding="utf-8")
        for words in re.findall(rf"bma-projects (?:{'|'.join(NAMES)})\b[^|`\n]*|(?<=`)--[^`]*", text):
            shown = set(re.findall(r"(?<!\S)--[a-z-]+", words))
            assert shown <= known, f"{file.name}: {words}"


def test_every_setting_of_the_fetching_page_exists_and_the_other_way_round() -> None:
    words = set(re.findall(r"`([a-z_]+)(?: = [^`]*)?`", (ROOT / "docs" / "fetching.md").read_text(encoding="utf-8")))
    keys = {key for key, _ in keys_and_values(Settings())}
    assert {word for word in words if "_" in word} <= {key.rpartition(".")[2] for key in keys}
    assert {key.partition(".")[2] for key in keys if key.startswith("fetch.")} <= words


@pytest.mark.slow
def test_the_crontab_line_works_as_it_stands(sample_data: Path, tmp_path: Path) -> None:
    def printed(*arguments: str) -> str:
        # Not remade: the environment that runs the tests is there.
        make = ["make", "--silent", "--old-file=.venv/run", f"BIN={Path(sys.executable).parent}", "cron-example"]
        return subprocess.run([*make, *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert re.fullmatch(r"\d+ \d+ \* \* \* cd '.+' && \S+ refresh --quiet --source all\n", printed())
    command = printed("SOURCE=sample").split(maxsplit=5)[5]
    shutil.copytree(sample_data, tmp_path / "data", symlinks=True)
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "BMA_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(["/bin/sh", "-c", command], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(list((tmp_path / "data" / "runs").iterdir())) == 2


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


def test_the_service_keeps_its_data_to_itself_and_within_limits() -> None:
    unit = (ROOT / "deploy" / "bma-projects.service").read_text(encoding="utf-8").splitlines()
    assert {"UMask=0077", "StateDirectoryMode=0750", "MemoryMax=6G", "TimeoutStartSec=22h"} <= set(unit)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_install_lines_of_the_container_work_in_an_empty_environment(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    stage = text.partition("AS build")[2].partition("\nFROM ")[0]
    source, home = tmp_path / "src", tmp_path / "opt"
    for line in stage.splitlines():
        word, _, rest = line.partition(" ")
        if word == "COPY":
            *names, _ = rest.split()
            for name in names:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                source.mkdir(exist_ok=True)
                copy(ROOT / name, source / name)
        if word == "RUN":
            command = rest.replace("/opt/bma-projects", str(home)).replace("python -m", f"{sys.executable} -m")
            subprocess.run(["/bin/sh", "-ec", command], cwd=source, check=True, capture_output=True)
    done = subprocess.run([home / "bin" / "bma-projects", "--help"], cwd=tmp_path, capture_output=True, check=True)
    assert b"refresh" in done.stdout


def test_the_image_is_made_of_what_the_dockerfile_names_alone() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    allowed = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    }
    assert "*" in allowed
    assert copied <= {line.removeprefix("!") for line in allowed if line.startswith("!")}
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base) for base in bases)
    assert any(line.startswith("HEALTHCHECK ") and '"status"' in line for line in lines)


def test_the_container_runs_as_nobody_special() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "USER bma" in lines
    copied = [line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert {"parsers", "pipeline", "sql"} <= set(copied)
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            for name in line.split()[1:-1]:
                assert (ROOT / name).exists(), line
