"""A fund's own story: the special account (专账) that subsidies are paid from."""

import msgspec

from shared.events.base import (
    PAYOUT_EVENTS,
    ActorId,
    Code,
    Codes,
    Count,
    Day,
    Digest,
    Facts,
    Fen,
    Reference,
    SealedFields,
    Text,
    event,
)
from shared.events.evidence import Documents


class FundKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The keys of a fund; payouts never write into its stream, so it never becomes a bottleneck."""

    fund: Code
    source: Code
    """fund source of the policy: unemployment insurance surplus, employment subsidy fund …"""


@event(PAYOUT_EVENTS)
class FundOpened(FundKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A special account was opened for one source of money; nothing is in it yet."""

    year: Count
    purposes: Codes
    """kinds of subsidy that it may pay"""
    bank: Code
    account: Reference
    opened_on: Day
    clause: Code | None = None
    sealed: SealedFields = msgspec.field(default_factory=dict)
    special_account: bool = False
    """the separate account of the policy (专账), which pays for nothing but its purposes"""
    cap_fen: Fen | None = None
    """the most that may be put into it, unless the cap is raised; none: no cap"""
    cap_clause: Code | None = None


@event(PAYOUT_EVENTS)
class FundAllocated(FundKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Money was put into the fund by a budget document; every fen that is paid comes from here."""

    amount_fen: Fen
    document: Code
    document_sha256: Digest | None = None
    allocated_on: Day
    approved_by: ActorId
    bank_reference: Code | None = None


@event(PAYOUT_EVENTS)
class FundCapRaised(FundKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The government decided that the special account may hold more than its policy says."""

    raised_fen: Fen
    cap_fen: Fen
    """the cap from now on"""
    document: Code
    document_sha256: Digest | None = None
    raised_on: Day
    approved_by: ActorId


@event(PAYOUT_EVENTS)
class FundFrozen(FundKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing may leave the fund until it is opened again: by audit, by law, or at
    the year's end.
    """

    reason: Text
    frozen_on: Day
    until: Day | None = None
    ordered_by: ActorId
    documents: Documents = ()
