"""What the policy says of money beside a claim: advances, settlements, payments, findings. Pure."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import Level, PayeeKind
from shared.policy.amounts import NO_PRICE, rate_of
from shared.policy.cases import Cited, Missing, Step
from shared.policy.conditions import FULL_BP
from shared.policy.duties import Source, SpecialAccount
from shared.policy.pack import Advance, Pack
from shared.policy.parts import Table

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
    rate_fen: Money | None = None
    """what one person is worth, where the sum stands in a catalogue elsewhere"""


class AdvanceCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody asks for money before the training has ended. Sums in fen."""

    payee_kind: PayeeKind
    programme: str | None = None
    """`project` for project-based training (项目制)"""
    base_fen: Money | None = None
    """the approved subsidy of the plan (INT-07); or `plan`, from which it is computed"""
    plan: Heads | None = None
    asked_fen: Annotated[int, Meta(ge=1, le=10**13)]
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
    """what is paid: a purpose of the special account, or the kind of subsidy"""
    fund: str | None = None
    """a source of the document"""
    special_account: bool = False
    """paid from the special account (专账)"""
    amount_fen: Money
    paid_fen: Money = 0
    """what the special account paid before"""
    opened_fen: Money | None = None
    """what was put into the account; beyond the sum of the document, where it names one"""
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
    if isinstance(base_fen, str):
        return _held(pack, base_fen, (advance.clause,), "INT-07")
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
    if pack.content.advance is None:  # nothing can have been advanced lawfully (INT-11)
        return _held(pack, "POLICY_SILENT", (), "INT-11")
    earned_fen = _sum_of(pack, case.earned_fen, case.plan)
    clause = pack.content.advance.clause
    if isinstance(earned_fen, str):
        return _held(pack, earned_fen, (clause,), "INT-08")
    rest_fen = earned_fen - case.advanced_fen
    step = Step(
        clause=clause,
        what="settlement",
        inputs=(f"{earned_fen} fen", f"{case.advanced_fen} fen"),
        amount_fen=abs(rest_fen),
    )
    decision: Ruling = "SETTLE_PAY" if rest_fen >= 0 else "SETTLE_RECOVER"
    settled = _paid(pack, decision, clause, abs(rest_fen), case.payee_kind, (step,))
    return msgspec.structs.replace(settled, interpretations=("INT-08",))


def judge_payment(pack: Pack, case: PaymentCase) -> Verdict:
    """Earmarking, the named source, and the sum of the special account (ZB-3.2-2, RD-12-1)."""
    special = _special(pack, case)
    if case.special_account and special is None:
        return _held(pack, "POLICY_SILENT", (), "INT-11")
    refused = _source_refused(pack, case, special)
    if refused is None and special is not None:
        refused = _account_refused(pack, case, special)
    if refused is not None:
        return refused
    named = _source(pack, case.fund or (special.source if special else None))
    if named is None and special is None:
        return _verdict(pack, "HOLD", _source_clauses(pack), reasons=("FUND_MISSING",))
    clauses: tuple[str, ...] = () if special is None else (special.clause,)
    clauses += () if named is None else (named.clause,)
    paid = _verdict(pack, "APPROVE", tuple(dict.fromkeys(clauses)))
    return msgspec.structs.replace(paid, amount_fen=case.amount_fen)


def _special(pack: Pack, case: PaymentCase) -> SpecialAccount | None:
    """The special account, where the payment leaves it. A source of which the document puts a sum
    into the account is the account, whatever the payment calls itself.
    """
    special = pack.content.funds.special_account
    if special is None or case.special_account:
        return special
    return special if special.cap_fen and case.fund == special.source else None


def _source(pack: Pack, fund: str | None) -> Source | None:
    return next((one for one in pack.content.funds.sources if one.id == fund), None)


def _source_clauses(pack: Pack) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source.clause for source in pack.content.funds.sources))


def _source_refused(
    pack: Pack, case: PaymentCase, special: SpecialAccount | None
) -> Verdict | None:
    if case.fund is None:
        return None
    if _source(pack, case.fund) is None:
        return _verdict(pack, "REJECT", _source_clauses(pack), reasons=("FUND_UNKNOWN",))
    if special is not None and special.source not in (None, case.fund):
        return _verdict(pack, "REJECT", (special.clause,), reasons=("FUND_UNKNOWN",))
    kind = pack.kinds.get(case.purpose)
    if kind is not None and kind.funds and case.fund not in kind.funds:
        return _verdict(pack, "REJECT", kind.clauses[:1], reasons=("FUND_NOT_FOR_KIND",))
    return None


def _account_refused(pack: Pack, case: PaymentCase, special: SpecialAccount) -> Verdict | None:
    if case.purpose not in special.purposes and case.purpose not in pack.kinds:
        return _verdict(pack, "REJECT", (special.clause,), reasons=("NOT_EARMARKED",))
    if special.cap_fen is None and case.opened_fen is None:
        return None  # nobody has said what the account holds
    room_fen = (special.cap_fen or 0) + (case.opened_fen or 0) - case.paid_fen
    if case.amount_fen <= room_fen:
        return None
    return _verdict(pack, "REJECT", (special.cap_clause or special.clause,), reasons=("FUND_CAP",))


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


def _may_be_advanced(advance: Advance, case: AdvanceCase) -> bool:
    if case.payee_kind not in advance.payees:
        return False
    return case.payee_kind != "institution" or case.programme in advance.institution_programmes


def _in_force(pack: Pack, day: date) -> bool:
    validity = pack.content.validity
    return validity.valid_from <= day and (validity.valid_to is None or day <= validity.valid_to)


def _sum_of(pack: Pack, given_fen: int | None, plan: Heads | None) -> int | str:
    """Heads × rate, or the sum that was given; else the reason why there is none."""
    if plan is None:
        return "FACT_MISSING" if given_fen is None else given_fen
    kind = pack.kinds.get(plan.kind)
    if kind is None:
        return "POLICY_SILENT"
    rate_fen = plan.rate_fen
    if rate_fen is None and isinstance(kind.amount, Table):
        rate_fen = rate_of(pack, plan.kind, plan.level, plan.first, plan.last)
        return "LEVEL_NOT_IN_TABLE" if rate_fen is None else plan.heads * rate_fen
    return NO_PRICE if rate_fen is None else plan.heads * rate_fen


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
