"""`python -m tests.soak`: the long tests in full size; their result is written to docs/soak.md."""

import argparse
import asyncio
import platform
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.faults.crash import FULL, Report, crash, fresh_seed
from tests.faults.kills import Kind
from tests.long import HISTORIES, LONG, Ran, run

ROOT = Path(__file__).resolve().parents[1]
RESULT, SHORTENED = ROOT / "docs" / "soak.md", ROOT / "build" / "soak.md"
TIGHTEST_KILLS = len(FULL)


def main() -> None:
    """Exit status 0 when every promise held and every kill happened."""
    asked = _arguments()
    seed = asked.seed if asked.seed is not None else fresh_seed()
    print(f"TEST_SEED={seed}", flush=True)
    wanted = scaled(FULL, asked.kills)
    with tempfile.TemporaryDirectory(prefix="ledger-soak-") as name:
        folder = asked.folder or Path(name)
        folder.chmod(0o755)  # the database server's account must enter it
        long = [run(each, seed, asked.histories, _say) for each in LONG]
        report = asyncio.run(crash(folder, wanted, seed, _say))
    if missing := Counter(wanted) - report.killed:
        sys.exit(f"kills that did not happen: {missing}")
    text = page(report, asked.kills, long, asked.histories)
    result = RESULT if _is_full(asked.kills, asked.histories) else SHORTENED
    result.parent.mkdir(exist_ok=True)
    result.write_text(text)
    print(text)


def scaled(full: Mapping[Kind, int], kills: int) -> dict[Kind, int]:
    """The same mixture with this many kills, at least one of each kind."""
    total = sum(full.values())
    wanted = {kind: max(1, number * kills // total) for kind, number in full.items()}
    wanted[Kind.SITE] += max(0, kills - sum(wanted.values()))
    return wanted


def page(report: Report, asked: int, long: Sequence[Ran], histories: int) -> str:
    """docs/soak.md."""
    total = report.killed.total()
    size = "full size" if _is_full(asked, histories) else "shortened: not the full size"
    kinds = [f"| {kind} | {report.killed[kind]} |" for kind in Kind]
    return "\n".join(
        [
            "# Soak",
            "",
            "Written by `make soak`; the numbers are those of its last run.",
            "",
            f"- date: {report.at:%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}",
            f"- seed: {report.seed} (repeat with `TEST_SEED={report.seed} make soak"
            f" ARGS='--kills={asked} --histories={histories}'`)",
            f"- log: {report.log}; kills wanted: {asked}; histories: {histories} ({size})",
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
            *(f"| {what} | {number} |" for what, number in _stood(report)),
            "",
            *(f"- parked by kills, released by hand: {each}" for each in report.released),
            *([""] if report.released else []),
            "| long test | size | seconds |",
            "|---|---|---|",
            *(f"| {each.what} | {each.size} | {each.seconds:.0f} |" for each in long),
            "",
        ]
    )


def _is_full(kills: int, histories: int) -> bool:
    return kills >= sum(FULL.values()) and histories >= HISTORIES


def _stood(report: Report) -> list[tuple[str, int]]:
    """What was looked at when nothing moved any more."""
    found = report.found
    money = found.money
    return [
        ("requests answered 2xx, each in the log exactly once", report.answered),
        ("attempts that were repeated with the same key", report.retries),
        ("ends of service processes, by kill or by themselves", report.ends),
        ("streams that kills had parked, released by hand", len(report.released)),
        *(
            (f"events of {name}, equal in database and log", number)
            for name, number in found.events.items()
        ),
        ("approved claims, each with exactly one way for its money", found.approved),
        ("lines of the journal, equal to the events, their sum zero", money.lines),
        ("orders to the bank, each with its own id and sent once", money.orders),
        ("paid", money.paid),
        ("given back by the bank or the payee", money.returned),
        (
            "plans that were decided, advances and settlements equal to what they earned",
            money.plans,
        ),
        ("decisions on them, each said once", money.decided),
        ("recoveries", money.recoveries),
        ("findings of audit, equal to a full replay", found.findings),
        ("copies in the log, same number and same chain, dropped", found.copies),
        ("requests sent once more, answered as before", found.repeated),
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--kills", type=_kills, default=sum(FULL.values()))
    parser.add_argument("--histories", type=_histories, default=HISTORIES)
    parser.add_argument("--seed", type=int, help="default: TEST_SEED, else a fresh one")
    parser.add_argument("--folder", type=Path, help="keep data and log files here")
    return parser.parse_args()


def _kills(text: str) -> int:
    number = int(text)
    if not TIGHTEST_KILLS <= number <= 100_000:
        raise argparse.ArgumentTypeError(f"from {TIGHTEST_KILLS} to 100000")
    return number


def _histories(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError("from 1 to 1000000")
    return number


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
