"""A city sees its own, a province its cities on that day, a party what is its own."""

from datetime import date

import pytest

from shared.http.access import (
    Jurisdictions,
    Owned,
    Row,
    TableRefused,
    require_jurisdiction,
    require_own,
    require_sight,
)
from shared.http.identity import Actor, Role
from shared.http.problems import Problem

TODAY = date(2026, 1, 1)
TABLE = Jurisdictions.released()
RECORD = Owned("211400", subs=frozenset({"person-1"}), orgs=frozenset({"school-1"}))


def actor(role: Role, jurisdiction: str = "211400", sub: str = "x", org: str = "") -> Actor:
    return Actor(sub, frozenset({role}), jurisdiction, org, "")


@pytest.mark.parametrize(
    ("province", "city"),
    [
        ("210000", "211400"),
        ("370000", "370100"),
        ("370000", "371000"),
        ("370000", "370300"),
        ("320000", "320623"),
        ("210000", "211402"),
        ("211400", "211481"),
    ],
)
def test_a_province_sees_its_cities_and_no_city_sees_its_province(province: str, city: str) -> None:
    assert TABLE.sees(province, city, TODAY)
    assert not TABLE.sees(city, province, TODAY)
    assert city in TABLE.seen_by(province, TODAY)


def test_a_city_sees_itself_and_no_other() -> None:
    assert TABLE.sees("211400", "211400", TODAY)
    assert not TABLE.sees("211400", "370100", TODAY)
    assert "370100" not in TABLE.seen_by("211400", TODAY)


def test_digits_alone_prove_nothing() -> None:
    assert not TABLE.sees("211400", "211499", TODAY)


def test_a_district_that_moved_is_seen_by_the_one_it_answered_to_that_day() -> None:
    moved = date(2025, 7, 1)
    table = Jurisdictions(
        [
            Row("211402", date(2000, 1, 1), "211400", moved),
            Row("211402", moved, "210700"),
        ]
    )

    assert table.sees("211400", "211402", date(2025, 6, 30))
    assert not table.sees("211400", "211402", moved)
    assert table.sees("210700", "211402", moved)


def test_two_rows_of_one_code_on_one_day_are_refused() -> None:
    with pytest.raises(TableRefused):
        Jurisdictions(
            [
                Row("211402", date(2000, 1, 1), "211400", date(2025, 7, 2)),
                Row("211402", date(2025, 7, 1), "210700"),
            ]
        )


def test_a_ring_in_the_table_ends() -> None:
    table = Jurisdictions([Row("1", date(2000, 1, 1), "2"), Row("2", date(2000, 1, 1), "1")])

    assert not table.sees("3", "1", TODAY)


def test_staff_of_another_city_are_refused() -> None:
    require_jurisdiction(actor(Role.CLERK, "210000"), "211400", TABLE, TODAY)
    with pytest.raises(Problem, match="JURISDICTION_REFUSED"):
        require_jurisdiction(actor(Role.CLERK, "370100"), "211400", TABLE, TODAY)


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (actor(Role.CLERK), None),
        (actor(Role.CLERK, "210000"), None),
        (actor(Role.CLERK, "370100"), "JURISDICTION_REFUSED"),
        (actor(Role.CLAIMANT, "370100", sub="person-1"), None),
        (actor(Role.CLAIMANT, sub="person-2"), "NOT_OWN_RECORD"),
        (actor(Role.CLAIMANT, sub="x", org="school-1"), "NOT_OWN_RECORD"),
        (actor(Role.INSTITUTION, org="school-1"), None),
        (actor(Role.INSTITUTION, org="school-2"), "NOT_OWN_RECORD"),
        (actor(Role.INSTITUTION, sub="person-1", org=""), "NOT_OWN_RECORD"),
    ],
)
def test_who_sees_a_record(who: Actor, code: str | None) -> None:
    if code is None:
        require_sight(who, RECORD, TABLE, TODAY)
        return
    with pytest.raises(Problem, match=code):
        require_sight(who, RECORD, TABLE, TODAY)


def test_an_institution_without_an_organisation_owns_nothing() -> None:
    with pytest.raises(Problem, match="NOT_OWN_RECORD"):
        require_own(actor(Role.INSTITUTION), Owned("211400", orgs=frozenset({""})))
