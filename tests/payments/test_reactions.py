"""What payments makes of others' events, on a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.payments.payout.decide import PAYOUT, Payout
from services.payments.reactions import REACTIONS
from shared.clock import RealClock
from shared.delivery import Delivery
from shared.events.base import Facts
from shared.events.envelope import Event, encode
from shared.events.findings import FindingOpened
from shared.ids import payout_id
from shared.log.port import Record, TopicPartition
from shared.reactor import Reactor
from shared.store.commands import Ledger
from shared.store.pool import open_pool
from shared.store.store import Store
from tests.databases import Databases
from tests.payments.payout.builders import APPROVED

CLAIM, FINDING = "claim-9", "finding-9"
DISTRICT, CITY = "211402", "211400"
NOW = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
async def ledger(databases: Databases) -> AsyncIterator[Ledger]:
    database = await databases("payments")
    pool = await open_pool(database.service_dsn("payments_service"), 4)
    yield Ledger(Store(pool, 24, RealClock().now), RealClock())
    await pool.close()


def delivery(subject: str, jurisdiction: str, facts: Facts) -> Delivery:
    event = Event(
        id=str(uuid4()),
        source="/test",
        subject=subject,
        version=1,
        recorded_at=NOW,
        occurred_at=NOW,
        jurisdiction=jurisdiction,
        actor="person-1",
        correlation_id="c-1",
        facts=facts,
    )
    return Delivery(TopicPartition("t", 0), Record(1, bytes(16), bytes(32), encode(event)), event)


def finding(tier: str = "R") -> FindingOpened:
    return FindingOpened(
        rule="A1",
        rule_version=1,
        tier=tier,  # type: ignore[arg-type]
        finding_id="0" * 64,
        subject="person/occupation/L4",
        window_key="person/occupation/L4",
        clause=("HLD-10-3",),
        rule_sha256="0" * 64,
        evidence=(),
        evidence_sha256="0" * 64,
        claims=(CLAIM,),
        explanation_zh="",
        explanation_en="",
    )


async def after(ledger: Ledger, *deliveries: Delivery) -> Payout:
    for each in deliveries:
        async with ledger.store.pool.acquire() as connection, connection.transaction():
            effects = await Reactor(ledger, REACTIONS).apply(connection, [each])
            if effects.units:
                await ledger.store.append_within(connection, effects.units)
    return PAYOUT.fold(await ledger.store.load(payout_id(CLAIM)))


async def test_a_finding_of_two_districts_leaves_the_payout_in_its_own(ledger: Ledger) -> None:
    approved = delivery(CLAIM, DISTRICT, APPROVED)
    payout = await after(ledger, approved, delivery(FINDING, CITY, finding()))
    bodies = await ledger.store.load(payout_id(CLAIM))

    assert payout.jurisdiction == DISTRICT
    assert {event.jurisdiction for event in PAYOUT.events(bodies)} == {DISTRICT}
    assert payout.held


async def test_a_hold_before_the_approval_holds_what_is_scheduled_later(ledger: Ledger) -> None:
    early = delivery(FINDING, CITY, finding())
    payout = await after(ledger, early, delivery(CLAIM, DISTRICT, APPROVED))

    assert payout.held
    assert (payout.jurisdiction, payout.keys.claim) == (DISTRICT, CLAIM)


async def test_only_a_breach_of_a_rule_holds_money(ledger: Ledger) -> None:
    approved = delivery(CLAIM, DISTRICT, APPROVED)

    assert not (await after(ledger, approved, delivery(FINDING, CITY, finding("S")))).held
