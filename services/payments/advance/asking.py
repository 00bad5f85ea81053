"""An advance before it leaves: its base, the request, the authorisation, its early end. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from services.payments.advance.decide import (
    LIVE,
    NOTHING,
    OWED,
    PENDING,
    TAKEN,
    Advance,
    PlanMoney,
    Stage,
    said_of,
)
from services.payments.advance.refusals import (
    AdvanceNotInThisState,
    AdvanceUnknown,
    ExtensionNotLater,
    PayeeAccountUnchanged,
    PlanFundDiffers,
    RecoveryOpen,
    SettlementNotInThisState,
    TooManyAdvances,
)
from services.payments.bank.payable import Place
from services.payments.hands import Hand, require_new_hand
from shared.events import advances as facts
from shared.events.base import PayeeKind, Sealed
from shared.events.payouts import PayeeAccountChanged
from shared.events.plans import PlanApproved
from shared.events.settlements import SettlementExtended
from shared.store.commands import Decision, RoomExhausted

TERM = timedelta(days=30)
"""how long a request waits for its officer, and an authorised advance for its batch"""
MAX_REQUESTS = 2_000
"""for one plan, refused ones included"""
CLAUSE_UNNAMED = "none"
RATIO, PAYEE, NOT_APPROVED, RECOVERY, SETTLED = (
    "ADVANCE_RATIO", "ADVANCE_PAYEE", "PLAN_NOT_APPROVED", "RECOVERY_OPEN", "SETTLED",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAdvance:
    """`payee_kind` is who asks: a person is refused (E29). `debt_fen`: what the payee owes."""

    plan: str
    advance_fen: int
    payee_kind: PayeeKind
    payee: str | None
    on: date
    purpose: str = ""
    debt_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoriseAdvance:
    """`fund` is the account that pays; `debt_fen` what the payee owes, `overdue_plans` how many
    of its plans should have been settled."""

    actor: str
    number: int
    fund: str
    debt_fen: int = 0
    overdue_plans: int = 0
    opened_at_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAdvance:
    number: int
    cause: Literal["payee", "officer"]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAdvance:
    """The payee paid an advance back before the plan was decided."""

    number: int
    on: date
    bank_reference: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlanAccount:
    """`sealed` belongs to the id of the event that this leads to."""

    actor: str
    account: str
    person: str | None
    sealed: Mapping[str, Sealed]
    requested_by: Literal["institution", "clerk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendSettlement:
    due_on: date
    actor: str
    reason: str
    clause: str | None = None


def set_base(
    money: PlanMoney, approved: PlanApproved, approval: str, actor: str, place: Place
) -> Decision:
    """The approved plan fixes what its advances are measured by (HLD-10-4)."""
    if money.base is not None and approved.plan_version <= money.base.plan_version:
        return NOTHING
    base = facts.AdvanceBaseSet(
        plan=approved.plan,
        base_fen=approved.base_fen,
        max_ratio_bp=approved.max_ratio_bp,
        clause=approved.advance_clause,
        plan_approved=approval,
        plan_version=approved.plan_version,
        payee_kind=approved.payee_kind,
        payee=approved.payee,
        institution=approved.institution,
        organisation=approved.organisation,
        fund=approved.fund,
        settlement_due_on=approved.settlement_due_on,
        filed_by=approved.filed_by,
        accepted_by=approved.accepted_by,
        approved_by=actor,
        approval_partition=place.partition,
        approval_seq=place.seq,
        also_by=approved.also_by,
        notice_clause=approved.notice_clause,
        sources=approved.sources,
        sources_clause=approved.sources_clause,
        scheme=approved.kind,
    )
    return Decision([base])


def request_advance(money: PlanMoney, command: RequestAdvance) -> Decision:
    """What is asked is recorded; a pending request counts at once. A refusal is an event too.

    Raises TooManyAdvances.
    """
    if len(money.advances) >= MAX_REQUESTS:
        raise TooManyAdvances(count=MAX_REQUESTS)
    keys = _keys(money, command)
    asked = facts.AdvanceRequested(**keys, requested_on=command.on, purpose=command.purpose)
    reason = _refused(money, command)
    if reason is None:
        return Decision([asked])
    base = money.base
    refused = facts.AdvanceRefused(
        **keys,
        reason=reason,
        clause=base.clause if base else None,
        base_fen=base.base_fen if base else None,
        max_ratio_bp=base.max_ratio_bp if base else None,
        already_fen=money.live_fen,
    )
    return Decision([asked, refused])


def _keys(money: PlanMoney, command: RequestAdvance) -> dict[str, Any]:
    base = money.base
    own = base is not None and command.payee_kind != "individual"
    return {
        "plan": command.plan,
        "advance_no": len(money.advances) + 1,
        "advance_fen": command.advance_fen,
        "payee_kind": base.payee_kind if base and own else command.payee_kind,
        "payee": base.payee if base and own else command.payee,
        "institution": base.institution if base else None,
    }


def _refused(money: PlanMoney, command: RequestAdvance) -> str | None:
    """The first rule that says no."""
    base = money.base
    if command.payee_kind == "individual" or (base and base.payee_kind == "individual"):
        return PAYEE
    if base is None or money.closed:
        return NOT_APPROVED
    if money.decided:
        return SETTLED
    if command.debt_fen or any(debt.balance_fen for debt in money.recoveries):
        return RECOVERY
    # In integers: no rounding can hide a fen (E28).
    if (money.live_fen + command.advance_fen) * 10_000 > base.base_fen * base.max_ratio_bp:
        return RATIO
    return None


def authorise_advance(money: PlanMoney, command: AuthoriseAdvance) -> Decision:
    """A finance officer lets it leave; nobody who had a hand in it before may.

    Raises RoomExhausted where the plan was approved anew for less since it was asked for.
    """
    advance = numbered(money, command.number)
    if advance.stage is not Stage.REQUESTED or money.base is None:
        raise AdvanceNotInThisState(command="authorise", state=advance.stage)
    require_new_hand((*money.hands, *_asked(money, advance)), command.actor)
    if command.debt_fen:
        raise RecoveryOpen(debt_fen=command.debt_fen)
    taken_fen = sum(each.fen for each in money.advances if each.stage in TAKEN)
    if (taken_fen + advance.fen) * 10_000 > money.base.base_fen * money.base.max_ratio_bp:
        raise RoomExhausted
    require_fund(money, command.fund)
    authorised = facts.AdvanceAuthorised(
        **said_of(advance.keys),
        base_fen=money.base.base_fen,
        max_ratio_bp=money.base.max_ratio_bp,
        plan_approved=money.base.plan_approved,
        plan_version=money.base.plan_version,
        already_fen=_before(money, advance),
        fund=command.fund,
        clause=money.base.clause or CLAUSE_UNNAMED,
        settlement_due_on=money.due_on or money.base.settlement_due_on,
        overdue_plans=command.overdue_plans,
        opened_at_us=command.opened_at_us,
    )
    return Decision([authorised])


def cancel_advance(money: PlanMoney, command: CancelAdvance) -> Decision:
    """Called off before an order went to the bank; its room and its money are free again."""
    advance = numbered(money, command.number)
    if advance.stage not in PENDING:
        raise AdvanceNotInThisState(command="cancel", state=advance.stage)
    return Decision([cancelled(advance, command.cause, command.note)])


def cancelled(advance: Advance, cause: str, note: str = "") -> facts.AdvanceCancelled:
    return facts.AdvanceCancelled(
        **said_of(advance.keys),
        cause=cause,  # type: ignore[arg-type]
        note=note,
        fund=advance.said.fund if advance.said else None,
    )


def expire_advance(money: PlanMoney, number: int, day: date, day_opened: str) -> Decision:
    """Its term ran out: nobody authorised or released it in time. It must be asked for again."""
    advance = numbered(money, number)
    if advance.stage not in PENDING or day < advance.since + TERM:
        return NOTHING
    expired = facts.AdvanceExpired(
        **said_of(advance.keys),
        stage=advance.stage.value,  # type: ignore[arg-type]
        expired_on=day,
        day_opened=day_opened,
        fund=advance.said.fund if advance.said else None,
    )
    return Decision([expired])


def return_advance(money: PlanMoney, command: ReturnAdvance) -> Decision:
    """The whole advance came back before the settlement; after it the payee pays a recovery."""
    advance = numbered(money, command.number)
    if advance.stage is not Stage.PAID or advance.said is None:
        raise AdvanceNotInThisState(command="return", state=advance.stage)
    if money.decided or money.closed:
        raise SettlementNotInThisState(command="return an advance of", state="decided")
    returned = facts.AdvanceReturned(
        **said_of(advance.keys),
        cause="payee",
        reason=command.reason,
        bank_reference=command.bank_reference,
        returned_on=command.on,
        fund=advance.said.fund,
        instruction=advance.instruction,
    )
    return Decision([returned])


def change_plan_account(money: PlanMoney, command: ChangePlanAccount) -> Decision:
    """Where the payee of the plan is paid to. What is at the bank keeps the account before.

    Who authorised what has not left names no other account for it (four eyes).
    """
    if money.base is None:
        raise SettlementNotInThisState(command="name an account for", state="new")
    require_new_hand(_authorised(money), command.actor)
    if command.account == money.account:
        raise PayeeAccountUnchanged
    changed = PayeeAccountChanged(
        payee_kind=money.base.payee_kind,
        payee=money.base.payee,
        person=command.person,
        before=money.account,
        after=command.account,
        requested_by=command.requested_by,
        sealed=dict(command.sealed),
    )
    return Decision([changed])


def extend_settlement(money: PlanMoney, command: ExtendSettlement) -> Decision:
    """The bureau gives the payee more time to settle; the audit counts from the later day."""
    if money.base is None or money.due_on is None or money.decided or money.closed:
        raise SettlementNotInThisState(command="extend", state="closed")
    if command.due_on <= money.due_on:
        raise ExtensionNotLater(due_on=money.due_on.isoformat())
    extended = SettlementExtended(
        plan=money.base.plan,
        payee_kind=money.base.payee_kind,
        payee=money.base.payee,
        institution=money.base.institution,
        due_before=money.due_on,
        due_on=command.due_on,
        clause=command.clause,
        approved_by=command.actor,
        reason=command.reason,
    )
    return Decision([extended])


def require_fund(money: PlanMoney, fund: str) -> None:
    """Raises PlanFundDiffers: what was earned is cleared in the account that it left."""
    if money.fund is not None and money.fund != fund:
        raise PlanFundDiffers(fund=money.fund)


def numbered(money: PlanMoney, number: int) -> Advance:
    """Raises AdvanceUnknown."""
    if not 1 <= number <= len(money.advances):
        raise AdvanceUnknown(number=number)
    return money.advances[number - 1]


def _asked(money: PlanMoney, advance: Advance) -> tuple[Hand, ...]:
    """Who asked for it, and who named the account that it goes to."""
    named = tuple(Hand("account", actor) for actor in money.account_by)
    return (Hand("request", advance.requested_by), *named)


def _authorised(money: PlanMoney) -> tuple[Hand, ...]:
    """Who agreed to what has not left and goes to the account that is named now."""
    actors = [each.authorised_by for each in money.advances if each.stage is Stage.AUTHORISED]
    if money.settlement and money.settlement.stage in OWED:
        actors.append(money.settlement.authorised_by)
    return tuple(Hand("authorise", actor) for actor in actors if actor is not None)


def _before(money: PlanMoney, advance: Advance) -> int:
    return sum(
        each.fen for each in money.advances if each.stage in LIVE and each.number < advance.number
    )
