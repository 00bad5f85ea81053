"""Builders of payouts: what happened to one, and what is asked."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from services.payments.bank.payable import Answer, Place, Release, instruction_id
from services.payments.payout.decide import PAYOUT, Cause, Payout
from services.payments.payout.pay import ReversePayout
from shared.events.base import CLAIM_EVENTS, Facts
from shared.events.claims import ApprovalRevoked, ClaimApproved, PolicyUsed
from shared.events.payouts import (
    PayeeAccountChanged,
    PayoutAuthorised,
    PayoutCancelled,
    PayoutHeld,
    PayoutImported,
    PayoutInstructed,
    PayoutPaid,
    PayoutReissued,
    PayoutReleased,
    PayoutReturned,
    PayoutReversed,
    PayoutScheduled,
    PayoutUnknown,
)
from shared.events.settlements import RecoveryOpened
from shared.store.commands import Decision
from tests.folding import START, Happened, state_after

STREAM, CLAIM = "payout-1", "claim-1"
PERSON, CERTIFICATE, ACCOUNT = "11" * 16, "c1" * 16, "a1" * 16
NEW_ACCOUNT = "a2" * 16
FINDING, OTHER_FINDING = "finding-1", "finding-2"
OFFICER, OTHER_OFFICER, RELEASER = "officer-1", "officer-2", "releaser-1"
HANDS = {
    "filed_by": "filer-1", "accepted_by": "clerk-1", "inspected_by": "inspector-1",
    "verified_by": "verifier-1", "approved_by": "approver-1",
}  # fmt: skip
AMOUNT_FEN = 200_000
APPROVAL = "0192aaaa-0000-7000-a000-000000000007"
REVOCATION = "0192aaaa-0000-7000-a000-000000000008"
FUND, BATCH, RECOVERY = "SPECIAL-2020", "batch-1", "recovery-1"
TODAY = date(2021, 5, 7)
PLACE = Place(CLAIM_EVENTS, 3, 41)
CAUSE = Cause(APPROVAL, "approver-1", PLACE)
REVOKING = Cause(REVOCATION, "approver-1", PLACE)

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
    accepted_by="clerk-1",
    inspected_by="inspector-1",
    verified_by="verifier-1",
    proposal_version=3,
)
REVOKED = ApprovalRevoked(
    kind="HLD.K.employee_skill", person=PERSON, occupation="6-31-01-03", level="L4",
    amount_fen=AMOUNT_FEN, reasons=("PAPER_FORGED",),
)  # fmt: skip
KEYS: dict[str, Any] = {"claim": CLAIM, "person": PERSON, "account": ACCOUNT}
OLD = PayoutImported(
    kind="payout", claim=CLAIM, person=PERSON, amount_fen=AMOUNT_FEN, payee_kind="individual",
    paid_on=date(2019, 6, 1), authorised_by="CW-01", order=1, old_reference="OLD-1",
    import_sha256="0" * 64, import_row=2,
)  # fmt: skip
_SUM: dict[str, Any] = {**KEYS, "amount_fen": AMOUNT_FEN}
_PAYEE: dict[str, Any] = {"payee_kind": "individual"}


def scheduled(**said: Any) -> Happened:
    facts = PayoutScheduled(
        **_SUM, **_PAYEE, approval=APPROVAL, approval_partition=3, approval_seq=41,
        **{**HANDS, **said},
    )  # fmt: skip
    return Happened(facts)


def held_by_finding(finding: str = FINDING) -> Happened:
    return Happened(PayoutHeld(**KEYS, cause="finding", finding=finding, rule="A1"))


def held_by_officer(actor: str = OFFICER) -> Happened:
    return Happened(PayoutHeld(**KEYS, cause="officer", owner=actor), actor)


def lifted(finding: str = FINDING) -> Happened:
    return Happened(PayoutReleased(**KEYS, cause="finding", finding=finding))


def released(actor: str = OTHER_OFFICER) -> Happened:
    return Happened(PayoutReleased(**KEYS, cause="officer"), actor)


def authorised(actor: str = OFFICER) -> Happened:
    facts = PayoutAuthorised(**_SUM, **_PAYEE, fund=FUND, approval=APPROVAL)
    return Happened(facts, actor)


def instructed(order: int = 1, actor: str = RELEASER) -> Happened:
    facts = PayoutInstructed(
        **_SUM, **_PAYEE, fund=FUND, batch=BATCH, line=1, bank_file_sha256="0" * 64,
        instruction=instruction_id(STREAM, order), authorised_by=OFFICER,
    )  # fmt: skip
    return Happened(facts, actor)


def _bank(order: int) -> dict[str, Any]:
    return {**_SUM, "batch": BATCH, "line": 1, "instruction": instruction_id(STREAM, order)}


def paid(order: int = 1) -> Happened:
    facts = PayoutPaid(
        **_bank(order), **_PAYEE, fund=FUND, approval=APPROVAL, bank_reference="B-1",
        paid_at=START, paid_on=TODAY, authorised_by=OFFICER, released_by=RELEASER,
    )  # fmt: skip
    return Happened(facts)


def returned(order: int = 1) -> Happened:
    facts = PayoutReturned(**_bank(order), reason="ACCOUNT_CLOSED", returned_on=TODAY, fund=FUND)
    return Happened(facts)


def unknown(order: int = 1) -> Happened:
    return Happened(PayoutUnknown(**_bank(order), since=START))


def account_changed(actor: str = "counter-1") -> Happened:
    facts = PayeeAccountChanged(
        **_PAYEE, person=PERSON, before=ACCOUNT, after=NEW_ACCOUNT, requested_by="person"
    )
    return Happened(facts, actor)


def reissued(actor: str = OFFICER) -> Happened:
    facts = PayoutReissued(**_SUM, reissue_of=STREAM, returned_event=APPROVAL, fund=FUND)
    return Happened(facts, actor)


def booked_back() -> Happened:
    facts = PayoutReversed(**_SUM, reason="wrong person", reversed_on=TODAY, fund=FUND)
    return Happened(facts)


def recovery_opened() -> Happened:
    facts = RecoveryOpened(
        recovery=RECOVERY, **_PAYEE, amount_fen=AMOUNT_FEN, cause="approval_revoked",
        cause_event=REVOCATION, demanded_on=TODAY, due_on=TODAY, fund=FUND,
    )  # fmt: skip
    return Happened(facts)


def cancelled() -> Happened:
    facts = PayoutCancelled(**KEYS, amount_fen=AMOUNT_FEN, cause="approval_revoked")
    return Happened(facts)


def imported(**said: Any) -> Happened:
    return Happened(msgspec.structs.replace(OLD, **said), "operator-1")


AT_BANK = (scheduled(), authorised(), instructed())
RETURNED = (*AT_BANK, returned())
REISSUED = (*RETURNED, account_changed(), reissued())


def release(order: int = 1) -> Release:
    return Release(
        batch=BATCH, line=1, instruction=instruction_id(STREAM, order), bank_file_sha256="0" * 64,
        judged=(), overridden_by=(), sealed={},
    )  # fmt: skip


def bank_says(outcome: Any, order: int = 1) -> Answer:
    return Answer(
        instruction=instruction_id(STREAM, order), outcome=outcome, on=TODAY,
        at=datetime(2021, 5, 7, tzinfo=UTC), bank_reference="B-1", reason="ACCOUNT_CLOSED",
    )  # fmt: skip


REVERSE = ReversePayout("wrong person", TODAY, "B-2")


def state(*given: Happened) -> Payout:
    return state_after(PAYOUT, given, STREAM)


def only(decision: Decision) -> Facts:
    [facts] = decision.events
    return facts
