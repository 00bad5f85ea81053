"""What the policy of a place says of a fund that is opened: its source, and the special account."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from services.payments.fund.decide import OpenFund
from services.payments.fund.refusals import NotEarmarked, SourceUnknown, SpecialAccountSilent
from shared.policy import load
from shared.policy.duties import Funds, SpecialAccount
from shared.policy.sources import earmarked_for, unknown_by

NONE = Funds()


@cache
def _funds() -> Mapping[str, Funds]:
    """By place. The packs of the release: who publishes another version keeps its sources."""
    found: dict[str, Funds] = {}
    for pack in sorted(load.shipped(), key=lambda pack: pack.version):
        found |= dict.fromkeys(pack.jurisdictions, pack.content.funds)
    return found


def funds_of(jurisdiction: str) -> Funds:
    """Sources and special account of a place; none where no policy of the release names any."""
    return _funds().get(jurisdiction, NONE)


def of_policy(funds: Funds, command: OpenFund) -> OpenFund:
    """The fund as the policy has it: what the special account is for, and how much it may hold.

    A place whose policy is not part of the release says its sources itself; the approval names
    those that may pay. Raises SourceUnknown, SpecialAccountSilent, NotEarmarked.
    """
    special = funds.special_account if command.special_account else None
    unknown = unknown_by(funds, special, command.source)
    if unknown:
        raise SourceUnknown(source=command.source, clause=unknown[0])
    if not command.special_account:
        return command
    if special is None:
        raise SpecialAccountSilent
    return _special(special, command)


def _special(special: SpecialAccount, command: OpenFund) -> OpenFund:
    """Separate books, earmarked use (ZB-3.2-2, RD-12-2); at most so much (RD-12-1)."""
    for purpose in command.purposes:
        if not earmarked_for(special, purpose):
            raise NotEarmarked(fund=command.fund, purpose=purpose, clause=special.clause)
    return replace(
        command,
        purposes=command.purposes or special.purposes,
        clause=special.clause,
        cap_fen=special.cap_fen,
        cap_clause=special.cap_clause,
    )
