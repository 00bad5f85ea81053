"""What each event moves between accounts: a pure function of the event, so it can be redone.

All accounts of a fund belong to one jurisdiction: that of the event.
"""

from shared.events.advances import (
    AdvanceAuthorised,
    AdvanceBaseSet,
    AdvanceCancelled,
    AdvanceExpired,
    AdvanceInstructed,
    AdvanceKeys,
    AdvancePaid,
    AdvanceRefused,
    AdvanceRequested,
    AdvanceReturned,
)
from shared.events.envelope import Event
from shared.events.funds import FundAllocated
from shared.events.payouts import (
    PayoutAuthorised,
    PayoutCancelled,
    PayoutInstructed,
    PayoutPaid,
    PayoutReturned,
    PayoutReversed,
)
from shared.events.settlements import (
    RecoveryKeys,
    RecoveryOpened,
    RecoveryReceived,
    RecoveryReduced,
    RecoveryWrittenOff,
    SettlementAuthorised,
    SettlementCancelled,
    SettlementDue,
    SettlementInstructed,
    SettlementPaid,
    SettlementReturned,
)
from shared.store.journal import NOTHING, Booking, Move, Room

SOURCE, AVAILABLE, PAYABLE, TRANSIT, SPENT, WRITTEN_OFF = (
    "source", "available", "payable", "transit", "spent", "written-off",
)  # fmt: skip
ACCOUNTS = (SOURCE, AVAILABLE, PAYABLE, TRANSIT, SPENT, WRITTEN_OFF)
"""of a fund: what the budget gave, what is free, authorised, at the bank, paid, given up"""

_TO_RECOVERY = ((TRANSIT, PAYABLE), (PAYABLE, SPENT))


def fund_account(jurisdiction: str, fund: str, name: str) -> str:
    """Name of one account of a fund, `fund/<jurisdiction>/<code>/<name>`."""
    return f"fund/{jurisdiction}/{fund}/{name}"


def book(event: Event) -> Booking:
    """The moves of one event; nothing for an event that moves no money (design section 9)."""
    match event.facts:
        case FundAllocated(fund=fund, amount_fen=fen):
            return _moved(event, fund, SOURCE, AVAILABLE, fen)
        case PayoutAuthorised(fund=fund, amount_fen=fen):
            return _moved(event, fund, AVAILABLE, PAYABLE, fen)
        case PayoutInstructed(fund=fund, amount_fen=fen):
            return _moved(event, fund, PAYABLE, TRANSIT, fen)
        case PayoutPaid(fund=fund, amount_fen=fen):
            return _moved(event, fund, TRANSIT, SPENT, fen)
        case PayoutReturned(fund=str(fund), recovery=None, amount_fen=fen):
            return _moved(event, fund, TRANSIT, PAYABLE, fen)
        case PayoutReturned(fund=str(fund), amount_fen=fen):
            # The recovery had taken it as spent; what it demanded is here, and is received.
            back, given = (_moved(event, fund, *way, fen) for way in _TO_RECOVERY)
            return Booking([*back.moves, *given.moves])
        case PayoutCancelled(fund=str(fund), amount_fen=fen):
            return _moved(event, fund, PAYABLE, AVAILABLE, fen)
        case PayoutReversed(fund=str(fund), recovery=None, amount_fen=fen):
            return _moved(event, fund, SPENT, AVAILABLE, fen)
        case AdvanceBaseSet() | AdvanceKeys():
            return _advance(event)
        case SettlementDue() | SettlementPaid():
            return _settlement(event)
        case RecoveryKeys():
            return _recovery(event)
        case _:
            return NOTHING


def _advance(event: Event) -> Booking:
    """A plan's advances: pending ones count against the ratio, paid ones are a debt of the payee.

    A request that is refused in the same commit takes its room and gives it back at once.
    """
    match event.facts:
        case AdvanceBaseSet(max_ratio_bp=0):
            return NOTHING  # nothing may be advanced, and there is nothing to count
        case AdvanceBaseSet(plan=plan, base_fen=base, max_ratio_bp=ratio):
            return Booking(rooms=[Room(plan, base_fen=base, max_ratio_bp=ratio)])
        case AdvanceRequested(plan=plan, advance_fen=fen):
            return Booking(rooms=[Room(plan, by_fen=fen)])
        case AdvanceRefused(plan=plan, advance_fen=fen):
            return Booking(rooms=[Room(plan, by_fen=-fen)])
        case AdvanceAuthorised(fund=fund, advance_fen=fen):
            return _moved(event, fund, AVAILABLE, PAYABLE, fen)
        case AdvanceInstructed(fund=fund, advance_fen=fen):
            return _moved(event, fund, PAYABLE, TRANSIT, fen)
        case AdvancePaid(plan=plan, fund=fund, advance_fen=fen):
            return Booking([Move(_of(event, fund, TRANSIT), receivable(plan), fen)])
        case (AdvanceCancelled() | AdvanceExpired()) as ended:
            back = _of_fund(event, ended.fund, PAYABLE, AVAILABLE, ended.advance_fen)
            return Booking(back, [Room(ended.plan, by_fen=-ended.advance_fen)])
        case AdvanceReturned(plan=plan, fund=str(fund), advance_fen=fen) as back:
            source = _of(event, fund, TRANSIT) if back.cause == "bank" else receivable(plan)
            moves = [Move(source, _of(event, fund, AVAILABLE), fen)]
            return Booking(moves, [Room(plan, by_fen=-fen)])
        case _:
            return NOTHING


def _settlement(event: Event) -> Booking:
    """What a plan earned beyond its advances; earned advances are no longer a debt."""
    match event.facts:
        case SettlementAuthorised(fund=str(fund), settlement_fen=fen):
            return _moved(event, fund, AVAILABLE, PAYABLE, fen)
        case SettlementInstructed(fund=str(fund), settlement_fen=fen):
            return _moved(event, fund, PAYABLE, TRANSIT, fen)
        case SettlementReturned(fund=str(fund), settlement_fen=fen):
            return _moved(event, fund, TRANSIT, PAYABLE, fen)
        case SettlementCancelled(fund=str(fund), freed_fen=fen):
            return _moved(event, fund, PAYABLE, AVAILABLE, fen)
        case SettlementPaid(plan=plan, fund=fund, settlement_fen=fen, cleared_fen=cleared):
            spent = _of(event, fund, SPENT)
            paid = Move(_of(event, fund, TRANSIT), spent, fen)
            return Booking([paid, Move(receivable(plan), spent, cleared)])
        case _:
            return NOTHING


def _recovery(event: Event) -> Booking:
    """A debt takes the place of an advance, or of what had been spent; a receipt is free again."""
    match event.facts:
        case RecoveryOpened(fund=str(fund), plan=plan, from_advance_fen=advance) as opened:
            debt, spent = recovery_account(opened.recovery), _of(event, fund, SPENT)
            moves = [Move(spent, debt, opened.amount_fen - advance)]
            if plan and (advance or opened.cleared_fen):
                moves.append(Move(receivable(plan), debt, advance))
                moves.append(Move(receivable(plan), spent, opened.cleared_fen))
            return Booking(moves)
        case RecoveryReceived(fund=fund, recovery=debt, received_fen=fen):
            return Booking([Move(recovery_account(debt), _of(event, fund, AVAILABLE), fen)])
        case RecoveryReduced(fund=fund, recovery=debt, reduced_fen=fen):
            return Booking([Move(recovery_account(debt), _of(event, fund, SPENT), fen)])
        case RecoveryWrittenOff(fund=str(fund), recovery=debt, written_off_fen=fen):
            return Booking([Move(recovery_account(debt), _of(event, fund, WRITTEN_OFF), fen)])
        case _:
            return NOTHING


def receivable(plan: str) -> str:
    """Account of what a plan was advanced and neither earned nor gave back."""
    return f"advance/{plan}"


def recovery_account(recovery: str) -> str:
    """Account of one debt; `recovery` is its id."""
    return f"recovery/{recovery}"


def _of(event: Event, fund: str, name: str) -> str:
    return fund_account(event.jurisdiction, fund, name)


def _of_fund(event: Event, fund: str | None, source: str, target: str, fen: int) -> list[Move]:
    """Nothing moves where nothing had been authorised."""
    return [Move(_of(event, fund, source), _of(event, fund, target), fen)] if fund else []


def _moved(event: Event, fund: str, source: str, target: str, fen: int) -> Booking:
    """Money from one account of a fund to another one, in fen."""
    at = event.jurisdiction
    return Booking([Move(fund_account(at, fund, source), fund_account(at, fund, target), fen)])
