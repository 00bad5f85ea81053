"""`claims-ledger log copy|rebuild`: move to another log, or fill a lost one from PostgreSQL."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.installation import AtFolder
from services.cli.opening import log_address, opened_log, opened_store, settings_of
from services.cli.output import JsonFlag, console, say_json
from services.cli.signals import run
from shared.events.base import TOPICS
from shared.log.copy import CopyReport, copy_log
from shared.recover import rebuild_log

app = typer.Typer(help="Move the log, or fill it again. 日志迁移与重建。", no_args_is_help=True)
Target = Annotated[str, typer.Option("--to", help="kafka://host:port or postgresql://…")]


@app.command()
def copy(to: Target, at: AtFolder = None, as_json: JsonFlag = False) -> None:
    """Copy the whole log to another one, numbers and chain unchanged; run again to go on."""
    copied = run(_copy(log_address(at), to))
    if as_json:
        last = {f"{at.topic}/{at.partition}": seq for at, seq in sorted(copied.last.items())}
        say_json({"records": copied.records, "last": last})
        return
    for topic, number in copied.records.items():
        console().print(f"{topic}: {number} records copied 已复制")


async def _copy(source: str, target: str) -> CopyReport:
    async with opened_log(source) as old, opened_log(target) as new:
        return await copy_log(old, new, TOPICS)


@app.command()
def rebuild(at: AtFolder = None, as_json: JsonFlag = False) -> None:
    """Send everything from PostgreSQL to an empty log, with the same numbers and chain."""
    sent = run(_rebuild(at))
    if as_json:
        say_json({"events": sent})
        return
    for service, number in sent.items():
        console().print(f"{service}: {number} events sent 已发送")


async def _rebuild(at: Path | None) -> dict[str, int]:
    sent = {}
    for name, settings in settings_of(at).items():
        async with opened_log(settings.log) as log, opened_store(settings) as store:
            sent[name] = (await rebuild_log(store, log)).events
    return sent
