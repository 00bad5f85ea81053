"""A plan is decided, or cancelled: what it earned less what left is paid, or must come back. Pure.

Due = earned − advances paid − settled before (INT-08). While an order is at the bank nobody knows
what left, so the settlement waits for the answer; the same rule then runs in the answer's decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.payments.advance.asking import cancelled, require_fund
from services.payments.advance.decide import (
    NOTHING,
    OWED,
    PENDING,
    Decided,
    PlanMoney,
    Stage,
    due_of,
)
from services.payments.advance.refusals import SettlementNotInThisState
from services.payments.bank.payable import Answer, Place
from services.payments.hands import require_new_hand
from services.payments.recovery.decide import TERM, Recovery, recovery_id, said_of
from shared.clock import SHANGHAI
from shared.delivery import CauseMissing
from shared.events.advances import AdvancePaid, AdvanceReturned, AdvancesClosed
from shared.events.base import Facts
from shared.events.plans import PlanCancelled, PlanDecided
from shared.events.settlements import (
    RecoveryOpened,
    RecoveryReduced,
    SettlementAuthorised,
    SettlementCancelled,
    SettlementDeferred,
    SettlementDue,
    SettlementPaid,
    SettlementReturned,
    SettlementScheduled,
)
from shared.store.commands import Decision

BankSaid = AdvancePaid | AdvanceReturned | SettlementPaid | SettlementReturned
NO_FUND = "none"
"""a plan that earned nothing and got nothing has no account"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoriseSettlement:
    actor: str
    fund: str
    opened_at_us: int | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """When and where the event of the other service was recorded."""

    event_id: str
    at: datetime
    place: Place


@dataclass(frozen=True, slots=True)
class _At:
    """The case in hand: whose stream, and the moment to date its consequences with."""

    stream_id: str
    at: datetime


def decide_plan(money: PlanMoney, said: PlanDecided, heard: Heard, stream_id: str) -> Decision:
    """Settle the difference to what is known; a revision that was heard before changes nothing.

    A cancelled plan can be decided too: what of it was approved is still paid by its settlement.
    Raises CauseMissing before the plan's approval was heard.
    """
    if money.base is None:
        raise CauseMissing(stream_id, money.version + 1)
    if money.decided is not None and said.revision <= money.decided.revision:
        return NOTHING
    mine = [
        each for each in said.earned
        if (each.payee_kind, each.payee) == (money.base.payee_kind, money.base.payee)
    ]  # fmt: skip
    decided = Decided(
        heard.event_id, said.revision, sum(each.earned_fen for each in mine),
        sum(each.claims for each in mine), heard.place, heard.at, said.also_by,
    )  # fmt: skip
    stopped = _stopped(money, "plan_decided")
    if money.order_at_bank is not None:
        return Decision([*stopped, _deferred(money, decided, money.order_at_bank)])
    return Decision([*stopped, *_settle(money, decided, _At(stream_id, heard.at))])


def close_plan(money: PlanMoney, _: PlanCancelled, heard: Heard, stream_id: str) -> Decision:
    """The plan will not take place: nothing more leaves, what was paid comes back."""
    if money.base is None or money.closed:
        return NOTHING  # cancelled before it was approved: there is no money
    closed = AdvancesClosed(
        plan=money.base.plan,
        payee_kind=money.base.payee_kind,
        payee=money.base.payee,
        institution=money.base.institution,
        cause="plan_cancelled",
        cause_event=heard.event_id,
    )
    stopped = [*_stopped(money, "plan_cancelled"), closed]
    if money.order_at_bank is not None or money.decided is not None:
        return Decision(stopped)  # the answer, or a decision that is known, says what is owed
    money = replace(money, closed=heard.event_id)
    return Decision([*stopped, *_take_back(money, _At(stream_id, heard.at))])


def resumed(
    money: PlanMoney,
    stream_id: str,
    said: BankSaid,
    answer: Answer,
) -> Sequence[Facts]:
    """What waited for this answer of the bank; `money` is as it was before the answer."""
    at = _At(stream_id, answer.at)
    after = _answered(money, said, answer.instruction)
    if after.deferred and after.decided is not None:
        return _settle(after, after.decided, at)
    if after.closed and after.decided is None:
        return _take_back(after, at)
    return ()


def authorise_settlement(money: PlanMoney, command: AuthoriseSettlement) -> Decision:
    """A finance officer agrees; nobody may who handled the plan or a claim that is settled."""
    settlement = money.settlement
    if settlement is None or settlement.stage is not Stage.SCHEDULED:
        state = settlement.stage.value if settlement else "new"
        raise SettlementNotInThisState(command="authorise", state=state)
    require_new_hand(money.settling_hands, command.actor)
    require_fund(money, command.fund)
    authorised = SettlementAuthorised(
        **{**due_of(settlement.due), "fund": command.fund}, opened_at_us=command.opened_at_us
    )
    return Decision([authorised])


def _stopped(money: PlanMoney, cause: str) -> list[Facts]:
    """Advances that have not left are called off."""
    return [cancelled(each, cause) for each in money.advances if each.stage in PENDING]


def _deferred(money: PlanMoney, decided: Decided, instruction: str) -> SettlementDeferred:
    assert money.base is not None
    return SettlementDeferred(
        plan=money.base.plan,
        payee_kind=money.base.payee_kind,
        payee=money.base.payee,
        institution=money.base.institution,
        earned_fen=decided.earned_fen,
        plan_decided=decided.event_id,
        revision=decided.revision,
        instruction=instruction,
        decided_partition=decided.place.partition if decided.place else None,
        decided_seq=decided.place.seq if decided.place else None,
        passed=decided.passed,
        also_by=decided.also_by,
    )


def _settle(money: PlanMoney, decided: Decided, at: _At) -> list[Facts]:
    """Pay the rest, close at nothing, or demand what is missing; a debt shrinks before any pay."""
    superseded = _superseded(money, decided.event_id)
    rest = decided.earned_fen - money.advanced_fen - money.settled_fen + money.demanded_fen
    reduced = _reduced(money.recoveries, rest, decided)
    rest -= sum(each.reduced_fen for each in reduced)
    due = _due(money, decided, rest, sum(each.reduced_fen for each in reduced))
    before: list[Facts] = [*superseded, *reduced]
    if rest < 0:
        return [*before, _demand(money, decided, -rest, at)]
    if rest == 0:
        return [*before, _closed(money, decided, due, at)]
    scheduled = SettlementScheduled(
        **due_of(due),
        decided_partition=decided.place.partition if decided.place else None,
        decided_seq=decided.place.seq if decided.place else None,
        passed=decided.passed,
        also_by=decided.also_by,
    )
    return [*before, scheduled]


def _take_back(money: PlanMoney, at: _At) -> list[Facts]:
    """Nothing of a cancelled plan is earned yet: all that was paid for it is a debt."""
    owed = money.advanced_fen + money.settled_fen - money.demanded_fen
    if owed <= 0 or money.closed is None:
        return []
    return [_demand(money, Decided(money.closed, 0, 0), owed, at, cause="plan_cancelled")]


def _superseded(money: PlanMoney, by: str) -> list[Facts]:
    """A settlement of an earlier decision that has not left is called off, its money freed."""
    settlement = money.settlement
    if settlement is None or settlement.stage not in OWED:
        return []
    authorised = settlement.stage is not Stage.SCHEDULED
    return [
        SettlementCancelled(
            **due_of(settlement.due),
            cause="revision",
            superseded_by=by,
            freed_fen=settlement.due.settlement_fen if authorised else 0,
        )
    ]


def _reduced(debts: Sequence[Recovery], rest: int, decided: Decided) -> list[RecoveryReduced]:
    """What was earned after all is no longer owed; the newest debt shrinks first."""
    reduced = []
    for debt in reversed(debts):
        part = min(debt.balance_fen, rest)
        if part <= 0:
            continue
        rest -= part
        assert debt.fund is not None
        reduced.append(
            RecoveryReduced(
                **said_of(debt.keys),
                reduced_fen=part,
                balance_fen=debt.balance_fen - part,
                cause_event=decided.event_id,
                revision=decided.revision,
                fund=debt.fund,
            )
        )
    return reduced


def _due(money: PlanMoney, decided: Decided, rest: int, reduced_fen: int) -> SettlementDue:
    assert money.base is not None
    return SettlementDue(
        plan=money.base.plan,
        payee_kind=money.base.payee_kind,
        payee=money.base.payee,
        institution=money.base.institution,
        earned_fen=decided.earned_fen,
        advanced_fen=money.advanced_fen,
        settled_before_fen=money.settled_fen - money.demanded_fen + reduced_fen,
        settlement_fen=max(0, rest),
        plan_decided=decided.event_id,
        revision=decided.revision,
        fund=money.fund,
        account=money.account,
    )


def _closed(money: PlanMoney, decided: Decided, due: SettlementDue, at: _At) -> SettlementPaid:
    """Nothing is left to pay: what was advanced was earned."""
    return SettlementPaid(
        **{**due_of(due), "fund": due.fund or NO_FUND},
        passed=decided.passed,
        paid_at=at.at,
        paid_on=at.at.astimezone(SHANGHAI).date(),
        cleared_fen=money.receivable_fen,
    )


def _demand(
    money: PlanMoney, decided: Decided, owed_fen: int, at: _At, cause: str = "settlement"
) -> RecoveryOpened:
    assert money.base is not None
    day = at.at.astimezone(SHANGHAI).date()
    from_advance_fen = min(owed_fen, money.receivable_fen)
    return RecoveryOpened(
        recovery=recovery_id(at.stream_id, decided.event_id),
        payee_kind=money.base.payee_kind,
        payee=money.base.payee,
        plan=money.base.plan,
        institution=money.base.institution,
        amount_fen=owed_fen,
        cause=cause,  # type: ignore[arg-type]
        cause_event=decided.event_id,
        earned_fen=decided.earned_fen,
        advanced_fen=money.advanced_fen,
        demanded_on=day,
        due_on=day + TERM,
        clause=money.base.clause,
        fund=money.fund,
        from_advance_fen=from_advance_fen,
        cleared_fen=money.receivable_fen - from_advance_fen,
        revision=decided.revision,
    )


def _answered(
    money: PlanMoney,
    said: BankSaid,
    instruction: str,
) -> PlanMoney:
    """The sums and stages after the answer; everything else does not matter to what follows."""
    match said:
        case AdvancePaid() | AdvanceReturned():
            stage = Stage.PAID if isinstance(said, AdvancePaid) else Stage.RETURNED
            advances = tuple(
                replace(each, stage=stage) if each.instruction == instruction else each
                for each in money.advances
            )
            return replace(money, advances=advances)
        case SettlementPaid():
            return replace(
                money,
                settlement=None,
                settled_fen=money.settled_fen + said.settlement_fen,
                accounted_fen=money.accounted_fen + said.cleared_fen,
            )
        case SettlementReturned():
            assert money.settlement is not None
            return replace(money, settlement=replace(money.settlement, stage=Stage.RETURNED))
