"""A debt in each of its states, and each command."""

from services.payments.recovery.decide import (
    AgreeInstalments,
    ProposeWriteOff,
    Recovery,
    Stage,
    agree_instalments,
    offset,
    propose_write_off,
    receive,
    write_off,
)
from tests.payments.recovery.test_decide import DEMANDED, debt, paid, parts
from tests.states import Table

STATES: dict[str, Recovery] = {
    "open": debt(),
    "write-off proposed": debt((propose_write_off, ProposeWriteOff("dissolved"))),
    "closed": debt((receive, paid(1_000))),
}

RECOVERY_TABLE = Table(
    "recovery",
    "What becomes of each command in each state of a debt: the event, or the refusal.",
    [stage.value for stage in Stage],
    STATES,
    {
        "receive": lambda one: receive(one, paid(10)),
        "receive too much": lambda one: receive(one, paid(1_001)),
        "agree instalments": lambda one: agree_instalments(
            one, AgreeInstalments(parts(500, 500), DEMANDED)
        ),
        "propose write-off": lambda one: propose_write_off(one, ProposeWriteOff("dissolved")),
        "write off, same person": lambda one: write_off(one, "officer-1"),
        "write off, another person": lambda one: write_off(one, "officer-2"),
        "offset": lambda one: offset(one, "payout-1"),
    },
)
