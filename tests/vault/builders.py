"""Test persons of region 999999, and the vault's tables as their owner sees them."""

from datetime import UTC, datetime

import asyncpg
from stdnum.cn import ric

from shared.postgres.prepare import Admin, Database
from shared.vault.identity import ResidentId, parse_resident_id

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
EVENT = "0195f7a0-0000-7000-8000-000000000001"


def resident(number: int) -> ResidentId:
    """The n-th test person."""
    body = f"999999{1960 + number // 999 % 40}0302{number % 999 + 1:03d}"
    return parse_resident_id(body + ric.calc_check_digit(body + "0"))


async def count(database: Database, table: str, where: str = "true") -> int:
    connection = await asyncpg.connect(database.owner_dsn)
    try:
        return int(await connection.fetchval(f"SELECT count(*) FROM vault.{table} WHERE {where}"))
    finally:
        await connection.close()


def superuser(database: Database) -> Admin:
    return Admin(database.admin_dsn, database.passwords)
