"""A small history with a plan, two of its claims, another claim, a payout and a finding."""

from collections.abc import Collection, Sequence
from datetime import date

from services.audit.trace.follow import Entry
from services.audit.trace.names import names_of
from shared.events.base import BY_CLASS
from shared.events.envelope import Event
from shared.events.findings import FindingOpened
from shared.events.payouts import PayoutScheduled
from shared.events.plans import PlanApproved, RosterEntry, RosterListed
from shared.log.port import TopicPartition
from tests.audit.histories import POLICY, History, ref

PLAN, FIRST, SECOND, OTHER = "plan-1", "claim-1", "claim-2", "claim-3"
FINDING, PERSON = "finding-1", ref(7)


def story() -> list[Event]:
    history = History()
    entry = RosterEntry(
        row=1, person=PERSON, change="enrolled", enrolled_on=date(2020, 1, 2), group="employee"
    )
    history.add(PLAN, RosterListed(plan=PLAN, revision=1, part=1, parts=1, entries=(entry,)))
    history.add(PLAN, _approved_plan(), "approver-1")
    history.approved(FIRST, person=PERSON, certificate=ref(17), plan=PLAN)
    history.approved(SECOND, person=ref(8), certificate=ref(18), plan=PLAN)
    history.approved(OTHER, person=ref(9), certificate=ref(19))
    history.add("payout-2", _payout(SECOND), "system")
    history.add(FINDING, _finding(FIRST, OTHER), "system")
    return history.events


def _approved_plan() -> PlanApproved:
    return PlanApproved(
        plan=PLAN, kind="HLD.K.apprentice", occupation="6-18-01-01", level="L4",
        starts_on=date(2020, 1, 2), ends_on=date(2020, 12, 31), persons=1, plan_version=1,
        roster_revision=1, budget_fen=500_000, base_fen=500_000, max_ratio_bp=5_000,
        settlement_due_on=date(2021, 6, 30), payee_kind="enterprise", payee="E-1", policy=POLICY,
        filed_by="E-1",
    )  # fmt: skip


def _payout(claim: str) -> PayoutScheduled:
    return PayoutScheduled(
        claim=claim, plan=PLAN, amount_fen=150_000, payee_kind="individual", approval="e-1"
    )


def _finding(*claims: str) -> FindingOpened:
    return FindingOpened(
        rule="A1", rule_version=1, tier="R", finding_id="1" * 64, subject="person-<7>",
        window_key="w", clause=("HLD-10-3",), rule_sha256="0" * 64, evidence=(),
        evidence_sha256="0" * 64, claims=claims, explanation_zh="重复", explanation_en="twice",
    )  # fmt: skip


class Memory:
    """Finds in a list, as the index and the log do together."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.entries = [
            Entry(TopicPartition(BY_CLASS[type(event.facts)].topics[0], 0), n, event)
            for n, event in enumerate(events, start=1)
        ]

    async def __call__(self, names: Collection[str], own: bool) -> list[Entry]:
        return [
            entry for entry in self.entries
            if set(names) & ({entry.event.subject} if own else names_of(entry.event))
        ]  # fmt: skip
