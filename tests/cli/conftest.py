"""One empty installation for all tests of the commands, as `make serve` runs it."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.installation import Installation, running_in
from tests.cli.running import ROOT, document, start


@pytest.fixture(scope="session")
def installation(scratch: Path) -> Iterator[Installation]:
    """Running, with three services; stopped at the end."""
    folder = scratch / "installation"
    with start("serve", "--at", str(folder), "--json") as process:
        document(process)
        found = running_in(folder)
        assert found is not None
        yield found
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


@pytest.fixture(scope="session")
def few_claims(scratch: Path) -> Path:
    """The first three rows of the example roster, all good."""
    return _some(scratch / "few-claims.csv", "roster.csv", [2, 3, 4])


@pytest.fixture(scope="session")
def paid_twice(scratch: Path) -> Path:
    """Two old decisions for one person, occupation and level."""
    return _some(scratch / "paid-twice.csv", "history.csv", [28, 56])


@pytest.fixture(scope="session")
def one_bad_row(scratch: Path) -> Path:
    """A good row and one whose ID number has a wrong check digit."""
    return _some(scratch / "one-bad-row.csv", "roster.csv", [5, 22])


def _some(to: Path, name: str, rows: list[int]) -> Path:
    lines = (ROOT / "examples" / name).read_text().splitlines(keepends=True)
    to.write_text("".join(lines[row - 1] for row in [1, *rows]))
    return to
