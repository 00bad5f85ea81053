"""A training of one city is seen by the approvals of every other, whatever its document limits."""

from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.policy.cases import ClaimCase, History
from shared.policy.limits import counted_kind, limit_grounds
from shared.policy.load import PACKS, load_pack
from shared.policy.pack import Pack
from shared.policy.reservations import (
    Holder,
    Refused,
    ReservationKey,
    Taken,
    history_of,
    keys_wanted,
    take,
)
from shared.policy.written.casefile import CaseFile, Earlier
from shared.policy.written.casefile import history_of as history_of_case
from tests.policy.builders import PERSON

CITIES = tuple(load_pack(path) for path in sorted(PACKS.glob("*.yaml")))
BY_PREFIX = {next(iter(pack.kinds)).partition(".")[0]: pack for pack in CITIES}
TRAININGS = [kind for pack in CITIES for kind in pack.kinds if counted_kind(pack, kind)]
OCCUPATIONS = ("6-31-01-03", "6-18-02-04", "4-03-02-01", "4-10-01-06")
LEVELS = st.tuples(
    st.sampled_from(["L5", "L4", "L3"]), st.sampled_from(["skill_level", "qualification", "none"])
) | st.sampled_from([("none", "training_pass"), ("none", "skill_level"), ("none", "none")])
MOST = 8
"""so many times a year are read: three, and five that an exception takes"""
Held = dict[ReservationKey, Holder]
Next = tuple[str, str, tuple[str, str], int]


def case_of(kind: str, occupation: str, level: str, type_: str, year: int, n: int) -> ClaimCase:
    named = {"kind": kind, "occupation": occupation, "level": level, "certificate_type": type_}
    return msgspec.convert(
        named | {
            "group": "any", "certificate": f"{n:032x}", "payee_kind": "individual",
            "claimed_on": date(year, 5, 6), "certificate_issued_on": date(year, 4, 20),
        },
        ClaimCase,
    )  # fmt: skip


def trained(kind: str, n: int, occupation: int = 0, level: str = "L4") -> ClaimCase:
    return case_of(kind, OCCUPATIONS[occupation], level, "skill_level", 2020, n)


def pack_of(kind: str) -> Pack:
    return BY_PREFIX[kind.partition(".")[0]]


def seen(pack: Pack, case: ClaimCase, holders: Held) -> Held:
    """What the services look up before they decide."""
    return {key: holders[key] for key in keys_wanted(pack, case, PERSON) if key in holders}


def asked(case: ClaimCase, holders: Held, stream: str = "claim-new") -> Taken | Refused:
    pack = pack_of(case.kind)
    return take(pack, case, PERSON, stream, seen(pack, case, holders))


def approved(*cases: ClaimCase) -> Held:
    """What is held once these were approved, one after the other."""
    holders: Held = {}
    for n, case in enumerate(cases, start=1):
        taken = asked(case, holders, f"claim-{n}")
        assert isinstance(taken, Taken), taken
        holders |= {key: Holder(f"claim-{n}", taken.note) for key in taken.keys}
    return holders


def by_the_cases(pack: Pack, case: ClaimCase, before: list[tuple[str, ClaimCase]]) -> History:
    """The history as a file of cases tells it."""
    earlier = tuple(
        Earlier(
            claim=stream, kind=one.kind, occupation=one.occupation, level=one.level,
            certificate_type=one.certificate_type, certificate=one.certificate,
            claimed_on=one.claimed_on,
        )
        for stream, one in before
    )  # fmt: skip
    written = CaseFile(case="any", policy=pack.policy_id, claim=case, history=earlier)
    return history_of_case(written, pack, CITIES)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(TRAININGS),
            st.sampled_from(OCCUPATIONS),
            LEVELS,
            st.sampled_from([2020, 2021]),
        ),
        max_size=MOST,
    )
)
@settings(max_examples=400, deadline=None)
def test_the_services_find_what_the_case_judge_finds_in_whatever_order_cities_approve(
    claims: list[Next],
) -> None:
    holders: Held = {}
    before: list[tuple[str, ClaimCase]] = []
    for n, (kind, occupation, (level, type_), year) in enumerate(claims):
        pack = pack_of(kind)
        case, stream = case_of(kind, occupation, level, type_, year, n), f"claim-{n}"
        known = seen(pack, case, holders)
        found = limit_grounds(pack, case, history_of(pack, case, PERSON, stream, known))
        told = limit_grounds(pack, case, by_the_cases(pack, case, before))
        assert {(g.decision, g.code) for g in found} == {(g.decision, g.code) for g in told}
        taken = take(pack, case, PERSON, stream, known)
        assert isinstance(taken, Taken) is all(g.decision == "FLAG" for g in told)
        if isinstance(taken, Taken):
            assert not {*taken.keys} & {*holders}
            assert {*taken.keys} <= {*keys_wanted(pack, case, PERSON)}
            holders |= {key: Holder(stream, taken.note) for key in taken.keys}
            before.append((stream, case))


@pytest.mark.parametrize("there", ["JN.K.training", "WH.K.training"])
@pytest.mark.parametrize("here", ["HLD.K.employee_skill", "ZB.K.training", "RD.K.training"])
def test_a_training_of_a_city_without_limits_is_a_repeat_in_a_city_with_one(
    there: str, here: str
) -> None:
    refused = asked(trained(here, 2), approved(trained(there, 1)))
    assert isinstance(refused, Refused)
    assert (refused.reasons, refused.conflicts) == (("DUP_OCC_LEVEL",), ("claim-1",))


@pytest.mark.parametrize("there", ["JN.K.training", "WH.K.training"])
@pytest.mark.parametrize("here", ["HLD.K.employee_skill", "ZB.K.training", "RD.K.training"])
def test_three_trainings_of_a_city_without_limits_leave_none_in_a_city_with_one(
    there: str, here: str
) -> None:
    holders = approved(*(trained(there, n, occupation=n) for n in (1, 2, 3)))
    refused = asked(trained(here, 4), holders)
    assert isinstance(refused, Refused)
    assert refused.reasons == ("LIMIT_YEAR",)
    assert refused.conflicts == ("claim-1", "claim-2", "claim-3")


def test_a_city_without_limits_is_refused_nothing_and_takes_what_is_free() -> None:
    holders = approved(trained("HLD.K.employee_skill", 1), trained("ZB.K.training", 2, 1))
    again = asked(trained("JN.K.training", 3), holders)
    assert isinstance(again, Taken)
    assert [key.kind for key in again.keys] == ["certificate", "certificate", "person-year"]
    assert again.year_slot == 3


def test_a_fourth_and_a_ninth_training_of_a_city_without_limits_stand_beside_the_rest() -> None:
    cases = [trained("JN.K.training", n, n % 4, f"L{3 + n // 4}") for n in range(8)]
    ninth = asked(trained("JN.K.training", 9, level="L2"), approved(*cases))
    assert isinstance(ninth, Taken)
    assert [key.kind for key in ninth.keys] == ["certificate", "certificate", "occupation-level"]
    assert ninth.year_slot == 0


def test_a_time_beyond_the_limit_counts_where_no_exception_can_pass_it() -> None:
    """Zibo reads the fourth time of Jinan too: a freed first one makes no room for a fourth."""
    holders = approved(*(trained("JN.K.training", n, n) for n in range(4)))
    left = {key: holder for key, holder in holders.items() if holder.stream_id != "claim-1"}
    refused = asked(trained("ZB.K.training", 5), left)
    assert isinstance(refused, Refused)
    assert refused.conflicts == ("claim-2", "claim-3", "claim-4")


def test_the_flags_of_a_city_without_limits_see_the_trainings_of_the_others() -> None:
    def flags(case: ClaimCase, holders: Held) -> list[str]:
        pack = pack_of(case.kind)
        history = history_of(pack, case, PERSON, "claim-new", seen(pack, case, holders))
        found = limit_grounds(pack, case, history)
        assert {ground.decision for ground in found} == {"FLAG"}
        return [ground.code for ground in found]

    higher = approved(trained("RD.K.training", 1, level="L3"))
    assert flags(trained("WH.K.training", 2), higher) == ["LOWER_AFTER_HIGHER"]
    kinds = ("HLD.K.employee_skill", "ZB.K.training", "RD.K.training")
    three = approved(*(trained(kind, n, n) for n, kind in enumerate(kinds)))
    assert flags(trained("JN.K.training", 4), three) == ["TIMES_UNLIMITED", "REPEAT_UNLIMITED"]


def test_an_approval_looks_up_and_takes_few_keys() -> None:
    for kind in TRAININGS:
        case = trained(kind, 1, level="L5")
        wanted, taken = keys_wanted(pack_of(kind), case, PERSON), asked(case, {})
        assert isinstance(taken, Taken)
        assert wanted == tuple(sorted(wanted))
        assert (len(wanted) <= 21, len(taken.keys) <= 4) == (True, True), kind
