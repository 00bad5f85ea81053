"""Which source may pay, and what for: one rule for the judge, for claims and for payments. Pure."""

from shared.policy.duties import Funds, Source, SpecialAccount
from shared.policy.pack import Pack

PURPOSES = ("training_subsidy", "appraisal_subsidy", "living_allowance")
"""what every document of the action pays for, whatever its kinds are called"""


def source_of(funds: Funds, name: str | None) -> Source | None:
    """The source of that name."""
    return next((one for one in funds.sources if one.id == name), None)


def unknown_by(funds: Funds, special: SpecialAccount | None, name: str) -> tuple[str, ...]:
    """The clauses by which no payment names this source; none where it may.

    A document that names no source leaves them to the place. `special`: the money leaves the
    special account, which has a source of its own in some documents.
    """
    if funds.sources and source_of(funds, name) is None:
        return tuple(dict.fromkeys(source.clause for source in funds.sources))
    if special is not None and special.source not in (None, name):
        return (special.clause,)
    return ()


def earmarked_for(special: SpecialAccount, purpose: str) -> bool:
    """Whether the special account is for this (ZB-3.2-2, RD-12-2)."""
    return purpose in special.purposes


def known_purpose(pack: Pack, purpose: str) -> bool:
    """Whether the document says anything at all of paying this."""
    special = pack.content.funds.special_account
    of_account = () if special is None else special.purposes
    return purpose in (*PURPOSES, *of_account) or purpose in pack.kinds


def sources_of(pack: Pack, kind: str) -> tuple[str, ...]:
    """Sources of money that may pay this kind; none where the policy names no source at all."""
    named = pack.kinds[kind].funds if kind in pack.kinds else ()
    return named or tuple(source.id for source in pack.content.funds.sources)


def fixed_source(pack: Pack, special: SpecialAccount | None, kind: str) -> str | None:
    """The source that the account or the kind has anyway, so that a payment need not name it."""
    if special is not None and special.source is not None:
        return special.source
    named = pack.kinds[kind].funds if kind in pack.kinds else ()
    return named[0] if len(named) == 1 else None
