"""A policy pack before it is in force: proposed by one, compared, and published by another.

PolicyPublished (references.py) ends what these begin.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.events.base import (
    CLAIM_EVENTS,
    ActorId,
    Code,
    Count,
    Day,
    Digest,
    Facts,
    Fen,
    Text,
    event,
)
from shared.events.claims import PolicyUsed

MAX_CARRIED = 200_000
Carried = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_CARRIED,
        description="the pack's file, byte for byte: zlib, then base64",
    ),
]


class ProposalKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Which version of which policy, and the exact content that it is about."""

    policy_id: Code
    version: Count
    content_sha256: Digest


@event(CLAIM_EVENTS)
class PolicyProposed(ProposalKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An officer laid a new version of a policy before the others; nothing is judged by it yet."""

    file_sha256: Digest
    """SHA-256 of the file's bytes; `content_sha256` covers what it says, not its layout"""
    pack: Carried
    effective_from: Day
    """first day that it is to be used for: the day that INT-01 names lies on or after it"""
    retroactive: bool = False
    reason: Text = ""


class KindCompared(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of subsidy under both versions; sums are those of the claims that are granted."""

    kind: Code
    judged: Count
    gain: Count
    lose: Count
    stay: Count
    differ: Count
    old_fen: Fen
    new_fen: Fen


@event(CLAIM_EVENTS)
class PolicyCompared(ProposalKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The recorded claims were judged under the proposal and under what is in force: who would
    gain, who would lose, and how much.
    """

    run: Code
    """which run of the comparison; its list of claims is kept under it"""
    base: PolicyUsed | None = None
    """the newest version in force; none for a policy that is new"""
    judged: Count
    reached: Count
    """of the judged claims those whose day lies on or after the first day of the proposal"""
    gain: Count
    lose: Count
    stay: Count
    differ: Count
    """decision, sum or reasons are not the same"""
    old_fen: Fen
    new_fen: Fen
    kinds: Annotated[tuple[KindCompared, ...], Meta(max_length=200)] = ()
    lines_sha256: Digest
    """over the list of claims that differ, in the order of their ids"""
    summary_sha256: Digest
    """over all fields above: whoever publishes says that he was shown this"""


@event(CLAIM_EVENTS)
class PolicyProposalWithdrawn(ProposalKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Who proposed a version took it back; what is in force stays in force."""

    reason: Text = ""


@event(CLAIM_EVENTS)
class PolicyProposalRefused(ProposalKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Another officer refused a proposed version; what is in force stays in force."""

    proposed_by: ActorId
    reason: Text = ""
