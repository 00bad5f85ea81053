"""Every generated document and how it is made: `python -m tests.documents [--check]`."""

import filecmp
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300


@dataclass(frozen=True, slots=True)
class Generator:
    """`python -m module folder` writes its documents into `folder` and nothing else anywhere.

    The folder may hold other documents, written by hand: those stay.
    """

    module: str
    folder: str


GENERATORS = (
    Generator("shared.events.contracts", "docs/events"),
    Generator("tests.states", "docs/states"),
    Generator("tests.openapi", "docs/api"),
    Generator("tests.references", "docs/policy"),
    Generator("tests.policy.pages", "docs/policy"),
    Generator("tests.policy.systems", "docs/policy"),
    Generator("tests.policy.tutorial", "docs/policy"),
    Generator("tests.policy.format_page", "docs/policy"),
)


def write(generator: Generator, folder: Path) -> None:
    """Run one generator; raises CalledProcessError when it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", generator.module, str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=SECONDS)


def stale(generator: Generator) -> list[str]:
    """Documents that the generator writes otherwise than they stand in the repository."""
    checked_in = ROOT / generator.folder
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        write(generator, fresh)
        made = sorted(f.relative_to(fresh) for f in fresh.rglob("*") if f.is_file())
        _, differ, missing = filecmp.cmpfiles(fresh, checked_in, map(str, made), shallow=False)
    return [f"{generator.folder}/{name}" for name in sorted(differ + missing)]


def main() -> int:
    """Write all documents, or with --check only compare; exit code 1 when one is stale."""
    if "--check" not in sys.argv[1:]:
        for generator in GENERATORS:
            write(generator, ROOT / generator.folder)
        return 0
    found = [name for generator in GENERATORS for name in stale(generator)]
    for name in found:
        print(f"{name} is stale: run `make docs`")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
