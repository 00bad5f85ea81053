"""What a pack names and nothing uses: warnings, for somebody forgot one of the two."""

from collections.abc import Iterable, Iterator

from shared.policy.checks.bureau import reasons_given
from shared.policy.checks.fault import Fault, fault
from shared.policy.checks.rules import read_fields
from shared.policy.pack import Content
from shared.policy.reasons import built_in_reasons


def unused_warnings(content: Content) -> Iterator[Fault]:
    """Facts, groups, limits, reasons and sources; also the day of judging as a field."""
    read = {field for _, field in read_fields(content)}
    neutral = {one.field for one in content.neutral}
    used = {field.partition(".")[2] for field in read | neutral}
    used |= {one.id for one in content.facts if one.clause is not None}  # a rule wants the table
    kinds = content.kinds
    yield from _unused("facts", "UNUSED_FACT", (one.id for one in content.facts), used)
    groups = {name for kind in kinds for name in kind.groups}
    yield from _unused("groups", "UNUSED_GROUP", (one.id for one in content.groups), groups)
    limits = {name for kind in kinds for name in kind.limits}
    yield from _unused("limits", "UNUSED_LIMIT", (one.id for one in content.limits), limits)
    given = {code for _, code in reasons_given(content)} | set(built_in_reasons())
    yield from _unused("reasons", "UNUSED_REASON", (one.code for one in content.reasons), given)
    if all(kind.funds for kind in kinds):
        named = {name for kind in kinds for name in kind.funds}
        sources = (one.id for one in content.funds.sources)
        yield from _unused("funds.sources", "UNUSED_SOURCE", sources, named)
    for path, field in read_fields(content):
        if field == "on":
            yield fault(path, "RELATIVE_TO_TODAY")


def _unused(place: str, code: str, names: Iterable[str], used: set[str]) -> Iterator[Fault]:
    for i, name in enumerate(names):
        if name not in used:
            yield fault(f"$.{place}[{i}]", code, name=name)
