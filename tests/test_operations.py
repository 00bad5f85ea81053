"""docs/operations.md names every setting and every metric, and nothing that does not exist."""

import re
from pathlib import Path

from shared.settings import KNOWN_VARIABLES

PAGE = Path("docs/operations.md").read_text()
SOURCES = [*Path("shared").rglob("*.py"), *Path("services").rglob("*.py")]
OURS = {"LEDGER_TEST_POSTGRES", "LEDGER_TEST_KAFKA"}


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    documented = set(re.findall(r"LEDGER_[A-Z_]*[A-Z]", PAGE))

    assert documented - OURS == KNOWN_VARIABLES


def test_every_metric_is_documented_and_every_documented_one_exists() -> None:
    made = {
        name
        for source in SOURCES
        for name in re.findall(r'"(ledger_(?:http|relay|inbox)_[a-z_]+)"', source.read_text())
    }
    documented = set(re.findall(r"`(ledger_[a-z_]+?)(?:_total)?[`{]", PAGE))

    assert documented == made
