"""No number that was planted is found in the vault: in no table and no file of the database."""

import base64
from pathlib import Path

from shared.postgres.prepare import Database
from shared.postgres.server import Server
from shared.vault.client import Vault
from shared.vault.values import account, certificate, person, phone
from tests.vault.builders import resident, superuser

PLANTED = ("999999198001010011", "PLANTEDCERT7788", "6222009988776655", "13899887766")


def disguises(text: str) -> list[bytes]:
    raw = text.encode()
    return [raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")[:-1], raw[::-1]]


async def plant(vault: Vault) -> None:
    owner = resident(40)
    values = [
        person(owner),
        certificate(PLANTED[1], owner),
        account(PLANTED[2], owner),
        phone(PLANTED[3], owner),
    ]
    (met, *_) = await vault.refer_for_sealing(values, actor="a")
    await vault.open_keys([met.reference], purpose="check", actor="a")
    await vault.erase(owner, keep_tombstone=True, actor="a")
    await vault.refer(values, actor="a")


async def test_no_planted_number_is_in_the_dump_of_any_table(
    vault: Vault, database: Database
) -> None:
    await plant(vault)
    dump = b""
    async with superuser(database).connect(database.name) as connection:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname='vault'")
        for (table,) in tables:
            rows = await connection.fetch(f"SELECT t::text FROM vault.{table} AS t")
            dump += b"\n".join(row[0].encode() for row in rows)

    assert len(dump) > 1000
    for text in (resident(40).number, *PLANTED[1:]):
        assert [d for d in disguises(text) if d in dump] == []


async def test_no_planted_number_is_in_a_file_of_the_database_or_its_write_ahead_log(
    vault: Vault, database: Database, postgres: Server
) -> None:
    await plant(vault)
    async with superuser(database).connect(database.name) as connection:
        oid = await connection.fetchval(
            "SELECT oid FROM pg_database WHERE datname=$1", database.name
        )
        reference = await connection.fetchval("SELECT person FROM vault.persons")
    folder = Path(postgres.data_dir) / "cluster"
    files = [*(folder / "base" / str(oid)).iterdir(), *(folder / "pg_wal").glob("0*")]
    content = b"".join(file.read_bytes() for file in files if file.is_file())

    assert reference in content
    for text in (resident(40).number, *PLANTED[1:]):
        assert text.encode() not in content
