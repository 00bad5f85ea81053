"""The worked examples of the Huludao document as steps: one table, run over HTTP by one runner."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.examples.money import (
    AdvanceAsked,
    AdvancePaid,
    BankPays,
    Certified,
    DeliveredTwice,
    Finding,
    Planned,
    Recovered,
    Settled,
)
from tests.examples.steps import APPRENTICE, Claimed, Step, Together

BY_ENTERPRISE: Mapping[str, Any] = {
    "training": {"paid_by": "enterprise"}, "payee": {"kind": "enterprise"},
}  # fmt: skip
LEVELS = {"L5": 1500, "L4": 2000, "L3": 2500, "L2": 3500, "L1": 5000}
OCCUPATIONS = ("6-11-01-03", "6-18-01-01", "4-02-06-01", "4-01-06-01")
EMPLOYEE_CLAUSES = ("HLD-1.5-1", "HLD-1.5-2")


def issued(day: str, claimed_on: str) -> dict[str, Any]:
    return {"certificate": {"issued_on": day}, "claimed_on": claimed_on}


def trained(first: str, last: str) -> dict[str, Any]:
    return {"training": {"starts_on": first, "ends_on": last}}


def granted(**said: Any) -> Claimed:
    """E01: 2,000.00 yuan to the employee, unless told."""
    usual: dict[str, Any] = {"yuan": 2000, "payee": "individual", "clauses": EMPLOYEE_CLAUSES}
    return Claimed(expect="APPROVE", **(usual | said))


def year_of(number: int) -> list[Step]:
    """The person's first so many subsidies of 2020, each of another occupation."""
    return [
        granted(name=f"{n}", certificate=f"{n}", said={"occupation": OCCUPATIONS[n]})
        for n in range(number)
    ]


FORTY = Planned(persons=40, base="200000.00")
"""40 apprentices × 5,000.00"""
E24 = (FORTY, AdvanceAsked(yuan="100000.00"), AdvancePaid(yuan="100000.00"))

EXAMPLES: Mapping[str, Sequence[Step]] = {
    "E01": [granted()],
    "E02": [
        granted(
            name=level, person=level, certificate=level, yuan=yuan,
            said={"level": level, "occupation": (*OCCUPATIONS, "4-02-02-01")[n]},
        )
        for n, (level, yuan) in enumerate(LEVELS.items())
    ],
    "E03": [granted(said=BY_ENTERPRISE, payee="enterprise", clauses=("HLD-1.5-3",))],
    "E04": [
        granted(name="first", said=BY_ENTERPRISE, payee="enterprise"),
        Claimed(
            by="employee", expect="REJECT", reasons=("DUP_CERTIFICATE",), cites=("first",),
            clauses=("HLD-1.5-3", "HLD-10-3"),
        ),
    ],
    "E05": [
        Claimed(
            said={"training": {"agreement": None}}, expect="REJECT", reasons=("NO_AGREEMENT",),
            clauses=("HLD-1.5-2",),
        )
    ],
    "E07": [granted(body=APPRENTICE, yuan=5000, payee="enterprise", clauses=("HLD-1.4-1",))],
    "E08": [
        granted(
            body=APPRENTICE, yuan=4000, payee="enterprise", clauses=("HLD-1.4-2",),
            said={"level": "none", "certificate": {"type": "special_capacity"}},
        )
    ],
    "E11": [
        Claimed(
            body=APPRENTICE, said={"level": "L5"}, expect="HOLD", reasons=("LEVEL_NOT_IN_TABLE",),
            clauses=("HLD-1.4-1",),
        )
    ],
    "E12": [
        Claimed(
            body=APPRENTICE, certificate=None, expect="REJECT", reasons=("NOT_COMPLETED",),
            said={"training": {"ends_on": "2020-04-01", "completed": False}},
            clauses=("HLD-1.4-1",),
        )
    ],
    "E13": year_of(3),
    "E14": [
        *year_of(3),
        Claimed(
            name="3", certificate="3", said={"occupation": OCCUPATIONS[3]}, expect="REJECT",
            reasons=("LIMIT_YEAR",), clauses=("HLD-10-2",), cites=("0", "1", "2"),
        ),
    ],
    "E16": [
        granted(
            name="first", certificate="qualification",
            said={"certificate": {"type": "qualification", "issued_on": "2019-12-05"},
                  "claimed_on": "2019-12-20", **trained("2019-10-08", "2019-11-22")},
        ),
        Claimed(
            said=issued("2021-03-04", "2021-03-20"), expect="REJECT",
            reasons=("DUP_OCC_LEVEL",), clauses=("HLD-10-3",), cites=("first",),
        ),
    ],
    "E17": [
        granted(name="first", certificate="level 4"),
        granted(said={"level": "L3", **issued("2020-07-01", "2020-08-03")}, yuan=2500),
    ],
    "E19": [
        granted(
            said=issued("2019-07-31", "2019-08-20") | trained("2019-06-03", "2019-07-19"),
            clauses=("HLD-99-1",),
        )
    ],
    "E20": [
        Claimed(
            said=issued("2019-07-30", "2019-08-20") | trained("2019-06-03", "2019-07-19"),
            expect="REJECT",
            reasons=("POLICY_NOT_IN_FORCE",), clauses=("HLD-99-1",),
        )
    ],
    "E22": [
        Claimed(
            said=issued("2022-01-05", "2022-01-20"), expect="REJECT",
            reasons=("POLICY_NOT_IN_FORCE",), clauses=("HLD-99-1",),
        )
    ],
    "E23": [
        Claimed(
            said=issued("2021-12-20", "2022-01-10"), expect="HOLD",
            reasons=("FILED_AFTER_EXPIRY",), clauses=("HLD-99-1",),
        )
    ],
    "E24": E24,
    "E25": [FORTY, AdvanceAsked(yuan="100020.00", refused="ADVANCE_RATIO")],
    "E28": [
        Planned(persons=1, budget="333.33", base="333.33"),
        AdvanceAsked(yuan="166.67", refused="ADVANCE_RATIO"),
        AdvanceAsked(yuan="166.66"),
        AdvanceAsked(yuan="0.01", refused="ADVANCE_RATIO"),
    ],
    "E29": [FORTY, AdvanceAsked(yuan="100.00", by="trainee", refused="ADVANCE_PAYEE")],
    "E31": [
        *E24, Certified(passed=36, earned="180000.00"),
        Settled(yuan="80000.00", in_all="180000.00"),
    ],
    "E32": [
        *E24, Certified(passed=15, earned="75000.00"),
        Recovered(yuan="25000.00", in_all="75000.00"),
    ],
    "E91": [
        Together(
            [
                Claimed(
                    name=one, person=one, expect="HOLD", reasons=("CERT_TWO_PERSONS",),
                    clauses=("HLD-9-1",), cites=(other,),
                )
                for one, other in (("one", "other"), ("other", "one"))
            ]
        ),
        Finding(rule="C1", claims=("one", "other")),
    ],
    "E94": [
        granted(name="0", certificate="0"),
        BankPays(claim="0", yuan="2000.00", returned_first=True),
        *year_of(3)[1:],
        Claimed(
            name="3", certificate="3", said={"occupation": OCCUPATIONS[3]}, expect="REJECT",
            reasons=("LIMIT_YEAR",), clauses=("HLD-10-2",), cites=("0", "1", "2"),
        ),
    ],
    "E95": [granted(), DeliveredTwice(), BankPays(yuan="2000.00")],
}  # fmt: skip
