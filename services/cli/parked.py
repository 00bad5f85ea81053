"""`claims-ledger parked list|release`: streams that stand still until somebody has looked."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.exits import Exit, Stop
from services.cli.installation import AtFolder
from services.cli.opening import opened_store, settings_of
from services.cli.output import JsonFlag, console, say_json, table
from services.cli.signals import run
from shared.pending import Parked, list_parked
from shared.pending import release as let_go

app = typer.Typer(help="Streams that stand still. 已暂停的事件流。", no_args_is_help=True)


@app.command("list")
def list_(at: AtFolder = None, as_json: JsonFlag = False) -> None:
    """Show each parked stream, why, and how much waits behind. Exit code 1 when there is one."""
    found = run(_list(at))
    if as_json:
        say_json({"parked": found})
    else:
        rows = [
            (service, p.stream_id, f"{p.topic}/{p.partition}/{p.seq}", p.cause, p.detail, p.behind)
            for service, parked in found.items()
            for p in parked
        ]
        columns = ("service", "stream", "event", "cause", "detail", "behind number")
        console().print(table("Parked streams  已暂停的事件流", columns, rows))
    if any(found.values()):
        raise typer.Exit(Exit.DIFFERENT)


async def _list(at: Path | None) -> dict[str, list[Parked]]:
    found = {}
    for name, settings in settings_of(at).items():
        async with opened_store(settings) as store:
            found[name] = await list_parked(store.pool)
    return found


@app.command()
def release(
    stream: Annotated[str, typer.Argument(help="id of the parked stream")],
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """Let a stream run on, in its order; what still cannot be applied parks again."""
    released = run(_release(at, stream))
    if not sum(released.values()):
        raise Stop(
            Exit.DIFFERENT,
            f"{stream} is not parked: `claims-ledger parked list` shows what is.",
            f"{stream} 未被暂停：请用 claims-ledger parked list 查看。",
        )
    if as_json:
        say_json({"stream": stream, "released": released})
        return
    for service, number in released.items():
        console().print(f"{service}: {number} events run on 继续处理")


async def _release(at: Path | None, stream: str) -> dict[str, int]:
    released = {}
    for name, settings in settings_of(at).items():
        async with opened_store(settings) as store:
            released[name] = await let_go(store.pool, stream)
    return released
