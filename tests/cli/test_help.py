"""What the command line says of itself, and how it ends when it is used wrongly."""

import pytest
from typer.testing import CliRunner

from services.cli.exits import MEANINGS, Exit
from services.cli.main import app

COMMANDS = (
    ("demo",), ("serve",), ("prepare",), ("token",), ("submit",), ("trace",), ("findings",),
    ("person-file",), ("report",),
    ("reconcile",), ("recover",), ("replay",), ("log", "copy"), ("log", "rebuild"),
    ("parked", "list"), ("parked", "release"), ("policy", "check"), ("policy", "diff"),
    ("policy", "explain"), ("policy", "propose"), ("policy", "compare"), ("policy", "publish"),
)  # fmt: skip
WIDE = {"COLUMNS": "200", "TERMINAL_WIDTH": "200", "NO_COLOR": "1"}


def test_the_help_names_every_command_and_every_exit_code() -> None:
    said = CliRunner().invoke(app, ["--help"], env=WIDE)
    assert said.exit_code == 0
    assert {command[0] for command in COMMANDS} <= set(said.output.split())
    assert MEANINGS.keys() == set(Exit)
    for code, meaning in MEANINGS.items():
        assert f"{code.value}  {meaning}" in said.output


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_its_help_and_speaks_json(command: tuple[str, ...]) -> None:
    said = CliRunner().invoke(app, [*command, "--help"], env=WIDE)
    assert said.exit_code == 0
    assert "--json" in said.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"], ["serve", "bank"], ["submit"], ["token", "king"], ["demo", "--x"],
        ["report", "fund_use", "--period", "2026", "--as-of", "2026-01-01T00:00:00"],
    ],
)  # fmt: skip
def test_a_wrong_command_line_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == Exit.USAGE
