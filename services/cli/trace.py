"""`claims-ledger trace ID`: all that happened to one claim, payout or finding, from the log."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape
from rich.tree import Tree

from services.cli.exits import Exit, Stop
from services.cli.installation import AtFolder
from services.cli.opening import log_address, opened_log
from services.cli.output import JsonFlag, console, say_json
from services.cli.reading import Entry, entries
from services.cli.signals import run
from shared.clock import SHANGHAI
from shared.events.envelope import Event
from shared.events.findings import FindingOpened
from shared.log.port import Log
from shared.money import yuan

MAX_RELATED = 200
_SAID = ("reasons", "conflicts_with", "clause", "finding", "cause", "decision")


class Traced(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event as `--json` shows it; `caused_by` is the id of another event."""

    place: str
    id: str
    time: str
    stream: str
    version: int
    type: str
    actor: str
    caused_by: str | None = None
    amount_fen: int | None = None
    clauses: tuple[str, ...] = ()
    said: dict[str, str] = {}


def trace(
    record: Annotated[str, typer.Argument(metavar="ID", help="claim-…, payout-… or finding-…")],
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """Show every event of a claim, its payout and the findings about it, and what caused what.

    Reads the log alone (LEDGER_LOG, or the installation's), verified. Exit code 1: no such record.
    """
    found = run(_trace(record, at))
    if not found:
        raise Stop(
            Exit.DIFFERENT,
            f"The log has no event of {record}: check the id, or wait until the relay has sent it.",
            f"日志中没有 {record} 的事件：请核对编号，或稍后再试。",
        )
    if as_json:
        say_json({"id": record, "events": [traced(entry) for entry in found]})
    else:
        console().print(tree(record, found))


async def _trace(record: str, at: Path | None) -> list[Entry]:
    async with opened_log(log_address(at)) as log:
        return await related(log, record)


async def related(log: Log, record: str) -> list[Entry]:
    """Events of the record, of the claim and payout that belong together, and findings on them."""
    names = _family(record)
    found = await _naming(log, names)
    more = {claim for entry in found if entry.event.subject in names for claim in _claims(entry)}
    if more - names:
        names |= {name for claim in sorted(more)[:MAX_RELATED] for name in _family(claim)}
        found = await _naming(log, names)
    return [e for e in found if e.event.subject in names or names & set(_claims(e))]


def _family(record: str) -> set[str]:
    """A claim and its payout share their number."""
    kind, _, number = record.partition("-")
    return {f"claim-{number}", f"payout-{number}"} if kind in ("claim", "payout") else {record}


async def _naming(log: Log, names: set[str]) -> list[Entry]:
    needles = [name.encode() for name in names]
    return await entries(log, lambda body: any(needle in body for needle in needles))


def _claims(entry: Entry) -> tuple[str, ...]:
    """The claims that a finding is about."""
    return entry.event.facts.claims if isinstance(entry.event.facts, FindingOpened) else ()


def traced(entry: Entry) -> Traced:
    event, facts = entry.event, entry.event.facts
    said = {name: _words(getattr(facts, name, None)) for name in _SAID}
    return Traced(
        place=entry.place,
        id=event.id,
        time=event.recorded_at.isoformat(),
        stream=event.subject,
        version=event.version,
        type=type(facts).__name__,
        actor=event.actor,
        caused_by=event.causation_id,
        amount_fen=getattr(facts, "amount_fen", None),
        clauses=tuple(c.clause for c in getattr(facts, "citations", ())),
        said={name: words for name, words in said.items() if words},
    )


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def tree(record: str, found: list[Entry]) -> Tree:
    """Causes above what they caused, else by time; a stream's own events keep their order."""
    root = Tree(record, highlight=False)
    branches: dict[str, Tree] = {}
    for entry in sorted(found, key=lambda entry: _order(entry.event)):
        parent = branches.get(entry.event.causation_id or "", root)
        branches[entry.event.id] = parent.add(_line(traced(entry), entry.event))
    return root


def _order(event: Event) -> tuple[object, ...]:
    return event.recorded_at, event.subject, event.version


def _line(one: Traced, event: Event) -> str:
    local = event.recorded_at.astimezone(SHANGHAI)
    words = [f"{local:%Y-%m-%d %H:%M:%S}", f"[bold]{one.type}[/bold]", f"by {escape(one.actor)}"]
    if one.amount_fen is not None:
        words.append(f"¥{yuan(one.amount_fen)}")
    why = [f"clauses: {', '.join(one.clauses)}"] if one.clauses else []
    why += [f"{name}: {escape(value)}" for name, value in one.said.items()]
    lines = ["  ".join(words), *why, f"[dim]{one.stream} v{one.version}, {one.place}[/dim]"]
    return "\n".join(lines)
