"""What each event moves between accounts: a pure function of the event, so it can be redone.

All accounts of a fund belong to one jurisdiction: that of the event.
"""

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
from shared.store.journal import NOTHING, Booking, Move

SOURCE, AVAILABLE, PAYABLE, TRANSIT, SPENT, WRITTEN_OFF = (
    "source", "available", "payable", "transit", "spent", "written-off",
)  # fmt: skip
ACCOUNTS = (SOURCE, AVAILABLE, PAYABLE, TRANSIT, SPENT, WRITTEN_OFF)
"""of a fund: what the budget gave, what is free, authorised, at the bank, paid, given up"""


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
            return _moved(event, fund, TRANSIT, SPENT, fen)
        case PayoutCancelled(fund=str(fund), amount_fen=fen):
            return _moved(event, fund, PAYABLE, AVAILABLE, fen)
        case PayoutReversed(fund=str(fund), recovery=None, amount_fen=fen):
            return _moved(event, fund, SPENT, AVAILABLE, fen)
        case _:
            return NOTHING


def _moved(event: Event, fund: str, source: str, target: str, fen: int) -> Booking:
    """Money from one account of a fund to another one, in fen."""
    at = event.jurisdiction
    return Booking([Move(fund_account(at, fund, source), fund_account(at, fund, target), fen)])
