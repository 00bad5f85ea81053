"""A history whose figures can be counted by hand: claims of two districts, money, a plan."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from msgspec.structs import replace as with_values

from services.audit.asof import Seal
from services.audit.reports.report import Where
from shared.events.advances import AdvancePaid
from shared.events.claims import ClaimRejected
from shared.events.envelope import Event
from shared.events.funds import FundAllocated, FundOpened
from shared.events.payouts import PayoutPaid, PayoutReversed
from shared.events.plans import PlanCompleted
from shared.events.references import QuotaSet
from shared.events.settlements import SettlementPaid
from shared.log.port import TopicPartition
from tests.audit.histories import POLICY, History, ref

CITY, FIRST, SECOND = "211400", "211402", "211403"
PAID_ON = date(2021, 5, 3)
SEAL = Seal(datetime(2021, 4, 1, tzinfo=UTC), {TopicPartition("claim-events.v1", 0): 9})
WHERE = Where(CITY, frozenset({CITY, FIRST, SECOND}), lambda unit, place: place in (unit, CITY)
              if unit != CITY else True)  # fmt: skip
FROM, TO = date(2021, 1, 1), date(2021, 12, 31)


class Story(History):
    """Claims are numbered; each names its own person and certificate."""

    def at(self, place: str, event: Event) -> Event:
        """The newest event happened in this place."""
        moved = with_values(event, jurisdiction=place)
        self.events[-1] = moved
        return moved

    def claim(self, number: int, place: str = FIRST, **said: Any) -> str:
        """Filed and approved, 1,500 yuan."""
        name = f"claim-{number}"
        given = {"person": ref(number), "certificate": ref(1_000 + number), "institution": "I-1"}
        self.submitted(name, **given)
        self.at(place, self.events[-1])
        self.approved(name, **given, **said)
        self.at(place, self.events[-1])
        return name

    def rejected(self, number: int, place: str = FIRST) -> None:
        name = f"claim-{number}"
        self.submitted(name, person=ref(number), institution="I-1")
        self.at(place, self.events[-1])
        facts = ClaimRejected(
            reasons=("DUP_OCC_LEVEL",), citations=(), policy=POLICY, proposal_version=1,
            kind="skill_upgrade", person=ref(number), occupation="6-31-01-03", level="L4",
        )  # fmt: skip
        self.at(place, self.add(name, facts))

    def pay(self, number: int, place: str = FIRST) -> None:
        facts = PayoutPaid(
            claim=f"claim-{number}", person=ref(number), amount_fen=150_000,
            payee_kind="individual", fund="F1", approval="e", batch="batch-1", line=1,
            instruction="I", bank_reference="=B1", paid_at=datetime(2021, 5, 3, tzinfo=UTC),
            paid_on=PAID_ON, authorised_by="officer-1", released_by="officer-2",
        )  # fmt: skip
        self.at(place, self.add(f"payout-{number}", facts, "system"))

    def reverse(self, number: int, place: str = FIRST) -> None:
        facts = PayoutReversed(
            claim=f"claim-{number}", amount_fen=150_000, reason="x",
            reversed_on=date(2021, 6, 1), fund="F1",
        )  # fmt: skip
        self.at(place, self.add(f"payout-{number}", facts, "system"))

    def quota(self, unit: str, persons: int, **more: Any) -> None:
        kind = more.pop("unit_kind", "district")
        facts = QuotaSet(
            unit=unit, unit_kind=kind, persons=persons, from_day=FROM, to_day=TO, **more
        )  # fmt: skip
        self.at(CITY, self.add("quota-1", facts, "approver-1"))


def fund(story: Story) -> None:
    opened = FundOpened(
        fund="F1", source="UI_SURPLUS", year=2021, purposes=("skill_upgrade",), bank="B",
        account=ref(99), opened_on=date(2021, 1, 1),
    )  # fmt: skip
    given = FundAllocated(
        fund="F1", source="UI_SURPLUS", amount_fen=10_000_000, document="D1",
        allocated_on=date(2021, 4, 1), approved_by="officer-1",
    )  # fmt: skip
    story.at(FIRST, story.add("fund-1", opened))
    story.at(FIRST, story.add("fund-1", given))


def plan(story: Story) -> None:
    """Ten enrolled, eight passed; a claim that the plan's settlement pays."""
    story.claim(90, plan="plan-1", settled_by_plan=True, payee="E-1")
    ended = PlanCompleted(
        plan="plan-1", institution="I-1", ended_on=date(2021, 5, 1), enrolled=10, finished=9,
        passed=8,
    )  # fmt: skip
    story.at(FIRST, story.add("plan-1", ended))
    story.at(FIRST, story.add("advance-1", _advance()))
    story.at(FIRST, story.add("advance-1", _settlement()))


def _advance() -> AdvancePaid:
    return AdvancePaid(
        plan="plan-1", advance_no=1, advance_fen=70_000, payee_kind="individual", payee="E-1",
        base_fen=150_000, max_ratio_bp=5_000, plan_approved=EVENT, plan_version=1, fund="F1",
        instruction="I", bank_reference="B", paid_at=datetime(2021, 4, 2, tzinfo=UTC),
        paid_on=date(2021, 4, 2), settlement_due_on=date(2021, 9, 1),
    )  # fmt: skip


def _settlement() -> SettlementPaid:
    return SettlementPaid(
        plan="plan-1", payee_kind="individual", payee="E-1", earned_fen=150_000,
        advanced_fen=70_000, settlement_fen=80_000, plan_decided=EVENT, revision=1, fund="F1",
        paid_at=datetime(2021, 6, 2, tzinfo=UTC), paid_on=date(2021, 6, 2),
    )  # fmt: skip


EVENT = "0192aaaa-0000-7000-a000-000000000000"


def later(seal: Seal, seq: int) -> Seal:
    return replace(seal, vector=dict.fromkeys(seal.vector, seq))
