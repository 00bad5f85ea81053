"""Builders of payouts: what happened to one, and what is asked."""

from datetime import date
from typing import Any

import msgspec

from services.payments.payout.decide import PAYOUT, Payout
from shared.events.base import Facts
from shared.events.claims import ApprovalRevoked, ClaimApproved, PolicyUsed
from shared.events.payouts import (
    PayoutCancelled,
    PayoutHeld,
    PayoutImported,
    PayoutReleased,
    PayoutScheduled,
)
from shared.store.commands import Decision
from tests.folding import Happened, state_after

STREAM, CLAIM = "payout-1", "claim-1"
PERSON, CERTIFICATE, ACCOUNT = "11" * 16, "c1" * 16, "a1" * 16
FINDING, OTHER_FINDING = "finding-1", "finding-2"
OFFICER, OTHER_OFFICER = "officer-1", "officer-2"
AMOUNT_FEN = 200_000
APPROVAL = "0192aaaa-0000-7000-a000-000000000007"

APPROVED = ClaimApproved(
    kind="HLD.K.employee_skill",
    person=PERSON,
    certificate=CERTIFICATE,
    occupation="6-31-01-03",
    level="L4",
    amount_fen=AMOUNT_FEN,
    citations=(),
    policy=PolicyUsed(policy_id="HLD", version=1, content_sha256="0" * 64),
    payee_kind="individual",
    account=ACCOUNT,
    year=2020,
    year_slot=1,
    certificate_issued_on=date(2020, 5, 10),
    certificate_type="skill_level",
    claimed_on=date(2020, 6, 1),
    group="HLD.G.employee",
    filed_by="filer-1",
    proposal_version=3,
)
REVOKED = ApprovalRevoked(
    kind="HLD.K.employee_skill", person=PERSON, occupation="6-31-01-03", level="L4",
    amount_fen=AMOUNT_FEN, reasons=("PAPER_FORGED",),
)  # fmt: skip
KEYS: dict[str, Any] = {"claim": CLAIM, "person": PERSON}
OLD = PayoutImported(
    kind="payout", claim=CLAIM, person=PERSON, amount_fen=AMOUNT_FEN, payee_kind="individual",
    paid_on=date(2019, 6, 1), authorised_by="CW-01", order=1, old_reference="OLD-1",
    import_sha256="0" * 64, import_row=2,
)  # fmt: skip


def scheduled() -> Happened:
    facts = PayoutScheduled(
        **KEYS, amount_fen=AMOUNT_FEN, payee_kind="individual", approval=APPROVAL
    )
    return Happened(facts)


def held_by_finding(finding: str = FINDING) -> Happened:
    return Happened(PayoutHeld(**KEYS, cause="finding", finding=finding, rule="A1"))


def held_by_officer(actor: str = OFFICER) -> Happened:
    return Happened(PayoutHeld(**KEYS, cause="officer", owner=actor), actor)


def lifted(finding: str = FINDING) -> Happened:
    return Happened(PayoutReleased(**KEYS, cause="finding", finding=finding))


def released(actor: str = OTHER_OFFICER) -> Happened:
    return Happened(PayoutReleased(**KEYS, cause="officer"), actor)


def cancelled() -> Happened:
    facts = PayoutCancelled(**KEYS, amount_fen=AMOUNT_FEN, cause="approval_revoked")
    return Happened(facts)


def imported(**said: Any) -> Happened:
    return Happened(msgspec.structs.replace(OLD, **said), "operator-1")


def state(*given: Happened) -> Payout:
    return state_after(PAYOUT, given, STREAM)


def only(decision: Decision) -> Facts:
    [facts] = decision.events
    return facts
