"""Switches (INT-nn): known, read where the pack needs them, and needed where it reads them."""

from collections.abc import Iterator

from shared.policy.checks.fault import Fault, fault
from shared.policy.checks.walk import gates_of
from shared.policy.pack import CertificateOnce, Content, MaxTimes, NoRepeat
from shared.policy.parts import Catalogue, Kind, Ratio, Table, Times
from shared.policy.switches import CHOICES

_EVERYWHERE = {"INT-01", "INT-06", "INT-09", "INT-10", "INT-11", "INT-15", "INT-17"}
"""what the judge or the numbers of any document can touch"""


def reading_faults(content: Content) -> Iterator[Fault]:
    """Switches and choices that the code runs, each read that an entry needs."""
    for i, one in enumerate(content.interpretations):
        path = f"$.interpretations[{i}]"
        choices = CHOICES.get(one.id)
        if choices is None:
            yield fault(f"{path}.id", "UNKNOWN_SWITCH", name=one.id)
        elif one.choice not in choices:
            names = {"name": one.id, "value": one.choice, "list": ", ".join(choices)}
            yield fault(f"{path}.choice", "UNKNOWN_CHOICE", **names)
    read = {one.id for one in content.interpretations}
    for path, switch in needed(content):
        if switch not in CHOICES:
            yield fault(path, "UNKNOWN_SWITCH", name=switch)
        elif switch not in read:
            yield fault(path, "SWITCH_NOT_READ", name=switch)


def reading_warnings(content: Content) -> Iterator[Fault]:
    """Switches that no entry of the pack depends on."""
    used = {switch for _, switch in needed(content)} | {*_touched(content)}
    for i, one in enumerate(content.interpretations):
        if one.id in CHOICES and one.id not in used:
            yield fault(f"$.interpretations[{i}]", "UNUSED_SWITCH", name=one.id)


def needed(content: Content) -> Iterator[tuple[str, str]]:
    """Every place that cannot be decided without a reading, and the switch."""
    for path, gate in gates_of(content):
        yield from ((f"{path}.interpretations[{j}]", s) for j, s in enumerate(gate.interpretations))
    for i, kind in enumerate(content.kinds):
        yield from _of_kind(kind, f"$.kinds[{i}]")
    if content.advance is not None:
        yield "$.advance.settlement_days", "INT-08"
    for i, demanded in enumerate(content.demands):
        for j, step in enumerate(demanded.steps):
            if step.interpretation is not None:
                yield f"$.demands[{i}].steps[{j}].interpretation", step.interpretation


def _of_kind(kind: Kind, path: str) -> Iterator[tuple[str, str]]:
    for j, rule in enumerate(kind.payees):
        if rule.interpretation is not None:
            yield f"{path}.payees[{j}].interpretation", rule.interpretation
    match kind.amount:
        case Table(unit="per_year"):
            yield from ((f"{path}.amount.unit", switch) for switch in ("INT-13", "INT-21"))
        case Ratio() | Catalogue() as amount:
            yield from _of_times(amount.times, f"{path}.amount.times")
            if isinstance(amount, Ratio) and amount.raised and amount.raised.interpretation:
                yield f"{path}.amount.raised.interpretation", amount.raised.interpretation


def _of_times(times: Times | None, path: str) -> Iterator[tuple[str, str]]:
    if times is None:
        return
    yield from ((f"{path}.interpretations[{j}]", s) for j, s in enumerate(times.interpretations))
    if times.shared:
        yield f"{path}.shared", "INT-16"
    if times.divisor > 1:
        yield f"{path}.divisor", "INT-12"


def _touched(content: Content) -> Iterator[str]:
    yield from _EVERYWHERE
    limits = content.limits
    if any(isinstance(one, CertificateOnce) for one in limits):
        yield "INT-25"
    if any(isinstance(one, MaxTimes) for one in limits):
        yield from ("INT-02", "INT-03")
    if any(isinstance(one, MaxTimes) and one.strength == "principle" for one in limits):
        yield "INT-14"
    if any(isinstance(one, NoRepeat) for one in limits):
        yield from ("INT-04", "INT-05")
    if content.advance is not None:
        yield "INT-07"
    if content.validity.valid_to is not None:
        yield "INT-18"
    if any(isinstance(kind.amount, (Ratio, Catalogue)) for kind in content.kinds):
        yield "INT-13"
    if any(step.step == "notice" for one in content.demands for step in one.steps):
        yield "INT-22"
