"""Each refusal, hold and flag of the judge, and what a judgement says beside its decision."""

from datetime import date
from typing import Any

import pytest

from shared.policy.cases import Cited, Fact, FactUsed, History, Missing, Step
from shared.policy.judge import stated_facts
from shared.policy.load import PACKS, huludao, load_pack
from tests.policy.builders import CERTIFICATE, PACK_TEXT, claim, earlier, judged, pack_with

THREE = tuple(earlier(f"claim-{i}", occupation=f"4-03-02-0{i}", year=2020) for i in (1, 2, 3))


def past(**known: Any) -> History:
    return History(subsidies=(earlier("claim-1", **known),))


@pytest.mark.parametrize(
    ("said", "reason", "clause"),
    [
        ({"certificate_issued_on": date(2019, 7, 30)}, "POLICY_NOT_IN_FORCE", "HLD-99-1"),
        ({"certificate_issued_on": date(2022, 1, 1)}, "POLICY_NOT_IN_FORCE", "HLD-99-1"),
        ({"group": "HLD.G.veteran"}, "GROUP_NOT_MET", "HLD-1.5-1"),
        ({"agreement": None}, "NO_AGREEMENT", "HLD-1.5-2"),
    ],
)
def test_a_claim_that_breaks_a_rule_is_rejected_with_its_clause(
    said: dict[str, Any], reason: str, clause: str
) -> None:
    found = judged(claim(**said))
    assert (found.decision, found.reasons, found.amount_fen) == ("REJECT", (reason,), 0)
    assert found.citations == (Cited(clause=clause),)
    assert found.payee_kind is None


def test_a_person_who_is_no_insured_employee_is_rejected() -> None:
    facts = stated_facts(huludao(), claim()) | {
        "insured_employee": Fact(value=False, source="SI_EMPLOY")
    }
    assert judged(claim(), facts=facts).reasons == ("GROUP_NOT_MET",)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"kind": "HLD.K.nothing"}, "POLICY_SILENT"),
        ({"jurisdiction": "370100"}, "JURISDICTION_NOT_COVERED"),
        ({"level": "none"}, "LEVEL_NOT_IN_TABLE"),
        ({"certificate_type": "training_pass"}, "LEVEL_NOT_IN_TABLE"),
        ({"certificate": None}, "CERTIFICATE_MISSING"),
        ({"claimed_on": date(2020, 5, 9)}, "DATES_OUT_OF_ORDER"),
        ({"paid_by": "institution"}, "POLICY_SILENT"),
        ({"payee_kind": "enterprise"}, "PAYEE_DIFFERS"),
        ({"paid_by": "enterprise"}, "PAYEE_DIFFERS"),
        ({"claimed_on": date(2022, 1, 1)}, "FILED_AFTER_EXPIRY"),
        ({"paid_by": None}, "FACT_MISSING"),
    ],
)
def test_what_the_policy_does_not_settle_waits_for_a_person(
    said: dict[str, Any], reason: str
) -> None:
    found = judged(claim(**said))
    assert (found.decision, found.reasons, found.amount_fen) == ("HOLD", (reason,), 0)


def test_an_approval_cites_only_the_gates_that_were_looked_at() -> None:
    facts = stated_facts(huludao(), claim())
    licensed = facts | {"occupation_licensed": Fact(value=True, source="INST_REG")}
    cited = [{c.clause for c in judged(claim(), facts=f).citations} for f in (facts, licensed)]
    assert ("HLD-4-1" in cited[0], "HLD-4-1" in cited[1]) == (False, True)


def test_an_approval_cites_the_clause_on_hours_only_where_hours_were_told() -> None:
    rudong = load_pack(PACKS / "rudong-tasktable.yaml")
    case = claim(kind="RD.K.training", group="RD.G.unemployed", jurisdiction="320623")
    told = {"unemployed": True, "certificate_genuine": True, "catalogue_amount_fen": 150_000}
    hours = {"offline_hours": 80, "required_hours": 80}
    cited = []
    for known in (told, told | hours):
        facts = {name: Fact(value=value, source="case") for name, value in known.items()}
        cited.append({c.clause for c in judged(case, facts=facts, pack=rudong).citations})
    assert ["RD-10-2" in one for one in cited] == [False, True]


def test_an_approval_never_cites_a_clause_on_fraud() -> None:
    alive = stated_facts(huludao(), claim())
    alive |= {"died_on": Fact(value=date(2020, 5, 20), source="POLICE")}
    found = judged(claim(), facts=alive)
    assert found.decision == "APPROVE"
    assert "HLD-12-2" not in {c.clause for c in found.citations}


def test_an_unanswered_fact_holds_and_names_the_register_and_the_day_to_ask() -> None:
    facts = stated_facts(huludao(), claim()) | {"agreement_in_force": None}
    found = judged(claim(), facts=facts)
    assert (found.decision, found.reasons) == ("HOLD", ("FACT_MISSING",))
    assert found.missing == (
        Missing(fact="agreement_in_force", register="INST_REG", as_of=date(2020, 3, 2)),
    )
    assert found.interpretations == ()  # INT-15 is about the group


@pytest.mark.parametrize("answer", [None, Fact(value="yes", source="INST_REG")])
def test_an_empty_answer_or_one_of_the_wrong_type_is_unknown(answer: Fact | None) -> None:
    facts = {**stated_facts(huludao(), claim()), "agreement_in_force": answer}
    assert judged(claim(), facts=facts).decision == "HOLD"


def test_a_statement_that_the_claimant_left_out_is_asked_of_the_claimant() -> None:
    found = judged(claim(paid_by=None))
    assert found.missing == (Missing(fact="claim.paid_by", register="CLAIMANT", as_of=None),)


def test_a_refusal_outranks_what_is_unknown() -> None:
    found = judged(claim(), facts={"agreement_in_force": Fact(value=False, source="INST_REG")})
    assert (found.decision, found.reasons) == ("REJECT", ("NO_AGREEMENT",))
    assert found.missing == ()


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        (past(certificate=CERTIFICATE), "DUP_CERTIFICATE"),
        (past(occupation="6-31-01-03", level="L4"), "DUP_OCC_LEVEL"),
        (History(subsidies=THREE), "LIMIT_YEAR"),
    ],
)
def test_a_used_slot_rejects_and_cites_the_claims_that_hold_it(
    history: History, reason: str
) -> None:
    found = judged(claim(), history=history)
    assert (found.decision, found.reasons) == ("REJECT", (reason,))
    assert found.conflicts == tuple(one.stream for one in history.subsidies)


def test_an_earlier_claim_of_this_certificate_is_not_cited_a_second_time_for_its_level() -> None:
    same = past(certificate=CERTIFICATE, occupation="6-31-01-03", level="L4")
    assert judged(claim(), history=same).reasons == ("DUP_CERTIFICATE",)


def test_a_certificate_of_another_person_holds_and_flags() -> None:
    found = judged(claim(), history=History(same_certificate_other_person=("claim-9",)))
    assert (found.decision, found.reasons) == ("HOLD", ("CERT_TWO_PERSONS",))
    assert (found.flags, found.conflicts) == (("CERT_TWO_PERSONS",), ("claim-9",))


def test_a_lower_level_after_a_higher_one_is_approved_and_flagged() -> None:
    found = judged(claim(), history=past(occupation="6-31-01-03", level="L3"))
    assert (found.decision, found.flags) == ("APPROVE", ("LOWER_AFTER_HIGHER",))
    assert (found.conflicts, found.interpretations) == (("claim-1",), ("INT-06",))


def test_subsidies_of_another_year_or_not_counted_leave_the_year_free() -> None:
    last_year = tuple(earlier(f"old-{i}", year=2019) for i in (1, 2, 3))
    free = (earlier("living", year=2020, counted=False), *last_year, *THREE[:2])
    assert judged(claim(), history=History(subsidies=free)).decision == "APPROVE"


def test_a_certificate_of_the_last_day_is_in_force() -> None:
    last = claim(certificate_issued_on=date(2021, 12, 31), claimed_on=date(2021, 12, 31))
    assert judged(last).decision == "APPROVE"


def test_an_approval_shows_its_computation_facts_policy_and_year() -> None:
    found = judged(claim())
    assert found.steps == (
        Step(clause="HLD-1.5-1", what="table", inputs=("L4", "skill_level"), amount_fen=2_000_00),
    )
    assert sum(one.amount_fen for one in found.citations) == found.amount_fen == 2_000_00
    assert found.facts_used[0] == FactUsed(
        name="insured_employee",
        fact=Fact(value=True, source="claim", valid_at=date(2020, 3, 2)),
    )
    assert (found.policy_id, found.version, found.year) == ("HLD-2019-37", 1, 2020)
    assert found.content_sha256 == huludao().content_sha256


def test_every_code_that_a_judgement_can_carry_has_words_in_both_languages() -> None:
    words = huludao().reasons["LIMIT_YEAR"]
    assert (words.zh, words.en) == (
        "本人当年领取补贴的次数已满。",
        "The person has used all subsidies of the year.",
    )


@pytest.mark.parametrize(
    ("switch", "said", "history", "decision"),
    [
        (("choice: certificate_issued_on", "choice: claimed_on"),
         {"training_from": date(2019, 6, 3), "certificate_issued_on": date(2019, 7, 1)},
         History(), "APPROVE"),
        (("choice: calendar/claimed_on", "choice: calendar/certificate_issued_on"),
         {"certificate_issued_on": date(2020, 5, 1), "claimed_on": date(2021, 1, 4)},
         History(subsidies=THREE), "REJECT"),
        (("choice: calendar/claimed_on", "choice: policy/claimed_on"),
         {"claimed_on": date(2021, 7, 30)}, History(subsidies=THREE), "REJECT"),
        (("choice: calendar/claimed_on", "choice: policy/claimed_on"),
         {"claimed_on": date(2020, 7, 30)}, History(subsidies=THREE), "APPROVE"),
        (("choice: all_payees", "choice: individual_only"),
         {"paid_by": "enterprise", "payee_kind": "enterprise"},
         History(subsidies=THREE), "APPROVE"),
        (("choice: level_only", "choice: level_and_certificate_type"), {},
         past(occupation="6-31-01-03", level="L4", certificate_type="qualification"), "APPROVE"),
        (("choice: allow_and_flag", "choice: reject"), {},
         past(occupation="6-31-01-03", level="L3"), "REJECT"),
        (("id: INT-10\n  choice: hold", "id: INT-10\n  choice: reject"),
         {"level": "none"}, History(), "REJECT"),
        (("id: INT-18\n  choice: hold", "id: INT-18\n  choice: allow"),
         {"claimed_on": date(2022, 1, 1)}, History(), "APPROVE"),
        (("id: INT-18\n  choice: hold", "id: INT-18\n  choice: reject"),
         {"claimed_on": date(2022, 1, 1)}, History(), "REJECT"),
    ],
)  # fmt: skip
def test_another_reading_is_another_line_of_the_pack(
    switch: tuple[str, str], said: dict[str, Any], history: History, decision: str
) -> None:
    case = claim(**said)
    assert judged(case, history=history, pack=pack_with(switch)).decision == decision
    assert judged(case, history=history).decision != decision


def test_an_amount_of_a_catalogue_that_is_not_loaded_holds() -> None:
    table = PACK_TEXT[PACK_TEXT.index("  amount:\n") : PACK_TEXT.index("  payees:\n  - payee")]
    catalogue = "  amount:\n    type: catalogue\n    clause: HLD-1.5-1\n"
    catalogue += "    fact: catalogue_amount_fen\n"
    found = judged(claim(), pack=pack_with((table, catalogue)))
    assert (found.decision, found.reasons) == ("HOLD", ("AMOUNT_CATALOGUE",))


def test_a_number_is_stated_where_the_claim_says_so_and_by_its_own_field() -> None:
    months = stated_facts(huludao(), claim(months_claimed=4))["months_worked"]
    assert (months.value, months.source) == (4, "claim")
    assert "months_worked" not in stated_facts(huludao(), claim())
    assert stated_facts(huludao(), claim())["insured_months"].value == 12  # the least that is asked
    assert "insured_months" not in stated_facts(huludao(), claim(group="HLD.G.disabled"))
