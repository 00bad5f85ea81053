"""A batch of a thousand orders: authorised in one request, released in one transaction."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from services.payments.bank.hearing import Hearing
from services.payments.reactions import REACTIONS
from shared.delivery import Delivery
from shared.events.base import CLAIM_EVENTS, Facts
from shared.events.claims import ClaimApproved, ClaimSubmitted, PolicyUsed
from shared.events.envelope import Event, encode
from shared.ids import new_event_id, payout_id
from shared.log.port import Record, TopicPartition
from shared.reactor import Reactor
from shared.vault import values
from shared.vault.client import Referred
from shared.vault.identity import parse_resident_id
from shared.vault.sealing import seal
from tests.claims.filing import resident_number
from tests.payments.conftest import Both
from tests.payments.money import ACCOUNT, PLACE, Bureau, judged

FIRST, ORDERS, FEN = 40_000, 1_000, 2_000_00
NOW = datetime(2021, 5, 6, tzinfo=UTC)
KEYS: dict[str, Any] = {"kind": "HLD.K.employee_skill", "occupation": "6-31-01-03", "level": "L4"}


async def test_a_thousand_orders_leave_together(both: Both) -> None:
    bureau = await Bureau.opened(both, "LARGE", ORDERS * FEN)
    payouts = await approved(both)
    body = {"fund": "LARGE", "payouts": payouts}
    authorised = await bureau.officer.post("/payouts/authorise", body, key="large-a")
    await judged(both)
    released = await bureau.release(*payouts, key="large-r")
    again = await bureau.release(*payouts, key="large-r")
    batch = released.body["batch"]
    answered = await bureau.answer(batch, await bureau.rows(batch, "成功", "B-1", ""), "large-b")

    assert (authorised.body["authorised"], authorised.body["refused"]) == (ORDERS, 0)
    assert (released.status, released.body["lines"]) == (201, ORDERS)
    assert (again.body, again.position) == (released.body, released.position)
    assert answered.body["counts"] == {"recorded": ORDERS}
    assert await bureau.balances() == {"source": -ORDERS * FEN, "spent": ORDERS * FEN}


async def approved(both: Both) -> list[str]:
    """A thousand claims as payments hears of them: filed with sealed names, then approved."""
    service = both.payments.service
    assert service.vault is not None
    numbers = [parse_resident_id(resident_number(FIRST + n)) for n in range(ORDERS)]
    persons = await service.vault.refer_for_sealing(
        [values.person(number) for number in numbers], actor="filer-1"
    )
    claims = [f"claim-{uuid4()}" for _ in persons]
    heard = [
        delivery(claim, version, event_id, facts)
        for claim, person in zip(claims, persons, strict=True)
        for version, (event_id, facts) in enumerate(said(both, person), start=1)
    ]
    async with service.pool.acquire() as connection, connection.transaction():
        effects = await Hearing(Reactor(service.ledger, REACTIONS)).apply(connection, heard)
        await service.store.append_within(connection, effects.units)
    service.committed()
    return [payout_id(claim) for claim in claims]


def said(both: Both, person: Referred) -> list[tuple[str, Facts]]:
    assert person.key is not None
    first, second = (new_event_id(both.payments.service.clock) for _ in range(2))
    sealed = {
        name: seal(person.key, first, name, text)
        for name, text in (("name", "学员甲"), ("account", ACCOUNT))
    }
    day = date(2021, 4, 29)
    submitted = ClaimSubmitted(
        **KEYS, person=person.reference, group="G", certificate_type="skill_level",
        certificate_issued_on=day, training_from=day, training_to=day, paid_by="individual",
        payee_kind="individual", claimed_on=day, sealed=sealed,
    )  # fmt: skip
    granted = ClaimApproved(
        **KEYS, person=person.reference, amount_fen=FEN, citations=(), payee_kind="individual",
        policy=PolicyUsed(policy_id="HLD", version=1, content_sha256="0" * 64), year=2021,
        year_slot=1, certificate_issued_on=day, certificate_type="skill_level", claimed_on=day,
        group="G", filed_by="filer-1", accepted_by="clerk-1", proposal_version=1,
    )  # fmt: skip
    return [(first, submitted), (second, granted)]


def delivery(claim: str, version: int, event_id: str, facts: Facts) -> Delivery:
    event = Event(
        id=event_id, source=f"/claims/{PLACE}", subject=claim, version=version, recorded_at=NOW,
        occurred_at=NOW, jurisdiction=PLACE, actor="approver-1", correlation_id="c-1", facts=facts,
    )  # fmt: skip
    return Delivery(
        TopicPartition(CLAIM_EVENTS, 0), Record(1, bytes(16), bytes(32), encode(event)), event
    )
