"""Random cases of a pack: near its edges, often incomplete, with histories and exceptions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, get_args

from shared.events.base import Level, PayeeKind
from shared.policy.cases import (
    ClaimCase,
    Fact,
    FactValue,
    History,
    RecordedException,
    Since,
    Subsidy,
)
from shared.policy.checks.walk import conditions_of
from shared.policy.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Not,
    OneOf,
    Surely,
    nodes_of,
)
from shared.policy.monthly import by_month
from shared.policy.pack import MaxTimes, Pack
from shared.policy.parts import CertificateType, FactSpec, Kind

LEVELS: tuple[Any, ...] = get_args(Level)
PAYEES: tuple[Any, ...] = get_args(PayeeKind)
TYPES = ("none", *get_args(CertificateType))
OCCUPATIONS = ("6-31-01-03", "4-03-02-01", "6-18-02-04")
CERTIFICATES = ("c1", "c2", "c3", None)
DAY = date(2020, 6, 1)


@dataclass(frozen=True, slots=True)
class RandomCase:
    """Everything that `judge` asks for."""

    claim: ClaimCase
    facts: dict[str, Fact | None]
    history: History
    on: date


class Cases:
    """Makes cases of one pack. Texts and numbers come from what its conditions compare with."""

    def __init__(self, pack: Pack, random: Random) -> None:
        self._pack = pack
        self._random = random
        self._kinds = list(pack.kinds.values())
        self._compared = _compared(pack)
        self._liked = _liked(pack)
        self._clauses = [one.clause for one in pack.content.limits if isinstance(one, MaxTimes)]

    def made(self, number: int) -> Iterator[RandomCase]:
        for _ in range(number):
            kind = self._random.choice(self._kinds)
            claim = self._claim(kind)
            on = claim.claimed_on + timedelta(days=self._random.randint(0, 30))
            yield RandomCase(claim, self._facts(kind, claim), self._history(claim), on)

    def _day(self) -> date:
        """Mostly inside the policy; now and then at its ends."""
        validity = self._pack.content.validity
        edges = [validity.valid_from, validity.valid_to or DAY]
        if self._random.random() < 0.1:
            return self._random.choice(edges) + timedelta(days=self._random.randint(-1, 1))
        return DAY + timedelta(days=self._random.randint(-200, 400))

    def _maybe(self, value: Any, share: float = 0.85) -> Any:
        return value if self._random.random() < share else None

    def _text(self, field: str, *others: str) -> str:
        liked = self._liked.get(field)
        if isinstance(liked, str) and self._random.random() < 0.7:
            return liked
        return self._random.choice([*map(str, self._compared.get(field, ())), *others])

    def _claim(self, kind: Kind) -> ClaimCase:
        random, pack = self._random, self._pack
        odd = random.random() < 0.05
        first = self._day()
        last = first + timedelta(days=random.choice([1, 20, 30, 180, 364, 365, 400]))
        issued = self._maybe(last + timedelta(days=random.randint(0, 40)))
        claimed = (issued or last) + timedelta(days=random.randint(-2, 60))
        places = sorted(pack.jurisdictions)
        paid_by = random.choice(PAYEES)
        return ClaimCase(
            kind="X.K.unknown" if odd and random.random() < 0.2 else kind.id,
            group=random.choice(list(pack.groups)) if odd else random.choice(kind.groups),
            jurisdiction="999999" if odd and random.random() < 0.5 else random.choice(places),
            occupation="" if odd else random.choice(OCCUPATIONS),
            level=random.choice(LEVELS),
            certificate_type=random.choice(TYPES),
            certificate=random.choice(CERTIFICATES),
            certificate_issued_on=issued,
            certificate_issuer=self._maybe(random.choice(["INST-1", "EVAL-1"])),
            training_from=self._maybe(first, 0.97),
            training_to=self._maybe(last, 0.97),
            paid_by=self._maybe(paid_by, 0.95),
            payee_kind=paid_by if random.random() < 0.6 else random.choice(PAYEES),
            claimed_on=claimed,
            agreement=self._maybe("AG-1"),
            institution=self._maybe("INST-1"),
            programme=self._maybe(self._text("claim.programme", "project")),
            delivery=self._maybe(self._text("claim.delivery", "classroom")),
            months_claimed=self._maybe(random.choice([0, 1, 6, 7, 12, 13]), 0.3),
            training_completed=self._maybe(random.random() < 0.8),
            trade=self._maybe("t1", 0.5),
            employer=self._maybe("ENT-1"),
            issuer_class=self._maybe(self._text("claim.issuer_class", "joint", "association")),
            plan=self._maybe("plan-1"),
            purchase_contract=self._maybe("P-1", 0.5),
            payment_mode=self._maybe(random.choice(["pay_first", "credit"])),
            mandate=self._maybe("M-1", 0.2),
            training_county=self._maybe(self._place(places), 0.95),
            certificate_county=self._maybe(self._place(places), 0.95),
            place_basis=self._maybe(random.choice(["insured", "resident"])),
            claimed_fen=self._maybe(random.choice([0, 1, 50_000_00]), 0.3),
            allowance_days=self._maybe(random.randint(0, 40), 0.3),
            cost_fen=self._maybe(random.choice([0, 1, 200_000_00])),
            education_fund_fen=self._maybe(random.choice([0, 1, 150_000_00, 150_000_00])),
            industry=self._maybe(self._text("claim.industry", "chemical")),
        )

    def _place(self, places: list[str]) -> str:
        return "110101" if self._random.random() < 0.1 else self._random.choice(places)

    def _facts(self, kind: Kind, claim: ClaimCase) -> dict[str, Fact | None]:
        names = self._pack.kind_facts.get((kind.id, claim.group), ()) or tuple(self._pack.facts)
        known = self._random.choice([0.5, 0.95, 1.0])
        facts: dict[str, Fact | None] = {}
        for name in names:
            if self._random.random() < known:
                spec = self._pack.facts[name]
                facts[name] = Fact(value=self._value(spec, claim), source="random")
                if by_month(spec) and self._random.random() < 0.5:
                    facts[name] = self._changing(claim)
        return facts

    def _changing(self, claim: ClaimCase) -> Fact:
        """A table that changes near the months of the claim, now and then with a gap."""
        random, first = self._random, claim.training_from or DAY
        days = sorted({first + timedelta(days=random.randint(-60, 200)) for _ in range(3)})
        sums = [random.choice([150_000, 161_001, 191_000, 33_333]) for _ in days]
        rows = tuple(
            Since(since=day, fen=None if random.random() < 0.05 else fen)
            for day, fen in zip([first - timedelta(days=90), *days], [150_000, *sums], strict=True)
        )
        rows = rows[random.choice([0, 0, 0, 1]) :]
        known = next((row.fen for row in rows if row.fen is not None), 0)
        return Fact(value=known, source="random", rows=rows)

    def _value(self, spec: FactSpec, claim: ClaimCase) -> FactValue:
        random = self._random
        field = f"facts.{spec.id}"
        compared = list(self._compared.get(field, ()))
        match spec.type:
            case "boolean":
                likely = bool(self._liked.get(field, True))
                return likely if random.random() < 0.96 else not likely
            case "integer":
                edges = [one + n for one in compared if type(one) is int for n in (-1, 0, 1)]
                return random.choice([*edges, 0, 1, 3, 17, 31, 33_333, 191_000])
            case "date":
                near = [-400, -1, 0, 1, 364, 365, 366]
                days = near if random.random() < 0.5 else [400, 500]
                if spec.id.endswith("approved_on") or spec.id.endswith("confirmed_on"):
                    days = [-one for one in days]
                return (claim.training_from or DAY) + timedelta(days=random.choice(days))
            case _:
                liked = self._liked.get(field)
                if liked is not None and random.random() < 0.8:
                    return str(liked)
                return random.choice([*map(str, compared), "other"])

    def _history(self, claim: ClaimCase) -> History:
        random = self._random
        exceptions = [
            RecordedException(clause=clause, approvers=random.choice([("a", "b"), ("a", "a")]))
            for clause in self._clauses
            if random.random() < 0.2
        ]
        return History(
            subsidies=tuple(self._earlier(n, claim) for n in range(random.choice([0, 0, 1, 2, 4]))),
            same_certificate_other_person=("other-1",) if random.random() < 0.05 else (),
            past_certificate_other_person=("other-2",) if random.random() < 0.05 else (),
            exceptions=tuple(exceptions),
        )

    def _earlier(self, n: int, claim: ClaimCase) -> Subsidy:
        random = self._random
        return Subsidy(
            stream=f"earlier-{n}",
            kind=random.choice([claim.kind, random.choice(self._kinds).id, "X.K.other"]),
            occupation=random.choice(OCCUPATIONS),
            level=random.choice(LEVELS),
            certificate_type=random.choice(TYPES),
            certificate="c1" if random.random() < 0.1 else "c9",
            year=claim.claimed_on.year - random.choice([0, 0, 0, 1]),
            counted=random.random() < 0.8,
            counter=random.choice(["training", "training", "training", "appraisal", ""]),
            months=random.choice([0, 0, 2, 6]),
            trade=random.choice([None, "t1", "t2"]),
        )


def _liked(pack: Pack) -> dict[str, FactValue]:
    """The value of each fact that lets a claim pass: what a gate needs, not what bars the way."""
    liked: dict[str, FactValue] = {}
    for path, condition in conditions_of(pack.content):
        if ".stated_when" in path:
            continue
        for field, value, good in _polar(condition, not path.endswith(".unless")):
            if isinstance(value, bool):
                liked.setdefault(field, value == good)
            elif good:
                liked.setdefault(field, value)
    return liked


def _polar(condition: Condition, good: bool) -> Iterator[tuple[str, FactValue, bool]]:
    match condition:
        case All() | AnyOf():
            for part in condition.of:
                yield from _polar(part, good)
        case Not():
            yield from _polar(condition.of, not good)
        case Surely():
            yield from _polar(condition.of, good)
        case Compare(by="eq", value=bool() | str() as value):
            yield condition.field, value, good
        case Compare(by="ne", value=bool() | str() as value):
            yield condition.field, value, not good
        case OneOf():
            yield condition.field, condition.values[0], good


def _compared(pack: Pack) -> dict[str, list[bool | int | str]]:
    """What each field is compared with anywhere in the pack."""
    found: dict[str, set[bool | int | str]] = {}
    for _, condition in conditions_of(pack.content):
        for node in nodes_of(condition):
            match node:
                case Compare(value=bool() | int() | str() as value):
                    found.setdefault(node.field, set()).add(value)
                case OneOf():
                    found.setdefault(node.field, set()).update(node.values)
    return {field: sorted(values, key=repr) for field, values in found.items()}
