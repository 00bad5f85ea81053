"""Every case written by hand comes out as it says: the worked examples and one for each rule."""

from collections import Counter

import pytest

from shared.policy.written.casefile import CaseFile
from shared.policy.written.judging import judged
from tests.policy.written import cases, packs

JUDGED = [case for case in cases() if case.subject()]
# The numbers of the worked examples; what is missing between them is no example.
WORKED = [
    f"E{n:02}"
    for n in (
        1,
        2,
        3,
        4,
        5,
        7,
        8,
        11,
        12,
        13,
        14,
        16,
        17,
        19,
        20,
        22,
        23,
        24,
        25,
        28,
        29,
        31,
        32,
        35,
        36,
        37,
        40,
        42,
        44,
        46,
        48,
        49,
        50,
        52,
        54,
        55,
        57,
        58,
        59,
        61,
        62,
        64,
        65,
        67,
        69,
        70,
        72,
        73,
        75,
        77,
        78,
        80,
        81,
        82,
        84,
        85,
        88,
        89,
        91,
        94,
        95,
        96,
    )
]


@pytest.mark.parametrize("case", JUDGED, ids=lambda case: case.case)
def test_a_case_is_decided_as_written(case: CaseFile) -> None:
    assert judged(case, packs()).differences == ()


def test_all_62_worked_examples_have_a_case() -> None:
    assert len(WORKED) == 62
    assert {case.case.partition("-")[0] for case in cases()} >= set(WORKED)


def test_every_case_has_a_name_of_its_own_and_an_expectation() -> None:
    assert [name for name, n in Counter(case.case for case in cases()).items() if n > 1] == []
    assert [case.case for case in JUDGED if case.expect is None] == []


def test_a_wrong_expectation_is_seen() -> None:
    first = next(case for case in JUDGED if case.case == "E01")
    other = next(case for case in JUDGED if case.case == "E05")
    assert first.expect is not None
    swapped = CaseFile(
        case="swapped",
        policy=other.policy,
        claim=other.claim,
        facts=other.facts,
        expect=first.expect,
    )
    said = [one.en for one in judged(swapped, packs()).differences]
    assert "decision: expected APPROVE, found REJECT" in said
    assert "amount_fen: expected 200000, found 0" in said
