"""What the policy says of paying a granted claim: first a notice, and from which source. Pure."""

from shared.policy.pack import Pack
from shared.policy.sources import sources_of


def notice_clause(pack: Pack, kind: str) -> str | None:
    """The clause that wants a public notice before the payment (HLD-13-1); None: none does."""
    demands = pack.demands.get(kind)
    for step in demands.steps if demands else ():
        if step.step == "notice" and step.before == "payment":
            return step.clause
    return None


def sources_clause(pack: Pack, kind: str) -> str | None:
    """The clause that names the first of these sources."""
    allowed = sources_of(pack, kind)
    found = (one.clause for one in pack.content.funds.sources if one.id in allowed)
    return next(found, None)
