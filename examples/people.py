"""Invented persons, institutions and days, all from one seeded source."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum.cn import ric, uscc

REGION = "999999"  # no such place in GB/T 2260: nobody real can have these numbers
DISTRICTS = ("211400", "211402", "211403", "211404", "211421", "211422", "211481")
KIND = "HLD.K.employee_skill"
GROUP = "HLD.G.employee"
OCCUPATIONS = (
    "6-31-01-03",
    "6-18-02-04",
    "6-18-01-01",
    "6-20-01-01",
    "6-30-05-01",
    "6-11-01-03",
    "4-10-01-05",
    "4-10-01-02",
    "4-03-02-01",
    "4-12-01-01",
    "4-02-06-01",
    "4-07-05-04",
)
TARIFF_YUAN = {"L5": 1_500, "L4": 2_000, "L3": 2_500, "L2": 3_500, "L1": 5_000}
LEVEL_WORDS = {"L5": "五级", "L4": "四级", "L3": "三级", "L2": "二级", "L1": "一级"}
LEVEL_SHARES = ("L5",) * 6 + ("L4",) * 6 + ("L3",) * 5 + ("L2",) * 2 + ("L1",)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    id_number: str
    name: str
    phone: str
    account: str


@dataclass(frozen=True, slots=True)
class Course:
    """Days of one training and of what follows it, in their lawful order."""

    training_from: date
    training_to: date
    issued_on: date
    claimed_on: date


def person(series: str, number: int, source: random.Random) -> Person:
    """The n-th person of a series (甲, 乙 …); the number keeps all identity numbers apart."""
    born = date(1966, 1, 1) + timedelta(days=source.randrange(33 * 365))
    first_17 = f"{REGION}{born:%Y%m%d}{number % 1000:03d}"
    serial = f"{ord(series) % 1000:03d}{number:05d}"
    return Person(
        id_number=first_17 + ric.calc_check_digit(first_17 + "0"),
        name=f"学员{series}{number:04d}",
        phone=f"199{serial}",
        account=f"62999999{serial}",
    )


def company(category: str, number: int) -> str:
    """A synthetic unified social credit code; `category` is its first two signs (91, 52 …)."""
    body = f"{number:08d}"
    total = sum(int(sign) * w for sign, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    rest = -total % 11
    first_17 = f"{category}{REGION}{body}{'X' if rest == 10 else rest}"
    code: str = first_17 + uscc.calc_check_digit(first_17 + "0")
    return code


def course(source: random.Random, first: date, last: date) -> Course:
    """A course whose certificate is issued from `first` to `last`, claimed in the same year."""
    issued_on = first + timedelta(days=source.randrange((last - first).days + 1))
    training_to = issued_on - timedelta(days=source.randrange(10, 31))
    training_from = training_to - timedelta(days=source.randrange(15, 46))
    claimed_on = issued_on + timedelta(days=source.randrange(5, 41))
    return Course(training_from, training_to, issued_on, claimed_on)
