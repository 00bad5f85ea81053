"""A payout in each of its states, and each command or reaction."""

from services.payments.payout.decide import (
    HoldPayout,
    Payout,
    ReleasePayout,
    Stage,
    cancel_payout,
    hold_for_finding,
    hold_payout,
    import_payment,
    lift_finding,
    release_payout,
    schedule_payout,
)
from tests.payments.payout.builders import (
    APPROVAL,
    APPROVED,
    CLAIM,
    FINDING,
    OLD,
    OTHER_FINDING,
    OTHER_OFFICER,
    REVOKED,
    cancelled,
    held_by_finding,
    held_by_officer,
    imported,
    scheduled,
    state,
)
from tests.states import NOTHING, Table

STATES = {
    "new": Payout(),
    "new, held by a finding": state(held_by_finding()),
    "scheduled": state(scheduled()),
    "held by an officer": state(scheduled(), held_by_officer()),
    "held by a finding": state(scheduled(), held_by_finding()),
    "held by both": state(scheduled(), held_by_finding(), held_by_officer()),
    "cancelled": state(scheduled(), cancelled()),
    "imported": state(imported()),
}

PAYOUT_TABLE = Table(
    "payout",
    "What becomes of each command, and of each event of another service, in each state: the event,"
    f" the refusal, or nothing ({NOTHING}: it was heard before, or comes too late). A finding is"
    " the one that holds the payout, or another one.",
    [stage.value for stage in Stage],
    STATES,
    {
        "ClaimApproved": lambda p: schedule_payout(p, APPROVED, CLAIM, APPROVAL),
        "ApprovalRevoked": lambda p: cancel_payout(p, REVOKED, APPROVAL),
        "finding opened": lambda p: hold_for_finding(p, FINDING, "A1", CLAIM),
        "another finding opened": lambda p: hold_for_finding(p, OTHER_FINDING, "A1", CLAIM),
        "finding dismissed": lambda p: lift_finding(p, FINDING),
        "hold": lambda p: hold_payout(p, HoldPayout(OTHER_OFFICER)),
        "release": lambda p: release_payout(p, ReleasePayout(OTHER_OFFICER)),
        "import": lambda p: import_payment(p, OLD),
    },
)
