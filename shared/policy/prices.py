"""What a price, or the want of one, says beside the other grounds of a claim. Pure."""

import msgspec

from shared.policy.amounts import NO_PRICE, Priced
from shared.policy.cases import Ground
from shared.policy.conditions import Scope
from shared.policy.parts import Kind


def without_price(grounds: list[Ground]) -> list[Ground]:
    """AMOUNT_CATALOGUE says: eligible, only the table is missing. Beside another hold it says
    nothing that the claimant could use; what is missing is named all the same, so that nobody is
    asked in rounds.
    """
    others = [ground for ground in grounds if ground.code != NO_PRICE]
    place = next((n for n, ground in enumerate(others) if ground.decision == "HOLD"), None)
    if place is None:
        return grounds
    unpriced = [m for ground in grounds if ground.code == NO_PRICE for m in ground.missing]
    missing = (*others[place].missing, *unpriced)
    others[place] = msgspec.structs.replace(others[place], missing=missing)
    return others


def same_amount(kind: Kind, priced: Priced, scope: Scope) -> list[Ground]:
    """Same trade and level, same amount: another amount than the city's usual one is a finding,
    unless the document itself raises it (JN-21-3).
    """
    same = kind.same_amount
    usual = scope.facts.get(same.fact) if same else None
    if same is None or usual is None or not priced.steps:
        return []
    paid = priced.steps[-1]
    if paid.what == "uplift" or usual.value == paid.amount_fen:
        return []
    return [Ground(decision="FLAG", code=same.reason, clauses=(same.clause,))]
