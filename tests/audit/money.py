"""Builders of a plan's money and a payout's bank steps, as encoded events of a history."""

from datetime import date, timedelta
from typing import Any

from shared.days import stream_of
from shared.events.advances import AdvanceInstructed, AdvancePaid, AdvanceReturned
from shared.events.cases import Position, ReplayCompared
from shared.events.days import DayOpened
from shared.events.payouts import PayoutPaid, PayoutReturned, PayoutReversed, PayoutScheduled
from shared.events.plans import Earned, PlanApproved, PlanCancelled, PlanCompleted, PlanDecided
from shared.events.settlements import (
    RecoveryOpened,
    RecoveryReceived,
    RecoveryWrittenOff,
    SettlementExtended,
    SettlementPaid,
)
from tests.audit.histories import POLICY, START, History

ENDS = date(2021, 6, 30)
TERM = timedelta(days=90)
EVENT = "0192aaaa-0000-7000-a000-000000000000"
PAYEE: dict[str, Any] = {"payee_kind": "enterprise", "payee": "enterprise-1"}
KEYS: dict[str, Any] = {"occupation": "6-31-01-03", "level": "L4"}


def advance_of(plan: str) -> str:
    return f"advance-{plan}"


def day_opened(history: History, day: date, service: str = "payments") -> None:
    facts = DayOpened(day=day, working_day=day.weekday() < 5)
    history.add(stream_of(service), facts, "system")


def plan_approved(
    history: History, plan: str, ends_on: date = ENDS, actor: str = "approver-1", **said: Any
) -> None:
    given: dict[str, Any] = {"filed_by": "filer-1", "accepted_by": "clerk-1", **PAYEE, **said}
    facts = PlanApproved(
        plan=plan, kind="apprenticeship", starts_on=date(2021, 3, 1), ends_on=ends_on, persons=40,
        plan_version=1, roster_revision=1, budget_fen=200_000_00, base_fen=200_000_00,
        max_ratio_bp=5000, settlement_due_on=ends_on + TERM, policy=POLICY, **KEYS, **given,
    )  # fmt: skip
    history.add(plan, facts, actor)


def plan_completed(history: History, plan: str, examined_on: date | None = None) -> None:
    facts = PlanCompleted(
        plan=plan, ended_on=ENDS, enrolled=40, finished=40, passed=36, examined_on=examined_on
    )
    history.add(plan, facts, "filer-1")


def plan_decided(history: History, plan: str, earned_fen: int, **said: Any) -> None:
    facts = PlanDecided(
        plan=plan, revision=1, claims=40, approved=36, rejected=4, persons_fen=0,
        earned=(Earned(earned_fen=earned_fen, claims=36, **PAYEE),), claims_sha256="0" * 64, **said,
    )  # fmt: skip
    history.add(plan, facts, "system")


def plan_cancelled(history: History, plan: str) -> None:
    history.add(plan, PlanCancelled(plan=plan, reason="no trainees", by="filer"), "filer-1")


def _advance(plan: str, advance_fen: int, number: int) -> dict[str, Any]:
    return {
        "plan": plan, "advance_no": number, "advance_fen": advance_fen, "base_fen": 200_000_00,
        "max_ratio_bp": 5000, "plan_approved": EVENT, "plan_version": 1, "fund": "fund-1",
        "instruction": f"{plan}-{number}",
    }  # fmt: skip


def advance_instructed(
    history: History, plan: str, number: int = 1, *, by: str, authorised_by: str
) -> None:
    facts = AdvanceInstructed(
        **_advance(plan, 50_000_00, number), **PAYEE, batch="batch-1", line=1,
        bank_file_sha256="0" * 64, authorised_by=authorised_by,
    )  # fmt: skip
    history.add(advance_of(plan), facts, by)


def advance_paid(
    history: History, plan: str, advance_fen: int, paid_on: date, number: int = 1, **said: Any
) -> None:
    given: dict[str, Any] = {**PAYEE, "settlement_due_on": ENDS + TERM, **said}
    facts = AdvancePaid(
        **_advance(plan, advance_fen, number), bank_reference="b-1", paid_at=START,
        paid_on=paid_on, **given,
    )  # fmt: skip
    history.add(advance_of(plan), facts, "officer-1")


def advance_back(
    history: History, plan: str, advance_fen: int, returned_on: date, number: int = 1
) -> None:
    facts = AdvanceReturned(
        plan=plan, advance_no=number, advance_fen=advance_fen, cause="payee",
        returned_on=returned_on, **PAYEE,
    )  # fmt: skip
    history.add(advance_of(plan), facts, "officer-1")


def settled(
    history: History, plan: str, earned_fen: int, advanced_fen: int, paid_on: date, **said: Any
) -> None:
    facts = SettlementPaid(
        plan=plan, earned_fen=earned_fen, advanced_fen=advanced_fen,
        settlement_fen=earned_fen - advanced_fen, plan_decided=EVENT, revision=1, fund="fund-1",
        paid_at=START, paid_on=paid_on, **PAYEE, **said,
    )  # fmt: skip
    history.add(advance_of(plan), facts, "officer-1")


def extended(history: History, plan: str, due_on: date) -> None:
    facts = SettlementExtended(
        plan=plan, due_before=ENDS + TERM, due_on=due_on, approved_by="chief-1", reason="flood",
        **PAYEE,
    )  # fmt: skip
    history.add(advance_of(plan), facts, "chief-1")


def _recovery(plan: str) -> dict[str, Any]:
    return {"recovery": f"recovery-{plan}", "plan": plan, **PAYEE}


def recovery_opened(history: History, plan: str, amount_fen: int, demanded_on: date) -> None:
    facts = RecoveryOpened(
        **_recovery(plan), amount_fen=amount_fen, cause="settlement", cause_event=EVENT,
        demanded_on=demanded_on, due_on=demanded_on + timedelta(days=30),
    )  # fmt: skip
    history.add(f"recovery-{plan}", facts, "system")


def received(history: History, plan: str, received_fen: int, received_on: date) -> None:
    facts = RecoveryReceived(
        **_recovery(plan), received_fen=received_fen, balance_fen=0, received_on=received_on,
        bank_reference="b-2", fund="fund-1",
    )  # fmt: skip
    history.add(f"recovery-{plan}", facts, "officer-1")


def written_off(history: History, plan: str, written_off_fen: int) -> None:
    facts = RecoveryWrittenOff(
        **_recovery(plan), written_off_fen=written_off_fen, balance_fen=0, reason="dissolved",
        proposed_by="officer-1",
    )  # fmt: skip
    history.add(f"recovery-{plan}", facts, "officer-2")


def payout_of(claim: str) -> str:
    return f"payout-{claim}"


def payout_scheduled(history: History, claim: str, **said: Any) -> None:
    facts = PayoutScheduled(
        claim=claim, amount_fen=150_000, payee_kind="individual", approval=EVENT, **said
    )
    history.add(payout_of(claim), facts, "system")


def _answer(claim: str, amount_fen: int) -> dict[str, Any]:
    return {
        "claim": claim, "amount_fen": amount_fen, "batch": "batch-1", "line": 1,
        "instruction": f"i-{claim}",
    }  # fmt: skip


def payout_paid(
    history: History, claim: str, amount_fen: int = 150_000, stream: str = "", **said: Any
) -> None:
    facts = PayoutPaid(
        **_answer(claim, amount_fen), payee_kind="individual", fund="fund-1", approval=EVENT,
        bank_reference="b-1", paid_at=START, paid_on=START.date(), **said,
    )  # fmt: skip
    history.add(stream or payout_of(claim), facts, "officer-2")


def payout_returned(history: History, claim: str, amount_fen: int = 150_000) -> None:
    facts = PayoutReturned(
        **_answer(claim, amount_fen), reason="ACCOUNT_CLOSED", returned_on=START.date()
    )
    history.add(payout_of(claim), facts, "officer-2")


def payout_reversed(history: History, claim: str, amount_fen: int = 150_000) -> None:
    facts = PayoutReversed(
        claim=claim, amount_fen=amount_fen, reason="booked twice", reversed_on=START.date()
    )
    history.add(payout_of(claim), facts, "officer-2")


def replay_compared(history: History, stored: str, replayed: str) -> None:
    facts = ReplayCompared(
        positions=(Position(topic="claim-events.v1", partition=0, seq=1),),
        rule_pack_sha256="0" * 64, references_sha256="0" * 64,
        stored_projection_sha256="0" * 64, replayed_projection_sha256="0" * 64,
        stored_findings_sha256=stored * 64, replayed_findings_sha256=replayed * 64,
        equal=stored == replayed,
    )  # fmt: skip
    history.add("replay", facts, "system")
