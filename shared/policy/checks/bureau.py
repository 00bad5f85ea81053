"""What the bureau does: demands before approval and payment, words to claimants, languages."""

import re
from collections.abc import Iterator

from shared.policy.checks.fault import Fault, fault, twice
from shared.policy.checks.walk import gates_of, words_of
from shared.policy.pack import CertificateOnce, Content, Demands
from shared.policy.reasons import built_in_reasons

_CHINESE = re.compile(r"[㐀-鿿]")
_LETTER = re.compile(r"[A-Za-z]")


def bureau_faults(content: Content) -> Iterator[Fault]:
    """Demands that can be met, reasons that can be told, both languages."""
    kinds = {kind.id for kind in content.kinds}
    answering = {spec.register for spec in content.facts}
    for i, one in enumerate(content.demands):
        path = f"$.demands[{i}]"
        if one.kind not in kinds:
            yield fault(f"{path}.kind", "UNKNOWN_KIND", name=one.kind)
        yield from _demanded(one, answering, path)
    known = {reason.code for reason in content.reasons} | set(built_in_reasons())
    for path, code in reasons_given(content):
        if code not in known:
            yield fault(path, "REASON_WITHOUT_WORDS", name=code)
    for path, zh, en in words_of(content):
        if not _CHINESE.search(zh):
            yield fault(f"{path}.zh", "ZH_NOT_CHINESE")
        if _CHINESE.search(en) or not _LETTER.search(en):
            yield fault(f"{path}.en", "EN_NOT_ENGLISH")


def _demanded(one: Demands, answering: set[str], path: str) -> Iterator[Fault]:
    if not one.steps and not one.registers:
        yield fault(path, "NOTHING_DEMANDED")
    yield from twice(f"{path}.steps", (step.step for step in one.steps))
    yield from twice(f"{path}.registers", (asked.register for asked in one.registers))
    for j, step in enumerate(one.steps):
        if (step.step == "notice") != (step.days is not None):
            yield fault(f"{path}.steps[{j}]", "NOTICE_DAYS")
    for j, asked in enumerate(one.registers):
        if asked.register not in answering:
            name = asked.register
            yield fault(f"{path}.registers[{j}].register", "UNKNOWN_REGISTER", name=name)


def reasons_given(content: Content) -> Iterator[tuple[str, str]]:
    """Every place that gives a reason, and its code."""
    for path, gate in gates_of(content):
        yield f"{path}.reason", gate.reason
    for i, limit in enumerate(content.limits):
        yield f"$.limits[{i}].reason", limit.reason
        if isinstance(limit, CertificateOnce):
            yield f"$.limits[{i}].two_persons_reason", limit.two_persons_reason
    for i, kind in enumerate(content.kinds):
        if kind.same_amount is not None:
            yield f"$.kinds[{i}].same_amount.reason", kind.same_amount.reason
