"""Every id that a city's page lists for a question answers YES."""

import pytest

from shared.policy.load import shipped
from shared.policy.pack import Pack
from shared.policy.questions import Question, answer
from tests.policy.city_page import entries


@pytest.mark.parametrize("pack", shipped(), ids=lambda pack: pack.policy_id)
def test_each_entry_of_a_city_s_page_is_found_by_its_id(pack: Pack) -> None:
    found = {
        one: answer(pack, Question(about=one.about, id=one.id, kind=one.kind or None))
        for one in entries(pack)
    }
    assert [one for one, said in found.items() if said.decision != "YES"] == []
    for one, said in found.items():
        assert {*one.clause.split(", ")} <= {cited.clause for cited in said.citations}, one


@pytest.mark.parametrize(
    ("about", "id_", "clause"),
    [
        ("table", "appraisal_fee", "JN-14-1"),
        ("table", "facts.institution_barred", "JN-21-4"),
        ("neutral", "institution_ownership", "JN-12-3"),
        ("role", "review_difficult_firm", "JN-15-2"),
    ],
)
def test_a_table_is_found_by_its_fact_and_a_role_by_its_task(
    about: str, id_: str, clause: str
) -> None:
    jinan = next(pack for pack in shipped() if pack.policy_id == "JN-2019-14")
    said = answer(jinan, Question(about=about, id=id_))  # type: ignore[arg-type]
    assert said.decision == "YES"
    assert clause in {cited.clause for cited in said.citations}
