"""What two packs say otherwise: entry by entry, words folded, and decision by decision."""

import pytest

from shared.policy.cases import ClaimCase
from shared.policy.differing import TEXTS, Change, changes, shifts
from shared.policy.load import parse_pack
from shared.policy.written.casefile import CaseFile
from tests.claims.policy.versions import (
    LESS_FOR_L5,
    MORE_FOR_L4,
    POLICY,
    TODAY,
    pack_of,
    text_of,
)

KIND = "HLD.K.employee_skill"
ONE = pack_of(1)[0]


def test_two_versions_that_say_the_same_have_no_changes() -> None:
    assert changes(ONE, pack_of(2)[0]) == ()


def test_a_change_names_entry_field_old_new_and_clause() -> None:
    [found] = changes(ONE, pack_of(2, MORE_FOR_L4)[0])
    entry = f"kinds[{KIND}].amount.rows[qualification/skill_level/L4]"
    assert found == Change(entry, "amount_fen", "200000", "260000", "HLD-1.5-1")


def test_an_entry_that_comes_or_goes_is_one_line() -> None:
    other = parse_pack(text_of(2).replace(KIND, f"{KIND}ed"))
    found = {one.entry: (one.old, one.new) for one in changes(ONE, other)}
    assert found[f"kinds[{KIND}]"] == ("taken out", "")
    assert found[f"kinds[{KIND}ed]"] == ("", "added")
    assert not [entry for entry in found if entry.startswith(f"kinds[{KIND}].")]


def test_changed_words_of_one_entry_are_one_line() -> None:
    words = ("zh: 职工岗位技能提升补贴", "zh: 岗位技能补贴")
    [found] = changes(ONE, pack_of(2, words)[0])
    assert (found.entry, found.field, found.new) == (f"kinds[{KIND}]", TEXTS, "name")


@pytest.mark.parametrize(("level", "gained"), [("L5", -50_000), ("L4", 60_000), ("L3", 0)])
def test_a_case_gains_loses_or_stays(level: str, gained: int) -> None:
    case = CaseFile(case="1", policy=POLICY, stated=True, claim=claim(level), on=TODAY)
    other = pack_of(2, MORE_FOR_L4, LESS_FOR_L5)[0]
    [shift] = shifts([case], ONE, other)
    assert (shift.old.decision, shift.new.decision) == ("APPROVE", "APPROVE")
    assert (shift.gained_fen, shift.differs) == (gained, gained != 0)


def test_cases_of_another_policy_are_left_out() -> None:
    case = CaseFile(case="1", policy="ZB-2019-11", stated=True, claim=claim("L4"))
    assert list(shifts([case], ONE, ONE)) == []


def claim(level: str) -> ClaimCase:
    return ClaimCase(
        kind=KIND, group="HLD.G.employee", jurisdiction="211402", occupation="6-31-01-03",
        level=level, certificate_type="skill_level", certificate="c1" * 16,  # type: ignore[arg-type]
        certificate_issued_on=TODAY, training_from=TODAY, training_to=TODAY,
        paid_by="individual", payee_kind="individual", claimed_on=TODAY, agreement="A-7",
        institution="INST-1",
    )  # fmt: skip
