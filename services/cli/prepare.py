"""`claims-ledger prepare`: databases, roles and topics of an installation, before its start."""

import asyncio
import secrets
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

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
) -> None:
    """Create passwords and keys (--secrets), databases and roles (--admin, --passwords), or topics
    (--log). What exists stays as it is.

    Exit code 1 when it could not be done; 2 when the command is incomplete.
    """
    if not (admin or log or new_secrets):
        raise typer.BadParameter("say what to prepare: --secrets, --admin or --log")
    try:
        if new_secrets:
            _secrets(new_secrets)
        if admin:
            asyncio.run(_databases(admin, passwords, partitions))
        if log:
            asyncio.run(_topics(log, partitions))
    except (PrepareFailed, LogRefused, LogUnavailable, OSError, asyncpg.PostgresError) as failed:
        typer.echo(f"not prepared: {failed}", err=True)
        raise typer.Exit(REFUSED) from failed


def _secrets(folder: Path) -> None:
    """Files of mode 0600, each for the services that need it and for nobody else."""
    load_or_create_passwords(folder)
    keys = folder / "vault-keys.json"
    if not keys.exists():
        generate(keys)
    request_key = folder / "request-key"
    if not request_key.exists():
        request_key.touch(mode=0o600)
        request_key.write_text(secrets.token_urlsafe(32))
    typer.echo(f"secrets ready: {', '.join(sorted(file.name for file in folder.iterdir()))}")


async def _databases(admin: str, passwords: Path | None, partitions: int) -> None:
    dsns = await prepare_databases(admin, partitions=partitions, passwords_dir=passwords)
    typer.echo(f"databases ready: {', '.join(dsns.databases)}")


async def _topics(address: str, partitions: int) -> None:
    log = await open_log(address)
    try:
        await log.create_topics(dict.fromkeys(TOPICS, partitions))
    finally:
        await log.close()
    typer.echo(f"topics ready: {', '.join(TOPICS)}")
