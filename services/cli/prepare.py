"""`claims-ledger prepare`: databases, roles and topics of an installation, before its start."""

import asyncio
import secrets
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from services.cli.output import JsonFlag, say_json
from shared.events.base import TOPICS
from shared.events.partition import DEFAULT_PARTITIONS
from shared.log.open import open_log
from shared.log.port import LogRefused, LogUnavailable
from shared.postgres.passwords import load_or_create_passwords
from shared.postgres.prepare import PrepareFailed
from shared.postgres.prepare import prepare as prepare_databases
from shared.vault.keys import generate

REFUSED = 1


def prepare(
    admin: Annotated[
        str, typer.Option(help="PostgreSQL superuser's address, its password in --passwords")
    ] = "",
    passwords: Annotated[
        Path | None, typer.Option(help="folder with a file of password for each role")
    ] = None,
    log: Annotated[str, typer.Option(help="kafka://host:port whose topics to create")] = "",
    partitions: Annotated[int, typer.Option(min=1, max=1024)] = DEFAULT_PARTITIONS,
    new_secrets: Annotated[
        Path | None, typer.Option("--secrets", help="folder to fill with passwords and keys")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Create passwords and keys (--secrets), databases and roles (--admin, --passwords), or topics
    (--log). What exists stays as it is.

    Exit code 1 when it could not be done; 2 when the command is incomplete.
    """
    if not (admin or log or new_secrets):
        raise typer.BadParameter("say what to prepare: --secrets, --admin or --log")
    ready: dict[str, list[str]] = {}
    try:
        if new_secrets:
            ready["secrets"] = _secrets(new_secrets)
        if admin:
            ready["databases"] = asyncio.run(_databases(admin, passwords, partitions))
        if log:
            ready["topics"] = asyncio.run(_topics(log, partitions))
    except (PrepareFailed, LogRefused, LogUnavailable, OSError, asyncpg.PostgresError) as failed:
        typer.echo(f"not prepared: {failed}", err=True)
        raise typer.Exit(REFUSED) from failed
    if as_json:
        say_json(ready)
        return
    for what, names in ready.items():
        typer.echo(f"{what} ready: {', '.join(names)}")


def _secrets(folder: Path) -> list[str]:
    """Files of mode 0600, each for the services that need it and for nobody else."""
    load_or_create_passwords(folder)
    keys = folder / "vault-keys.json"
    if not keys.exists():
        generate(keys)
    request_key = folder / "request-key"
    if not request_key.exists():
        request_key.touch(mode=0o600)
        request_key.write_text(secrets.token_urlsafe(32))
    return sorted(file.name for file in folder.iterdir())


async def _databases(admin: str, passwords: Path | None, partitions: int) -> list[str]:
    dsns = await prepare_databases(admin, partitions=partitions, passwords_dir=passwords)
    return list(dsns.databases)


async def _topics(address: str, partitions: int) -> list[str]:
    log = await open_log(address)
    try:
        await log.create_topics(dict.fromkeys(TOPICS, partitions))
    finally:
        await log.close()
    return list(TOPICS)
