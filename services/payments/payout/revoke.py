"""An approval that was taken back: the payout is called off, or its money must come back. Pure."""

from datetime import date

from services.payments.payout.decide import (
    NOTHING,
    WAITING,
    Cause,
    Payout,
    Stage,
    said_of,
    stream_of,
)
from services.payments.recovery.decide import TERM, recovery_id
from shared.events.claims import ApprovalRevoked
from shared.events.payouts import PayoutCancelled
from shared.events.settlements import RecoveryOpened
from shared.store.commands import Decision

_LEFT = (Stage.INSTRUCTED, Stage.UNKNOWN, Stage.PAID)


def cancel_payout(payout: Payout, _: ApprovalRevoked, cause: Cause, on: date) -> Decision:
    """Before an order is at the bank nothing leaves; after it the money is asked back (section 9).

    `on` is the day of the revocation.
    """
    if payout.stage in WAITING:
        return Decision([_cancelled(payout, cause)])
    if payout.stage in _LEFT and payout.recovery is None:
        return Decision([_recovery(payout, cause, on)])
    return NOTHING


def _cancelled(payout: Payout, cause: Cause) -> PayoutCancelled:
    return PayoutCancelled(
        **said_of(payout),
        amount_fen=payout.amount_fen,
        cause="approval_revoked",
        revocation=cause.event_id,
        fund=payout.fund,
    )


def _recovery(payout: Payout, cause: Cause, on: date) -> RecoveryOpened:
    stream_id = stream_of(payout)
    return RecoveryOpened(
        recovery=recovery_id(stream_id, cause.event_id),
        payee_kind=payout.payee_kind,
        payee=payout.payee,
        person=payout.keys.person,
        plan=payout.keys.plan,
        claim=payout.keys.claim,
        payout=stream_id,
        institution=payout.keys.institution,
        amount_fen=payout.amount_fen,
        cause="approval_revoked",
        cause_event=cause.event_id,
        demanded_on=on,
        due_on=on + TERM,
        fund=payout.fund,
    )
