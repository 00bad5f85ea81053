"""A fund in each of its states, and each command."""

from services.payments.fund.decide import (
    Fund,
    Stage,
    allocate_fund,
    freeze_fund,
    open_fund,
    raise_cap,
    require_payable,
)
from shared.store.commands import Decision
from tests.payments.fund.builders import (
    CAP_FEN,
    CODE,
    OPENING,
    OTHER_OFFICER,
    PLACE,
    TODAY,
    TOMORROW,
    allocation,
    freeze,
    frozen,
    given,
    opened,
    raising,
    special,
    state,
)
from tests.states import NOTHING, Table

STATES = {
    "new": Fund(),
    "open": state(opened()),
    "special account at its cap": state(special(), given(CAP_FEN)),
    "frozen": state(opened(), frozen()),
    "frozen until today": state(opened(), frozen(until=TODAY)),
    "frozen until tomorrow": state(opened(), frozen(until=TOMORROW)),
}


def _pay(fund: Fund) -> Decision:
    """Whether a payment may leave it today; the payment itself is an event elsewhere."""
    require_payable(fund, CODE, OPENING.purposes[0], TODAY)
    return Decision([])


FUND_TABLE = Table(
    "fund",
    "What becomes of each command in each state: the event, the refusal, or nothing"
    f" ({NOTHING}: a payment is lawful, and never writes into the fund's stream).",
    [stage.value for stage in Stage],
    STATES,
    {
        "open": lambda f: open_fund(f, OPENING, PLACE),
        "allocate": lambda f: allocate_fund(f, allocation(OTHER_OFFICER)),
        "raise the cap": lambda f: raise_cap(f, raising(OTHER_OFFICER)),
        "freeze": lambda f: freeze_fund(f, freeze(OTHER_OFFICER)),
        "end the freeze": lambda f: freeze_fund(f, freeze(OTHER_OFFICER, until=TODAY)),
        "pay": _pay,
    },
)
