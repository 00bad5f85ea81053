"""What the policy says of money beside a claim: advances, settlements, payments, findings. Pure."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import Level, PayeeKind
from shared.policy.amounts import rate_of
from shared.policy.cases import Cited, Missing, Step
from shared.policy.conditions import FULL_BP
from shared.policy.duties import Sanction
from shared.policy.pack import Advance, Pack

Ruling = Literal[
    "APPROVE",
    "REJECT",
    "HOLD",
    "FLAG",
    "ADVANCE_OK",
    "SETTLE_PAY",
    "SETTLE_RECOVER",
    "RECOVER",
    "YES",
    "NO",
]
Money = Annotated[int, Meta(ge=0, le=10**13)]


class Heads(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many persons of a plan, each at the rate of its kind, level and days."""

    kind: str
    level: Level
    heads: Annotated[int, Meta(ge=0, le=1_000_000)]
    first: date
    last: date


class AdvanceCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody asks for money before the training has ended. Sums in fen."""

    payee_kind: PayeeKind
    programme: str | None = None
    """`project` for project-based training (项目制)"""
    base_fen: Money | None = None
    """the approved subsidy of the plan (INT-07); or `plan`, from which it is computed"""
    plan: Heads | None = None
    asked_fen: Money
    advanced_fen: Money = 0
    """what the plan was advanced before"""
    owes_fen: Money = 0
    """what the payee still has to pay back (INT-08)"""
    requested_on: date


class SettlementCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan has ended: what it earned against what it was advanced. Sums in fen."""

    payee_kind: PayeeKind
    earned_fen: Money | None = None
    plan: Heads | None = None
    """those who completed; or `earned_fen`"""
    advanced_fen: Money
    settled_on: date


class PaymentCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A payment from a source of the document. Sums in fen."""

    purpose: str
    fund: str | None = None
    special_account: bool = False
    amount_fen: Money
    paid_fen: Money = 0
    """what the special account paid before"""
    opened_fen: Money = 0
    """what was added to the account beyond the sum of the document"""
    paid_on: date


class FindingCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A confirmed finding of the audit, and what was paid on it, fen."""

    offence: Literal[
        "fraud", "misuse", "error", "low_credit", "poor_quality", "breach_of_trust", "official"
    ]
    by: Literal["individual", "enterprise", "institution", "assessor", "official"]
    paid_fen: Money = 0
    confirmed_on: date


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, with the same names as a judgement on a claim."""

    decision: Ruling
    amount_fen: int = 0
    payee_kind: PayeeKind | None = None
    steps: tuple[Step, ...] = ()
    citations: tuple[Cited, ...] = ()
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    interpretations: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    acts: tuple[str, ...] = ()
    """what follows a finding: RECOVER, DISQUALIFY, BAR, EXIT, REFER, CREDIT_RECORD, CORRECT"""
    policy_id: str = ""
    version: int = 0
    content_sha256: str = ""


def largest_advance(advance: Advance, base_fen: int) -> int:
    """The most that all advances of a plan may be together: compared in fen, no rounding up."""
    return base_fen * advance.max_ratio_bp // FULL_BP


def judge_advance(pack: Pack, case: AdvanceCase) -> Verdict:
    """HLD-10-4 with INT-07 and INT-08; a document without an advance clause holds (INT-11)."""
    advance = pack.content.advance
    if advance is None:
        return _held(pack, "POLICY_SILENT", (), "INT-11")
    if not _may_be_advanced(advance, case):
        return _verdict(pack, "REJECT", (advance.clause,), reasons=("ADVANCE_PAYEE",))
    if not _in_force(pack, case.requested_on):
        return _verdict(pack, "REJECT", (), reasons=("POLICY_NOT_IN_FORCE",), read=("INT-01",))
    if case.owes_fen:
        return _held(pack, "RECOVERY_OPEN", (advance.clause,), "INT-08")
    base_fen = _sum_of(pack, case.base_fen, case.plan)
    if base_fen is None:
        return _held(pack, "POLICY_SILENT", (advance.clause,), "INT-11")
    most_fen = largest_advance(advance, base_fen)
    step = Step(
        clause=advance.clause,
        what="advance",
        inputs=(f"{base_fen} fen", f"{advance.max_ratio_bp} bp", f"{case.advanced_fen} fen"),
        amount_fen=max(0, most_fen - case.advanced_fen),
    )
    if case.asked_fen + case.advanced_fen > most_fen:
        over = _verdict(pack, "REJECT", (advance.clause,), reasons=("ADVANCE_RATIO",))
        return msgspec.structs.replace(over, steps=(step,), interpretations=("INT-07",))
    return _paid(pack, "ADVANCE_OK", advance.clause, case.asked_fen, case.payee_kind, (step,))


def judge_settlement(pack: Pack, case: SettlementCase) -> Verdict:
    """Earned less advances: a rest is paid, what is lacking comes back (INT-08)."""
    earned_fen = _sum_of(pack, case.earned_fen, case.plan)
    clause = pack.content.advance.clause if pack.content.advance else None
    if earned_fen is None:
        return _held(pack, "POLICY_SILENT", (), "INT-11")
    rest_fen = earned_fen - case.advanced_fen
    step = Step(
        clause=clause or "",
        what="settlement",
        inputs=(f"{earned_fen} fen", f"{case.advanced_fen} fen"),
        amount_fen=abs(rest_fen),
    )
    decision: Ruling = "SETTLE_PAY" if rest_fen >= 0 else "SETTLE_RECOVER"
    settled = _paid(pack, decision, clause, abs(rest_fen), case.payee_kind, (step,))
    return msgspec.structs.replace(settled, interpretations=("INT-08",))


def judge_payment(pack: Pack, case: PaymentCase) -> Verdict:
    """Earmarking, the named source, and the sum of the special account (ZB-3.2-2, RD-12-1)."""
    funds, special = pack.content.funds, pack.content.funds.special_account
    sources = {source.id: source for source in funds.sources}
    if case.special_account and special is None:
        return _held(pack, "POLICY_SILENT", (), "INT-11")
    if special is not None and case.special_account:
        if case.purpose not in special.purposes:
            return _verdict(pack, "REJECT", (special.clause,), reasons=("NOT_EARMARKED",))
        room_fen = (special.cap_fen or 0) + case.opened_fen - case.paid_fen
        if special.cap_fen is not None and case.amount_fen > room_fen:
            clause = special.cap_clause or special.clause
            return _verdict(pack, "REJECT", (clause,), reasons=("FUND_CAP",))
    if case.fund is not None and case.fund not in sources:
        clauses = tuple(dict.fromkeys(source.clause for source in funds.sources))
        return _verdict(pack, "REJECT", clauses, reasons=("FUND_UNKNOWN",))
    named = sources.get(case.fund or (special.source if special else "") or "")
    if named is None and not case.special_account:
        clauses = tuple(dict.fromkeys(source.clause for source in funds.sources))
        return _verdict(pack, "HOLD", clauses, reasons=("FUND_MISSING",))
    clauses = (special.clause,) if special and case.special_account else ()
    clauses += () if named is None else (named.clause,)
    paid = _verdict(pack, "APPROVE", tuple(dict.fromkeys(clauses)))
    return msgspec.structs.replace(paid, amount_fen=case.amount_fen)


def judge_finding(pack: Pack, case: FindingCase) -> Verdict:
    """What the document lets follow; where it names no recovery the ledger only flags (INT-11)."""
    found = [
        one for one in pack.content.sanctions if one.offence == case.offence and case.by in one.by
    ]
    acts = tuple(dict.fromkeys(act for one in found for act in one.acts))
    clauses = tuple(dict.fromkeys(one.clause for one in found))
    if "RECOVER" in acts:
        recovered = _verdict(pack, "RECOVER", clauses)
        return msgspec.structs.replace(recovered, amount_fen=case.paid_fen, acts=acts)
    if found:
        return msgspec.structs.replace(_verdict(pack, "FLAG", clauses), acts=acts)
    return _held(pack, "POLICY_SILENT", (), "INT-11")


def sanctions_of(pack: Pack, offence: str) -> tuple[Sanction, ...]:
    """Every sanction of the pack for this class of finding."""
    return tuple(one for one in pack.content.sanctions if one.offence == offence)


def _may_be_advanced(advance: Advance, case: AdvanceCase) -> bool:
    if case.payee_kind not in advance.payees:
        return False
    return case.payee_kind != "institution" or case.programme in advance.institution_programmes


def _in_force(pack: Pack, day: date) -> bool:
    validity = pack.content.validity
    return validity.valid_from <= day and (validity.valid_to is None or day <= validity.valid_to)


def _sum_of(pack: Pack, given_fen: int | None, plan: Heads | None) -> int | None:
    if plan is None:
        return given_fen
    rate_fen = rate_of(pack, plan.kind, plan.level, plan.first, plan.last)
    return None if rate_fen is None else plan.heads * rate_fen


def _verdict(
    pack: Pack,
    decision: Ruling,
    clauses: tuple[str, ...],
    *,
    reasons: tuple[str, ...] = (),
    read: tuple[str, ...] = (),
) -> Verdict:
    return Verdict(
        decision=decision,
        citations=tuple(Cited(clause=clause) for clause in clauses),
        reasons=reasons,
        interpretations=read,
        policy_id=pack.policy_id,
        version=pack.version,
        content_sha256=pack.content_sha256,
    )


def _held(pack: Pack, code: str, clauses: tuple[str, ...], reading: str) -> Verdict:
    return _verdict(pack, "HOLD", clauses, reasons=(code,), read=(reading,))


def _paid(
    pack: Pack,
    decision: Ruling,
    clause: str | None,
    amount_fen: int,
    payee: PayeeKind,
    steps: tuple[Step, ...],
) -> Verdict:
    verdict = _verdict(pack, decision, () if clause is None else (clause,), read=("INT-07",))
    return msgspec.structs.replace(verdict, amount_fen=amount_fen, payee_kind=payee, steps=steps)
