"""Each invariant is guarded by a test that fails when one line breaks it: shown, not believed.

`tests/saboteurs/<area>.yaml` is a list of {invariant, file, replace, by, test}: `replace` is a text
that stands once in `file`, `by` the mutation, `test` the pytest id that must then fail.
"""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from shared.postgres.server import Server
from tests.kafka_broker import Broker

ROOT = Path(__file__).resolve().parents[1]
ENTRIES = ROOT / "tests" / "saboteurs"
COPIED = ("services", "shared", "tests", "deploy", "docs", "examples")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "lib", "target", "secrets", "*.pyc")
TEST_SECONDS = 120
ALL_SECONDS = 900
PASSED, FAILED = 0, 1


class Saboteur(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    invariant: str
    file: str
    replace: str
    by: str
    test: str


class Outcome(msgspec.Struct, frozen=True):
    """What pytest did: only a failed assertion proves something, an error does not."""

    code: int
    failures: int
    output: str


def _saboteurs() -> list[Saboteur]:
    files = sorted(ENTRIES.glob("*.yaml"))
    return [s for f in files for s in msgspec.yaml.decode(f.read_bytes(), type=list[Saboteur])]


SABOTEURS = _saboteurs()


class Copy:
    """The tree once more, to be broken; its tests use the servers that already run."""

    def __init__(self, folder: Path, postgres: Server, kafka: Broker) -> None:
        self.folder = folder
        # A .pyc of the same second and size would hide a mutation, so none is ever written.
        self._environment = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(folder),
            "LEDGER_TEST_POSTGRES": str(postgres.data_dir),
            "LEDGER_TEST_KAFKA": str(kafka.folder),
        }

    def run(self, tests: Sequence[str], seconds: float) -> Outcome:
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        command += ["-o", f"timeout={TEST_SECONDS}", f"--junitxml={report}", *tests]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Outcome(
            done.returncode, _failures(report), done.stdout[-4000:] + done.stderr[-1000:]
        )

    def run_broken(self, saboteur: Saboteur) -> Outcome:
        file = self.folder / saboteur.file
        text = file.read_text()
        assert text.count(saboteur.replace) == 1, f"stands not exactly once in {saboteur.file}"
        assert saboteur.by != saboteur.replace
        file.write_text(text.replace(saboteur.replace, saboteur.by))
        try:
            return self.run([saboteur.test], TEST_SECONDS * 2)
        finally:
            file.write_text(text)


def _failures(report: Path) -> int:
    if not report.exists():
        return 0
    return sum(int(suite.get("failures", "0")) for suite in ET.parse(report).iter("testsuite"))


@pytest.fixture(scope="module")
def copy(scratch: Path, postgres: Server, kafka: Broker) -> Iterator[Copy]:
    folder = scratch / "sabotaged"
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    for file in ROOT.iterdir():
        if file.is_file():
            shutil.copy(file, folder / file.name)
    (folder / "deploy" / "kafka" / "lib").symlink_to(ROOT / "deploy" / "kafka" / "lib")
    yield Copy(folder, postgres, kafka)
    shutil.rmtree(folder)


def test_every_invariant_is_named_once() -> None:
    names = [saboteur.invariant for saboteur in SABOTEURS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.timeout(ALL_SECONDS)
def test_the_saboteurs_tests_pass_in_the_unharmed_copy(copy: Copy) -> None:
    outcome = copy.run(sorted({saboteur.test for saboteur in SABOTEURS}), ALL_SECONDS)
    assert outcome.code == PASSED, outcome.output


@pytest.mark.parametrize("saboteur", SABOTEURS, ids=lambda saboteur: saboteur.invariant)
def test_the_invariant_is_guarded(saboteur: Saboteur, copy: Copy) -> None:
    outcome = copy.run_broken(saboteur)
    assert outcome.code == FAILED, outcome.output
    assert outcome.failures == 1, outcome.output
