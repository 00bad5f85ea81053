"""docs/policy/cases.md names for each reason the cities that can say it: no other ever does."""

from random import Random

import pytest

from shared.policy.judge import judge
from shared.policy.load import shipped
from shared.policy.pack import Pack
from shared.policy.questions import About, answer
from shared.policy.written.judging import judged
from tests.policy.random_cases import Cases
from tests.policy.said_page import ABOUT, answered_yes, can_say, fields_read
from tests.policy.written import cases, packs


@pytest.mark.parametrize("pack", shipped(), ids=lambda pack: pack.policy_id)
def test_a_city_says_only_what_the_page_says_that_it_can(pack: Pack) -> None:
    said: set[str] = set()
    for one in Cases(pack, Random(7)).made(400):
        found = judge(pack, one.claim, one.facts, one.history, one.on)
        said |= {*found.reasons, *found.flags}
    assert {code for code in said if not can_say(pack, code)} == set()


def test_no_written_case_says_what_the_page_leaves_out() -> None:
    outcomes = [judged(case, packs()) for case in cases() if case.subject()]
    told = [(o.pack, code) for o in outcomes for code in (*o.answer.reasons, *o.answer.flags)]
    assert [(pack.policy_id, code) for pack, code in told if not can_say(pack, code)] == []


def test_a_reason_that_a_city_has_no_rule_for_is_not_named() -> None:
    able = {pack.policy_id for pack in shipped() if can_say(pack, "ADVANCE_RATIO")}
    assert able == {pack.policy_id for pack in shipped() if pack.content.advance is not None}
    assert "claim.claimed_fen" in {field for pack in shipped() for field in fields_read(pack)}


def test_each_sort_of_question_has_an_example_that_is_answered_yes() -> None:
    assert {*ABOUT} == {*About.__args__}  # type: ignore[attr-defined]
    for about in ABOUT:
        pack, question = next(answered_yes(about))
        assert answer(pack, question).decision == "YES"
