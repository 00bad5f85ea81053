"""The tutorial of the policies as it runs: each command of the page, and what it prints."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from shlex import split

from typer.testing import CliRunner

from services.cli.main import app

PAGE = Path(__file__).resolve().parents[2] / "docs/policy/tutorial.md"
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
PROMPT, OURS = "$ ", "claims-ledger "
HERE_DOCUMENT = "<<'EOF'"
SECONDS = 20
WIDE = {"COLUMNS": "100"}


@dataclass(frozen=True)
class Step:
    """One command as it is typed, with its here-document."""

    typed: str

    @property
    def command(self) -> str:
        return self.typed.removeprefix(PROMPT)


def steps(block: str) -> Iterator[Step]:
    """What is typed in the block; what is printed is left out."""
    lines = iter(block.splitlines())
    for line in lines:
        if not line.startswith(PROMPT):
            continue
        typed = [line]
        if HERE_DOCUMENT in line:
            for more in lines:
                typed.append(more)
                if more == "EOF":
                    break
        yield Step("\n".join(typed))


def printed(step: Step) -> str:
    """What the command prints here and now, and its exit code where it is not 0."""
    if step.command.startswith(OURS):
        ran = CliRunner().invoke(app, split(step.command)[1:], env=WIDE)
        code, output = ran.exit_code, ran.output
    else:
        done = subprocess.run(
            ["bash", "-c", step.command],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        code, output = done.returncode, done.stdout + done.stderr
    lines = [line.rstrip() for line in output.splitlines()]
    return "".join(f"{line}\n" for line in lines) + (f"(exit code {code})\n" if code else "")


def played(page: str) -> str:
    """The page with everything printed anew, in an empty folder."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        return BLOCK.sub(
            lambda found: "".join(f"{s.typed}\n{printed(s)}" for s in steps(found[0])), page
        )


def main(folder: Path) -> None:
    """Write the page into the folder; our words and commands stay as they are."""
    (folder / PAGE.name).write_text(played(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    os.environ.pop("COLUMNS", None)
    main(Path(sys.argv[1]))
