"""Index rows that no event uses within a day go; what an event uses, or may yet use, stays."""

from datetime import timedelta

import pytest

from shared.clock import SimulatedClock
from shared.postgres.prepare import Database
from shared.vault.client import PurgeTooEarly, Vault
from shared.vault.values import certificate, person
from tests.vault.builders import count, resident
from tests.vault.conftest import Clients

DAY = timedelta(days=1)


async def test_what_no_event_uses_for_a_day_is_purged_and_the_rest_stays(
    vault: Vault, clock: SimulatedClock, database: Database
) -> None:
    used, lost = await vault.refer([person(resident(1)), certificate("C", resident(2))], actor="a")
    clock.advance(DAY + timedelta(hours=1))
    before = clock.now() - DAY
    found = await vault.candidates(before)
    assert {used, lost} < set(found)
    assert len(found) == 3
    assert await vault.confirm([used]) == 1
    assert await vault.purge(set(found) - {used}, before) == 2

    assert await vault.candidates(before) == ()
    assert await count(database, "persons", "confirmed") == 1
    assert await count(database, "persons") == 1
    assert await vault.refer([person(resident(1))], actor="a") == (used,)
    assert await vault.refer([certificate("C", resident(2))], actor="a") != (lost,)


async def test_a_confirmed_row_is_never_purged_nor_asked_about(
    vault: Vault, clock: SimulatedClock
) -> None:
    (used,) = await vault.refer([person(resident(1))], actor="a")
    assert await vault.confirm([used]) == 1
    assert await vault.confirm([used]) == 0
    clock.advance(3 * DAY)
    before = clock.now() - DAY

    assert await vault.candidates(before) == ()
    assert await vault.purge([used], before) == 0


async def test_a_younger_limit_than_a_day_is_refused(vault: Vault, clock: SimulatedClock) -> None:
    before = clock.now() - DAY + timedelta(seconds=1)

    with pytest.raises(PurgeTooEarly):
        await vault.candidates(before)
    with pytest.raises(PurgeTooEarly):
        await vault.purge([], before)


async def test_what_was_met_again_may_be_on_its_way_into_an_event_and_stays(
    clients: Clients, clock: SimulatedClock, database: Database
) -> None:
    one, two = await clients(), await clients()
    (reference,) = await one.refer([person(resident(1))], actor="a")
    clock.advance(DAY + timedelta(hours=1))
    before = clock.now() - DAY
    assert await one.candidates(before) == (reference,)
    await two.refer([person(resident(1))], actor="a")

    assert await one.purge([reference], before) == 0
    assert await count(database, "persons") == 1


async def test_a_row_that_both_services_met_goes_when_both_do_not_use_it(
    clients: Clients, clock: SimulatedClock, database: Database
) -> None:
    claims, payments = await clients(), await clients("payments_service")
    (reference,) = await claims.refer([certificate("C")], actor="a")
    assert await payments.refer([certificate("C")], actor="a") == (reference,)
    clock.advance(2 * DAY)
    before = clock.now() - DAY

    assert await claims.purge([reference], before) == 0
    assert await claims.candidates(before) == ()
    assert await payments.candidates(before) == (reference,)
    assert await payments.purge([reference], before) == 1
    assert await count(database, "belongings") == 0


async def test_a_purge_elsewhere_empties_the_cache(clients: Clients, clock: SimulatedClock) -> None:
    here, there = await clients(), await clients()
    (reference,) = await here.refer([person(resident(1))], actor="a")
    clock.advance(2 * DAY)
    assert await there.purge([reference], clock.now() - DAY) == 1

    assert await here.refer([person(resident(1))], actor="a") != (reference,)


async def test_a_belonging_of_a_purged_person_is_erased_with_the_person_who_comes_back(
    vault: Vault, clock: SimulatedClock, database: Database
) -> None:
    owner, held = await vault.refer([person(resident(1)), certificate("C", resident(1))], actor="a")
    await vault.confirm([held])
    clock.advance(2 * DAY)
    assert await vault.purge([owner], clock.now() - DAY) == 1
    await vault.refer([certificate("C", resident(1))], actor="a")

    assert (await vault.erase(resident(1), keep_tombstone=False, actor="a")).belongings == 1
    assert await count(database, "belongings") == 0


async def test_candidates_come_in_bounded_portions(vault: Vault, clock: SimulatedClock) -> None:
    await vault.refer([person(resident(n)) for n in range(30)], actor="a")
    clock.advance(2 * DAY)
    before = clock.now() - DAY
    purged = 0
    while found := await vault.candidates(before, limit=7):
        assert len(found) <= 7
        purged += await vault.purge(found, before)

    assert purged == 30
