"""The trace of a plan's whole life: every event of it, sums that are zero, a fen both ways."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from services.audit.trace.follow import follow
from services.cli.trace import Scan
from shared.events.base import CLAIM_EVENTS, PAYOUT_EVENTS, VERIFICATION_EVENTS
from shared.events.claims import ClaimApproved
from shared.events.envelope import Event
from shared.http.identity import Role
from shared.ids import fund_id, payout_id
from shared.money import parse_yuan as fen
from tests.examples.money import AdvanceAsked, AdvancePaid, BankPays, Certified, Planned, Settled
from tests.examples.steps import Claimed, World
from tests.installation import Person
from tests.payments.money import PLACE
from tests.three import Three

TOPICS = (CLAIM_EVENTS, VERIFICATION_EVENTS, PAYOUT_EVENTS)


@dataclass
class Life:
    """A plan of four with advance and settlement, a person paid alone, and all that was said."""

    auditor: Person
    plan: str
    fund: str
    alone: str
    """claim of the person who was paid alone"""
    events: Sequence[Event]

    @property
    def advance(self) -> str:
        return self.plan.replace("plan-", "advance-")

    async def trace(self, root: str) -> dict[str, Any]:
        answer = await self.auditor.get(f"/trace/{root}")
        assert answer.status == 200, answer.body
        assert answer.body["whole"] is True
        return dict(answer.body)

    def of(self, *subjects: str) -> set[str]:
        """Ids of the events of these records."""
        return {event.id for event in self.events if event.subject in subjects}

    def naming(self, value: str) -> list[Event]:
        """Events whose facts say this value anywhere, or whose own record it is."""
        return [
            event for event in self.events
            if event.subject == value or value.encode() in msgspec.json.encode(event.facts)
        ]  # fmt: skip

    def approved(self) -> list[Event]:
        """The approvals of the plan's claims."""
        found = self.naming(self.plan)
        return [event for event in found if isinstance(event.facts, ClaimApproved)]


@pytest.fixture(scope="module")
async def life(ledger: Three) -> Life:
    person = ledger.claims.person
    world = World(
        ledger=ledger,
        filer=person("filer-1", Role.INSTITUTION, org="52999999000000115P"),
        employee=person("employee-1", Role.CLAIMANT),
        clerk=person("clerk-1", Role.CLERK),
        checker=person("clerk-9", Role.CLERK),
        inspector=person("inspector-1", Role.INSPECTOR),
        approver=person("approver-1", Role.APPROVER),
    )
    alone = Claimed(expect="APPROVE", yuan=2000, payee="individual")
    for step in (
        Planned(persons=4, base="20000.00"), AdvanceAsked(yuan="10000.00"),
        AdvancePaid(yuan="10000.00"), Certified(passed=3, earned="15000.00"),
        Settled(yuan="5000.00", in_all="15000.00"), alone,
    ):  # fmt: skip
        await step.run(world)
    money = world.enterprise.money
    world.bureau = money.bureau  # type: ignore[assignment]
    await BankPays(yuan="2000.00").run(world)
    await ledger.all_heard()
    events = [each.event for topic in TOPICS for each in await ledger.logged(topic)]
    auditor = ledger.audit.person("auditor-1", Role.AUDITOR)
    return Life(auditor, money.id, fund_id(PLACE, money.bureau.fund), world.claims["claim"], events)


def told(trace: Mapping[str, Any]) -> set[str]:
    return {event["id"] for event in trace["events"]}


async def test_a_plan_shows_every_event_of_it_of_its_money_and_of_its_claims(life: Life) -> None:
    claims = {event.subject for event in life.approved()}
    batches = {e.facts.batch for e in life.naming(life.plan) if hasattr(e.facts, "batch")}
    wanted = life.of(life.plan, life.advance, life.fund, *claims, *batches)
    wanted |= {event.id for event in life.naming(life.plan)}

    assert len(claims) == 3
    assert len(batches) == 2
    assert wanted - told(await life.trace(life.plan)) == set()
    assert told(await life.trace(life.advance)) == told(await life.trace(life.plan))


async def test_a_claim_and_its_payout_show_the_same_events_with_batch_and_fund(life: Life) -> None:
    payout = payout_id(life.alone)
    [batch] = {e.facts.batch for e in life.naming(life.alone) if hasattr(e.facts, "batch")}
    wanted = life.of(life.alone, payout, batch, life.fund)
    kinds = Counter(event["type"] for event in (await life.trace(payout))["events"])

    assert wanted - told(await life.trace(life.alone)) == set()
    assert told(await life.trace(payout)) == told(await life.trace(life.alone))
    assert {"FundAllocated", "BatchReleased", "PayoutPaid", "ClaimApproved"} <= set(kinds)


async def test_a_fund_shows_every_event_of_all_that_it_paid(life: Life) -> None:
    wanted = life.of(life.fund, life.advance, life.plan, payout_id(life.alone), life.alone)

    assert wanted - told(await life.trace(life.fund)) == set()


async def test_a_person_shows_every_event_that_names_them_and_what_was_paid_for_them(
    life: Life,
) -> None:
    alone = next(e for e in life.events if e.subject == life.alone)
    pupil = life.approved()[0]
    for event, records in (
        (alone, (life.alone, payout_id(life.alone))),
        (pupil, (pupil.subject, life.plan, life.advance)),
    ):
        person = event.facts.person  # type: ignore[attr-defined]
        wanted = {each.id for each in life.naming(person)} | life.of(*records)
        assert wanted - told(await life.trace(person)) == set()


async def test_the_moves_of_every_trace_add_up_to_what_the_fund_holds(life: Life) -> None:
    balances = Counter[str]()
    for move in (await life.trace(life.fund))["moves"]:
        balances[move["from"]] -= move["amount_fen"]
        balances[move["to"]] += move["amount_fen"]
    fund = f"fund/{life.fund.removeprefix('fund-')}"

    assert sum(balances.values()) == 0
    assert {name.rpartition("/")[2]: held for name, held in balances.items() if held} == {
        "source": -fen("300000.00"), "available": fen("283000.00"), "spent": fen("17000.00"),
    }, fund  # fmt: skip


async def test_a_fen_is_followed_from_the_allocation_to_persons_and_back(life: Life) -> None:
    """Down: fund, plan's settlement, claims, persons. Up: person, plan, advance, fund's source."""
    down = await life.trace(life.plan)
    flows = {
        (f["from"].rpartition("/")[2], f["to"].partition("/")[0], f["amount_fen"])
        for f in down["flows"]
    }
    granted = {e["person"]: e["amount_fen"] for e in down["events"] if e["type"] == "ClaimApproved"}
    person = next(iter(granted))
    up = await life.trace(person)
    moves = [(move["from"].rpartition("/")[2], move["amount_fen"]) for move in up["moves"]]
    back = await life.trace(next(e["stream"] for e in up["events"] if e["type"] == "ClaimApproved"))

    assert ("source", "fund", fen("300000.00")) in flows
    assert sum(granted.values()) == fen("15000.00") == fen("10000.00") + fen("5000.00")
    assert len(granted) == 3
    assert ("available", fen("10000.00")) in moves
    assert {f["from"].rpartition("/")[2] for f in back["flows"]} >= {"source", "available"}


async def test_the_command_line_finds_the_same_in_the_log_alone(life: Life, ledger: Three) -> None:
    scan = Scan(ledger.audit.service.log)
    person = life.approved()[0].facts.person  # type: ignore[attr-defined]
    for root in (life.plan, life.alone, life.fund, person):
        found = await follow(root, scan)
        assert {entry.event.id for entry in found.entries} == told(await life.trace(root))
