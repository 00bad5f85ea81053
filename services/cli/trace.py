"""`claims-ledger trace ID`: all that happened to one claim, payout or finding, from the log."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from services.audit.trace.flow import flows_of, moves_of
from services.audit.trace.follow import Entry, Traced, follow
from services.audit.trace.names import names_of
from services.audit.trace.picture import picture
from services.audit.trace.shown import Shown, document, shown
from services.cli.exits import Exit, Stop
from services.cli.installation import AtFolder
from services.cli.opening import log_address, opened_log
from services.cli.output import JsonFlag, console, say_json
from services.cli.reading import entries
from services.cli.signals import run
from shared.books import book
from shared.clock import SHANGHAI
from shared.events.envelope import Event
from shared.log.port import Log
from shared.money import yuan

RECORDS = "claim-…, plan-…, payout-…, fund-…, batch-…, finding-… or a person's reference"


def trace(
    record: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="claim-…, plan-…, payout-…, fund-…, finding-… or a person's reference",
        ),
    ],
    at: AtFolder = None,
    as_json: JsonFlag = False,
    svg: Annotated[
        Path | None, typer.Option(help="write it as a picture: time line and flow of money")
    ] = None,
) -> None:
    """Show every event behind a claim, plan, payout, fund, person or finding: what caused what,
    who did it, and how the money went.

    Reads the log alone (LEDGER_LOG, or the installation's), verified. Exit code 1: no such record.
    """
    traced = run(_trace(record, at))
    if not traced.entries:
        raise Stop(
            Exit.DIFFERENT,
            f"The log has no event of {record}: check the id, or wait until the relay has sent it.",
            f"日志中没有 {record} 的事件：请核对编号，或稍后再试。",
        )
    moves = moves_of(traced.entries, book)
    if svg is not None:
        svg.write_text(picture(traced, moves), encoding="utf-8")
    if as_json:
        say_json(document(traced, moves))
        return
    console().print(tree(traced))
    for flow in flows_of(moves):
        line = f"{flow.source} → {flow.target}: ¥{yuan(flow.amount_fen)} ({flow.moves})"
        console().print(line, highlight=False, markup=False)


async def _trace(record: str, at: Path | None) -> Traced:
    async with opened_log(log_address(at)) as log:
        return await follow(record, Scan(log))


class Scan:
    """Finds events by reading the whole log: it needs no service and no index."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def __call__(self, names: Collection[str], own: bool) -> list[Entry]:
        found = await entries(self._log, _wanted(names, own))
        return [e for e in found if _names(e, own) & set(names)]


def _names(entry: Entry, own: bool) -> frozenset[str]:
    return frozenset({entry.event.subject}) if own else names_of(entry.event)


def _wanted(names: Collection[str], own: bool) -> Callable[[bytes], bool]:
    """Bytes that cannot name them need no decoding; others say a fund by its code, not its id."""
    if not own and any(name.startswith("fund-") for name in names):
        return lambda _: True
    needles = [name.encode() for name in names]
    return lambda body: any(needle in body for needle in needles)


def tree(traced: Traced) -> Tree:
    """Causes above what they caused, else by time; a stream's own events keep their order."""
    root = Tree(traced.root, highlight=False)
    branches: dict[str, Tree] = {}
    for entry in traced.entries:
        parent = branches.get(entry.event.causation_id or "", root)
        branches[entry.event.id] = parent.add(_line(shown(entry), entry.event))
    return root


def _line(one: Shown, event: Event) -> str:
    local = event.recorded_at.astimezone(SHANGHAI)
    words = [f"{local:%Y-%m-%d %H:%M:%S}", f"[bold]{one.type}[/bold]", f"by {escape(one.actor)}"]
    if one.amount_fen is not None:
        words.append(f"¥{yuan(one.amount_fen)}")
    why = [f"person: {one.person}"] if one.person else []
    why += [f"clauses: {', '.join(one.clauses)}"] if one.clauses else []
    why += [f"{name}: {escape(value)}" for name, value in one.said.items()]
    lines = ["  ".join(words), *why, f"[dim]{one.stream} v{one.version}, {one.place}[/dim]"]
    return "\n".join(lines)
