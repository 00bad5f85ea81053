"""Order of visibility is order of numbers: a naive tail by identity loses events, ours none."""

import asyncio
import random

import asyncpg

from shared.log.port import TopicPartition
from shared.store.store import Store
from tests.databases import Databases
from tests.store.units import stream, unit

WRITERS, EACH = 6, 60


async def _naive_writer(pool: asyncpg.Pool, chance: random.Random) -> None:
    for _ in range(EACH):
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("INSERT INTO naive DEFAULT VALUES")
            if chance.random() < 0.3:  # the commit comes late, as it does under load
                await asyncio.sleep(chance.random() / 100)


async def test_a_tail_by_identity_loses_events(databases: Databases) -> None:
    database = await databases("claims")
    pool = await asyncpg.create_pool(database.owner_dsn, min_size=8, max_size=8)
    await pool.execute("CREATE TABLE naive (pos bigint GENERATED ALWAYS AS IDENTITY)")
    chance = random.Random(1)
    writing = asyncio.gather(*(_naive_writer(pool, chance) for _ in range(WRITERS)))
    seen: list[int] = []
    while not writing.done() or await pool.fetchval(
        "SELECT EXISTS (SELECT FROM naive WHERE pos > $1)", seen[-1] if seen else 0
    ):
        rows = await pool.fetch(
            "SELECT pos FROM naive WHERE pos > $1 ORDER BY pos", seen[-1] if seen else 0
        )
        seen += [r["pos"] for r in rows]
    await writing
    await pool.close()

    assert len(seen) < WRITERS * EACH


async def _our_writer(store: Store, name: int, chance: random.Random) -> None:
    for n in range(EACH):
        async with store.pool.acquire() as connection, connection.transaction():
            await store.append_within(connection, [unit(stream((name, n)))])
            if chance.random() < 0.3:
                await asyncio.sleep(chance.random() / 100)


async def test_our_tail_loses_none_and_never_sees_a_gap(store: Store) -> None:
    chance = random.Random(1)
    heads: dict[TopicPartition, int] = dict.fromkeys(await store.heads(), 0)
    seen = 0
    writing = asyncio.gather(*(_our_writer(store, n, chance) for n in range(WRITERS)))
    while seen < WRITERS * EACH:
        if writing.done():
            writing.result()
        for row in await store.tail(heads, 1000):
            at = TopicPartition(row["topic"], row["partition_no"])
            assert row["seq"] == heads[at] + 1
            heads[at] = row["seq"]
            seen += 1
    await writing

    assert heads == await store.heads()
