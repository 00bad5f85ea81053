"""What the policy says of money beside a claim: advances, settlements, payments, findings. Pure."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import Level, PayeeKind
from shared.policy.amounts import NO_PRICE, rate_of
from shared.policy.cases import Cited, Missing, Step
from shared.policy.conditions import FULL_BP
from shared.policy.duties import SpecialAccount
from shared.policy.pack import Advance, Pack
from shared.policy.parts import Kind, Table
from shared.policy.sources import (
    earmarked_for,
    fixed_source,
    known_purpose,
    source_of,
    sources_of,
    unknown_by,
)

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
    """what one person is worth for the whole plan, not for a year or month of it; where the sum
    stands in a catalogue elsewhere. It goes before a table's amount"""


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
    """what is paid: the kind of subsidy, a purpose of the special account, or in any city
    `training_subsidy`, `appraisal_subsidy`, `living_allowance`"""
    fund: str | None = None
    """a source of the document; none where the account or the kind has only one"""
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
    """HLD-10-4 with INT-07 and INT-08; a document without an advance clause holds (INT-11).

    What refuses goes before what only waits, as with a claim.
    """
    advance = pack.content.advance
    if advance is None:
        return _held(pack, "POLICY_SILENT", (), "INT-11")
    if not _may_be_advanced(pack, advance, case):
        return _verdict(pack, "REJECT", (advance.clause,), reasons=("ADVANCE_PAYEE",))
    if not _in_force(pack, case.requested_on):
        return _verdict(pack, "REJECT", (), reasons=("POLICY_NOT_IN_FORCE",), read=("INT-01",))
    base_fen = _sum_of(pack, case.base_fen, case.plan)
    step = None if isinstance(base_fen, str) else _advanced(advance, base_fen, case)
    if step is not None and case.asked_fen > step.amount_fen:
        over = _verdict(pack, "REJECT", (advance.clause,), reasons=("ADVANCE_RATIO",))
        return msgspec.structs.replace(over, steps=(step,), interpretations=("INT-07",))
    if case.owes_fen:
        return _held(pack, "RECOVERY_OPEN", (advance.clause,), "INT-08")
    if isinstance(base_fen, str) or step is None:
        return _held(pack, str(base_fen), (advance.clause,), "INT-07")
    return _paid(pack, "ADVANCE_OK", advance.clause, case.asked_fen, case.payee_kind, (step,))


def _advanced(advance: Advance, base_fen: int, case: AdvanceCase) -> Step:
    """What may still be advanced of the base."""
    return Step(
        clause=advance.clause,
        what="advance",
        inputs=(f"{base_fen} fen", f"{advance.max_ratio_bp} bp", f"{case.advanced_fen} fen"),
        amount_fen=max(0, largest_advance(advance, base_fen) - case.advanced_fen),
    )


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
    if case.paid_on < pack.content.validity.valid_from:
        return _too_early(pack)
    special = _special(pack, case)
    if case.special_account and special is None:
        return _held(pack, "POLICY_SILENT", (), "INT-11")
    refused = _source_refused(pack, case, special)
    if refused is None and special is not None:
        refused = _account_refused(pack, case, special)
    if refused is None and not known_purpose(pack, case.purpose):
        refused = _not_for_this(pack, case)
    if refused is not None:
        return refused
    funds = pack.content.funds
    named = source_of(funds, case.fund or fixed_source(pack, special, case.purpose))
    if named is None:
        clauses = tuple(dict.fromkeys(source.clause for source in funds.sources))
        return _verdict(pack, "HOLD", clauses, reasons=("FUND_MISSING",))
    clauses = (*(() if special is None else (special.clause,)), named.clause)
    paid = _verdict(pack, "APPROVE", tuple(dict.fromkeys(clauses)))
    return msgspec.structs.replace(paid, amount_fen=case.amount_fen)


def _too_early(pack: Pack) -> Verdict:
    """Nothing is paid under a document before it begins; days set by hand are for a person."""
    validity = pack.content.validity
    stated = validity.basis == "stated"
    clauses = () if validity.clause is None else (validity.clause,)
    ruling: Ruling = "REJECT" if stated else "HOLD"
    reads = () if stated else ("INT-01",)
    return _verdict(pack, ruling, clauses, reasons=("POLICY_NOT_IN_FORCE",), read=reads)


def _special(pack: Pack, case: PaymentCase) -> SpecialAccount | None:
    """The special account, where the payment leaves it. A source of which the document puts a sum
    into the account is the account, whatever the payment calls itself.
    """
    special = pack.content.funds.special_account
    if special is None or case.special_account:
        return special
    return special if special.cap_fen and case.fund == special.source else None


def _source_refused(
    pack: Pack, case: PaymentCase, special: SpecialAccount | None
) -> Verdict | None:
    if case.fund is None:
        return None
    unknown = unknown_by(pack.content.funds, special, case.fund)
    if unknown:
        return _verdict(pack, "REJECT", unknown, reasons=("FUND_UNKNOWN",))
    kind = pack.kinds.get(case.purpose)
    if kind is not None and case.fund not in sources_of(pack, kind.id):
        return _verdict(pack, "REJECT", kind.clauses[:1], reasons=("FUND_NOT_FOR_KIND",))
    return None


def _account_refused(pack: Pack, case: PaymentCase, special: SpecialAccount) -> Verdict | None:
    if not earmarked_for(special, case.purpose):
        return _verdict(pack, "REJECT", (special.clause,), reasons=("NOT_EARMARKED",))
    if special.cap_fen is None and case.opened_fen is None:
        return None  # nobody has said what the account holds
    room_fen = (special.cap_fen or 0) + (case.opened_fen or 0) - case.paid_fen
    if case.amount_fen <= room_fen:
        return None
    return _verdict(pack, "REJECT", (special.cap_clause or special.clause,), reasons=("FUND_CAP",))


def _not_for_this(pack: Pack, case: PaymentCase) -> Verdict:
    """A purpose that the document does not know: refused where it keeps the source for the action,
    else for a person, since the text bars nothing (INT-11).
    """
    named = source_of(pack.content.funds, case.fund)
    if named is None or not named.earmarked:
        return _held(pack, "POLICY_SILENT", () if named is None else (named.clause,), "INT-11")
    return _verdict(pack, "REJECT", (named.clause,), reasons=("NOT_EARMARKED",))


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


def _may_be_advanced(pack: Pack, advance: Advance, case: AdvanceCase) -> bool:
    """Named by the clause, and one who can be paid for the kind of the plan at all."""
    kind = None if case.plan is None else pack.kinds.get(case.plan.kind)
    if case.payee_kind not in advance.payees or not _ever_paid(pack, kind, case.payee_kind):
        return False
    return case.payee_kind != "institution" or case.programme in advance.institution_programmes


def _ever_paid(pack: Pack, kind: Kind | None, payee: PayeeKind) -> bool:
    """Whether a rule of the kind pays such a body; a payee that nobody has named bars none."""
    if kind is None:
        return True
    named = {rule.payee or pack.switches[rule.interpretation or ""] for rule in kind.payees}
    return bool(named & {payee, "payer", "hold"})


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
