"""What holds for every claim, fact and history: random cases, never an exception."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.policy.cases import ClaimCase, Fact, History, Subsidy
from shared.policy.judge import judge
from shared.policy.limits import limit_grounds
from shared.policy.load import huludao
from shared.policy.reservations import Holder, ReservationKey, Taken, history_of, keys_wanted, take
from tests.policy.builders import OTHER, PERSON

PACK = huludao()
LEVELS = st.sampled_from(["L5", "L4", "L3", "L2", "L1", "none"])
TYPES = st.sampled_from(["skill_level", "qualification", "training_pass", "anything"])
OCCUPATIONS = st.sampled_from(["6-31-01-03", "6-18-02-04", "4-03-02-01"])
CERTIFICATES = st.sampled_from(["c1" * 16, "c2" * 16])
PAYEES = st.sampled_from(["individual", "enterprise", "institution"])
DAYS = st.dates(date(2019, 6, 1), date(2022, 3, 1))
STREAMS = st.sampled_from([f"claim-{n}" for n in range(6)])
ANSWERS = st.one_of(
    st.none(),
    st.builds(
        Fact,
        value=st.one_of(st.booleans(), st.integers(), st.text(max_size=3), DAYS),
        source=st.just("case"),
    ),
)
CLAIMS = st.builds(
    ClaimCase,
    kind=st.sampled_from(["HLD.K.employee_skill", "HLD.K.startup", ""]),
    group=st.sampled_from(["HLD.G.employee", "HLD.G.veteran"]),
    jurisdiction=st.sampled_from(["211400", "211402", "370100"]),
    occupation=OCCUPATIONS,
    level=LEVELS,
    certificate_type=TYPES,
    certificate=st.none() | CERTIFICATES,
    certificate_issued_on=DAYS,
    training_from=st.none() | DAYS,
    training_to=st.none() | DAYS,
    paid_by=st.none() | PAYEES,
    payee_kind=PAYEES,
    claimed_on=DAYS,
    agreement=st.none() | st.just("HLD-AG-7"),
)
SUBSIDIES = st.builds(
    Subsidy,
    stream=STREAMS,
    occupation=OCCUPATIONS,
    level=LEVELS,
    certificate_type=TYPES,
    certificate=st.none() | CERTIFICATES,
    year=st.integers(2019, 2022),
    counted=st.booleans(),
)
HISTORIES = st.builds(
    History,
    subsidies=st.lists(SUBSIDIES, max_size=5, unique_by=lambda s: s.stream).map(tuple),
    same_certificate_other_person=st.lists(STREAMS, max_size=2, unique=True).map(tuple),
)
FACTS = st.dictionaries(
    st.sampled_from(["insured_employee", "agreement_in_force", "no_such_fact"]), ANSWERS
)


@given(CLAIMS, FACTS, HISTORIES, DAYS)
@settings(max_examples=800, deadline=None)
def test_every_case_has_one_decision_and_an_amount_only_when_approved(
    claim: ClaimCase, facts: dict[str, Fact | None], history: History, on: date
) -> None:
    found = judge(PACK, claim, facts, history, on)
    approved = found.decision == "APPROVE"
    assert found.amount_fen in ({150000, 200000, 250000, 350000, 500000} if approved else {0})
    assert sum(one.amount_fen for one in found.citations) == found.amount_fen
    assert approved is (found.reasons == ())
    assert (found.payee_kind == claim.payee_kind) is approved
    assert set(found.reasons) | set(found.flags) <= set(PACK.reasons)
    assert judge(PACK, claim, facts, history, on) == found


@given(CLAIMS, FACTS, HISTORIES, DAYS)
@settings(max_examples=800, deadline=None)
def test_no_claim_is_approved_while_a_fact_that_it_needs_is_unknown(
    claim: ClaimCase, facts: dict[str, Fact | None], history: History, on: date
) -> None:
    if judge(PACK, claim, facts, history, on).decision != "APPROVE":
        return
    for needed in ("insured_employee", "agreement_in_force"):
        for unknown in ({**facts, needed: None}, {k: v for k, v in facts.items() if k != needed}):
            without = judge(PACK, claim, unknown, history, on)
            assert without.decision == "HOLD"
            assert [missing.fact for missing in without.missing] == [needed]


@given(st.lists(st.tuples(CLAIMS, st.sampled_from([PERSON, OTHER])), max_size=12))
@settings(max_examples=300, deadline=None)
def test_no_order_of_approvals_gives_one_slot_twice_or_a_fourth_time(
    claims: list[tuple[ClaimCase, str]],
) -> None:
    holders: dict[ReservationKey, Holder] = {}
    approvals: dict[tuple[str, int], int] = {}
    for n, (claim, person) in enumerate(claims):
        wanted = keys_wanted(PACK, claim, person)
        seen = {key: holders[key] for key in wanted if key in holders}
        taken = take(PACK, claim, person, f"claim-{n}", seen)
        history = history_of(PACK, claim, person, f"claim-{n}", seen)
        stopped = [g for g in limit_grounds(PACK, claim, history) if g.decision != "FLAG"]
        assert isinstance(taken, Taken) is (stopped == [])
        if not isinstance(taken, Taken) or claim.kind != "HLD.K.employee_skill":
            continue
        assert not set(taken.keys) & set(holders)
        assert set(taken.keys) <= set(wanted)
        holders |= {key: Holder(f"claim-{n}", taken.note) for key in taken.keys}
        who = (person, taken.year)
        approvals[who] = approvals.get(who, 0) + 1
        assert approvals[who] == taken.year_slot <= 3
