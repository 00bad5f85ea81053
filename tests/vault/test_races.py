"""Many processes at once: one reference for one value, no deadlock, no orphan of an erasure."""

import asyncio
import random

from shared.clock import SimulatedClock
from shared.postgres.prepare import Database
from shared.vault.client import Vault
from shared.vault.keys import Keys
from shared.vault.values import account, certificate, person
from tests.vault.builders import count, resident, superuser
from tests.vault.conftest import Clients


async def test_64_clients_that_meet_one_number_get_one_reference_and_one_key(
    clients: Clients, database: Database
) -> None:
    vaults = [await clients() for _ in range(64)]
    got = await asyncio.gather(
        *[v.refer_for_sealing([person(resident(1))], actor="a") for v in vaults]
    )

    assert len({met.reference for (met,) in got}) == 1
    assert len({met.key for (met,) in got}) == 1
    assert await count(database, "persons") == 1
    assert await count(database, "openings", "purpose='seal'") == 63


async def test_rosters_in_other_orders_at_once_neither_deadlock_nor_differ(
    clients: Clients, database: Database
) -> None:
    vaults = [await clients() for _ in range(8)]
    values = [
        value
        for n in range(200)
        for value in (
            person(resident(n)),
            certificate(f"C{n // 2}", resident(n)),
            account(f"6222{n}", resident(n)),
        )
    ]
    order = random.Random(11)

    async def meet(vault: Vault) -> dict[object, str]:
        mixed = order.sample(values, len(values))
        return dict(zip(mixed, await vault.refer(mixed, actor="a"), strict=True))

    first, *rest = await asyncio.gather(*[meet(vault) for vault in vaults])

    assert all(other == first for other in rest)
    assert await count(database, "persons") == 200
    assert await count(database, "belongings") == 300
    assert await count(database, "co_owners") == 100


async def test_who_is_erased_and_met_at_once_leaves_nothing_without_an_owner(
    clients: Clients, database: Database
) -> None:
    vaults = [await clients() for _ in range(6)]
    chance = random.Random(5)

    async def meet(vault: Vault) -> None:
        for _ in range(40):
            owner = resident(chance.randrange(3))
            number = chance.randrange(6)
            await vault.refer_for_sealing(
                [person(owner), certificate(f"C{number}", owner), account(f"A{number}", owner)],
                actor="a",
            )

    async def erase(vault: Vault, keep_tombstone: bool) -> None:
        for _ in range(40):
            number = resident(chance.randrange(3))
            await vault.erase(number, keep_tombstone=keep_tombstone, actor="a")

    await asyncio.gather(
        *[meet(vault) for vault in vaults[:4]],
        *[erase(vault, keep) for vault, keep in zip(vaults[4:], (True, False), strict=True)],
    )
    orphans = "owner IS NULL OR owner NOT IN (SELECT person FROM vault.persons)"
    assert await count(database, "belongings", orphans) == 0
    unowned = "person NOT IN (SELECT person FROM vault.persons)"
    assert await count(database, "co_owners", unowned) == 0


async def test_a_tombstone_keeps_its_reference_whoever_comes_first_after_the_erasure(
    clients: Clients, keys: Keys, clock: SimulatedClock
) -> None:
    vaults = [await clients() for _ in range(8)]
    (before,) = await vaults[0].refer([person(resident(1))], actor="a")
    for _ in range(10):
        erasing = asyncio.create_task(vaults[0].erase(resident(1), keep_tombstone=True, actor="a"))
        got = await asyncio.gather(*[v.refer([person(resident(1))], actor="a") for v in vaults[1:]])
        await erasing
        assert {reference for (reference,) in got} == {before}


async def test_no_certificate_comes_while_an_erasure_computes_the_tombstones(
    vault: Vault, database: Database
) -> None:
    await vault.refer([person(resident(1))], actor="a")
    async with superuser(database).connect(database.name) as connection:
        async with connection.transaction():
            await connection.fetch(
                "SELECT e.* FROM vault.state s, vault.persons p,"
                " vault.erasable(s.index_key, p.hmac, p.hmac) e"
            )
            coming = asyncio.create_task(vault.refer([certificate("C1", resident(1))], actor="a"))
            waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
            while not await connection.fetchval(waiting):
                assert not coming.done(), "it came in between"
                await asyncio.sleep(0.01)
        await coming
