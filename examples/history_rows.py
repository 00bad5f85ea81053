"""The history of the demonstration: 300 decisions and payments from before the ledger."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from examples.people import (
    DISTRICTS,
    GROUP,
    KIND,
    LEVEL_SHARES,
    OCCUPATIONS,
    TARIFF_YUAN,
    Person,
    company,
    course,
    person,
)
from shared.tables.history import COLUMNS

CLAIMS, PAYOUTS = 240, 50
HEADER = tuple(column.name for column in COLUMNS)
ISSUER = "葫芦岛市职业技能鉴定示例中心"
FILERS = ("JG-11", "JG-12", "JG-13", "JG-14")
ACCEPTERS, VERIFIERS, APPROVERS = ("SL-01", "SL-02"), ("SH-01", "SH-02"), ("PZ-01", "PZ-02")
PAYERS, RELEASERS = ("CW-01", "CW-02"), ("FH-01", "FH-02")


@dataclass(slots=True)
class Entry:
    """One line as it will stand in the file (by column), and what was planted in it."""

    cells: dict[str, str]
    plant: str = ""
    group: str = ""
    innocent: bool = False
    who: Person | None = field(default=None, repr=False)


def history(seed: int) -> list[Entry]:
    """Claims first, then the money; a story's lines keep their order."""
    source = random.Random(seed)  # noqa: S311
    planted = _stories(source)
    plain = [_claim(source, number) for number in range(1, CLAIMS - len(planted) + 1)]
    claims = list(plain)
    places = sorted(source.sample(range(10, len(claims)), len(planted)), reverse=True)
    for place, entry in zip(places, reversed(planted), strict=True):
        claims.insert(place, entry)
    due = [entry for entry in planted if entry.plant in PAID]
    due += [entry for entry in plain if entry.cells["decision"] == "approved"][: PAYOUTS - len(due)]
    payouts = [_payout(source, entry) for entry in claims if any(entry is one for one in due)]
    return claims + payouts + _plans()


PAID = ("A1", "C1", "F1", "newest", "kept", "renewed", "two levels")


def _claim(source: random.Random, number: int, decision: str | None = None) -> Entry:
    days = course(source, date(2019, 8, 5), date(2020, 5, 20))
    who = person("乙", number, source)
    decided = decision or source.choices(("approved", "rejected", "withdrawn"), (90, 7, 3))[0]
    level = source.choice(LEVEL_SHARES)
    decided_on = days.claimed_on + timedelta(days=source.randrange(5, 31))
    approved = decided == "approved"
    cells = dict.fromkeys(HEADER, "")
    cells |= {
        "record": "claim",
        "old_reference": f"HLD-OLD-{number:05d}",
        "jurisdiction": source.choice(DISTRICTS),
        "kind": KIND,
        "id_number": who.id_number,
        "name": who.name,
        "group": GROUP,
        "occupation": source.choice(OCCUPATIONS),
        "level": level,
        "certificate_type": source.choice(("qualification", "skill_level")),
        "certificate_number": f"HLDH{days.issued_on:%Y}{number:06d}",
        "certificate_issued_on": days.issued_on.isoformat(),
        "certificate_issuer": ISSUER,
        "decision": decided,
        "amount_yuan": f"{TARIFF_YUAN[level]}.00" if approved else "0.00",
        "decided_on": decided_on.isoformat(),
        "filed_by": source.choice(FILERS),
        "accepted_by": source.choice(ACCEPTERS),
        "verified_by": source.choice(VERIFIERS) if decided != "withdrawn" else "",
        "approved_by": source.choice(APPROVERS) if decided != "withdrawn" else "",
        "paid_by": source.choice(PAYERS) if approved else "",
        "payee_kind": "individual",
        "account": who.account,
    }
    return Entry(cells, who=who)


def _payout(source: random.Random, claim: Entry) -> Entry:
    paid_on = date.fromisoformat(claim.cells["decided_on"]) + timedelta(source.randrange(8, 29))
    same = ("old_reference", "jurisdiction", "id_number", "name", "amount_yuan", "payee_kind")
    cells = dict.fromkeys(HEADER, "") | {name: claim.cells[name] for name in same}
    cells |= {
        "record": "payout",
        "account": claim.cells["account"],
        "approved_by": claim.cells["paid_by"],  # of the payment: the officer who ordered it
        "released_by": source.choice(RELEASERS),
        "paid_on": paid_on.isoformat(),
    }
    return Entry(cells)


def _stories(source: random.Random) -> list[Entry]:
    return _faults(source) + _repeats(source) + _staff(source)


def _faults(source: random.Random) -> list[Entry]:
    """One person paid twice (A1), one certificate of two persons (C1), one own approval (F1)."""
    first, again, owner, other, own = (
        _claim(source, 900 + number, "approved") for number in range(5)
    )
    _same_person(again, first)
    for name in ("certificate_type", "certificate_number", "certificate_issued_on"):
        other.cells[name] = owner.cells[name]
    other.cells["occupation"] = owner.cells["occupation"]
    other.cells["level"] = owner.cells["level"]
    other.cells["amount_yuan"] = owner.cells["amount_yuan"]
    own.cells["filed_by"] = own.cells["approved_by"]
    for entry, plant, group in (
        (first, "A1", "paid-twice"),
        (again, "A1", "paid-twice"),
        (owner, "C1", "one-certificate"),
        (other, "C1", "one-certificate"),
        (own, "F1", "own-approval"),
    ):
        entry.plant, entry.group = plant, group
    return [first, again, owner, other, own]


def _repeats(source: random.Random) -> list[Entry]:
    """Repeats that are lawful: filed again, withdrawn, a new paper, a higher level."""
    old, newest, back, kept, lost, renewed, low, high = (
        _claim(source, 920 + number, decision)
        for number, decision in enumerate(
            ("approved", "approved", "withdrawn", "approved", "withdrawn", *("approved",) * 3)
        )
    )
    for again, before in ((newest, old), (kept, back), (renewed, lost), (high, low)):
        _same_person(again, before)
    newest.cells["supersedes"] = old.cells["old_reference"]
    for name in ("certificate_type", "certificate_number", "certificate_issued_on"):
        newest.cells[name] = old.cells[name]
        kept.cells[name] = back.cells[name]
    renewed.cells["reissue_of"] = lost.cells["certificate_number"]
    for entry, level in ((low, "L5"), (high, "L4")):
        entry.cells["level"] = level
        entry.cells["amount_yuan"] = f"{TARIFF_YUAN[level]}.00"
    names = (
        "replaced",
        "newest",
        "withdrawn",
        "kept",
        "lost paper",
        "renewed",
        *("two levels",) * 2,
    )
    groups = ("filed-again", "withdrawn-duplicate", "reissued-certificate", "two-levels")
    entries = [old, newest, back, kept, lost, renewed, low, high]
    for place, entry in enumerate(entries):
        entry.plant, entry.group, entry.innocent = names[place], groups[place // 2], True
    return entries


def _staff(source: random.Random) -> list[Entry]:
    """One clerk who accepted one claim and approved another: no claim has him twice."""
    accepted, approved = (_claim(source, 940 + number, "approved") for number in range(2))
    accepted.cells["accepted_by"] = approved.cells["approved_by"] = "SL-09"
    for entry in (accepted, approved):
        entry.plant, entry.group, entry.innocent = "same clerk", "same-clerk", True
    return [accepted, approved]


def _same_person(again: Entry, before: Entry) -> None:
    """The same person, occupation, level and sum, a later decision."""
    for name in ("id_number", "name", "account", "occupation", "level", "jurisdiction"):
        again.cells[name] = before.cells[name]
    if again.cells["decision"] == "approved":
        again.cells["amount_yuan"] = f"{TARIFF_YUAN[before.cells['level']]}.00"
    later = date.fromisoformat(before.cells["decided_on"]) + timedelta(days=40)
    again.cells["decided_on"] = max(again.cells["decided_on"], later.isoformat())


def _plans() -> list[Entry]:
    """Eight advances on five plans, one of them 55% of its base, and two settlements."""
    lines = (
        ("advance", 1, 200_000, 5_000, "2019-10-08", "exactly half"),
        ("advance", 2, 160_000, 3_000, "2019-10-15", "30% + 20%"),
        ("advance", 3, 120_000, 5_500, "2019-11-04", "D5"),
        ("advance", 2, 160_000, 2_000, "2019-12-02", "30% + 20%"),
        ("advance", 4, 90_000, 4_000, "2019-12-16", ""),
        ("advance", 5, 240_000, 1_000, "2020-01-06", ""),
        ("advance", 5, 240_000, 1_500, "2020-02-24", ""),
        ("advance", 5, 240_000, 2_000, "2020-03-30", ""),
        ("settlement", 1, 200_000, 5_000, "2020-05-11", ""),
        ("settlement", 4, 90_000, 5_000, "2020-06-01", ""),
    )
    return [_plan_line(number, *line) for number, line in enumerate(lines, start=1)]


def _plan_line(
    number: int, record: str, plan: int, base_yuan: int, ratio_bp: int, day: str, plant: str
) -> Entry:
    cells = dict.fromkeys(HEADER, "") | {
        "record": record,
        "old_reference": f"HLD-OLD-Z{number:04d}",
        "jurisdiction": "211400",
        "amount_yuan": f"{base_yuan * ratio_bp // 10_000}.00",
        "approved_by": PAYERS[number % 2],
        "released_by": RELEASERS[number % 2],
        "payee_kind": "institution" if plan % 2 else "enterprise",
        "payee": company("52" if plan % 2 else "91", 10 + plan),
        "plan": f"plan-HLD-2019-{plan:02d}",
        "base_yuan": f"{base_yuan}.00",
        "paid_on": day,
    }
    return Entry(cells, plant, f"plan-{plan}" if plant else "", bool(plant) and plant != "D5")
