"""What the pack asks about a claim, and which answers make its facts true, false or unknown."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.claims.verification.questions import questions_of, verified
from services.claims.verification.verified import Verified
from shared.events.verifications import RegisterFact
from tests.claims.claim.builders import CLERK, FILER, PACK, PLACE, content
from tests.claims.verification.builders import ANSWER_ID, INSPECTOR, answered, requested, state
from tests.folding import Happened

CLAIM = msgspec.structs.replace(content(), institution="INST-1")
WANTED = {wanted.spec.id: wanted for wanted in questions_of(CLAIM, PACK)}


def known(fact: str, outcome: str, *facts: RegisterFact, by: str = "system") -> Verified:
    """What the claim knows after one answer to the fact's question."""
    happened = answered(outcome, by=by)
    said: Any = msgspec.structs.replace(happened.facts, facts=facts)
    one = state(requested(), Happened(said, by))
    return verified(CLAIM, 1, PLACE, PACK, {WANTED[fact].stream_id: one}, (FILER, CLERK))


def value(fact: str, outcome: str, *facts: RegisterFact) -> Any:
    found = known(fact, outcome, *facts).facts.get(fact)
    return None if found is None else found.value


def agreed(first: date | None, last: date | None, **more: Any) -> RegisterFact:
    return RegisterFact(attribute="agreement", valid_from=first, valid_to=last, **more)


DAY = CLAIM.training_from
END = CLAIM.training_to
BEFORE, AFTER = date(DAY.year - 1, 1, 1), date(END.year + 1, 12, 31)


def test_the_pack_asks_each_register_about_the_day_that_it_names() -> None:
    asked = {
        (w.keys.register, w.keys.question, w.keys.as_of, w.keys.until) for w in WANTED.values()
    }

    assert asked == {
        ("SI_EMPLOY", "insured_month", CLAIM.training_from, None),
        ("CERT_REG", "certificate", CLAIM.certificate_issued_on, None),
        ("INST_REG", "agreement", CLAIM.training_from, CLAIM.training_to),
    }


def test_two_claims_with_the_same_question_share_its_stream() -> None:
    other = msgspec.structs.replace(CLAIM, occupation="6-18-01-01", person="33" * 16)
    streams = {w.spec.id: w.stream_id for w in questions_of(other, PACK)}

    assert streams["agreement_in_force"] == WANTED["agreement_in_force"].stream_id
    assert streams["insured_employee"] != WANTED["insured_employee"].stream_id


def test_a_question_without_its_subject_is_not_asked() -> None:
    nobody = msgspec.structs.replace(CLAIM, institution=None, certificate=None)

    assert {w.spec.id for w in questions_of(nobody, PACK)} == {"insured_employee"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((agreed(BEFORE, AFTER),), True),
        ((agreed(None, None),), True),
        ((agreed(DAY, END),), True),
        ((agreed(BEFORE, DAY), agreed(date.fromordinal(DAY.toordinal() + 1), AFTER)), True),
        ((agreed(BEFORE, DAY), agreed(date.fromordinal(DAY.toordinal() + 2), AFTER)), False),
        ((agreed(BEFORE, DAY),), False),
        ((agreed(date.fromordinal(DAY.toordinal() + 1), AFTER),), False),
        ((agreed(BEFORE, AFTER, holds=False),), False),
        ((RegisterFact(attribute="licence", valid_from=BEFORE, valid_to=AFTER),), False),
        ((), False),
    ],
)
def test_an_agreement_counts_when_it_holds_on_every_training_day(
    facts: tuple[RegisterFact, ...], expected: bool
) -> None:
    assert value("agreement_in_force", "confirmed", *facts) is expected


@pytest.mark.parametrize(("outcome", "expected"), [("refuted", False), ("not_found", False)])
def test_what_a_register_refutes_or_does_not_find_is_false(outcome: str, expected: bool) -> None:
    assert value("agreement_in_force", outcome, agreed(BEFORE, AFTER)) is expected


def test_an_unclear_answer_stays_unknown() -> None:
    assert value("agreement_in_force", "unclear", agreed(BEFORE, AFTER)) is None


@pytest.mark.parametrize(("level", "expected"), [("L4", True), ("L3", False), (None, False)])
def test_a_certificate_of_another_level_is_not_the_claimed_one(
    level: str | None, expected: bool
) -> None:
    paper = RegisterFact(
        attribute="certificate", valid_from=CLAIM.certificate_issued_on, level=level
    )

    assert CLAIM.level == "L4"
    assert value("certificate_genuine", "confirmed", paper) is expected


def test_a_fact_names_its_register_its_answer_and_its_day() -> None:
    fact = known("agreement_in_force", "not_found").facts["agreement_in_force"]

    assert (fact.source, fact.reference, fact.valid_at) == ("SI_EMPLOY", ANSWER_ID, DAY)


def test_who_answered_by_hand_is_named_by_answer() -> None:
    by_hand = known("agreement_in_force", "not_found", by=INSPECTOR)

    assert by_hand.verifiers([ANSWER_ID]) == (INSPECTOR,)
    assert by_hand.verifiers([]) == ()


@pytest.mark.parametrize("hand", [FILER, CLERK])
def test_what_a_hand_of_the_claim_answered_on_paper_stays_unknown(hand: str) -> None:
    assert known("agreement_in_force", "confirmed", agreed(BEFORE, AFTER), by=hand).facts == {}


def test_what_was_asked_about_another_content_says_nothing() -> None:
    said = known("agreement_in_force", "not_found")

    assert set(said.facts_for(1)) == {"agreement_in_force"}
    assert said.facts_for(2) == {}


def asked(**said: Any) -> set[str]:
    return {wanted.spec.id for wanted in questions_of(content(**said), PACK)}


def test_a_register_is_asked_only_where_the_claim_says_that_the_fact_may_matter() -> None:
    assert "issuer_in_pilot_scope" not in asked()
    assert "issuer_in_pilot_scope" in asked(issuer_class="enterprise")
    assert "died_on" not in asked()  # the insured month of the first day shows it
    assert "died_on" in asked(kind="HLD.K.free_training", group="HLD.G.disabled")


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ({"employer": "ENT-1", "payee_kind": "enterprise", "payee": "ENT-2"}, "ENT-1"),
        ({"payee_kind": "enterprise", "payee": "ENT-2"}, "ENT-2"),
        ({"payee_kind": "individual", "payee": None, "organisation": "ENT-3"}, "ENT-3"),
    ],
)
def test_an_enterprise_is_asked_about_by_its_code_and_no_person_is_named(
    said: dict[str, Any], subject: str
) -> None:
    firm = content(kind="HLD.K.transfer", group="HLD.G.difficult_firm", **said)
    [wanted] = [w for w in questions_of(firm, PACK) if w.spec.id == "difficult_firm"]
    assert (wanted.keys.organisation, wanted.keys.person, wanted.keys.certificate) == (
        subject, None, None,
    )  # fmt: skip


def test_two_facts_of_one_claim_may_rest_on_one_question() -> None:
    prisoner = content(kind="HLD.K.free_training", group="HLD.G.prisoner")
    streams = {w.spec.id: w.stream_id for w in questions_of(prisoner, PACK)}
    assert streams["release_on"] == streams["prisoner"]


def test_claims_of_apprentices_ask_three_questions() -> None:
    """They come by the thousand: each further question is asked as often."""
    apprentice = {"kind": "HLD.K.apprentice", "group": "HLD.G.apprentice"}
    assert asked(**apprentice) == {
        "insured_employee", "apprenticeship_completed", "certificate_genuine",
    }  # fmt: skip
