"""The worked examples of the policy documents, each from its own file."""

import pytest

from shared.policy.judge import judge
from shared.policy.load import huludao
from tests.policy.case_files import FOLDER, Case, differences, read_cases

CASES = list(read_cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case)
def test_a_worked_example_is_decided_as_written(case: Case) -> None:
    assert case.policy == huludao().policy_id
    found = judge(huludao(), case.claim, case.known(), case.history, case.on)
    assert differences(case.expect, found) == []


def test_every_file_holds_the_example_that_it_is_named_after() -> None:
    names = {path.stem for path in FOLDER.glob("*.yaml")}
    assert {case.case.partition("-")[0] for case in CASES} == names
    assert len(CASES) == 23


def test_a_wrong_expectation_is_seen() -> None:
    first, second = CASES[0], CASES[1]
    found = judge(huludao(), first.claim, first.known(), first.history, first.on)
    assert differences(first.expect, found) == []
    assert differences(second.expect, found) == ["amount_fen: 150000 != 200000"]
