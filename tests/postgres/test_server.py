"""The embedded server: durable through a kill, closed to strangers, never left behind."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest

from shared.postgres.binaries import Account, PostgresRefused, account
from shared.postgres.child import children_of
from shared.postgres.server import MAX_LOG_BYTES, Server


async def _run(server: Server, *statements: str) -> None:
    connection = await asyncpg.connect(server.dsn())
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _value(server: Server, query: str) -> object:
    connection = await asyncpg.connect(server.dsn())
    value = await connection.fetchval(query)
    await connection.close()
    return value


async def test_a_committed_row_survives_a_kill_on_the_same_port(own_postgres: Server) -> None:
    port = own_postgres.port
    await _run(own_postgres, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")

    await own_postgres.kill()
    assert not own_postgres.running
    await own_postgres.start()

    assert own_postgres.port == port
    assert await _value(own_postgres, "SELECT n FROM kept") == 7


async def test_a_kill_ends_every_process_of_the_server(own_postgres: Server) -> None:
    workers = [psutil.Process(pid) for pid in children_of(own_postgres.pid)]
    assert workers

    await own_postgres.kill()

    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []


async def test_a_commit_waits_for_the_disk(own_postgres: Server) -> None:
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        assert await _value(own_postgres, f"SHOW {setting}") == "on"


async def test_a_wrong_password_is_refused(own_postgres: Server) -> None:
    assert await _value(own_postgres, "SHOW password_encryption") == "scram-sha-256"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host=own_postgres.host, port=own_postgres.port, user="postgres", password="guess"
        )


async def test_every_way_in_demands_scram(own_postgres: Server) -> None:
    connection = await asyncpg.connect(own_postgres.dsn())
    rules = await connection.fetch("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
    await connection.close()
    assert [rule["auth_method"] for rule in rules] == ["scram-sha-256"]


async def test_the_server_listens_on_loopback_only_and_has_no_socket_file(
    own_postgres: Server,
) -> None:
    assert await _value(own_postgres, "SHOW listen_addresses") == "127.0.0.1"
    assert await _value(own_postgres, "SHOW unix_socket_directories") == ""


async def test_passwords_are_readable_by_us_only(own_postgres: Server) -> None:
    folder = own_postgres.data_dir / "passwords"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


async def test_the_server_never_runs_as_root(own_postgres: Server) -> None:
    assert psutil.Process(own_postgres.pid).uids().real == account().uid != 0


async def test_what_a_statement_holds_never_reaches_the_log_file(own_postgres: Server) -> None:
    await _run(own_postgres, "CREATE TABLE persons (number text PRIMARY KEY)")
    insert = "INSERT INTO persons VALUES ('999999198001010011')"
    await _run(own_postgres, insert)
    with pytest.raises(asyncpg.UniqueViolationError):
        await _run(own_postgres, insert)

    assert "999999198001010011" not in own_postgres.log_file.read_text()


async def test_a_long_log_file_is_emptied_at_the_next_start(own_postgres: Server) -> None:
    await own_postgres.stop()
    own_postgres.log_file.write_bytes(b"x" * (MAX_LOG_BYTES + 1))

    await own_postgres.start()

    assert own_postgres.log_file.stat().st_size < MAX_LOG_BYTES


async def test_starting_again_while_running_changes_nothing(own_postgres: Server) -> None:
    pid = own_postgres.pid
    await own_postgres.start()
    assert own_postgres.pid == pid


async def test_another_process_finds_the_running_server(own_postgres: Server) -> None:
    found = Server.attach(own_postgres.data_dir)
    assert await _value(found, "SELECT 1") == 1
    with pytest.raises(PostgresRefused, match="not started here"):
        _ = found.pid


def test_a_folder_without_server_cannot_be_attached(tmp_path: Path) -> None:
    with pytest.raises(PostgresRefused, match="no PostgreSQL was ever started"):
        Server.attach(tmp_path)


async def test_a_damaged_cluster_is_refused_with_the_end_of_its_log(own_postgres: Server) -> None:
    await own_postgres.stop()
    (own_postgres.data_dir / "cluster" / "global" / "pg_control").unlink()
    own_postgres.start_seconds = 1.0
    with pytest.raises(PostgresRefused, match="did not start"):
        await own_postgres.start()


PARENT = """
import asyncio, pathlib, sys
from shared.postgres.server import Server

async def main():
    server = Server(pathlib.Path(sys.argv[1]))
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize("last", [signal.SIGKILL, signal.SIGTERM], ids=lambda last: last.name)
def test_no_server_outlives_the_process_that_started_it(
    scratch: Path, last: signal.Signals
) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(scratch / f"orphan-{last.name}")],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    server = psutil.Process(int(parent.stdout.readline()))

    os.kill(parent.pid, last)
    parent.communicate()

    _, alive = psutil.wait_procs([server], timeout=10)
    for left_behind in alive:
        left_behind.send_signal(signal.SIGINT)
    assert alive == []


async def test_a_folder_that_the_servers_account_cannot_enter_is_refused(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    stranger = Account(uid=65534, gid=65534, switch=True)
    with pytest.raises(PostgresRefused, match="cannot enter"):
        await Server(closed / "data", user=stranger).start()
