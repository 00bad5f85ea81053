"""A plan's own people in its payments: found in a history of payments with the hands exchanged."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import msgspec
import pytest

from services.audit.detectors.rules import load_rules
from services.audit.replay.full import replay
from services.audit.replay.report import load_findings
from shared.events.base import Facts
from tests.audit.detectors.test_plan_money import Told, started, tell
from tests.audit.histories import History, archived
from tests.payments.advance.builders import (
    APPROVER,
    CLERK,
    FILER,
    HANDLER,
    OFFICER,
    RELEASER,
)

F1 = [rule for rule in load_rules() if rule.id == "F1"]
DUTIES = {FILER: "file", CLERK: "accept", APPROVER: "approve"}
PAYMENTS = {OFFICER: "authorise", RELEASER: "release"}


def paid() -> Told:
    """A plan with an advance and a settlement, each by two officers."""
    walk = started()
    walk.advance(500)
    walk.decide(900)
    walk.settle()
    return walk.told


def exchanged(told: Told, kind: str, officer: str, other: str) -> Told:
    """The same, but `other` did what this officer did for the advance or the settlement."""
    return [
        (_renamed(facts, officer, other), other if actor == officer else actor)
        if type(facts).__name__.startswith(kind) else (facts, actor)
        for facts, actor in told
    ]  # fmt: skip


def _renamed(facts: Facts, officer: str, other: str) -> Facts:
    hands = ("authorised_by", "released_by")
    same = {name: other for name in hands if getattr(facts, name, None) == officer}
    return msgspec.structs.replace(facts, **same)


async def said_of(plans: Sequence[Told], tmp_path: Path) -> dict[str, str]:
    history = History()
    for number, told in enumerate(plans):
        tell(history, number, told)
    archive = await archived(history, tmp_path / "archive")
    replay(archive, F1, {}, None, tmp_path / "out")
    return {one.subject: one.explanation_en for one in load_findings(tmp_path / "out")}


@pytest.mark.parametrize("kind", ["Advance", "Settlement"])
async def test_who_had_a_hand_in_a_plan_and_paid_for_it_is_found(kind: str, tmp_path: Path) -> None:
    cases = list(product(DUTIES, PAYMENTS))
    plans = [exchanged(paid(), kind, officer, other) for other, officer in cases]

    said = await said_of([*plans, paid()], tmp_path)

    assert said.keys() == {f"plan-{number}" for number in range(len(cases))}
    for number, (other, officer) in enumerate(cases):
        pair = f"({other}) did {DUTIES[other]}, {PAYMENTS[officer]};"
        assert pair in said[f"plan-{number}"]


@pytest.mark.parametrize("last", ["AdvanceAuthorised", "SettlementAuthorised"])
async def test_an_authorisation_counts_before_anything_left(last: str, tmp_path: Path) -> None:
    told = paid()
    names = [type(facts).__name__ for facts, _ in told]
    begun = told[: names.index(last) + 1]
    kind = last.removesuffix("Authorised")

    said = await said_of([exchanged(begun, kind, OFFICER, FILER), begun], tmp_path)

    assert list(said) == ["plan-0"]
    assert "(filer-1) did file, authorise;" in said["plan-0"]


async def test_who_handled_a_claim_and_paid_the_settlement_is_found_once_they_did_both(
    tmp_path: Path,
) -> None:
    """Who accepted the plan may have accepted its claims: that is no breach."""
    plans = [
        exchanged(paid(), "Settlement", OFFICER, HANDLER),
        exchanged(paid(), "Settlement", RELEASER, HANDLER),
        exchanged(paid(), "Advance", OFFICER, HANDLER),
        [(facts, HANDLER if actor == CLERK else actor) for facts, actor in paid()],
    ]

    said = await said_of(plans, tmp_path)

    assert list(said) == ["plan-0", "plan-1"]
    assert f"({HANDLER}) did handle, authorise;" in said["plan-0"]
    assert f"({HANDLER}) did handle, release;" in said["plan-1"]
