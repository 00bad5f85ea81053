"""A person's file and a report on the command line, at a running installation."""

from hashlib import sha256
from pathlib import Path

import pytest

from services.cli.exits import Exit
from services.cli.installation import Installation
from tests.cli.running import Ended, ledger, until


def at(installation: Installation, *command: str) -> Ended:
    return ledger(*command, "--at", installation.folder)


@pytest.fixture(scope="module")
def person(installation: Installation, few_claims: Path) -> str:
    """Somebody with a claim, as the events name them."""
    sent = at(installation, "submit", str(few_claims), "--json").json["answers"]["claims"]
    claim = str(sent["outcomes"][0]["record"])
    until(lambda: at(installation, "trace", claim).code == Exit.OK)
    [event] = at(installation, "trace", claim, "--json").json["events"]
    return str(event["person"])


def test_a_persons_file_is_shown_and_written_as_a_table(
    installation: Installation, person: str, tmp_path: Path
) -> None:
    file = at(installation, "person-file", person, "--json").json
    written = at(installation, "person-file", person, "--csv", str(tmp_path / "file.csv"))

    assert file["person"] == person
    assert [claim["state"] for claim in file["claims"]] == ["submitted"]
    assert written.code == Exit.OK
    assert person in (tmp_path / "file.csv").read_text(encoding="utf-8-sig")


def test_a_report_of_the_same_seal_is_the_same_to_the_byte(
    installation: Installation, person: str, tmp_path: Path
) -> None:
    asked = ("report", "statistics", "--period", "2026", "--json")
    first = at(installation, *asked).json  # the person's file has shown that audit heard all
    csv, xlsx = tmp_path / "a.csv", tmp_path / "b.xlsx"
    again = at(
        installation, *asked, "--as-of", first["report"]["sealed_at"], "--csv", str(csv),
        "--xlsx", str(xlsx),
    )  # fmt: skip

    assert again.json == first
    assert sha256(csv.read_bytes()).hexdigest() == first["sha256"]
    assert xlsx.read_bytes().startswith(b"PK")
    assert person not in csv.read_text(encoding="utf-8-sig")
