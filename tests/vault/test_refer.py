"""Meeting persons and what belongs to them: one reference each, in one shared round trip."""

import asyncio
import re
from typing import Any, cast

import asyncpg
import pytest

from shared.clock import SimulatedClock
from shared.postgres.prepare import Database
from shared.vault.cache import Cache, Met
from shared.vault.ciphers import Ciphers, VaultBroken
from shared.vault.client import ActorRefused, TooMany, Vault, VaultKeysRefused
from shared.vault.keys import Keys, new_keys
from shared.vault.meeting import MAX_VALUES_PER_CALL
from shared.vault.sealing import open_sealed, seal
from shared.vault.values import (
    Kind,
    Value,
    ValueRefused,
    account,
    certificate,
    other,
    person,
    phone,
)
from tests.vault.builders import EVENT, count, resident
from tests.vault.conftest import Clients


async def test_the_same_number_always_gets_the_same_random_reference(clients: Clients) -> None:
    one, two = await clients(), await clients("payments_service")
    first = await one.refer([person(resident(1)), person(resident(2))], actor="clerk-1")

    assert await two.refer([person(resident(2)), person(resident(1))], actor="x") == first[::-1]
    assert first[0] != first[1]
    assert all(re.fullmatch(r"[0-9a-f]{32}", reference) for reference in first)


async def test_the_same_digits_as_phone_account_and_certificate_are_three_references(
    vault: Vault,
) -> None:
    digits = "13800000000"
    values = [phone(digits), account(digits), certificate(digits), other(Kind.DEVICE, digits)]

    assert len(set(await vault.refer(values, actor="a"))) == 4


async def test_layout_does_not_tell_two_values_apart(vault: Vault) -> None:
    values = [
        certificate("ab 123"),
        certificate("ＡＢ１２３"),
        account("6222-0000 0001"),
        account("622200000001"),
        phone("+86 138-0000-0000"),
        phone("13800000000"),
    ]
    got = await vault.refer(values, actor="a")

    assert [len(set(got[i : i + 2])) for i in (0, 2, 4)] == [1, 1, 1]


@pytest.mark.parametrize("text", ["", "  ", "x" * 300, "\ud800"])
def test_a_value_that_is_empty_too_long_or_no_text_is_refused(text: str) -> None:
    with pytest.raises(ValueRefused):
        certificate(text)


def test_a_person_is_met_by_a_checked_number_only() -> None:
    with pytest.raises(ValueRefused):
        other(Kind.PERSON, "999999198001010011")


def test_a_value_does_not_show_in_a_repr() -> None:
    shown = repr(certificate("AB123", resident(1)))

    assert "AB123" not in shown
    assert resident(1).number not in shown


async def test_a_roster_of_thousands_keeps_its_order_over_many_calls(
    clients: Clients, database: Database
) -> None:
    values = [
        value
        for n in range(1500)
        for value in (person(resident(n)), certificate(f"C{n}", resident(n)))
    ]
    assert len(values) > MAX_VALUES_PER_CALL
    got = await (await clients()).refer(values, actor="a")

    assert len(set(got)) == len(values)
    assert await (await clients()).refer(values, actor="a") == got
    assert await count(database, "belongings", "owner IS NULL") == 0
    assert await count(database, "co_owners") == 0


async def test_more_values_than_a_call_may_have_are_refused(vault: Vault) -> None:
    with pytest.raises(TooMany):
        await vault.refer([person(resident(1))] * 10_001, actor="a")
    with pytest.raises(TooMany):
        await vault.open_keys(["0" * 32] * 2001, purpose="payout", actor="a")


async def test_nothing_asked_is_nothing_answered(vault: Vault) -> None:
    assert await vault.refer([], actor="a") == ()


async def test_a_field_sealed_on_first_meeting_opens_in_the_other_service(
    clients: Clients, database: Database
) -> None:
    claims, payments = await clients(), await clients("payments_service")
    (met,) = await claims.refer_for_sealing([person(resident(1))], actor="clerk-1")
    assert met.key is not None
    sealed = seal(met.key, EVENT, "name", "张三")
    (key,) = await payments.open_keys([met.reference], purpose="bank-file", actor="officer-1")

    assert key is not None
    assert open_sealed(key, EVENT, "name", sealed) == "张三"
    assert await count(database, "openings") == 1
    recorded = "role='payments_service' AND purpose='bank-file' AND actor='officer-1'"
    assert await count(database, "openings", recorded) == 1


async def test_a_key_for_sealing_is_an_opening_only_if_the_person_was_known(
    clients: Clients, database: Database
) -> None:
    one, two = await clients(), await clients()
    await one.refer_for_sealing([person(resident(1))], actor="clerk-1")
    assert await count(database, "openings") == 0
    (met,) = await two.refer_for_sealing([person(resident(1))], actor="clerk-2")

    assert met.key is not None
    assert await count(database, "openings", "purpose='seal' AND actor='clerk-2'") == 1
    await two.refer([person(resident(1))], actor="clerk-2")
    assert await count(database, "openings") == 1


async def test_a_key_that_was_met_without_sealing_is_opened_when_it_is_needed(
    clients: Clients,
) -> None:
    await (await clients()).refer([person(resident(1))], actor="a")
    vault = await clients()
    await vault.refer([person(resident(1))], actor="a")
    (met,) = await vault.refer_for_sealing([person(resident(1))], actor="a")

    assert met.key is not None


async def test_one_who_owns_things_of_two_calls_still_gets_the_key(clients: Clients) -> None:
    await (await clients()).refer([person(resident(0))], actor="a")
    values: list[Value] = [certificate(f"C{n}", resident(0)) for n in range(2500)]
    got = await (await clients()).refer_for_sealing([*values, person(resident(0))], actor="a")

    assert got[-1].key is not None
    assert got[0].key is None


async def test_an_opening_without_a_purpose_or_actor_opens_nothing(
    vault: Vault, database: Database
) -> None:
    (reference,) = await vault.refer([person(resident(1))], actor="a")
    for purpose, actor in (("", "a"), ("bank file", "a"), ("bank-file", ""), ("x" * 65, "a")):
        with pytest.raises(asyncpg.CheckViolationError):
            await vault.open_keys([reference], purpose=purpose, actor=actor)

    assert await count(database, "openings") == 0


@pytest.mark.parametrize("actor", ["", "x" * 65, "a\0b", "\ud800"])
async def test_a_bad_actor_is_refused_and_harms_nobody_in_the_same_call(
    vault: Vault, actor: str
) -> None:
    good, bad = await asyncio.gather(
        vault.refer([person(resident(1))], actor="clerk-1"),
        vault.refer([person(resident(2))], actor=actor),
        return_exceptions=True,
    )

    assert isinstance(bad, ActorRefused)
    assert isinstance(good, tuple)


class CountingPool:
    """Counts the round trips."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.trips = 0

    async def fetch(self, query: str, *values: object) -> list[Any]:
        self.trips += 1
        return await self._pool.fetch(query, *values)


async def counted(
    database: Database, keys: Keys, clock: SimulatedClock
) -> tuple[Vault, CountingPool, asyncpg.Pool]:
    pool = await asyncpg.create_pool(database.service_dsn("claims_service"), min_size=1)
    counting = CountingPool(pool)
    return Vault(cast(asyncpg.Pool, counting), keys, clock), counting, pool


async def test_callers_that_come_together_share_round_trips(
    vault: Vault, database: Database, keys: Keys, clock: SimulatedClock
) -> None:
    shared, counting, pool = await counted(database, keys, clock)
    try:
        got = await asyncio.gather(
            *[shared.refer([person(resident(n % 50))], actor="a") for n in range(200)]
        )
    finally:
        await pool.close()

    assert counting.trips <= 2
    assert len(set(got)) == 50


async def test_what_is_cached_asks_nobody_for_a_second(
    vault: Vault, database: Database, keys: Keys, clock: SimulatedClock
) -> None:
    cached, counting, pool = await counted(database, keys, clock)
    try:
        first = await cached.refer([person(resident(1))], actor="a")
        assert await cached.refer([person(resident(1))], actor="a") == first
        assert counting.trips == 1
        await asyncio.sleep(1.05)
        assert await cached.refer([person(resident(1))], actor="a") == first
        assert counting.trips == 2
    finally:
        await pool.close()


async def test_a_cached_reference_is_asked_again_after_an_hour(
    vault: Vault, database: Database, keys: Keys, clock: SimulatedClock
) -> None:
    cached, counting, pool = await counted(database, keys, clock)
    try:
        await cached.refer([person(resident(1))], actor="a")
        clock.set(clock.now().replace(hour=clock.now().hour + 1))
        await cached.refer([person(resident(1))], actor="a")
    finally:
        await pool.close()

    assert counting.trips == 2


def test_the_cache_forgets_what_was_not_used_for_longest() -> None:
    cache = Cache(max_entries=2)
    for key in (b"a", b"b"):
        cache.put(key, Met(key.hex() * 16, None, 0.0))
    assert cache.get(b"a", 1.0) is not None
    cache.put(b"c", Met("c" * 32, None, 0.0))

    assert len(cache) == 2
    assert cache.get(b"b", 1.0) is None
    assert cache.get(b"a", 1.0) is not None


def test_an_answer_that_an_erasure_overtook_is_not_kept() -> None:
    cache = Cache()
    assert cache.see(5)
    cache.put(b"a", Met("a" * 32, None, 0.0))

    assert cache.see(6)
    assert cache.get(b"a", 1.0) is None
    assert not cache.see(5)


async def test_a_service_with_another_key_file_is_refused(clients: Clients) -> None:
    await clients()
    with pytest.raises(VaultKeysRefused):
        await clients(held=new_keys())


def test_a_wrapped_key_of_another_person_does_not_open(keys: Keys) -> None:
    ciphers = Ciphers(keys)
    wrapped = ciphers.wrap(bytes(12), bytes(32), b"a" * 16)

    assert len(wrapped) == 60
    assert ciphers.unwrap(wrapped, b"a" * 16) == bytes(32)
    with pytest.raises(VaultBroken):
        ciphers.unwrap(wrapped, b"b" * 16)
