"""What the format of a case allows and is wrong all the same, whatever its city says."""

from collections.abc import Iterator

import msgspec

from shared.money import MoneyRefused, parse_yuan
from shared.policy.claim_values import SAID, bounds_of
from shared.policy.verdicts import Heads
from shared.policy.written.casefile import CaseFile, Expected
from shared.policy.written.fault import Fault
from shared.policy.written.words import listed, nearest, word

SUBJECTS = ("claim", "advance", "settlement", "payment", "finding", "question", "shown_by")
OF_A_CLAIM = ("facts", "references", "stated", "history", "exceptions")
YEARS = (1900, 2200)


def faults_of(case: CaseFile) -> Iterator[Fault]:
    """Every such mistake, with its path."""
    given = [one for one in SUBJECTS if getattr(case, one) is not None]
    if len(given) != 1:
        names = {"list": listed(SUBJECTS), "found": listed(given) or word("nothing")}
        yield Fault("$", "SUBJECT", names)
        return
    yield from _of_claim(case)
    if case.claim is None:
        for name in OF_A_CLAIM:
            if getattr(case, name):
                yield Fault(f"$.{name}", "ONLY_FOR_CLAIM", {"name": name, "subject": given[0]})
    for name in case.references:
        if name in case.facts:
            yield Fault(f"$.references.{name}", "FACT_TWICE", {"name": name})
    yield from _sums(case)
    if case.expect is not None:
        yield from _expected(case.expect)


def _of_claim(case: CaseFile) -> Iterator[Fault]:
    """Words and numbers that a claim, or an earlier one, cannot have."""
    if case.claim is not None:
        for field in msgspec.structs.fields(case.claim):
            yield from _value(f"$.claim.{field.name}", getattr(case.claim, field.name))
    for n, one in enumerate(case.history):
        yield from _value(f"$.history[{n}].certificate_type", one.certificate_type)
        if one.year is not None and not YEARS[0] <= one.year <= YEARS[1]:
            yield out_of_range(f"$.history[{n}].year", YEARS)


def _value(path: str, value: object) -> Iterator[Fault]:
    field = path.rpartition(".")[2]
    words = SAID.get(field)
    if words is not None and value is not None and value not in words:
        names = {"value": value, "list": listed(words)}
        yield Fault(path, "UNKNOWN_VALUE", names, nearest(value, words))
    if type(value) is int:
        low, high = bounds_of(field)
        if not low <= value <= high:
            yield out_of_range(path, (low, high))


def out_of_range(path: str, bounds: tuple[int, int]) -> Fault:
    """A number outside its bounds, both of which it may be."""
    return Fault(path, "OUT_OF_RANGE", {"low": bounds[0], "high": bounds[1]})


def _sums(case: CaseFile) -> Iterator[Fault]:
    pairs = (("advance", "base_fen", case.advance), ("settlement", "earned_fen", case.settlement))
    for name, sum_of, subject in pairs:
        if subject is None or subject.plan is None:
            continue
        if getattr(subject, sum_of) is not None:
            yield Fault(f"$.{name}.plan", "TWO_SUMS", {"one": sum_of, "other": "plan"})
        yield from _plan(f"$.{name}.plan", subject.plan)


def _plan(path: str, plan: Heads) -> Iterator[Fault]:
    if plan.last < plan.first:
        yield Fault(path, "DATES_REVERSED", {"first": plan.first, "last": plan.last})


def _expected(expect: Expected) -> Iterator[Fault]:
    if expect.amount_yuan is not None:
        yield from _yuan(expect.amount_yuan, expect.amount_fen)
    low, high = bounds_of("amount_fen")
    if expect.amount_fen is not None and not low <= expect.amount_fen <= high:
        yield out_of_range("$.expect.amount_fen", (low, high))


def _yuan(text: str, fen: int | None) -> Iterator[Fault]:
    try:
        said_fen = parse_yuan(text.replace(",", ""))
    except MoneyRefused:
        yield Fault("$.expect.amount_yuan", "BAD_YUAN", {"value": text})
        return
    if fen not in (None, said_fen):
        names = {"one": "amount_fen", "other": "amount_yuan"}
        yield Fault("$.expect.amount_yuan", "TWO_SUMS", names)
