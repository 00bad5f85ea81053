"""The roster of the demonstration: 500 claims of Huludao employees, some of them planted."""

import random
from dataclasses import dataclass, replace
from datetime import date

from examples.people import (
    DISTRICTS,
    GROUP,
    KIND,
    LEVEL_SHARES,
    LEVEL_WORDS,
    OCCUPATIONS,
    TARIFF_YUAN,
    Person,
    company,
    course,
    person,
)
from shared.tables.also_said import ALSO_COLUMNS
from shared.tables.roster import COLUMNS

ROWS = 500
ISSUER = "葫芦岛市职业技能鉴定示例中心"
INSTITUTIONS = tuple(
    (company("52", number), f"HLD-XY-2019-{number:02d}") for number in (11, 12, 13, 14)
)
STRANGER = company("52", 19)
"""an institution without an agreement"""
ENTERPRISES = tuple(company("91", number) for number in (21, 22, 23, 24, 25))
UNUSED = {"plan", "supersedes", "training_completed", "months_claimed"}
UNUSED |= {column.name for column in ALSO_COLUMNS}
HEADER = tuple(column.zh for column in COLUMNS if column.name not in UNUSED)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it will stand in the file, and what was planted in it."""

    jurisdiction: str
    who: Person
    occupation: str
    level: str
    level_text: str
    certificate_type: str
    certificate_number: str
    issued_on: date
    issuer: str
    training_from: date
    training_to: date
    institution: str
    agreement: str
    paid_by: str
    payee: str
    claimed_on: date
    plant: str = ""
    group: str = ""
    """lines of one story carry the same word"""

    def cells(self) -> tuple[str, ...]:
        return (
            *(self.jurisdiction, KIND, self.who.id_number, self.who.name, self.who.phone),
            *(self.who.account, GROUP, self.occupation, self.level_text),
            *(self.certificate_type, self.certificate_number, self.issued_on.isoformat()),
            *(self.issuer, self.training_from.isoformat(), self.training_to.isoformat()),
            *(self.institution, self.agreement, self.paid_by, self.paid_by, self.payee),
            *(self.claimed_on.isoformat(), f"{TARIFF_YUAN[self.level]}.00"),
        )


def roster(seed: int) -> list[Line]:
    """The lines in the order of the file; stories stand in the order that their outcome needs."""
    source = random.Random(seed)  # noqa: S311
    planted = _refused(source) + _judged(source) + _stories(source)
    lines = [_line(source, number) for number in range(1, ROWS - len(planted) + 1)]
    places = sorted(source.sample(range(20, len(lines)), len(planted)), reverse=True)
    for place, line in zip(places, reversed(planted), strict=True):
        lines.insert(place, line)
    return lines


def _line(source: random.Random, number: int, year: int | None = None) -> Line:
    days = course(source, *_window(source.choice((2020, 2021)) if year is None else year))
    level = source.choice(LEVEL_SHARES)
    institution, agreement = source.choice(INSTITUTIONS)
    by_enterprise = source.random() < 0.15
    return Line(
        jurisdiction=source.choice(DISTRICTS),
        who=person("甲", number, source),
        occupation=source.choice(OCCUPATIONS),
        level=level,
        level_text=LEVEL_WORDS[level],
        certificate_type=source.choice(("职业资格证书", "职业技能等级证书", "职业技能等级证书")),
        certificate_number=f"HLD{days.issued_on:%Y}{number:06d}",
        issued_on=days.issued_on,
        issuer=ISSUER,
        training_from=days.training_from,
        training_to=days.training_to,
        institution=institution,
        agreement=agreement,
        paid_by="企业" if by_enterprise else "个人",
        payee=source.choice(ENTERPRISES) if by_enterprise else "",
        claimed_on=days.claimed_on,
    )


def _window(year: int) -> tuple[date, date]:
    """Certificates early enough that the claim still falls into the same year."""
    return date(year, 1, 6), date(year, 11, 10)


def _refused(source: random.Random) -> list[Line]:
    """Lines that are no well-formed claims."""
    lines = [_line(source, 900 + number) for number in range(6)]
    digit, occupation, level, old, wide, formula = lines
    last = digit.who.id_number[-1]
    wrong = digit.who.id_number[:-1] + ("1" if last != "1" else "2")
    short = old.who.id_number[:6] + old.who.id_number[8:17]
    return [
        replace(digit, who=replace(digit.who, id_number=wrong), plant="ID_CHECK_DIGIT"),
        replace(occupation, occupation="9-99-99-99", plant="OCCUPATION_UNKNOWN"),
        replace(level, level_text="", plant="LEVEL_MISSING"),
        replace(old, who=replace(old.who, id_number=short), plant="ID_15_DIGITS"),
        replace(wide, certificate_number=wide.certificate_number[:-1] + "６", plant="FULL_WIDTH"),
        replace(formula, issuer='=HYPERLINK("http://example.invalid","查看")', plant="FORMULA"),
    ]


def _judged(source: random.Random) -> list[Line]:
    """Well-formed claims that the policy alone refuses, and one line that is there twice."""
    early, alone, twice = (_line(source, 910 + number, 2020) for number in range(3))
    early = replace(
        early,
        training_from=date(2019, 6, 10),
        training_to=date(2019, 7, 12),
        issued_on=date(2019, 7, 30),
        claimed_on=date(2020, 1, 15),
        plant="POLICY_NOT_IN_FORCE",
    )
    return [
        early,
        replace(alone, institution=STRANGER, agreement="", plant="NO_AGREEMENT"),
        replace(twice, plant="original", group="same-row"),
        replace(twice, plant="already", group="same-row"),
    ]


def _stories(source: random.Random) -> list[Line]:
    """Claims that only an earlier claim, or another person's claim, stands against."""
    lines: list[Line] = []
    for number in range(3):
        first = _line(source, 920 + number, 2020)
        again = _line(source, 930 + number, 2021)
        again = replace(again, who=first.who, occupation=first.occupation)
        again = replace(again, level=first.level, level_text=first.level_text)
        lines.append(replace(first, plant="first", group=f"same-level-{number + 1}"))
        lines.append(replace(again, plant="DUP_OCC_LEVEL", group=f"same-level-{number + 1}"))
    return lines + _four_in_a_year(source) + _one_certificate_two_persons(source)


def _four_in_a_year(source: random.Random) -> list[Line]:
    four = [_line(source, 940 + number, 2021) for number in range(4)]
    return [
        replace(
            line,
            who=four[0].who,
            occupation=OCCUPATIONS[number],
            plant="LIMIT_YEAR" if number == 3 else "counted",
            group="four-in-a-year",
        )
        for number, line in enumerate(four)
    ]


def _one_certificate_two_persons(source: random.Random) -> list[Line]:
    first, second = (_line(source, 950 + number, 2021) for number in range(2))
    second = replace(
        second,
        certificate_type=first.certificate_type,
        certificate_number=first.certificate_number,
        issued_on=first.issued_on,
        training_from=first.training_from,
        training_to=first.training_to,
        claimed_on=first.claimed_on,
        occupation=first.occupation,
        level=first.level,
        level_text=first.level_text,
    )
    return [
        replace(line, plant="CERT_TWO_PERSONS", group="one-certificate") for line in (first, second)
    ]
