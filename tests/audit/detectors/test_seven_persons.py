"""Seven persons for one payment: every pair of their duties is found when one person did both."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from services.audit.detectors.rules import load_rules
from services.audit.replay.full import replay
from services.audit.replay.report import load_findings
from tests.audit import money
from tests.audit.detectors.test_rules_on_events import found
from tests.audit.histories import History, archived

DUTIES = ("file", "accept", "inspect", "verify", "approve", "authorise", "release")
OLD = tuple(duty for duty in DUTIES if duty != "inspect")
PLANNED = ("file", "accept", "approve", "authorise", "release")
F1 = [rule for rule in load_rules() if rule.id == "F1"]


def people(*same: str) -> dict[str, str]:
    """Each duty has its own person, but these are one."""
    return {duty: "one" if duty in same else f"person-{duty}" for duty in DUTIES}


def claim(history: History, number: int, by: dict[str, str]) -> None:
    name = f"claim-{number}"
    history.submitted(name, by["file"], person=f"{number:032x}")
    history.approved(
        name, by["approve"], person=f"{number:032x}", filed_by=by["file"],
        accepted_by=by["accept"], inspected_by=by["inspect"], verified_by=by["verify"],
    )  # fmt: skip
    money.payout_paid(history, name, authorised_by=by["authorise"], released_by=by["release"])


def old_claim(history: History, number: int, by: dict[str, str]) -> None:
    name = f"claim-{number}"
    history.imported(
        name, person=f"{number:032x}", filed_by=by["file"], accepted_by=by["accept"],
        verified_by=by["verify"], approved_by=by["approve"],
    )  # fmt: skip
    history.payment_imported(
        f"payout-{number}", "payout", 150_000, claim=name, authorised_by=by["authorise"],
        released_by=by["release"],
    )  # fmt: skip


def plan(history: History, number: int, by: dict[str, str]) -> None:
    name = f"plan-{number}"
    money.plan_approved(
        history, name, actor=by["approve"], filed_by=by["file"], accepted_by=by["accept"],
        payee=f"enterprise-{number}",
    )  # fmt: skip
    money.advance_instructed(history, name, by=by["release"], authorised_by=by["authorise"])


def settlement(history: History, number: int, by: dict[str, str]) -> None:
    name = f"plan-{number}"
    money.plan_approved(
        history, name, actor=by["approve"], filed_by=by["file"], accepted_by=by["accept"]
    )
    money.settled(
        history, name, 100, 50, money.ENDS, authorised_by=by["authorise"],
        released_by=by["release"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("case", "duties"), [(claim, DUTIES), (old_claim, OLD), (plan, PLANNED), (settlement, PLANNED)]
)
async def test_every_pair_of_duties_of_one_person_is_found_and_seven_persons_are_not(
    case: Callable[[History, int, dict[str, str]], None], duties: tuple[str, ...], tmp_path: Path
) -> None:
    history = History()
    pairs = list(combinations(duties, 2))
    for number, pair in enumerate(pairs, start=1):
        case(history, number, people(*pair))
    case(history, len(pairs) + 1, people())
    archive = await archived(history, tmp_path / "archive")
    replay(archive, F1, {}, None, tmp_path / "out")
    findings = load_findings(tmp_path / "out")

    said = {int(one.subject.partition("-")[2]): one.explanation_en for one in findings}
    assert said.keys() == set(range(1, len(pairs) + 1))
    for number, pair in enumerate(pairs, start=1):
        assert f"(one) did {', '.join(pair)};" in said[number]


async def test_two_payments_of_one_plan_may_have_the_same_officers_the_other_way_round(
    tmp_path: Path,
) -> None:
    history = History()
    money.plan_approved(history, "plan-1")
    money.advance_instructed(history, "plan-1", 1, by="zhao", authorised_by="wang")
    money.advance_instructed(history, "plan-1", 2, by="wang", authorised_by="zhao")
    assert await found(history, tmp_path / "two") == []

    money.advance_instructed(history, "plan-1", 3, by="filer-1", authorised_by="zhao")
    (finding,) = await found(history, tmp_path / "three")
    assert (finding.rule, finding.plan, finding.claims) == ("F1", "plan-1", ())
    assert finding.amount_fen == 50_000_00


async def test_what_a_payout_copied_counts_where_nothing_of_its_claim_is_known(
    tmp_path: Path,
) -> None:
    history = History()
    money.payout_scheduled(history, "claim-1", filed_by="zhang", approved_by="zhang")
    history.approved("claim-2", filed_by="zhang", person="b" * 32)
    money.payout_scheduled(history, "claim-2", filed_by="li", approved_by="li")

    assert [one.subject for one in await found(history, tmp_path)] == ["claim-1"]
