"""A batch in each of its states, and each command."""

from services.payments.bank.batch import Batch, Stage, ask_override, overriders
from shared.store.commands import Decision
from tests.payments.bank.builders import (
    ASKER,
    NOW,
    RELEASER,
    override_asked,
    payment,
    released,
    said,
    state,
)
from tests.states import NOTHING, Table

STATES = {
    "new": Batch(),
    "override asked": state(override_asked()),
    "released": state(released()),
}


def _override(batch: Batch, actor: str) -> Decision:
    """Whether this person may release without audit; the release itself is in each order."""
    overriders(batch, actor, [payment()], said(11), NOW)
    return Decision([])


BATCH_TABLE = Table(
    "batch",
    "What becomes of each command in each state, while audit is silent: the event, the refusal, or"
    f" nothing ({NOTHING}: this person may release it, and BatchReleased stands with its orders).",
    [stage.value for stage in Stage],
    STATES,
    {
        "ask to override audit": lambda b: ask_override(b, ASKER, "audit is down", said(11), NOW),
        "release by another person": lambda b: _override(b, RELEASER),
        "release by the same person": lambda b: _override(b, ASKER),
    },
)
