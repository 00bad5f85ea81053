"""What holds for every claim, fact and history: random cases, never an exception."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.policy.cases import ClaimCase, Fact, History, Subsidy
from shared.policy.judge import judge
from shared.policy.limits import limit_grounds
from shared.policy.load import huludao
from shared.policy.reservations import Holder, ReservationKey, Taken, history_of, keys_wanted, take
from tests.policy.builders import OTHER, PERSON, claim

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
    group=st.sampled_from(["HLD.G.employee", "HLD.G.apprentice", "HLD.G.veteran"]),
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
NEEDED = ("insured_employee", "agreement_in_force", "certificate_genuine")
GENUINE = Fact(value=True, source="case")
TRUTHS = st.sampled_from([None, *(Fact(value=value, source="case") for value in (True, False))])
# A claim that only its facts can stop.
SOUND = st.builds(
    claim,
    level=st.sampled_from(["L5", "L4", "L3", "L2", "L1"]),
    certificate_type=st.sampled_from(["skill_level", "qualification"]),
    occupation=OCCUPATIONS,
    certificate=st.integers(0, 9).map(lambda n: f"c{n}" * 16),
    training_from=st.just(date(2019, 7, 1)),
    certificate_issued_on=st.dates(date(2019, 7, 31), date(2020, 5, 31)),
    claimed_on=st.dates(date(2020, 5, 31), date(2021, 12, 31)),
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
FACTS = st.dictionaries(st.sampled_from([*NEEDED, "no_such_fact"]), ANSWERS)


@given(SOUND | CLAIMS, FACTS, HISTORIES, DAYS)
@settings(max_examples=800, deadline=None)
def test_every_case_has_one_decision_and_an_amount_only_when_approved(
    case: ClaimCase, facts: dict[str, Fact | None], history: History, on: date
) -> None:
    found = judge(PACK, case, facts, history, on)
    approved = found.decision == "APPROVE"
    assert found.amount_fen in ({150000, 200000, 250000, 350000, 500000} if approved else {0})
    assert sum(one.amount_fen for one in found.citations) == found.amount_fen
    assert approved is (found.reasons == ())
    assert (found.payee_kind == case.payee_kind) is approved
    assert set(found.reasons) | set(found.flags) <= set(PACK.reasons)
    assert judge(PACK, case, facts, history, on) == found


@given(SOUND, st.tuples(TRUTHS, TRUTHS, st.sampled_from([None, GENUINE])), DAYS)
@settings(max_examples=300, deadline=None)
def test_no_claim_is_approved_while_a_fact_that_it_needs_is_unknown(
    sound: ClaimCase, truths: tuple[Fact | None, Fact | None, Fact | None], on: date
) -> None:
    facts = dict(zip(NEEDED, truths, strict=True))
    found = judge(PACK, sound, facts, History(), on)
    values = [None if truth is None else truth.value for truth in truths]
    if False in values:
        assert found.decision == "REJECT"
        return
    unknown = tuple(name for name, value in zip(NEEDED, values, strict=True) if value is None)
    assert found.decision == ("HOLD" if unknown else "APPROVE")
    assert tuple(missing.fact for missing in found.missing) == unknown


@given(st.lists(st.tuples(SOUND | CLAIMS, st.sampled_from([PERSON, OTHER])), max_size=12))
@settings(max_examples=300, deadline=None)
def test_no_order_of_approvals_gives_one_slot_twice_or_a_fourth_time(
    claims: list[tuple[ClaimCase, str]],
) -> None:
    holders: dict[ReservationKey, Holder] = {}
    approvals: dict[tuple[str, int], int] = {}
    for n, (case, person) in enumerate(claims):
        wanted = keys_wanted(PACK, case, person)
        seen = {key: holders[key] for key in wanted if key in holders}
        taken = take(PACK, case, person, f"claim-{n}", seen)
        history = history_of(PACK, case, person, f"claim-{n}", seen)
        stopped = [g for g in limit_grounds(PACK, case, history) if g.decision != "FLAG"]
        assert isinstance(taken, Taken) is (stopped == [])
        if not isinstance(taken, Taken) or case.kind != "HLD.K.employee_skill":
            continue
        assert not set(taken.keys) & set(holders)
        assert set(taken.keys) <= set(wanted)
        holders |= {key: Holder(f"claim-{n}", taken.note) for key in taken.keys}
        who = (person, taken.year)
        approvals[who] = approvals.get(who, 0) + 1
        assert approvals[who] == taken.year_slot <= 3
