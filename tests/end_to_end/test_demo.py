"""The demonstration, whole: it ends as planted, leaves nobody behind and shows nobody's data."""

import csv
import secrets
from pathlib import Path

import pytest

from tests.cli.running import ROOT, ledger, processes_of

PERSONAL = {
    "roster.csv": ("身份证号码", "姓名", "联系电话", "银行账号"),
    "history.csv": ("id_number", "name", "account"),
    "apprentices-1.csv": ("身份证号码", "姓名"),
    "apprentices-2.csv": ("身份证号码", "姓名"),
}
MONEY = (
    "│200000.00│100000.00│180000.00│80000.00│0.00│0.00│0.00│",
    "│200000.00│100000.00│75000.00│0.00│25000.00│5000.00│20000.00│",
)
"""base, advanced, earned, settled, demanded, received, still owed: E24, E31, E32"""


@pytest.mark.timeout(180)
def test_the_demonstration_ends_as_planted_and_tells_nothing_personal(scratch: Path) -> None:
    folder = scratch / f"demo-{secrets.token_hex(4)}"

    ended = ledger("demo", "--exit", "--at", str(folder), seconds=150)

    assert ended.code == 0, ended.out[-3000:] + ended.err[-1000:]
    assert "Everything is as planted" in ended.out
    for rule in ("A1", "C1", "D5", "F1"):
        assert f"│ {rule} " in ended.out
    bare = ended.out.replace(" ", "")
    assert [row for row in MONEY if row not in bare] == []
    assert "│CERT_REG│" in bare
    assert processes_of(folder) == []
    said = ended.out + ended.err + "".join(_log_files(folder))
    assert [value for value in _planted() if value in said] == []


def _log_files(folder: Path) -> list[str]:
    files = list(folder.rglob("*.log"))
    assert {file.stem.partition("-")[0] for file in files} >= {
        "claims",
        "payments",
        "audit",
        "registers",
    }
    return [file.read_text(errors="replace") for file in files]


def _planted() -> set[str]:
    values = set()
    for name, columns in PERSONAL.items():
        with (ROOT / "examples" / name).open(newline="") as file:
            for row in csv.DictReader(file):
                values |= {row[column] for column in columns}
    return values - {""}
