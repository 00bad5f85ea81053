"""`claims-ledger demo`: the whole installation, a story with real input, and what came of it."""

import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli.demo.attractions import attractions
from services.cli.demo.compare import differences
from services.cli.demo.expected import Example, example
from services.cli.demo.play import play
from services.cli.demo.report import report
from services.cli.demo.seen import Seen
from services.cli.demo.tables import tables
from services.cli.exits import Exit
from services.cli.installation import DEMO, holding
from services.cli.opening import settings_of
from services.cli.output import JsonFlag, console, errors, say_json
from services.cli.signals import run, until_signal
from services.cli.up import Up, anew, remove_apart, up
from services.cli.welcome import welcome

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


class Scenario(StrEnum):
    DOUBLE_CLAIM = "double-claim"


FOLDERS = {Scenario.DOUBLE_CLAIM: EXAMPLES}


def demo(
    scenario: Annotated[
        Scenario, typer.Option(help="the story that is told")
    ] = Scenario.DOUBLE_CLAIM,
    leave: Annotated[
        bool, typer.Option("--exit", help="end by itself; 0 only if all is as planted")
    ] = False,
    at: Annotated[Path, typer.Option(help="folder, made anew for each run")] = DEMO,
    as_json: JsonFlag = False,
) -> None:
    """Play the whole story on this machine: 500 claims, 300 old decisions, two plans with
    advances, payouts through a bank, a register that goes down, findings, proofs.

    Stays up until Ctrl-C with addresses, tokens and requests to try, or ends with --exit.
    """
    with holding(at):
        found = run(_demo(scenario, at, leave, as_json))
    if leave and found:
        raise typer.Exit(Exit.DIFFERENT)


async def _demo(scenario: Scenario, at: Path, leave: bool, as_json: bool) -> list[str]:
    started = time.monotonic()
    planted = example(FOLDERS[scenario])
    await anew(at)
    try:
        async with up(at, lambda _: None, planted.registers) as running:
            seen = await _played(running, at, planted)
            found = differences(planted.key, seen)
            seconds = time.monotonic() - started
            if as_json:
                say_json(report(scenario.value, seen, found, seconds))
            else:
                _show(seen, found, seconds)
            if not leave:
                welcome(running.installation, attractions(seen, running.registers))
                await until_signal()
            return found
    finally:
        remove_apart(at)


async def _played(running: Up, at: Path, planted: Example) -> Seen:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=errors(), transient=True) as progress:

        def step(name: str, total: int) -> Callable[[], None]:
            task = progress.add_task(name, total=total)
            return lambda: progress.advance(task)

        return await play(running, settings_of(at), planted, step)


def _show(seen: Seen, found: list[str], seconds: float) -> None:
    out = console()
    out.print(tables(seen))
    for difference in found:
        out.print(f"not as planted: {difference}", markup=False)
    if not found:
        out.print(f"Everything is as planted. 与预设完全一致。 ({seconds:.0f} s)")
