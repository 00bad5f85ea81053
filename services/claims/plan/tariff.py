"""What the policy says of a plan: the base of its advances, the ratio, the payee. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.claims.plan.decide import Plan
from services.claims.plan.refusals import RateUnknown, RosterMissing
from shared.events.base import PayeeKind
from shared.events.plans import PlanContent
from shared.policy.amounts import rate_of
from shared.policy.cases import ClaimCase
from shared.policy.conditions import Scope, holds
from shared.policy.pack import Advance, Pack

NO_ADVANCE = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What an approval would pin. Sums in fen; `base_fen` is what advances are measured by."""

    persons: int
    rate_fen: int
    base_fen: int
    max_ratio_bp: int
    clause: str | None
    payee_kind: PayeeKind
    payee: str | None
    settlement_due_on: date


def terms_of(plan: Plan, pack: Pack) -> Terms:
    """Heads × rate, at most the budget (INT-07); who is paid, and how much of it before (HLD-10-4).

    Raises RosterMissing, and RateUnknown where the policy gives no rate for the plan's days, kind
    and level: where the document is silent the ledger does not pay.
    """
    content = plan.content
    assert content is not None
    if not plan.roster:
        raise RosterMissing
    rate_fen = rate_of(pack, content.kind, content.level, content.starts_on, content.ends_on)
    if rate_fen is None or not _in_force(pack, content):
        raise RateUnknown(kind=content.kind, level=content.level)
    persons = min(content.persons, len(plan.roster))
    payee_kind, payee = payee_of(content, pack, plan.jurisdiction)
    advance = _advance(content, pack, payee_kind)
    days = pack.content.advance.settlement_days if pack.content.advance else 0
    return Terms(
        persons=persons,
        rate_fen=rate_fen,
        base_fen=min(content.budget_fen, persons * rate_fen),
        max_ratio_bp=advance.max_ratio_bp if advance else NO_ADVANCE,
        clause=advance.clause if advance else None,
        payee_kind=payee_kind,
        payee=payee,
        settlement_due_on=content.ends_on + timedelta(days=days),
    )


def payee_of(content: PlanContent, pack: Pack, jurisdiction: str) -> tuple[PayeeKind, str | None]:
    """Who is paid for the plan's claims by the pack's first rule that holds.

    Where no rule names an organisation that the plan names too, the persons are paid themselves,
    each by a payout of their own, and there is nobody to advance to.
    """
    scope = Scope(_case(content, jurisdiction), {}, content.starts_on)
    for rule in pack.kinds[content.kind].payees:
        if rule.when is not None and not holds(rule.when, scope):
            continue
        named = rule.payee or pack.switches[rule.interpretation or ""]
        named = _filer(content) if named == "payer" else named
        if named == "enterprise" and _filer(content) == "enterprise":
            return "enterprise", content.organisation
        if named == "institution" and content.institution:
            return "institution", content.institution
        break
    return "individual", None


def _filer(content: PlanContent) -> PayeeKind:
    """An institution files for itself; who files for another one that trains is an enterprise."""
    return "institution" if content.organisation == content.institution else "enterprise"


def _case(content: PlanContent, jurisdiction: str) -> ClaimCase:
    """A claim as the plan's filer would make it: whoever holds the class pays for it."""
    return ClaimCase(
        jurisdiction=jurisdiction,
        kind=content.kind,
        group="",
        occupation=content.occupation,
        level=content.level,
        certificate_type="",
        certificate_issued_on=content.ends_on,
        training_from=content.starts_on,
        training_to=content.ends_on,
        paid_by=_filer(content),
        payee_kind=_filer(content),
        claimed_on=content.ends_on,
        agreement=content.agreement,
        institution=content.institution,
        programme=content.programme,
    )


def _advance(content: PlanContent, pack: Pack, payee_kind: PayeeKind) -> Advance | None:
    """Enterprises, and institutions for the programmes that the document names; nobody else."""
    advance = pack.content.advance
    if advance is None or payee_kind not in advance.payees:
        return None
    programmes = advance.institution_programmes
    if payee_kind == "institution" and not {content.class_type, content.programme} & {*programmes}:
        return None
    return advance


def _in_force(pack: Pack, content: PlanContent) -> bool:
    validity = pack.content.validity
    ended = validity.valid_to is not None and content.starts_on > validity.valid_to
    return not ended and content.ends_on >= validity.valid_from
