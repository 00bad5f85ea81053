"""All money of one plan: its base, its advances, its settlement, what must come back. Pure.

What is decided stands beside this fold: asking.py, paying.py, settling.py.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from services.payments.bank.payable import Place, Seals
from services.payments.hands import Hand, hands_of
from services.payments.recovery import decide as recovery
from services.payments.recovery.decide import Recovery
from shared.clock import SHANGHAI
from shared.events.advances import (
    AdvanceAuthorised,
    AdvanceBase,
    AdvanceBaseSet,
    AdvanceCancelled,
    AdvanceExpired,
    AdvanceInstructed,
    AdvanceKeys,
    AdvancePaid,
    AdvanceRefused,
    AdvanceRequested,
    AdvanceReturned,
    AdvancesClosed,
    AdvanceUnknown,
)
from shared.events.base import CLAIM_EVENTS, PAYOUT_EVENTS
from shared.events.envelope import Event
from shared.events.payouts import PayeeAccountChanged
from shared.events.settlements import (
    RecoveryKeys,
    RecoveryOpened,
    SettlementAuthorised,
    SettlementCancelled,
    SettlementDeferred,
    SettlementDue,
    SettlementExtended,
    SettlementInstructed,
    SettlementPaid,
    SettlementReturned,
    SettlementScheduled,
    SettlementUnknown,
)
from shared.store.commands import Aggregate, Decision

NOTHING = Decision([])


class Stage(StrEnum):
    """Of an advance, and of a settlement from `scheduled` on."""

    REQUESTED = "requested"
    REFUSED = "refused"
    SCHEDULED = "scheduled"
    AUTHORISED = "authorised"
    INSTRUCTED = "instructed"
    UNKNOWN = "unknown"
    PAID = "paid"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


LIVE = (Stage.REQUESTED, Stage.AUTHORISED, Stage.INSTRUCTED, Stage.UNKNOWN, Stage.PAID)
"""advances that count against the ratio, pending included"""
TAKEN = (Stage.AUTHORISED, Stage.INSTRUCTED, Stage.UNKNOWN, Stage.PAID)
"""advances that an officer let go and that did not come back"""
PENDING = (Stage.REQUESTED, Stage.AUTHORISED)
AT_BANK = (Stage.INSTRUCTED, Stage.UNKNOWN)
OWED = (Stage.SCHEDULED, Stage.AUTHORISED, Stage.RETURNED)
"""settlements that have not left and are not at the bank"""


@dataclass(frozen=True, slots=True)
class Advance:
    """One advance of the plan."""

    keys: AdvanceKeys
    stage: Stage
    since: date
    """day of its last step: its term runs from there"""
    requested_by: str = ""
    authorised_by: str | None = None
    released_by: str | None = None
    said: AdvanceAuthorised | None = None
    instruction: str | None = None

    @property
    def number(self) -> int:
        return self.keys.advance_no

    @property
    def fen(self) -> int:
        return self.keys.advance_fen


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is still to be paid for one decision on the plan."""

    due: SettlementDue
    stage: Stage
    authorised_by: str | None = None
    released_by: str | None = None
    instruction: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The newest decision on the plan: what its payee earned, in fen."""

    event_id: str
    revision: int
    earned_fen: int
    passed: int = 0
    place: Place | None = None
    heard_at: datetime | None = None
    also_by: tuple[str, ...] = ()
    """who handled the claims that the settlement pays"""


@dataclass(frozen=True, slots=True)
class PlanMoney:
    """What the events of one plan's money add up to; amounts in fen."""

    version: int = 0
    jurisdiction: str = ""
    base: AdvanceBaseSet | None = None
    base_at: datetime | None = None
    due_on: date | None = None
    advances: tuple[Advance, ...] = ()
    closed: str | None = None
    """event id of the PlanCancelled"""
    decided: Decided | None = None
    deferred: bool = False
    """decided, but not settled before the bank has answered"""
    settlement: Settlement | None = None
    settled_fen: int = 0
    accounted_fen: int = 0
    """advances that were earned (cleared), or are demanded back as a recovery"""
    fund: str | None = None
    orders: int = 0
    answers: tuple[tuple[str, Stage], ...] = ()
    """the bank's last word on each order; what the payee did later changes nothing of it"""
    account: str | None = None
    account_by: tuple[str, ...] = ()
    seals: Seals | None = None
    corrected: bool = True
    """the account is another one than that from which the bank gave a settlement back"""
    recoveries: tuple[Recovery, ...] = ()

    @property
    def advanced_fen(self) -> int:
        """Paid and not returned."""
        return sum(each.fen for each in self.advances if each.stage is Stage.PAID)

    @property
    def live_fen(self) -> int:
        """What counts against the ratio."""
        return sum(each.fen for each in self.advances if each.stage in LIVE)

    @property
    def receivable_fen(self) -> int:
        """Advances that are neither earned nor demanded back: the account `advance/<plan>`."""
        return self.advanced_fen - self.accounted_fen

    @property
    def demanded_fen(self) -> int:
        """Demanded back for this plan, less what later turned out to be earned."""
        return sum(each.amount_fen - each.reduced_fen for each in self.recoveries)

    @property
    def hands(self) -> tuple[Hand, ...]:
        """Of the plan: who filed, accepted and approved it."""
        if self.base is None:
            return ()
        base = self.base
        return hands_of(
            base.also_by, file=base.filed_by, accept=base.accepted_by, approve=base.approved_by
        )

    @property
    def settling_hands(self) -> tuple[Hand, ...]:
        """The plan's, those who handled the claims that are settled, and who named the account."""
        also = self.decided.also_by if self.decided else ()
        named = (Hand("account", actor) for actor in self.account_by)
        return (*self.hands, *hands_of(also), *named)

    @property
    def stage(self) -> str:
        """In one word, for a reader."""
        if self.base is None:
            return "new"
        if self.closed:
            return "closed"
        if self.deferred:
            return "deferred"
        if self.decided is None:
            return "open"
        if self.settlement is None or self.settlement.stage is Stage.PAID:
            return "settled"
        return f"settlement {self.settlement.stage}"

    @property
    def order_at_bank(self) -> str | None:
        """The instruction whose answer is awaited, if there is one."""
        return next((each.instruction for each in self.all_orders if each.stage in AT_BANK), None)

    @property
    def all_orders(self) -> tuple["Advance | Settlement", ...]:
        """Advances and the newest settlement: whatever the bank may speak of."""
        return (*self.advances, self.settlement) if self.settlement else self.advances


def evolve(money: PlanMoney, event: Event) -> PlanMoney:
    """The plan's money after one more event. Never refuses.

    It lies where the plan was approved: anybody may have asked before, from anywhere.
    """
    ours = event.jurisdiction if money.base is None else money.jurisdiction
    money = replace(money, version=event.version, jurisdiction=ours)
    match event.facts:
        case AdvanceBaseSet() as said:
            due_on = max(said.settlement_due_on, money.due_on or date.min)
            return replace(money, base=said, base_at=event.recorded_at, due_on=due_on)
        case AdvanceKeys() as said:
            return _advanced(money, said, event)
        case AdvancesClosed(cause_event=cause):
            return replace(money, closed=cause)
        case SettlementDeferred() as said:
            return replace(money, decided=_decided(said, event), deferred=True)
        case SettlementDue() | SettlementPaid() as said:
            return _settled(money, said, event)
        case SettlementExtended(due_on=due_on):
            return replace(money, due_on=due_on)
        case RecoveryKeys() as said:
            return _recovering(money, said, event)
        case PayeeAccountChanged(after=after, sealed=sealed):
            return replace(
                money, account=after, seals=Seals(event.id, sealed), corrected=True,
                account_by=(*money.account_by, event.actor),
            )  # fmt: skip
        case _:
            return money  # payments from before the ledger are shown by the payouts' view


PLAN_MONEY: Aggregate[PlanMoney] = Aggregate("/payments", PAYOUT_EVENTS, PlanMoney(), evolve)


def _advanced(money: PlanMoney, said: AdvanceKeys, event: Event) -> PlanMoney:
    day = event.recorded_at.astimezone(SHANGHAI).date()
    if isinstance(said, AdvanceRequested):
        keys = AdvanceKeys(**said_of(said))
        asked = Advance(keys, Stage.REQUESTED, said.requested_on, event.actor)
        return replace(money, advances=(*money.advances, asked))
    changed = tuple(
        _step(each, said, event.actor, day) if each.number == said.advance_no else each
        for each in money.advances
    )
    money = replace(money, advances=changed)
    match said:
        case AdvanceAuthorised(fund=fund):
            return replace(money, fund=fund)
        case AdvanceInstructed():
            return replace(money, orders=money.orders + 1)
        case AdvancePaid(instruction=order):
            return replace(money, answers=(*money.answers, (order, Stage.PAID)))
        case AdvanceReturned(cause="bank", instruction=str(order)):
            return replace(money, answers=(*money.answers, (order, Stage.RETURNED)))
        case _:
            return money


def _step(advance: Advance, said: AdvanceKeys, actor: str, day: date) -> Advance:
    match said:
        case AdvanceRefused():
            return replace(advance, stage=Stage.REFUSED, since=day)
        case AdvanceAuthorised():
            return replace(
                advance, stage=Stage.AUTHORISED, since=day, authorised_by=actor, said=said
            )
        case AdvanceInstructed(instruction=order):
            return replace(
                advance, keys=AdvanceKeys(**said_of(said)), stage=Stage.INSTRUCTED, since=day,
                released_by=actor, instruction=order,
            )  # fmt: skip
        case AdvancePaid():
            return replace(advance, stage=Stage.PAID, since=said.paid_on)
        case AdvanceUnknown():
            return replace(advance, stage=Stage.UNKNOWN, since=day)
        case AdvanceReturned():
            return replace(advance, stage=Stage.RETURNED, since=said.returned_on)
        case AdvanceCancelled():
            return replace(advance, stage=Stage.CANCELLED, since=day)
        case AdvanceExpired():
            return replace(advance, stage=Stage.EXPIRED, since=said.expired_on)
        case _:
            return advance


def _settled(money: PlanMoney, said: SettlementDue | SettlementPaid, event: Event) -> PlanMoney:
    settlement = money.settlement
    match said:
        case SettlementScheduled():
            due = SettlementDue(**due_of(said))
            return replace(
                money, decided=_decided(said, event), deferred=False,
                settlement=Settlement(due, Stage.SCHEDULED),
            )  # fmt: skip
        case SettlementPaid():
            money = replace(
                money,
                settled_fen=money.settled_fen + said.settlement_fen,
                accounted_fen=money.accounted_fen + said.cleared_fen,
            )
            if settlement is None or settlement.stage not in AT_BANK:  # nothing was to be paid
                return replace(
                    money, decided=_decided(said, event), deferred=False, settlement=None
                )
            return replace(
                money, settlement=replace(settlement, stage=Stage.PAID),
                answers=(*money.answers, (said.instruction or "", Stage.PAID)),
            )  # fmt: skip
        case SettlementCancelled():
            return replace(money, settlement=None)
    assert settlement is not None
    match said:
        case SettlementAuthorised(fund=fund):
            due = SettlementDue(**due_of(said))
            agreed = replace(settlement, due=due, stage=Stage.AUTHORISED, authorised_by=event.actor)
            return replace(money, fund=fund, settlement=agreed)
        case SettlementInstructed(instruction=order):
            ordered = replace(
                settlement, due=SettlementDue(**due_of(said)), stage=Stage.INSTRUCTED,
                released_by=event.actor, instruction=order,
            )  # fmt: skip
            return replace(money, settlement=ordered, orders=money.orders + 1)
        case SettlementReturned():
            return replace(
                money, settlement=replace(settlement, stage=Stage.RETURNED), corrected=False,
                answers=(*money.answers, (said.instruction, Stage.RETURNED)),
            )  # fmt: skip
        case SettlementUnknown():
            return replace(money, settlement=replace(settlement, stage=Stage.UNKNOWN))
        case _:
            return money


def _recovering(money: PlanMoney, said: RecoveryKeys, event: Event) -> PlanMoney:
    if not isinstance(said, RecoveryOpened):
        return replace(money, recoveries=recovery.changed(money.recoveries, said, event.actor))
    money = replace(
        money,
        recoveries=(*money.recoveries, recovery.opened(said)),
        accounted_fen=money.accounted_fen + said.from_advance_fen + said.cleared_fen,
    )
    if said.cause != "settlement" or said.earned_fen is None or said.revision is None:
        return money
    decided = Decided(said.cause_event, said.revision, said.earned_fen, heard_at=event.recorded_at)
    return replace(money, decided=decided, deferred=False, settlement=None)


def _decided(
    said: SettlementDeferred | SettlementScheduled | SettlementPaid, event: Event
) -> Decided:
    place = None
    placed = said if isinstance(said, SettlementDeferred | SettlementScheduled) else None
    if placed and placed.decided_partition is not None and placed.decided_seq is not None:
        place = Place(CLAIM_EVENTS, placed.decided_partition, placed.decided_seq)
    return Decided(
        said.plan_decided, said.revision, said.earned_fen, said.passed or 0, place,
        event.recorded_at, placed.also_by if placed else (),
    )  # fmt: skip


def said_of(keys: AdvanceKeys) -> dict[str, Any]:
    """The keys that the next event of the advance repeats."""
    return {name: getattr(keys, name) for name in AdvanceKeys.__struct_fields__}


def base_of(said: AdvanceBase) -> dict[str, Any]:
    """The keys and the base that the next event of an authorised advance repeats."""
    return {name: getattr(said, name) for name in AdvanceBase.__struct_fields__}


def due_of(due: SettlementDue) -> dict[str, Any]:
    """What the next event of the settlement repeats."""
    return {name: getattr(due, name) for name in SettlementDue.__struct_fields__}
