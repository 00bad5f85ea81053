"""Another city is another pack: same code, own figures and clauses, limits that reach across."""

from datetime import date

from shared.policy.load import huludao, parse_pack
from shared.policy.reservations import (
    Holder,
    Refused,
    ReservationKey,
    Taken,
    take,
)
from tests.policy.builders import PERSON, claim, judged, text_with

ZIBO = parse_pack(
    text_with(
        ("version: 1\n", "version: 4\n"),
        ("'210000'", "'370000'"),
        ("amount_fen: 200000", "amount_fen: 180000"),
        ("  clause: HLD-99-1\n", ""),
        ("- id: HLD-99-1\n  scope: in", "- id: HLD-99-1\n  scope: out"),
        ("strength: principle", "strength: must"),
    )
    .replace("'2114", "'3703")
    .replace("HLD-10-2", "ZB-2.4-3")
    .replace("HLD-10-3", "ZB-2.4-4")
    .replace("HLD.", "ZB.")
    .replace("HLD-", "ZB-")
)
IN_ZIBO = claim(
    kind="ZB.K.employee_skill",
    group="ZB.G.employee",
    jurisdiction="370302",
    occupation="4-03-02-01",
    certificate="c9" * 16,
)


def test_the_same_judge_reads_the_figures_and_clauses_of_another_pack() -> None:
    found = judged(IN_ZIBO, pack=ZIBO)
    assert (found.decision, found.amount_fen) == ("APPROVE", 1_800_00)
    assert all(one.clause.startswith("ZB-") for one in found.citations)
    assert (found.policy_id, found.version) == (ZIBO.policy_id, 4)


def test_a_pack_without_a_clause_for_its_dates_refuses_without_citing_one() -> None:
    late = claim(
        kind="ZB.K.employee_skill", group="ZB.G.employee", certificate_issued_on=date(2022, 1, 1)
    )
    found = judged(late, pack=ZIBO)
    assert (found.reasons, found.citations) == (("POLICY_NOT_IN_FORCE",), ())


def test_three_subsidies_in_one_city_leave_none_in_another() -> None:
    holders: dict[ReservationKey, Holder] = {}
    for n in (1, 2, 3):
        case = claim(occupation=f"6-18-01-0{n}", certificate=f"c{n}" * 16)
        taken = take(huludao(), case, PERSON, f"claim-{n}", holders)
        assert isinstance(taken, Taken)
        holders |= {key: Holder(f"claim-{n}", taken.note) for key in taken.keys}
    refused = take(ZIBO, IN_ZIBO, PERSON, "claim-4", holders)
    assert isinstance(refused, Refused)
    assert (refused.reasons, refused.clauses) == (("LIMIT_YEAR",), ("ZB-2.4-3",))
    assert refused.conflicts == ("claim-1", "claim-2", "claim-3")
