"""A service's purge keeps what its own events name, and lets go of what none names for a day."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.clock import SimulatedClock
from shared.postgres.prepare import Database
from shared.store.pool import open_pool
from shared.store.store import Store
from shared.store.unit import NewEvent, Unit
from shared.vault.client import Vault
from shared.vault.purging import Purging
from shared.vault.values import account, certificate, person
from tests.databases import Databases
from tests.store.units import stream, unit
from tests.vault.builders import count, resident, superuser


@pytest.fixture
async def store(databases: Databases, clock: SimulatedClock) -> AsyncIterator[Store]:
    database = await databases("claims")
    pool = await open_pool(database.service_dsn("claims_service"), 2)
    yield Store(pool, 24, clock.now)
    await pool.close()


def naming(n: int, *references: str) -> Unit:
    """An event whose bytes hold these references."""
    made = unit(stream(n))
    said = ",".join(f'"{reference}"' for reference in references)
    event: NewEvent = made.events[0]._replace(body=f'{{"data":[{said}]}}'.encode())
    return Unit([event])


async def test_what_an_event_names_stays_and_the_rest_goes_after_a_day(
    vault: Vault, store: Store, clock: SimulatedClock, database: Database
) -> None:
    one, paid_to, lost, lost_paper = await vault.refer(
        [
            person(resident(1)),
            account("6222001", resident(1)),
            person(resident(2)),
            certificate("C2", resident(2)),
        ],
        actor="a",
    )
    await store.append(naming(1, one, paid_to))
    purging = Purging(store, vault, clock)
    assert await purging.once() == 0
    clock.advance(timedelta(hours=26))

    assert await purging.once() == 2
    assert await count(database, "persons") == 1
    assert await count(database, "belongings") == 1
    kept = await vault.refer([person(resident(1)), account("6222001", resident(1))], actor="a")
    assert kept == (one, paid_to)
    assert lost not in await vault.refer([person(resident(2))], actor="a")
    assert lost_paper


async def test_an_event_that_came_just_before_the_purge_is_seen(
    vault: Vault, store: Store, clock: SimulatedClock, database: Database
) -> None:
    (one,) = await vault.refer([person(resident(1))], actor="a")
    purging = Purging(store, vault, clock)
    await purging.once()
    clock.advance(timedelta(hours=26))
    await store.append(naming(1, one))

    assert await purging.once() == 0
    assert await count(database, "persons", "confirmed") == 1


async def test_each_event_is_read_once(vault: Vault, store: Store, clock: SimulatedClock) -> None:
    for n in range(5):
        (one,) = await vault.refer([person(resident(n))], actor="a")
        await store.append(naming(n, one))
    purging = Purging(store, vault, clock)
    await purging.once()
    rows = await store.pool.fetch(
        "SELECT v.seq = h.seq AS at_end FROM view_positions v JOIN heads h"
        " USING (topic, partition_no) WHERE v.view = 'vault_references'"
    )

    assert rows
    assert all(row["at_end"] for row in rows)


async def test_a_vault_that_was_restored_to_an_earlier_time_loses_nothing_that_events_name(
    vault: Vault, store: Store, clock: SimulatedClock, database: Database
) -> None:
    (one,) = await vault.refer([person(resident(1))], actor="a")
    await store.append(naming(1, one))
    purging = Purging(store, vault, clock)
    await purging.once()
    async with superuser(database).connect(database.name) as connection:
        await connection.execute("UPDATE vault.persons SET confirmed = false")
    clock.advance(timedelta(days=4))

    assert await purging.once() == 0
    assert await count(database, "persons", "confirmed") == 1
