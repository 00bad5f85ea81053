"""`claims-ledger prepare` as the compose file runs it: once for databases, once for topics."""

import asyncio
import stat
from pathlib import Path

import asyncpg
import typer
from typer.testing import CliRunner, Result

from services.cli.prepare import prepare
from shared.events.base import TOPICS
from shared.log.open import open_log
from shared.postgres.server import Server, free_port
from tests.kafka_broker import Broker

APP = typer.Typer()
APP.command()(prepare)


async def _run(*arguments: str) -> Result:
    def run() -> Result:
        return CliRunner().invoke(APP, list(arguments))

    return await asyncio.to_thread(run)


async def test_databases_are_ready_for_each_service(own_postgres: Server, tmp_path: Path) -> None:
    (tmp_path / "postgres").write_text(own_postgres.passwords["postgres"])
    address = (
        f"postgresql://postgres@{own_postgres.host}:{own_postgres.port}/postgres?sslmode=disable"
    )

    result = await _run("--admin", address, "--passwords", str(tmp_path), "--partitions", "2")

    assert result.exit_code == 0, result.output
    connection = await asyncpg.connect(
        host=own_postgres.host,
        port=own_postgres.port,
        user="audit_service",
        password=(tmp_path / "audit_service").read_text(),
        database="audit",
    )
    assert await connection.fetchval("SELECT count(*) FROM heads") == 2
    await connection.close()


async def test_topics_are_ready_with_their_partitions(kafka: Broker) -> None:
    for _ in range(2):  # again does no harm
        result = await _run("--log", f"kafka://{kafka.bootstrap}", "--partitions", "24")
        assert result.exit_code == 0, result.output
    log = await open_log(f"kafka://{kafka.bootstrap}")
    assert [await log.partitions(topic) for topic in TOPICS] == [24] * len(TOPICS)
    await log.close()


async def test_a_server_that_is_away_is_told_without_a_trace(tmp_path: Path) -> None:
    address = f"postgresql://postgres@127.0.0.1:{free_port()}/postgres"
    result = await _run("--admin", address, "--passwords", str(tmp_path))
    assert result.exit_code == 1
    assert "not prepared" in result.output


async def test_a_command_that_prepares_nothing_is_refused() -> None:
    result = await _run()
    assert result.exit_code == 2
    assert "--admin or --log" in result.output


async def test_secrets_are_made_once_and_for_us_only(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert (await _run("--secrets", str(folder))).exit_code == 0
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    assert (await _run("--secrets", str(folder))).exit_code == 0

    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert before.keys() >= {"postgres", "claims_service", "vault-keys.json", "request-key"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
