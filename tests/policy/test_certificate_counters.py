"""One certificate carries one subsidy for the training and one for the appraisal (INT-03)."""

from datetime import date

from shared.policy.cases import ClaimCase, History, Subsidy
from shared.policy.limits import limit_grounds
from shared.policy.load import PACKS, load_pack
from shared.policy.reservations import (
    Holder,
    Refused,
    ReservationKey,
    Taken,
    history_of,
    keys_wanted,
    take,
)
from tests.policy.builders import CERTIFICATE, OTHER, PERSON

JINAN = load_pack(PACKS / "jinan-2019-14.yaml")
TRAINED = ReservationKey("certificate", CERTIFICATE)
APPRAISED = ReservationKey("certificate", f"appraisal/{CERTIFICATE}")


def claim(kind: str) -> ClaimCase:
    return ClaimCase(
        kind=kind,
        group="JN.G.any_worker",
        jurisdiction="370102",
        occupation="6-31-01-03",
        level="L4",
        certificate_type="skill_level",
        certificate=CERTIFICATE,
        payee_kind="individual",
        claimed_on=date(2020, 5, 6),
    )


def held(key: ReservationKey, person: str = PERSON) -> dict[ReservationKey, Holder]:
    return {key: Holder("claim-1", person)}


def test_an_appraisal_takes_the_certificate_under_its_own_counter() -> None:
    taken = take(JINAN, claim("JN.K.appraisal"), PERSON, "claim-2", held(TRAINED))
    assert isinstance(taken, Taken)
    assert taken.keys == (APPRAISED,)


def test_a_second_appraisal_subsidy_of_one_certificate_is_refused() -> None:
    taken = take(JINAN, claim("JN.K.appraisal"), PERSON, "claim-2", held(APPRAISED))
    assert isinstance(taken, Refused)
    assert (taken.decision, taken.conflicts) == ("REJECT", ("claim-1",))


def test_two_persons_of_one_certificate_are_seen_across_the_counters() -> None:
    wanted = keys_wanted(JINAN, claim("JN.K.appraisal"), PERSON)
    assert wanted == (APPRAISED, TRAINED)
    history = history_of(JINAN, claim("JN.K.appraisal"), PERSON, "claim-2", held(TRAINED, OTHER))
    assert history == History(same_certificate_other_person=("claim-1",))
    taken = take(JINAN, claim("JN.K.si_skill"), PERSON, "claim-2", held(APPRAISED, OTHER))
    assert isinstance(taken, Refused)
    assert taken.reasons == ("CERT_TWO_PERSONS",)


def test_one_certificate_carries_one_subsidy_of_each_kind_where_no_clause_forbids_it() -> None:
    first = take(JINAN, claim("JN.K.training"), PERSON, "claim-1", {})
    assert isinstance(first, Taken)
    holders = {key: Holder("claim-1", PERSON) for key in first.keys}
    again = take(JINAN, claim("JN.K.training"), PERSON, "claim-2", holders)
    assert isinstance(again, Refused)
    assert (again.reasons, again.conflicts) == (("DUP_CERTIFICATE",), ("claim-1",))
    other = take(JINAN, claim("JN.K.si_skill"), PERSON, "claim-3", holders)
    assert isinstance(other, Taken)
    holders |= {key: Holder("claim-3", PERSON) for key in other.keys}
    once_more = take(JINAN, claim("JN.K.si_skill"), PERSON, "claim-4", holders)
    assert isinstance(once_more, Refused)
    assert once_more.conflicts == ("claim-3",)


def test_an_earlier_subsidy_of_another_counter_is_told_apart() -> None:
    def codes(counter: str) -> list[str]:
        earlier = Subsidy(stream="claim-1", certificate=CERTIFICATE, counter=counter)
        history = History(subsidies=(earlier,))
        return [ground.code for ground in limit_grounds(JINAN, claim("JN.K.si_skill"), history)]

    assert codes("appraisal") == []
    assert codes("") == []
    assert codes("training") == ["DUP_CERTIFICATE"]
