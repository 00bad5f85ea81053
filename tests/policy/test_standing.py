"""Which version judges a claim: half-open ranges by first day, the highest number wins."""

from dataclasses import replace
from datetime import date

import pytest

from shared.policy.load import parse_pack
from shared.policy.standing import (
    EVER,
    Days,
    Overlapping,
    Standing,
    Version,
    picked_day,
    shipped,
)
from tests.claims.policy.versions import POLICY, RELEASED, pack_of

CITY = "211400"
KIND = "HLD.K.employee_skill"
ONE, TWO, THREE = pack_of(1)[0], pack_of(2)[0], pack_of(3)[0]
FIRST_DAY = date(2021, 3, 1)


def standing(*found: Version) -> Standing:
    return Standing.of((Version(ONE, EVER), *found))


def number(found: Standing, day: date) -> int:
    pack = found.judging(CITY, Days(KIND, claimed_on=date(2021, 12, 1), certificate_issued_on=day))
    assert pack is not None
    return pack.version


def test_a_version_judges_from_its_first_day_until_before_that_of_the_next() -> None:
    found = standing(
        Version(TWO, FIRST_DAY, published=True), Version(THREE, date(2021, 6, 1), published=True)
    )
    assert number(found, date(2021, 2, 28)) == 1
    assert number(found, FIRST_DAY) == 2
    assert number(found, date(2021, 5, 31)) == 2
    assert number(found, date(2021, 6, 1)) == 3


def test_a_retroactive_version_takes_the_days_of_the_one_before() -> None:
    found = standing(
        Version(TWO, FIRST_DAY, published=True), Version(THREE, date(2021, 1, 1), published=True)
    )
    assert number(found, date(2020, 12, 31)) == 1
    assert number(found, FIRST_DAY) == 3


def test_the_day_that_counts_is_the_one_that_int_01_names() -> None:
    by_claim = pack_of(2, ("choice: certificate_issued_on", "choice: claimed_on"))[0]
    found = standing(Version(by_claim, FIRST_DAY, published=True))
    assert number(found, date(2021, 1, 1)) == 2
    days = Days(KIND, claimed_on=date(2021, 2, 1))
    before = found.judging(CITY, days)
    assert before is not None
    assert before.version == 1


def test_without_a_certificate_the_day_of_the_claim_counts() -> None:
    found = standing(Version(TWO, FIRST_DAY, published=True))
    assert found.judging(CITY, Days(KIND, claimed_on=FIRST_DAY)) is TWO


def test_what_was_published_outranks_the_release_under_the_same_number() -> None:
    other = pack_of(2, ("amount_fen: 500000}\n  payees", "amount_fen: 500001}\n  payees"))[0]
    found = standing(Version(TWO, FIRST_DAY, published=True), Version(other, EVER))
    assert found.newest(CITY) is TWO
    assert found.find(POLICY, 2, other.content_sha256) is None
    assert found.find(POLICY, 2, TWO.content_sha256) is TWO


def test_elsewhere_no_policy_judges() -> None:
    assert standing().judging("370300", Days(KIND, FIRST_DAY)) is None
    assert standing().newest("370300") is None


def test_the_first_version_of_a_release_judges_all_days_the_next_its_own() -> None:
    first, second = shipped([TWO, ONE])
    assert (first.pack, first.effective_from) == (ONE, EVER)
    assert second.effective_from == TWO.content.validity.valid_from


def test_two_policies_do_not_judge_in_one_city() -> None:
    other = pack_of(1, (f"policy_id: {POLICY}", "policy_id: HLD-2022-1"))[0]
    with pytest.raises(Overlapping):
        standing(Version(other, EVER))


def test_a_kind_may_be_dated_by_another_day() -> None:
    line = f"- id: {KIND}\n"
    dated = pack_of(2, (line, f"{line}  dated_by: training_from\n"))[0]
    said = Days(KIND, date(2021, 12, 1), date(2021, 12, 1), training_from=date(2021, 2, 1))
    assert picked_day(dated, said) == date(2021, 2, 1)
    assert picked_day(ONE, said) == date(2021, 12, 1)


def test_a_district_that_is_dropped_stays_with_its_policy_and_may_go_to_another() -> None:
    less = replace(TWO, jurisdictions=TWO.jurisdictions - {"211404"})
    found = standing(Version(less, FIRST_DAY, published=True))
    assert found.judging("211404", Days(KIND, FIRST_DAY)) is less  # which holds it: not covered
    other = replace(
        parse_pack(RELEASED.replace(POLICY, "HLD-2022-1")), jurisdictions=frozenset({"211404"})
    )
    assert found.taken_by(other) is None
    assert standing().taken_by(other) == POLICY
    both = standing(Version(less, FIRST_DAY, published=True), Version(other, EVER))
    assert both.places["211404"] == "HLD-2022-1"
