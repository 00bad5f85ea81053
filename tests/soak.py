"""`python -m tests.soak`: the crash test in full size; its result is written to docs/soak.md."""

import argparse
import asyncio
import platform
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.faults.crash import FULL, Report, crash, fresh_seed
from tests.faults.kills import Kind

RESULT = Path(__file__).resolve().parents[1] / "docs" / "soak.md"
TIGHTEST_KILLS = len(FULL)


def main() -> None:
    """Exit status 0 when every promise held and every kill happened."""
    asked = _arguments()
    seed = asked.seed if asked.seed is not None else fresh_seed()
    print(f"LEDGER_SEED={seed}", flush=True)
    wanted = scaled(FULL, asked.kills)
    with tempfile.TemporaryDirectory(prefix="ledger-soak-") as name:
        folder = asked.folder or Path(name)
        folder.chmod(0o755)  # the database server's account must enter it
        report = asyncio.run(crash(folder, wanted, seed, _say))
    if missing := Counter(wanted) - report.killed:
        sys.exit(f"kills that did not happen: {missing}")
    text = page(report, asked.kills)
    RESULT.write_text(text)
    print(text)


def scaled(full: Mapping[Kind, int], kills: int) -> dict[Kind, int]:
    """The same mixture with this many kills, at least one of each kind."""
    total = sum(full.values())
    wanted = {kind: max(1, number * kills // total) for kind, number in full.items()}
    wanted[Kind.SITE] += max(0, kills - sum(wanted.values()))
    return wanted


def page(report: Report, asked: int) -> str:
    """docs/soak.md."""
    found, total = report.found, report.killed.total()
    size = "full size" if asked >= sum(FULL.values()) else "shortened: not the full size"
    kinds = [f"| {kind} | {report.killed[kind]} |" for kind in Kind]
    return "\n".join(
        [
            "# Soak",
            "",
            "Written by `make soak`; the numbers are those of its last run.",
            "",
            f"- date: {report.at:%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}",
            f"- seed: {report.seed} (repeat with `LEDGER_SEED={report.seed} make soak"
            f" ARGS=--kills={asked}`)",
            f"- log: {report.log}; kills wanted: {asked} ({size})",
            f"- load with kills {report.load_seconds:.0f} s, drained after"
            f" {report.drain_seconds:.0f} s more, whole run {report.total_seconds:.0f} s",
            "",
            "| SIGKILL of | times |",
            "|---|---|",
            *kinds,
            f"| all | {total} |",
            "",
            "A kill between acknowledgement and saved number needs another one before it: the",
            "process that runs is killed, so that one with a relay that dies takes its place.",
            "",
            "| what stood at the end | number |",
            "|---|---|",
            f"| requests answered 2xx, each in the log exactly once | {report.answered} |",
            f"| attempts that were repeated with the same key | {report.retries} |",
            f"| ends of service processes, by kill or by themselves | {report.ends} |",
            f"| events of claims, equal in database and log | {found.claim_events} |",
            f"| events of payments, equal in database and log | {found.payout_events} |",
            f"| approved claims, each with exactly one payout | {found.approved} |",
            f"| copies in the log, same number and same chain, dropped | {found.copies} |",
            f"| requests sent once more, answered as before | {found.repeated} |",
            "",
        ]
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--kills", type=_kills, default=sum(FULL.values()))
    parser.add_argument("--seed", type=int, help="default: LEDGER_SEED, else a fresh one")
    parser.add_argument("--folder", type=Path, help="keep data and log files here")
    return parser.parse_args()


def _kills(text: str) -> int:
    number = int(text)
    if not TIGHTEST_KILLS <= number <= 100_000:
        raise argparse.ArgumentTypeError(f"from {TIGHTEST_KILLS} to 100000")
    return number


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
