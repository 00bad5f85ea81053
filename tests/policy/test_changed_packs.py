"""Whatever is changed in a sound pack: it is refused with words, or it judges."""

import random
from copy import deepcopy
from datetime import date
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.policy.cases import ClaimCase, Fact, FactValue, History
from shared.policy.check import faults_of, warnings_of
from shared.policy.coverage import plain_of
from shared.policy.judge import judge
from shared.policy.load import assemble
from shared.policy.pack import Content, Pack
from tests.policy.test_mistakes import SOUND

PLAIN: Any = plain_of(SOUND)
ON = date(2020, 6, 2)
KNOWN: dict[str, FactValue] = {
    "boolean": True,
    "integer": 5,
    "text": "private",
    "date": date(2020, 3, 1),
}


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every place in the data: what holds it, and the key or number there."""
    keys = node.keys() if isinstance(node, dict) else range(len(node))
    found = [(node, key) for key in keys]
    for key in keys:
        if isinstance(node[key], (dict, list)):
            found += places(node[key])
    return found


def changed(seed: int) -> Any:
    """The sound pack with one thing left out, doubled, or put where another of its type stood."""
    chance = random.Random(seed)
    data = deepcopy(PLAIN)
    everywhere = places(data)
    holder, key = chance.choice(everywhere)
    match chance.randrange(4):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(key, deepcopy(holder[key]))
        case _:
            alike = [h[k] for h, k in everywhere if type(h[k]) is type(holder[key])]
            holder[key] = deepcopy(chance.choice(alike))
    return data


def judges(pack: Pack, known: bool) -> None:
    facts = {
        spec.id: Fact(value=KNOWN[spec.type], source="x") if known else None
        for spec in pack.content.facts
    }
    for kind in pack.content.kinds:
        for group in kind.groups:
            claim = ClaimCase(
                kind=kind.id, group=group, jurisdiction="990101", occupation="6-31-01-03",
                level="L4", certificate_type="skill_level", payee_kind="individual",
                claimed_on=date(2020, 6, 1), training_from=date(2020, 3, 2), allowance_days=3,
                certificate_issued_on=date(2020, 5, 10), paid_by="individual", cost_fen=9,
                education_fund_fen=5,
            )  # fmt: skip
            judgement = judge(pack, claim, facts, History(), ON)
            assert judgement.amount_fen >= 0
            assert (judgement.decision == "APPROVE") == (judgement.amount_fen > 0)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_a_changed_pack_is_refused_with_words_or_judges(seed: int, known: bool) -> None:
    try:
        content = msgspec.convert(changed(seed), Content)
    except msgspec.ValidationError:
        return
    mistakes = [*faults_of(content)]
    assert all(one.told.zh and one.told.en for one in (*mistakes, *warnings_of(content)))
    if not mistakes:
        judges(assemble(content, "0" * 64), known)
