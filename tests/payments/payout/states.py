"""A payout in each of its states, and each command or reaction."""

from services.payments.payout.decide import (
    HoldPayout,
    Payout,
    ReleasePayout,
    Stage,
    hold_for_finding,
    hold_payout,
    import_payment,
    lift_finding,
    release_payout,
    schedule_payout,
)
from services.payments.payout.pay import (
    PAYOUTS,
    AskBank,
    AuthorisePayout,
    ChangeAccount,
    ReissuePayout,
    ask_bank,
    authorise_payout,
    change_account,
    reissue_payout,
    reverse_payout,
)
from services.payments.payout.revoke import cancel_payout
from shared.store.commands import Decision
from tests.payments.payout.builders import (
    APPROVED,
    AT_BANK,
    CAUSE,
    CLAIM,
    FINDING,
    FUND,
    NEW_ACCOUNT,
    OLD,
    OTHER_FINDING,
    OTHER_OFFICER,
    REISSUED,
    RETURNED,
    REVERSE,
    REVOKED,
    REVOKING,
    STREAM,
    TODAY,
    account_changed,
    authorised,
    bank_says,
    booked_back,
    cancelled,
    held_by_finding,
    held_by_officer,
    imported,
    paid,
    recovery_opened,
    release,
    scheduled,
    state,
    unknown,
)
from tests.states import NOTHING, Table

STATES = {
    "new": Payout(),
    "new, held by a finding": state(held_by_finding()),
    "scheduled": state(scheduled()),
    "held by an officer": state(scheduled(), held_by_officer()),
    "held by a finding": state(scheduled(), held_by_finding()),
    "held by both": state(scheduled(), held_by_finding(), held_by_officer()),
    "authorised": state(scheduled(), authorised()),
    "authorised, held by a finding": state(scheduled(), authorised(), held_by_finding()),
    "instructed": state(*AT_BANK),
    "instructed, revoked": state(*AT_BANK, recovery_opened()),
    "unknown": state(*AT_BANK, unknown()),
    "returned": state(*RETURNED),
    "returned, account corrected": state(*RETURNED, account_changed()),
    "reissued": state(*REISSUED),
    "paid": state(*AT_BANK, paid()),
    "paid, revoked": state(*AT_BANK, paid(), recovery_opened()),
    "reversed": state(*AT_BANK, paid(), booked_back()),
    "cancelled": state(scheduled(), cancelled()),
    "imported": state(imported()),
}


def _instruct(payout: Payout) -> Decision:
    """What a batch does with each of its lines."""
    payment = PAYOUTS.payment(payout, STREAM)
    assert payment.amount_fen == payout.amount_fen
    return PAYOUTS.instruct(payout, release(payout.orders + 1))


PAYOUT_TABLE = Table(
    "payout",
    "What becomes of each command, and of each event of another service, in each state: the event,"
    f" the refusal, or nothing ({NOTHING}: it was heard before, or comes too late). A finding is"
    " the one that holds the payout, or another one. The bank's answers are to the last order.",
    [stage.value for stage in Stage],
    STATES,
    {
        "ClaimApproved": lambda p: schedule_payout(p, APPROVED, CLAIM, CAUSE),
        "ApprovalRevoked": lambda p: cancel_payout(p, REVOKED, REVOKING, TODAY),
        "finding opened": lambda p: hold_for_finding(p, FINDING, "A1", CLAIM),
        "another finding opened": lambda p: hold_for_finding(p, OTHER_FINDING, "A1", CLAIM),
        "finding dismissed": lambda p: lift_finding(p, FINDING),
        "hold": lambda p: hold_payout(p, HoldPayout(OTHER_OFFICER)),
        "release": lambda p: release_payout(p, ReleasePayout(OTHER_OFFICER)),
        "authorise": lambda p: authorise_payout(p, AuthorisePayout(OTHER_OFFICER, FUND)),
        "instruct": _instruct,
        "bank: paid": lambda p: PAYOUTS.answer(p, STREAM, bank_says("paid", p.orders)),
        "bank: returned": lambda p: PAYOUTS.answer(p, STREAM, bank_says("returned", p.orders)),
        "bank: unknown": lambda p: PAYOUTS.answer(p, STREAM, bank_says("unknown", p.orders)),
        "ask the bank": lambda p: ask_bank(p, AskBank("INQ-1")),
        "change account": lambda p: change_account(p, ChangeAccount("counter-1", NEW_ACCOUNT, {})),
        "reissue": lambda p: reissue_payout(p, ReissuePayout(OTHER_OFFICER)),
        "reverse": lambda p: reverse_payout(p, REVERSE),
        "import": lambda p: import_payment(p, OLD),
    },
)
