"""Whatever can be paid, by how its stream ids begin."""

from typing import Any

from services.payments.advance.paying import PLAN_PAYMENTS
from services.payments.bank.payable import Payable
from services.payments.payout.pay import PAYOUTS

KINDS: tuple[Payable[Any], ...] = (PAYOUTS, PLAN_PAYMENTS)


def kind_of(stream_id: str) -> Payable[Any] | None:
    """None for a record that is never paid."""
    return next((kind for kind in KINDS if stream_id.startswith(kind.prefix)), None)
