"""A table of targets is taken whole: its shares add up, no unit stands in it twice."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.claims.quota.decide import Quotas, SetQuotas, Share, line_of, set_quotas, warning_of
from services.claims.quota.refusals import (
    QuotaDaysRefused,
    QuotaSumDiffers,
    QuotaUnchanged,
    QuotaUnitTwice,
)
from shared.events.references import QuotaSet
from shared.http.identity import Role
from tests.installation import Running

UNITS = {"211400": 5_620, "211402": 770, "211403": 1_245, "211404": 215, "211481": 1_025,
         "211421": 615, "211422": 510}  # fmt: skip
HULUDAO = SetQuotas(
    place="211400", from_day=date(2019, 1, 1), to_day=date(2019, 12, 31), persons=10_000,
    shares=[Share(unit, "district", persons) for unit, persons in UNITS.items()],
    clause="HLD-0-2",
)  # fmt: skip
BODY: dict[str, Any] = {
    "place": "211400", "from_day": "2019-01-01", "to_day": "2019-12-31", "persons": 10_000,
    "units": [{"unit": unit, "persons": persons} for unit, persons in UNITS.items()],
    "clause": "HLD-0-2",
}  # fmt: skip


def standing(*events: QuotaSet) -> Quotas:
    return Quotas(len(events), {line_of(event): event for event in events})


def events_of(quotas: Quotas, command: SetQuotas) -> list[QuotaSet]:
    return [event for event in set_quotas(quotas, command).events if isinstance(event, QuotaSet)]


def test_the_seven_units_of_the_annex_share_ten_thousand() -> None:
    whole, *shares = events_of(Quotas(), HULUDAO)
    assert (whole.unit, whole.whole, whole.persons, whole.clause) == (
        "211400", True, 10_000, "HLD-0-2",
    )  # fmt: skip
    assert [share.persons for share in shares] == list(UNITS.values())
    assert not any(share.whole for share in shares)


def test_shares_that_do_not_add_up_are_refused_and_a_part_of_a_table_is_taken_with_a_warning() -> (
    None
):
    part = replace(HULUDAO, shares=HULUDAO.shares[:3])
    with pytest.raises(QuotaSumDiffers):
        set_quotas(Quotas(), part)
    assert len(events_of(Quotas(), replace(part, incomplete=True))) == 4
    assert warning_of(replace(part, incomplete=True)) == "QUOTA_SUM_DIFFERS"
    assert warning_of(HULUDAO) is None
    with pytest.raises(QuotaSumDiffers):
        set_quotas(Quotas(), replace(HULUDAO, persons=9_999, incomplete=True))


def test_a_total_may_stand_without_shares() -> None:
    """The annex of Zibo's 44,100 is missing (ZB-1-1)."""
    assert len(events_of(Quotas(), replace(HULUDAO, shares=(), persons=44_100))) == 1


def test_a_new_table_replaces_the_old_one_and_the_same_one_says_nothing() -> None:
    table = standing(*events_of(Quotas(), HULUDAO))
    with pytest.raises(QuotaUnchanged):
        set_quotas(table, HULUDAO)
    shares = [Share("211402", "district", 770), Share("211403", "district", 9_230)]
    changed = {e.unit: e.persons for e in events_of(table, replace(HULUDAO, shares=shares))}
    assert changed["211403"] == 9_230
    assert changed["211481"] == 0
    assert "211402" not in changed


def test_days_that_run_back_and_a_unit_named_twice_are_refused() -> None:
    with pytest.raises(QuotaDaysRefused):
        set_quotas(Quotas(), replace(HULUDAO, to_day=date(2018, 1, 1)))
    twice = [Share("211402", "district", 5_000)] * 2
    with pytest.raises(QuotaUnitTwice):
        set_quotas(Quotas(), replace(HULUDAO, shares=twice))


async def test_an_officer_sets_the_table_of_the_own_city_over_http(claims: Running) -> None:
    officer = claims.person("approver-1", Role.APPROVER)
    taken = await officer.post("/quotas", BODY, key="quota-1")
    again = await officer.post("/quotas", BODY, key="quota-1")
    wrong = await officer.post("/quotas", {**BODY, "persons": 10_001}, key="quota-2")
    clerk = claims.person("clerk-1", Role.CLERK)
    far = claims.person("approver-1", Role.APPROVER, at="370100")

    assert (taken.status, taken.body["units"]) == (201, 8)
    assert (again.body, again.position) == (taken.body, taken.position)
    assert (wrong.status, wrong.codes) == (409, ["QUOTA_SUM_DIFFERS"])
    assert (await clerk.post("/quotas", BODY, key="quota-3")).codes == ["ROLE_REFUSED"]
    assert (await far.post("/quotas", BODY, key="quota-4")).codes == ["JURISDICTION_REFUSED"]
