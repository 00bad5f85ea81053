"""The rules of a plan, each by what had happened, what is asked, and what follows."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from services.claims.plan import approval, decide, problems, refusals
from services.claims.plan.decide import IDENTITY, Plan, Stage, identity_of, slots_of
from services.claims.plan.refusals import (
    CountsDiffer,
    NotWhatWasShown,
    PlanAlreadyFiled,
    PlanNotInThisState,
    PlanSamePersonTwice,
    RateUnknown,
    RosterMissing,
    RosterTooLong,
    RosterUnchanged,
    SettlementTooEarly,
    StalePlan,
)
from services.claims.plan.roster import PART_BYTES, list_roster, outcome_of, parts_of
from services.claims.plan.tariff import Terms, terms_of
from shared.events.plans import PlanApproved, PlanChanged, PlanCompleted, RosterListed
from shared.http.problems import Kind
from shared.store.commands import Decision, Refusal, Slot
from shared.store.unit import Holder
from tests.claims.plan.builders import (
    BASE_FEN,
    CLERK,
    ENTERPRISE,
    FILER,
    FIRST,
    INSTITUTION,
    OTHER,
    PACK,
    PLACE,
    ROSTER,
    SECOND,
    STRANGER,
    accepted,
    after,
    approve,
    approved,
    cancel,
    change,
    complete,
    completed,
    content,
    entry,
    listed,
    listing,
    only,
    state,
    submitted,
)
from tests.folding import Happened, events

LISTED = listed([submitted()])
ACCEPTED = accepted(LISTED)


def terms(**said: Any) -> Terms:
    return terms_of(state(*listed([submitted(**said)])), PACK)


def test_an_approval_pins_heads_times_rate_the_ratio_and_the_policy() -> None:
    """HLD-10-4: up to half; INT-07: of the approved subsidy."""
    facts = only(approve(state(*ACCEPTED), fund="FUND-1"))

    assert isinstance(facts, PlanApproved)
    assert (facts.persons, facts.base_fen, facts.max_ratio_bp) == (2, BASE_FEN, 5_000)
    assert (facts.advance_clause, facts.fund) == ("HLD-10-4", "FUND-1")
    assert (facts.payee_kind, facts.payee) == ("enterprise", ENTERPRISE)
    assert (facts.filed_by, facts.accepted_by) == (FILER, CLERK)
    assert facts.policy.content_sha256 == PACK.content_sha256
    assert facts.settlement_due_on == date(2021, 5, 29)
    assert (facts.plan_version, facts.roster_revision) == (1, 1)


def test_forty_apprentices_at_five_thousand_make_a_base_of_two_hundred_thousand() -> None:
    """Worked example E24."""
    many = [entry(f"{n:032x}", n) for n in range(1, 41)]
    plan = state(*listed([submitted(persons=40, budget_fen=30_000_000)], *many))

    assert terms_of(plan, PACK).base_fen == 20_000_000


def test_a_budget_below_heads_times_rate_is_the_base() -> None:
    """Worked example E28: an approved subsidy of 333.33."""
    given = accepted(listed([submitted(budget_fen=333_33)]))
    facts = only(approve(state(*given), base_fen=333_33))

    assert isinstance(facts, PlanApproved)
    assert (facts.base_fen, facts.budget_fen) == (333_33, 333_33)


def test_places_that_nobody_fills_are_no_base() -> None:
    assert terms(persons=5, budget_fen=5 * 500_000).persons == 2
    assert terms(persons=5, budget_fen=5 * 500_000).base_fen == BASE_FEN


def test_an_approval_names_also_who_only_listed_the_trainees() -> None:
    given = [submitted()]
    given += after(given, list_roster(state(*given), listing(*ROSTER)), "lister-1")
    facts = approved(accepted(given))[-1].facts

    assert isinstance(facts, PlanApproved)
    assert facts.also_by == ("lister-1",)


def test_a_level_without_a_rate_cannot_be_approved() -> None:
    with pytest.raises(RateUnknown):
        terms(level="L5")


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [(date(2018, 1, 1), date(2018, 12, 31)), (date(2022, 1, 1), date(2022, 12, 31))],
)
def test_a_plan_outside_the_dates_of_the_policy_cannot_be_approved(
    starts_on: date, ends_on: date
) -> None:
    with pytest.raises(RateUnknown):
        terms(starts_on=starts_on, ends_on=ends_on)


def test_where_no_rule_pays_an_organisation_nobody_gets_an_advance() -> None:
    """E29: an individual asks for an advance; here the persons pay and are paid themselves."""
    said = terms(kind="HLD.K.employee_skill", organisation=INSTITUTION)

    assert (said.payee_kind, said.payee, said.max_ratio_bp, said.clause) == (
        "individual", None, 0, None,
    )  # fmt: skip


def test_an_enterprise_is_paid_only_where_it_filed_the_plan() -> None:
    assert terms(organisation=ENTERPRISE).payee == ENTERPRISE
    assert terms(organisation=INSTITUTION).payee is None


def test_the_approver_says_yes_to_what_stands_now() -> None:
    plan = state(*ACCEPTED)
    with pytest.raises(StalePlan):
        approve(plan, plan_version=plan.content_version + 1)
    with pytest.raises(StalePlan):
        approve(plan, roster_revision=plan.roster_revision + 1)
    with pytest.raises(NotWhatWasShown):
        approve(plan, base_fen=BASE_FEN + 1)


def test_a_plan_is_not_settled_before_it_ends() -> None:
    with pytest.raises(SettlementTooEarly):
        approve(state(*ACCEPTED), settlement_due_on=date(2021, 2, 27))

    facts = only(approve(state(*ACCEPTED), settlement_due_on=date(2021, 2, 28)))
    assert isinstance(facts, PlanApproved)
    assert facts.settlement_due_on == date(2021, 2, 28)


@pytest.mark.parametrize(
    ("given", "run", "before"),
    [
        (LISTED, lambda p, a: decide.accept_plan(p, decide.AcceptPlan(a, "OFFICE-1")), (FILER,)),
        (LISTED, lambda p, a: decide.return_plan(p, decide.ReturnPlan(a, ("X_Y",))), (FILER,)),
        (ACCEPTED, lambda p, a: approve(p, actor=a), (FILER, CLERK)),
        (
            ACCEPTED,
            lambda p, a: approval.reject_plan(p, approval.RejectPlan(a, ("X_Y",))),
            (FILER, CLERK),
        ),
    ],
    ids=["accept", "return", "approve", "reject"],
)
def test_who_files_accepts_and_approves_a_plan_are_three_persons(
    given: Sequence[Happened], run: Callable[[Plan, str], Decision], before: Sequence[str]
) -> None:
    for actor in before:
        with pytest.raises(PlanSamePersonTwice):
            run(state(*given), actor)
    assert run(state(*given), OTHER).events


def test_who_listed_the_roster_or_changed_the_plan_counts_as_who_filed_it() -> None:
    given = after([submitted()], list_roster(state(submitted()), listing(entry(FIRST))), "lister")
    given = after(given, change(state(*given), level="L3"), "changer")

    for actor in ("lister", "changer", FILER):
        with pytest.raises(PlanSamePersonTwice):
            decide.accept_plan(state(*given), decide.AcceptPlan(actor, "OFFICE-1"))


def test_a_plan_without_trainees_is_not_accepted() -> None:
    with pytest.raises(RosterMissing):
        decide.accept_plan(state(submitted()), decide.AcceptPlan(CLERK, "OFFICE-1"))


def test_a_changed_plan_must_be_accepted_and_approved_again() -> None:
    given = approved()
    decision = change(state(*given), level="L3", budget_fen=600_000)
    plan = state(*after(given, decision, FILER))
    facts = only(decision)

    assert isinstance(facts, PlanChanged)
    assert (facts.revision, facts.supersedes_version) == (1, 1)
    assert plan.stage is Stage.SUBMITTED
    assert plan.accepted_by is None
    assert plan.approval is not None  # what was advanced stays measured by the base of its day
    with pytest.raises(PlanNotInThisState):
        approve(plan)


def test_a_list_before_the_approval_must_be_accepted_again_and_one_after_it_not() -> None:
    another = listing(entry(FIRST, 1, group="OTHER"))
    before = after(ACCEPTED, list_roster(state(*ACCEPTED), another), FILER)
    late = after(approved(), list_roster(state(*approved()), another), FILER)

    assert state(*before).stage is Stage.SUBMITTED
    assert state(*late).stage is Stage.APPROVED


def test_the_same_plan_takes_the_same_identity_and_another_one_another() -> None:
    taken = decide.submit_plan(Plan(), content(), PLACE).takes

    assert taken == [Slot(IDENTITY, identity_of(content(), PLACE))]
    assert identity_of(content(persons=9, budget_fen=1), PLACE) == taken[0].key
    for said in (
        {"organisation": "ENT-2"}, {"kind": "K"}, {"occupation": "O"}, {"level": "L3"},
        {"starts_on": date(2020, 3, 2)}, {"agreement": "AG-2"}, {"manifest": "0" * 64},
    ):  # fmt: skip
        assert identity_of(content(**said), PLACE) != taken[0].key


def test_a_change_into_another_filed_plan_is_refused_and_a_free_identity_is_taken() -> None:
    plan = state(submitted())
    slot = (IDENTITY, identity_of(content(level="L3"), PLACE))
    with pytest.raises(PlanAlreadyFiled):
        change(plan, {slot: Holder("plan-9", "")}, level="L3")

    assert change(plan, level="L3").takes == [Slot(*slot)]
    assert change(plan, persons=9).takes == ()


@pytest.mark.parametrize(
    "end",
    [cancel, lambda plan: approval.reject_plan(plan, approval.RejectPlan(OTHER, ("X_Y",)))],
    ids=["cancelled", "rejected"],
)
def test_a_plan_that_ended_frees_every_identity(end: Callable[[Plan], Decision]) -> None:
    given = after([submitted()], change(state(submitted()), level="L3"), FILER)
    plan = state(*given)

    assert [slot.key for slot in end(plan).frees] == list(plan.identities)
    assert len(plan.identities) == 2


def test_slots_are_the_same_when_they_are_rebuilt_from_events() -> None:
    given = after([submitted()], change(state(submitted()), level="L3"), FILER)
    given = after(given, cancel(state(*given)), FILER)
    rebuilt = [slots_of(event) for event in events(given, "plan-1", PLACE)]

    assert [takes for takes, _ in rebuilt] == [
        decide.submit_plan(Plan(), content(), PLACE).takes,
        change(state(submitted()), level="L3").takes,
        (),
    ]
    assert rebuilt[-1][1] == (IDENTITY,)


def test_a_plan_that_was_approved_once_is_cancelled_not_rejected() -> None:
    given = after(approved(), change(state(*approved()), level="L3"), FILER)

    with pytest.raises(PlanNotInThisState):
        approval.reject_plan(state(*given), approval.RejectPlan(OTHER, ("X_Y",)))
    assert cancel(state(*given)).events


def test_a_list_says_only_what_changes() -> None:
    plan = state(*LISTED)
    again = (entry(FIRST, 7, name="b3RoZXI="), entry(SECOND, 8, group="OTHER"))
    facts = only(list_roster(plan, listing(*again)))

    assert isinstance(facts, RosterListed)
    assert [each.person for each in facts.entries] == [SECOND]
    assert (facts.revision, facts.part, facts.parts) == (2, 1, 1)
    assert [outcome_of(plan.roster, each) for each in again] == ["already", "submitted"]
    with pytest.raises(RosterUnchanged):
        list_roster(plan, listing(entry(FIRST), entry(STRANGER, change="left")))


def test_who_left_is_not_on_the_roster_and_stays_a_trainee_of_earlier_lists() -> None:
    given = after(LISTED, list_roster(state(*LISTED), listing(entry(FIRST, change="left"))), FILER)
    plan = state(*given)

    assert set(plan.roster) == {SECOND}
    assert plan.trainees == {FIRST, SECOND}


def test_a_roster_is_never_longer_than_the_plan_has_places() -> None:
    plan = state(*LISTED)
    with pytest.raises(RosterTooLong):
        list_roster(plan, listing(entry(STRANGER)))
    with pytest.raises(RosterTooLong):
        change(plan, persons=1)

    swapped = list_roster(plan, listing(entry(FIRST, change="left"), entry(STRANGER)))
    assert len(only(swapped).entries) == 2  # type: ignore[attr-defined]


def test_a_long_list_is_cut_into_parts_that_fit_into_an_event() -> None:
    entries = [entry(f"{n:032x}", n, name=None) for n in range(1_201)]

    assert [len(part) for part in parts_of(entries, 50)] == [500, 500, 201]
    heavy = parts_of(entries, 1_000)
    assert sum(map(len, heavy)) == 1_201
    assert max(map(len, heavy)) < PART_BYTES // 1_000


def test_completion_counts_the_roster_and_refuses_more_than_there_are() -> None:
    facts = only(complete(state(*approved()), 1, finished=2))

    assert isinstance(facts, PlanCompleted)
    assert (facts.enrolled, facts.finished, facts.passed) == (2, 2, 1)
    for passed, finished in ((2, 1), (3, 3), (1, 3)):
        with pytest.raises(CountsDiffer):
            complete(state(*approved()), passed, finished=finished)


def test_wrong_counts_are_said_again_until_the_plan_is_decided() -> None:
    given = completed()

    assert state(*after(given, complete(state(*given), 1), FILER)).completion == only(
        complete(state(*given), 1)
    )


def test_every_refusal_of_a_plan_has_its_words() -> None:
    named = [
        each for each in vars(refusals).values()
        if isinstance(each, type) and issubclass(each, Refusal) and each is not Refusal
    ]  # fmt: skip

    assert {refusal.code for refusal in named} <= {
        kind.code for kind in vars(problems).values() if isinstance(kind, Kind)
    }
