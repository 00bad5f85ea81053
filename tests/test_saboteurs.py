"""Each invariant is guarded by a test that fails when one line breaks it: shown, not believed.

`tests/saboteurs/<area>.yaml` is a list of {invariant, file, replace, by, test}: `replace` is a text
that stands once in `file`, `by` the mutation, `test` the pytest id that must then fail.

`make test` breaks a fresh sample of them, `make saboteurs` (LEDGER_SABOTEURS=all) every one.
"""

import os
import random
import secrets
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import msgspec
import pytest

from shared.postgres.server import Server
from tests.kafka_broker import Broker

ROOT = Path(__file__).resolve().parents[1]
ENTRIES = ROOT / "tests" / "saboteurs"
COPIED = ("services", "shared", "tests", "deploy", "docs", "examples")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "lib", "target", "secrets", "*.pyc")
WORKERS = 2
TEST_SECONDS = 30  # a mutation that makes a test hang is found by this
BROKEN_SECONDS = 180
UNHARMED_SECONDS = 600
PASSED, FAILED = 0, 1
UNHARMED = ""


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
SAMPLE = 24
ALL = "LEDGER_SABOTEURS"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(16)
SEED = int(os.environ.get("TEST_SEED") or int(RUN, 16) % 2**32)
"""the same in all processes of a run; printed with the sample, so that TEST_SEED repeats it"""


def _chosen() -> list[Saboteur]:
    if os.environ.get(ALL) == "all":
        return SABOTEURS
    return random.Random(SEED).sample(SABOTEURS, min(SAMPLE, len(SABOTEURS)))


CHOSEN = _chosen()


class Copy:
    """The tree once more, to be broken; its tests use the servers that already run."""

    def __init__(self, folder: Path, postgres: Server, kafka: Broker) -> None:
        self.folder = folder
        # A .pyc of the same second and size would hide a mutation, so none is ever written.
        self._environment = {
            **{k: v for k, v in os.environ.items() if k != ALL},
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(folder),
            "LEDGER_TEST_POSTGRES": str(postgres.data_dir),
            "LEDGER_TEST_KAFKA": str(kafka.folder),
        }

    def run(self, tests: Sequence[str], seconds: float, *options: str) -> Outcome:
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        # Without hypothesis' plugin (0.6 s to load) its tests run all the same.
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        command += ["-p", "no:hypothesispytest", f"--junitxml={report}", *options, *tests]
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

    def run_unharmed(self) -> Outcome:
        tests = sorted({saboteur.test for saboteur in CHOSEN})
        return self.run(tests, UNHARMED_SECONDS)

    def run_broken(self, saboteur: Saboteur) -> Outcome:
        file = self.folder / saboteur.file
        text = file.read_text()
        assert text.count(saboteur.replace) == 1, f"stands not exactly once in {saboteur.file}"
        assert saboteur.by != saboteur.replace
        file.write_text(text.replace(saboteur.replace, saboteur.by))
        try:
            return self.run([saboteur.test], BROKEN_SECONDS, "-o", f"timeout={TEST_SECONDS}")
        finally:
            file.write_text(text)


def _failures(report: Path) -> int:
    if not report.exists():
        return 0
    return sum(int(suite.get("failures", "0")) for suite in ET.parse(report).iter("testsuite"))


def _copy_tree(folder: Path) -> Path:
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    for file in ROOT.iterdir():
        if file.is_file():
            shutil.copy(file, folder / file.name)
    (folder / "deploy" / "kafka" / "lib").symlink_to(ROOT / "deploy" / "kafka" / "lib")
    return folder


@pytest.fixture(scope="module")
def copies(scratch: Path, postgres: Server, kafka: Broker) -> SimpleQueue[Copy]:
    """A copy for each worker; the scratch folder's end removes them."""
    queue: SimpleQueue[Copy] = SimpleQueue()
    for number in range(WORKERS):
        queue.put(Copy(_copy_tree(scratch / f"sabotaged-{number}"), postgres, kafka))
    return queue


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest, copies: SimpleQueue[Copy]
) -> Iterator[dict[str, Future[Outcome]]]:
    """All chosen saboteurs at work, two at a time; each test waits for its own."""

    def run(saboteur: Saboteur | None) -> Outcome:
        copy = copies.get()
        try:
            return copy.run_broken(saboteur) if saboteur else copy.run_unharmed()
        finally:
            copies.put(copy)

    with ThreadPoolExecutor(WORKERS) as pool:
        chosen = (item.callspec for item in request.session.items if hasattr(item, "callspec"))
        wanted = [call.params["saboteur"] for call in chosen if "saboteur" in call.params]
        found = {UNHARMED: pool.submit(run, None)}
        yield found | {each.invariant: pool.submit(run, each) for each in wanted}
        pool.shutdown(cancel_futures=True)


def test_each_saboteur_has_one_place_to_strike() -> None:
    print(f"TEST_SEED={SEED}")
    for saboteur in SABOTEURS:
        text = (ROOT / saboteur.file).read_text()
        assert text.count(saboteur.replace) == 1, f"{saboteur.invariant}: {saboteur.file}"
        assert saboteur.by != saboteur.replace


def test_every_invariant_is_named_once() -> None:
    names = [saboteur.invariant for saboteur in SABOTEURS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("saboteur", CHOSEN, ids=lambda saboteur: saboteur.invariant)
def test_the_invariant_is_guarded(saboteur: Saboteur, outcomes: dict[str, Future[Outcome]]) -> None:
    outcome = outcomes[saboteur.invariant].result(timeout=BROKEN_SECONDS * 2)
    assert outcome.code == FAILED, outcome.output
    assert outcome.failures == 1, outcome.output


@pytest.mark.timeout(UNHARMED_SECONDS)
def test_the_saboteurs_tests_pass_in_the_unharmed_copy(
    outcomes: dict[str, Future[Outcome]],
) -> None:
    outcome = outcomes[UNHARMED].result(timeout=UNHARMED_SECONDS)
    assert outcome.code == PASSED, outcome.output
