"""Builders of claims: what is said, what happened, what is asked; a test names what it is about."""

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec

from services.claims.claim import approval, decide
from services.claims.claim.decide import CLAIM, Claim, Looked
from services.claims.claim.judgement import policy_used
from services.claims.claim.shown import shown_sha256
from services.claims.handling.demands import NOTHING_AROUND, Around
from shared.events.base import Facts
from shared.events.claims import (
    ApprovalRevoked,
    Citation,
    ClaimAccepted,
    ClaimApproved,
    ClaimContent,
    ClaimCorrected,
    ClaimHeld,
    ClaimImported,
    ClaimKeys,
    ClaimProposed,
    ClaimRejected,
    ClaimReturned,
    ClaimSubmitted,
    ClaimWithdrawn,
    SlotHeld,
)
from shared.events.exceptions import ExceptionApproved, ExceptionProposed, ExceptionRefused
from shared.policy.load import huludao
from shared.store.commands import Decision, Holders
from shared.store.unit import Holder
from tests.folding import Happened, state_after

PACK = huludao()
STREAM = "claim-1"
PLACE = "211402"
PERSON, OTHER_PERSON = "11" * 16, "22" * 16
CERTIFICATE, OTHER_CERTIFICATE = "c1" * 16, "c2" * 16
OCCUPATION = "6-31-01-03"
FILER, CLERK, APPROVER = "filer-1", "clerk-1", "approver-1"
CHECKER, INSPECTOR = "checker-1", "inspector-1"
AMOUNT_FEN = 200_000
LIMIT = "HLD-10-2"
"""at most three a year, in principle"""
TODAY = date(2020, 6, 2)
YEAR_SLOT = ("person-year", f"{PERSON}/HLD.C.person_year/calendar/claimed_on/2020/1")
LEVEL_SLOT = ("occupation-level", f"{PERSON}/{OCCUPATION}/L4")
CERTIFICATE_SLOT = ("certificate", CERTIFICATE)

GOOD = ClaimSubmitted(
    kind="HLD.K.employee_skill",
    person=PERSON,
    certificate=CERTIFICATE,
    occupation=OCCUPATION,
    level="L4",
    group="HLD.G.employee",
    certificate_type="skill_level",
    certificate_issued_on=date(2020, 5, 10),
    training_from=date(2020, 3, 2),
    training_to=date(2020, 4, 24),
    paid_by="individual",
    payee_kind="individual",
    claimed_on=date(2020, 6, 1),
    agreement="HLD-AG-7",
    institution="INST-1",
    organisation="INST-1",
)
KEYS = {name: getattr(GOOD, name) for name in ClaimKeys.__struct_fields__}


def content(**said: Any) -> ClaimSubmitted:
    return msgspec.structs.replace(GOOD, **said)


def submitted(actor: str = FILER, **said: Any) -> Happened:
    return Happened(content(**said), actor)


def corrected(actor: str = FILER, **said: Any) -> Happened:
    facts = content(**said)
    fields = {name: getattr(facts, name) for name in ClaimContent.__struct_fields__}
    return Happened(ClaimCorrected(**fields, reason="typo"), actor)


def accepted(actor: str = CLERK) -> Happened:
    return Happened(ClaimAccepted(**KEYS, office="OFFICE-1"), actor)


def returned(actor: str = CLERK) -> Happened:
    return Happened(ClaimReturned(**KEYS, reasons=("PAPER_MISSING",)), actor)


def proposed(actor: str = CLERK, **said: Any) -> Happened:
    """The policy says yes to 2,000.00 yuan, unless told."""
    facts = ClaimProposed(
        **KEYS,
        decision="APPROVE",
        amount_fen=AMOUNT_FEN,
        citations=(Citation(clause="HLD-1.5-1", amount_fen=AMOUNT_FEN),),
        reasons=(),
        policy=policy_used(PACK),
        content_version=1,
    )
    return Happened(msgspec.structs.replace(facts, **said), actor)


def refusing(actor: str = CLERK) -> Happened:
    """The policy proposes to refuse, and cites another claim."""
    return proposed(
        actor, decision="REJECT", amount_fen=0, citations=(Citation(clause="HLD-10-3"),),
        reasons=("SAME_LEVEL_AGAIN",), conflicts_with=("claim-9",),
    )  # fmt: skip


def approved(
    actor: str = APPROVER, *, slots: tuple[tuple[str, str], ...] | None = None
) -> Happened:
    decision = approve(
        state(submitted(), accepted(), proposed()), actor=actor, version=3, holders={}
    )
    [facts] = decision.events
    assert isinstance(facts, ClaimApproved)
    if slots is not None:
        facts = msgspec.structs.replace(
            facts, slots=tuple(SlotHeld(kind=kind, key=key) for kind, key in slots)
        )
    return Happened(facts, actor)


def rejected(actor: str = APPROVER) -> Happened:
    facts = ClaimRejected(
        **KEYS, reasons=("SAME_LEVEL_AGAIN",), citations=(), policy=policy_used(PACK),
        proposal_version=3,
    )  # fmt: skip
    return Happened(facts, actor)


def held(actor: str = CLERK) -> Happened:
    return Happened(ClaimHeld(**KEYS, reasons=("PAPER_DOUBTED",)), actor)


def limited(actor: str = CLERK) -> Happened:
    """The policy proposes to refuse the fourth claim of a year (HLD-10-2)."""
    return proposed(
        actor, decision="REJECT", amount_fen=0, citations=(Citation(clause=LIMIT),),
        reasons=("LIMIT_YEAR",), conflicts_with=("claim-7", "claim-8", "claim-9"),
    )  # fmt: skip


def stopped(actor: str = CLERK) -> Happened:
    """Held because of the limit."""
    facts = ClaimHeld(**KEYS, reasons=("LIMIT_YEAR",), citations=(Citation(clause=LIMIT),))
    return Happened(facts, actor)


def asked_exception(actor: str = CLERK, clause: str = LIMIT) -> Happened:
    return Happened(ExceptionProposed(**KEYS, clause=clause, reason="a fourth course"), actor)


def approved_exception(actor: str = APPROVER, clause: str = LIMIT) -> Happened:
    facts = ExceptionApproved(**KEYS, clause=clause, reason="agreed", proposed_by=CLERK)
    return Happened(facts, actor)


def refused_exception(actor: str = APPROVER, clause: str = LIMIT) -> Happened:
    facts = ExceptionRefused(**KEYS, clause=clause, reason="not agreed", proposed_by=CLERK)
    return Happened(facts, actor)


def withdrawn(actor: str = FILER) -> Happened:
    return Happened(ClaimWithdrawn(**KEYS, reason="second thoughts"), actor)


def revoked(actor: str = APPROVER) -> Happened:
    facts = ApprovalRevoked(**KEYS, amount_fen=AMOUNT_FEN, reasons=("PAPER_FORGED",))
    return Happened(facts, actor)


def old_decision(**said: Any) -> ClaimImported:
    facts = ClaimImported(
        **KEYS,
        decision="approved",
        amount_fen=AMOUNT_FEN,
        group="HLD.G.employee",
        certificate_type="skill_level",
        certificate_issued_on=date(2019, 5, 10),
        payee_kind="individual",
        decided_on=date(2019, 6, 1),
        filed_by="JG-01",
        approved_by="JG-01",
        year=2019,
        old_reference="OLD-1",
        import_sha256="0" * 64,
        import_row=2,
        slots=(SlotHeld(kind="certificate", key=CERTIFICATE),),
    )
    return msgspec.structs.replace(facts, **said)


def imported(actor: str = "operator-1") -> Happened:
    return Happened(old_decision(), actor)


def state(*given: Happened) -> Claim:
    return state_after(CLAIM, given, STREAM)


def held_by(*slots: tuple[str, str], stream: str = "claim-9", person: str = PERSON) -> Holders:
    return {slot: Holder(stream, person) for slot in slots}


def propose(claim: Claim, *, holders: Holders | None = None, others: tuple[str, ...] = ()) -> Any:
    command = approval.ProposeClaim(STREAM, TODAY, others)
    [facts] = approval.propose_claim(claim, command, PACK, holders or {}).events
    return facts


def approve(
    claim: Claim,
    *,
    actor: str = APPROVER,
    version: int = 3,
    amount_fen: int = AMOUNT_FEN,
    holders: Holders | None = None,
    others: tuple[str, ...] = (),
    around: Around = NOTHING_AROUND,
    shown: str | None = None,
) -> Decision:
    """The claim was looked at as the policy demands, unless its events say something of it."""
    standing = shown_sha256(STREAM, claim, claim.proposal) if claim.proposal else "0" * 64
    command = approval.ApproveClaim(
        actor, STREAM, version, amount_fen, shown or standing, others=others, around=around
    )
    return approval.approve_claim(looked_at(claim), command, PACK, holders or {})


def looked_at(claim: Claim) -> Claim:
    """The person was checked, the class was visited, where the claim's events tell nothing."""
    identity = claim.identity or Looked("confirmed", (CHECKER,))
    inspection = claim.inspection or Looked("in_order", (INSPECTOR,))
    return replace(
        claim, identity=identity, inspection=inspection,
        checkers=claim.checkers or identity.hands, inspectors=claim.inspectors or inspection.hands,
    )  # fmt: skip


def correction(claim: Claim, *, holders: Holders | None = None, **said: Any) -> Decision:
    command = decide.CorrectClaim(content(**said), "typo")
    return decide.correct_claim(claim, command, holders or {})


def only(decision: Decision) -> Facts:
    [facts] = decision.events
    return facts
