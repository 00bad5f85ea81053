"""Kinds of subsidy: their gates, payees and limits, and what of them can never be reached."""

from collections.abc import Iterator

from shared.policy.checks.fault import Fault, fault
from shared.policy.checks.walk import gates_of
from shared.policy.pack import CertificateOnce, Content, Limit, MaxTimes
from shared.policy.parts import Gate, Kind, PayeeRule

NAMES_PAYEE = ("INT-20", "INT-24")


def kind_faults(content: Content) -> Iterator[Fault]:
    """What of a kind contradicts itself or another part of it."""
    for path, gate in gates_of(content):
        yield from _gate(gate, path)
    yield from _repeated(content.gates, (), "$.gates")
    for i, kind in enumerate(content.kinds):
        path = f"$.kinds[{i}]"
        yield from _gates(content, kind, path)
        yield from _payees(kind, path)
        yield from _limits(content, kind, path)
    yield from _advance(content)


def _gate(gate: Gate, path: str) -> Iterator[Fault]:
    if (gate.when is None) == (gate.unless is None):
        yield fault(path, "GATE_FORM")
    if gate.flag and gate.decision == "FLAG":
        yield fault(f"{path}.flag", "FLAG_TWICE")


def _gates(content: Content, kind: Kind, path: str) -> Iterator[Fault]:
    known = {group.id for group in content.groups}
    for j, gate in enumerate(kind.gates):
        for n, group in enumerate(gate.groups):
            if group in known and group not in kind.groups:
                yield fault(f"{path}.gates[{j}].groups[{n}]", "GATE_GROUP", name=group)
        if gate.instead == kind.id:
            yield fault(f"{path}.gates[{j}].instead", "INSTEAD_OF_ITSELF", name=kind.id)
    yield from _repeated(kind.gates, content.gates, f"{path}.gates")


def _repeated(gates: tuple[Gate, ...], before: tuple[Gate, ...], path: str) -> Iterator[Fault]:
    for j, gate in enumerate(gates):
        for earlier in (*before, *gates[:j]):
            if _covers(earlier, gate):
                yield fault(f"{path}[{j}]", "UNREACHABLE_GATE", name=earlier.id)
                break


def _covers(earlier: Gate, gate: Gate) -> bool:
    """Whether whatever stops at the gate has stopped at the earlier one, with the same answer.

    Another clause or reason is another answer: the claimant is told both.
    """
    same = (earlier.when, earlier.unless) == (gate.when, gate.unless)
    answer = (earlier.decision, earlier.reason, earlier.clause)
    wider = not earlier.groups or (gate.groups and {*gate.groups} <= {*earlier.groups})
    return same and bool(wider) and answer == (gate.decision, gate.reason, gate.clause)


def _payees(kind: Kind, path: str) -> Iterator[Fault]:
    if not kind.payees:
        yield fault(f"{path}.payees", "NO_PAYEE")
    for i, rule in enumerate(kind.payees):
        yield from _payee(rule, f"{path}.payees[{i}]")
        if any(one.when is None or one.when == rule.when for one in kind.payees[:i]):
            yield fault(f"{path}.payees[{i}]", "UNREACHABLE_PAYEE")


def _payee(rule: PayeeRule, path: str) -> Iterator[Fault]:
    if (rule.payee is None) == (rule.interpretation is None):
        yield fault(path, "PAYEE_FORM")
    elif rule.interpretation not in (None, *NAMES_PAYEE):
        yield fault(f"{path}.interpretation", "SWITCH_NAMES_NO_PAYEE", name=rule.interpretation)


def _limits(content: Content, kind: Kind, path: str) -> Iterator[Fault]:
    by_id = {limit.id: limit for limit in content.limits}
    own = [by_id[id_] for id_ in dict.fromkeys(kind.limits) if id_ in by_id]
    if sum(isinstance(limit, MaxTimes) for limit in own) > 1:
        yield fault(f"{path}.limits", "TWO_YEARLY_LIMITS")
    seen: dict[tuple[type[Limit], str], str] = {}
    for limit in own:
        if isinstance(limit, MaxTimes):
            continue
        counter = limit.counter if isinstance(limit, CertificateOnce) else ""
        if first := seen.get((type(limit), counter)):
            yield fault(f"{path}.limits", "TWO_LIMITS_ALIKE", name=first)
        seen[type(limit), counter] = limit.id


def _advance(content: Content) -> Iterator[Fault]:
    advance = content.advance
    if advance is None:
        return
    if advance.max_ratio_bp > 10_000:
        yield fault("$.advance.max_ratio_bp", "RATIO_OVER_FULL", ratio=advance.max_ratio_bp)
    if advance.max_ratio_bp == 0:
        yield fault("$.advance.max_ratio_bp", "RATIO_ZERO")
    if advance.institution_programmes and "institution" not in advance.payees:
        yield fault("$.advance.institution_programmes", "PROGRAMMES_WITHOUT_INSTITUTION")
