"""The README's commands (fenced `sh ci`) are tasks of the Makefile, or work as they stand."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.cli.exits import Exit
from services.cli.installation import Installation
from tests.cli.running import ROOT

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```sh ci\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines()]
TASKS = [line for line in LINES if line.startswith("make ")]
COMMANDS = [line for line in LINES if not line.startswith("make ")]
LINKS = re.findall(r"\]\(([^):#]+)\)", README)


@pytest.fixture(scope="module")
def checkout(installation: Installation, scratch: Path) -> Path:
    """A folder that looks like the checkout while `make demo` is up."""
    folder = scratch / "readme"
    (folder / "build").mkdir(parents=True)
    (folder / "build" / "demo").symlink_to(installation.folder)
    for name in ("examples", "shared", "tests"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder


def test_there_are_commands_to_check() -> None:
    assert "make demo" in TASKS
    assert len(COMMANDS) >= 4


@pytest.mark.parametrize("line", TASKS)
def test_a_make_command_is_a_task_of_the_makefile(line: str) -> None:
    _, task, *variables = line.split()
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(rf"^{task}:.*  ## ", makefile, re.MULTILINE)
    assert [v for v in variables if not v.startswith("ARGS=")] == []


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_works_as_it_stands(line: str, checkout: Path) -> None:
    ended = subprocess.run(
        ["bash", "-c", line], cwd=checkout, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode in _right(line.split()), ended.stdout + ended.stderr


def _right(words: Sequence[str]) -> set[int]:
    """1 is told where there is something to tell: the roster's bad rows, the planted findings."""
    return {Exit.OK, Exit.DIFFERENT} if words[1] in ("submit", "findings") else {Exit.OK}


@pytest.mark.parametrize("link", sorted(set(LINKS)))
def test_a_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).exists()
