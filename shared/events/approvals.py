"""One command that approves many claims: what was asked for, and what came of it."""

from shared.events.base import CLAIM_EVENTS, Count, Digest, Facts, event


@event(CLAIM_EVENTS)
class ApprovalsAsked(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """An approver said yes to a list of claims, each as it was shown; the ledger works it off.

    Each claim's own event names this one as its cause.
    """

    claims: Count
    list_sha256: Digest
    """of the file that names the claims and the hash of what was shown of each"""


@event(CLAIM_EVENTS)
class ApprovalsEnded(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Every claim of the list has its outcome."""

    approved: Count
    rejected: Count
    held: Count
    refused: Count
    """left as they were: changed since they were shown, no right, a step that is missing …"""
