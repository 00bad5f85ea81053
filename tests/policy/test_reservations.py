"""What an approval takes, and who is told when a slot is not free."""

from datetime import date
from typing import Any

import msgspec
import pytest

from shared.policy.cases import ClaimCase, Fact, RecordedException
from shared.policy.document import PackRefused
from shared.policy.load import huludao
from shared.policy.pack import Pack
from shared.policy.reservations import (
    Holder,
    Refused,
    ReservationKey,
    Taken,
    history_of,
    keys_wanted,
    take,
    take_imported,
)
from tests.policy.builders import CERTIFICATE, OTHER, PERSON, claim, judged, pack_with

LEVEL = ReservationKey("occupation-level", f"{PERSON}/6-31-01-03/L4")
PAPER = ReservationKey("certificate", CERTIFICATE)
Held = dict[ReservationKey, Holder]


def slot(n: int, year: int = 2020) -> ReservationKey:
    return ReservationKey("person-year", f"{PERSON}/training/calendar/claimed_on/{year}/{n}")


def held(*keys: ReservationKey, person: str = PERSON) -> Held:
    return {key: Holder(f"claim-{i}", person) for i, key in enumerate(keys, start=1)}


def asked(
    holders: Held, case: ClaimCase | None = None, stream: str = "claim-new"
) -> Taken | Refused:
    return take(huludao(), case or claim(), PERSON, stream, holders)


def test_an_approval_takes_the_certificate_the_level_and_the_first_slot_in_order() -> None:
    taken = asked({})
    assert isinstance(taken, Taken)
    assert taken.keys == tuple(sorted((PAPER, LEVEL, slot(1))))
    assert (taken.note, taken.year, taken.year_slot) == (PERSON, 2020, 1)


def test_all_slots_and_higher_levels_are_looked_up() -> None:
    wanted = keys_wanted(huludao(), claim(), PERSON)
    levels = [ReservationKey("occupation-level", f"{PERSON}/6-31-01-03/L{n}") for n in (1, 2, 3, 4)]
    # also those of an appraisal: another person may hold the same certificate there
    papers = (ReservationKey("certificate", f"appraisal/{CERTIFICATE}"), PAPER)
    assert wanted == (*papers, *levels, *(slot(n) for n in range(1, 9)))  # three, and five beyond


def test_a_level_that_nobody_said_is_looked_up_at_every_level() -> None:
    unsaid = claim(level="none")
    assert LEVEL in keys_wanted(huludao(), unsaid, PERSON)
    refused = asked(held(LEVEL), unsaid)
    assert isinstance(refused, Refused)
    assert (refused.decision, refused.reasons) == ("HOLD", ("FACT_MISSING",))
    assert isinstance(asked({}, unsaid), Taken)


def test_a_certificate_without_level_takes_one_place_whatever_level_is_written() -> None:
    for level in ("L4", "none"):
        taken = asked({}, claim(certificate_type="training_pass", level=level))
        assert isinstance(taken, Taken)
        assert [k.key for k in taken.keys if k.kind == "occupation-level"] == [
            f"{PERSON}/6-31-01-03/none:training_pass"
        ]


def test_the_third_slot_is_the_last() -> None:
    third = asked(held(slot(1), slot(2)))
    assert isinstance(third, Taken)
    assert third.year_slot == 3
    fourth = asked(held(slot(1), slot(2), slot(3)))
    assert isinstance(fourth, Refused)
    assert (fourth.decision, fourth.reasons) == ("REJECT", ("LIMIT_YEAR",))
    assert (fourth.clauses, fourth.conflicts) == (
        ("HLD-10-2",),
        ("claim-1", "claim-2", "claim-3"),
    )


FULL = (slot(1), slot(2), slot(3))
BY_TWO = RecordedException(clause="HLD-10-2", approvers=("clerk-1", "approver-2"))
MUST = pack_with(("strength: principle", "strength: must"))


def passing(holders: Held, *exceptions: RecordedException, pack: Pack | None = None) -> Any:
    return take(pack or huludao(), claim(), PERSON, "claim-new", holders, exceptions)


def test_a_limit_in_principle_is_passed_by_an_exception_of_two_persons_in_a_slot_beyond() -> None:
    taken = passing(held(*FULL), BY_TWO)
    assert isinstance(taken, Taken)
    assert slot(4) in taken.keys
    assert taken.year_slot == 4
    fifth = passing(held(*FULL, slot(4)), BY_TWO)
    assert fifth.year_slot == 5


@pytest.mark.parametrize(
    "exception",
    [
        RecordedException(clause="HLD-10-2", approvers=("clerk-1", "clerk-1")),
        RecordedException(clause="HLD-10-2", approvers=("clerk-1",)),
        RecordedException(clause="HLD-10-3", approvers=("clerk-1", "approver-2")),
    ],
)
def test_an_exception_of_one_person_or_for_another_clause_passes_nothing(
    exception: RecordedException,
) -> None:
    assert isinstance(passing(held(*FULL), exception), Refused)


def test_no_exception_passes_a_limit_that_is_a_must() -> None:
    assert isinstance(passing(held(*FULL), BY_TWO, pack=MUST), Refused)
    history = history_of(MUST, claim(), PERSON, "claim-new", held(*FULL))
    history = msgspec.structs.replace(history, exceptions=(BY_TWO,))
    assert judged(claim(), history=history, pack=MUST).decision == "REJECT"


def test_exceptions_pass_a_limit_five_times_and_no_more() -> None:
    every = [slot(n) for n in range(1, 9)]
    assert passing(held(*every[:7]), BY_TWO).year_slot == 8
    assert isinstance(passing(held(*every), BY_TWO), Refused)


def test_what_an_exception_took_counts_when_an_earlier_slot_is_free_again() -> None:
    assert isinstance(asked(held(slot(2), slot(3), slot(4))), Refused)
    taken = asked(held(slot(2), slot(4)))
    assert isinstance(taken, Taken)
    assert taken.year_slot == 1


def test_the_judge_flags_what_passes_by_an_exception_and_cites_the_wording() -> None:
    history = history_of(huludao(), claim(), PERSON, "claim-new", held(*FULL))
    found = judged(claim(), history=msgspec.structs.replace(history, exceptions=(BY_TWO,)))
    assert (found.decision, found.flags) == ("APPROVE", ("LIMIT_EXCEPTED",))
    assert "INT-14" in found.interpretations
    assert "HLD-10-2" in {cited.clause for cited in found.citations}
    assert found.conflicts == ("claim-1", "claim-2", "claim-3")


def test_an_exception_that_is_not_needed_changes_nothing() -> None:
    taken = passing(held(slot(1)), BY_TWO)
    assert isinstance(taken, Taken)
    assert taken.year_slot == 2


def test_an_excepted_claim_keeps_its_slot_beyond_the_limit() -> None:
    """The count is over all slots: one that is free below does not make room for another."""
    refused = asked(held(slot(2), slot(3), slot(4)))
    assert isinstance(refused, Refused)
    taken = passing(held(slot(2), slot(3), slot(4)), BY_TWO)
    assert taken.year_slot == 5


def test_a_freed_slot_in_the_middle_is_taken_again() -> None:
    taken = asked(held(slot(1), slot(3)))
    assert isinstance(taken, Taken)
    assert taken.year_slot == 2


def test_the_year_is_that_of_the_claim() -> None:
    taken = asked(held(slot(1), slot(2), slot(3)), claim(claimed_on=date(2021, 1, 4)))
    assert isinstance(taken, Taken)
    assert slot(1, 2021) in taken.keys


@pytest.mark.parametrize(
    ("holders", "decision", "reason", "clauses"),
    [
        (held(LEVEL), "REJECT", "DUP_OCC_LEVEL", ("HLD-10-3",)),
        (held(PAPER), "REJECT", "DUP_CERTIFICATE", ("HLD-1.5-3", "HLD-10-3")),
        (held(PAPER, person=OTHER), "HOLD", "CERT_TWO_PERSONS", ("HLD-9-1",)),
    ],
)
def test_a_held_slot_refuses_and_cites_its_holder(
    holders: Held, decision: str, reason: str, clauses: tuple[str, ...]
) -> None:
    refused = asked(holders)
    assert isinstance(refused, Refused)
    assert (refused.decision, refused.reasons) == (decision, (reason,))
    assert (refused.clauses, refused.conflicts) == (clauses, ("claim-1",))


def test_one_earlier_claim_that_holds_everything_is_cited_once_by_the_certificate() -> None:
    everything = dict.fromkeys((PAPER, LEVEL, slot(1)), Holder("claim-1", PERSON))
    refused = asked(everything)
    assert isinstance(refused, Refused)
    assert (refused.reasons, refused.conflicts) == (("DUP_CERTIFICATE",), ("claim-1",))


def test_a_claim_is_not_in_its_own_way_and_keeps_the_slot_that_it_has() -> None:
    own = dict.fromkeys((PAPER, LEVEL, slot(2)), Holder("claim-1", PERSON))
    taken = asked(own, stream="claim-1")
    assert isinstance(taken, Taken)
    assert taken.keys == tuple(sorted(own))
    assert taken.year_slot == 2


def test_the_judge_and_the_reservations_refuse_for_the_same_reason() -> None:
    holders = held(slot(1), slot(2), slot(3))
    history = history_of(huludao(), claim(), PERSON, "claim-new", holders)
    refused = asked(holders)
    assert isinstance(refused, Refused)
    assert judged(claim(), history=history).reasons == refused.reasons


def test_a_higher_level_read_off_the_holders_flags_the_lower_one() -> None:
    higher = ReservationKey("occupation-level", f"{PERSON}/6-31-01-03/L2")
    history = history_of(huludao(), claim(), PERSON, "claim-new", held(higher))
    found = judged(claim(), history=history)
    assert (found.decision, found.flags) == ("APPROVE", ("LOWER_AFTER_HIGHER",))


def test_types_without_level_are_one_level_each() -> None:
    taken = asked({}, claim(level="none", certificate_type="training_pass"))
    assert isinstance(taken, Taken)
    key = ReservationKey("occupation-level", f"{PERSON}/6-31-01-03/none:training_pass")
    assert key in taken.keys


def test_a_subsidy_that_does_not_count_takes_no_slot_of_the_year() -> None:
    pack = pack_with(("choice: all_payees", "choice: individual_only"))
    paid = claim(paid_by="enterprise", payee_kind="enterprise")
    taken = take(pack, paid, PERSON, "claim-new", held(slot(1), slot(2), slot(3)))
    assert isinstance(taken, Taken)
    assert (taken.keys, taken.year_slot) == ((PAPER, LEVEL), 0)


def test_an_imported_decision_takes_what_is_free_and_is_never_refused() -> None:
    holders = held(PAPER, slot(1), slot(2), slot(3), person=OTHER)
    taken = take_imported(huludao(), claim(), PERSON, "claim-old", holders, year=2020)
    assert (taken.keys, taken.year_slot) == ((LEVEL,), 0)


def test_an_imported_decision_looks_up_and_takes_the_slots_of_its_own_year() -> None:
    wanted = keys_wanted(huludao(), claim(), PERSON, year=2019)
    taken = take_imported(huludao(), claim(), PERSON, "claim-old", held(slot(1, 2019)), year=2019)
    assert slot(2, 2019) in taken.keys
    assert set(taken.keys) <= set(wanted)


def test_a_kind_that_the_pack_does_not_know_takes_nothing() -> None:
    taken = asked({}, claim(kind="HLD.K.nothing"))
    assert isinstance(taken, Taken)
    assert taken.keys == ()


WORKING = claim(
    kind="HLD.K.work_training", group="HLD.G.hard_to_employ", certificate=None,
    payee_kind="enterprise", level="none", certificate_type="none",
    training_from=date(2019, 12, 1), training_to=date(2020, 5, 31),
)  # fmt: skip


COURSE = ReservationKey("occupation-level", f"{PERSON}/6-31-01-03/none:none")


def month(n: int, kind: str = "HLD.K.work_training") -> ReservationKey:
    return ReservationKey("person-month", f"{PERSON}/{kind}/{n}")


def months_held(*numbers: int, stream: str = "claim-1") -> Held:
    return {month(n): Holder(stream, PERSON) for n in numbers}


def working(holders: Held, months: int, stream: str = "claim-new") -> Taken | Refused:
    return take(huludao(), WORKING, PERSON, stream, holders, months=months)


def test_work_based_training_takes_a_slot_for_each_month_that_it_pays() -> None:
    months, slots = (month(n) for n in range(1, 7)), (slot(n) for n in range(1, 9))
    assert keys_wanted(huludao(), WORKING, PERSON) == (COURSE, *months, *slots)
    taken = working(months_held(2), 3)
    assert isinstance(taken, Taken)
    assert taken.keys == (COURSE, month(1), month(3), month(4), slot(1))


def test_work_based_training_is_one_of_the_three_times_of_the_year() -> None:
    full = working(held(*FULL), 1)
    assert isinstance(full, Refused)
    assert (full.reasons, full.clauses) == (("LIMIT_YEAR",), ("HLD-10-2",))


def test_no_seventh_month_is_paid_and_a_part_of_what_was_proposed_is_held() -> None:
    full, rest = working(months_held(*range(1, 7)), 1), working(months_held(1, 2, 3, 4), 3)
    assert isinstance(full, Refused)
    assert (full.decision, full.reasons) == ("REJECT", ("LIMIT_MONTHS",))
    assert isinstance(rest, Refused)
    assert (rest.decision, rest.reasons, rest.clauses, rest.conflicts) == (
        "HOLD", ("MONTHS_TAKEN",), ("HLD-2.3-1",), ("claim-1",),
    )  # fmt: skip


def test_a_claim_keeps_its_months_and_those_of_another_kind_are_their_own() -> None:
    again = working(months_held(2, 3, stream="claim-1"), 2, stream="claim-1")
    assert isinstance(again, Taken)
    assert again.keys == (COURSE, month(2), month(3), slot(1))
    others = {month(n, "HLD.K.work_training_poor"): Holder("claim-9", PERSON) for n in range(1, 7)}
    assert isinstance(working(others, 6), Taken)


def test_the_history_counts_the_months_of_each_claim_for_the_judge() -> None:
    held_months = months_held(1, 2) | months_held(3, stream="claim-2")
    history = history_of(huludao(), WORKING, PERSON, "claim-new", held_months)
    found = {s.stream: (s.kind, s.months) for s in history.subsidies}
    assert found == {"claim-1": (WORKING.kind, 2), "claim-2": (WORKING.kind, 1)}
    known = {
        name: Fact(value=value, source="case")
        for name, value in {
            "months_worked": 6, "minimum_wage_fen": 100_001, "hard_to_employ": True,
            "employer_insured": True,
        }.items()
    }  # fmt: skip
    judgement = judged(WORKING, facts=known, history=history)
    assert (judgement.decision, judgement.months, judgement.amount_fen) == ("APPROVE", 3, 300_003)


def test_where_each_employer_counts_alone_no_month_is_a_slot() -> None:
    pack = pack_with(("choice: per_person\n", "choice: per_employer\n"))
    assert keys_wanted(pack, WORKING, PERSON) == (COURSE, *(slot(n) for n in range(1, 9)))
    assert isinstance(take(pack, WORKING, PERSON, "claim-new", {}, months=6), Taken)


def test_an_imported_decision_takes_the_months_that_are_free() -> None:
    taken = take_imported(
        huludao(), WORKING, PERSON, "claim-old", months_held(1, 2, 3, 4), year=2020, months=6
    )
    assert taken.keys == (COURSE, month(5), month(6), slot(1))


def test_a_pack_cannot_share_more_months_than_an_approval_can_name() -> None:
    with pytest.raises(PackRefused, match="at most 48 months"):
        pack_with(("      max: 6\n      shared: true", "      max: 49\n      shared: true"))
