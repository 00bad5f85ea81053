"""A gate that only stops other kinds is no gate of this one."""

import pytest

from shared.policy.conditions import All, AnyOf, Compare, Condition, Not, OneOf, Surely, Truth
from shared.policy.load import shipped
from shared.policy.settled import settled

MINE = Compare(field="claim.kind", by="eq", value="X.K.a")
OTHER = OneOf(field="claim.kind", values=("X.K.b",))
OPEN = Compare(field="facts.x", by="eq", value=True)


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        (MINE, True),
        (OTHER, False),
        (OPEN, None),
        (All(of=(OTHER, OPEN)), False),
        (All(of=(MINE, OPEN)), None),
        (AnyOf(of=(MINE, OPEN)), True),
        (AnyOf(of=(OTHER, OPEN)), None),
        (AnyOf(of=(OTHER, Not(of=MINE))), False),
        (Surely(of=OPEN), None),
        (Compare(field="claim.group", by="ne", value="X.G.a"), False),
    ],
)
def test_kind_and_group_alone_settle_a_condition_or_leave_it_open(
    condition: Condition, truth: Truth
) -> None:
    assert settled(condition, "X.K.a", "X.G.a") is truth


def test_a_bar_of_training_projects_is_no_gate_of_an_appraisal() -> None:
    jinan = next(pack for pack in shipped() if pack.policy_id == "JN-2019-14")
    ids = {gate.id for gate in jinan.gates["JN.K.appraisal", "JN.G.any_worker"]}
    assert "trained-by-barred" in ids
    assert "institution-barred" not in ids
