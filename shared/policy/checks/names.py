"""Ids that stand twice, and names of what is not there."""

from collections.abc import Iterable, Iterator

from shared.policy.checks.fault import Fault, fault, twice
from shared.policy.checks.walk import gates_of
from shared.policy.features import features
from shared.policy.pack import Content
from shared.policy.parts import Kind


def name_faults(content: Content) -> Iterator[Fault]:
    """Doubles, and references to nothing."""
    yield from _doubles(content)
    for i, kind in enumerate(content.kinds):
        yield from _doubles_of_kind(kind, f"$.kinds[{i}]")
        yield from _named_by_kind(content, kind, f"$.kinds[{i}]")
    yield from _named_by_gates(content)
    yield from _named_by_funds(content)
    for i, duty in enumerate(content.duties):
        if duty.feature not in features():
            yield fault(f"$.duties[{i}].feature", "UNKNOWN_FEATURE", name=duty.feature)
    yield from _of_other_city(content)


def _doubles(content: Content) -> Iterator[Fault]:
    for name in (
        "facts", "groups", "kinds", "limits", "gates", "interpretations", "targets", "reports",
        "roles", "sanctions", "exchanges", "duties", "shares", "rules",
    ):  # fmt: skip
        yield from twice(f"$.{name}", (one.id for one in getattr(content, name)))
    yield from twice("$.reasons", (one.code for one in content.reasons))
    yield from twice("$.demands", (one.kind for one in content.demands))
    yield from twice("$.neutral", (one.field for one in content.neutral))
    yield from twice("$.funds.sources", (one.id for one in content.funds.sources))
    areas = (content.jurisdiction.code, *(one.code for one in content.jurisdiction.children))
    seen = set(areas[:1])
    for i, code in enumerate(areas[1:]):
        if code in seen:
            yield fault(f"$.jurisdiction.children[{i}]", "DUPLICATE_ID", name=code)
        seen.add(code)
    for i, role in enumerate(content.roles):
        yield from twice(f"$.roles[{i}].does", role.does, "DUPLICATE_VALUE")
    for i, sanction in enumerate(content.sanctions):
        yield from twice(f"$.sanctions[{i}].by", sanction.by, "DUPLICATE_VALUE")
        yield from twice(f"$.sanctions[{i}].acts", sanction.acts, "DUPLICATE_VALUE")
    for i, exchange in enumerate(content.exchanges):
        yield from twice(f"$.exchanges[{i}].carries", exchange.carries, "DUPLICATE_VALUE")


def _doubles_of_kind(kind: Kind, path: str) -> Iterator[Fault]:
    yield from twice(f"{path}.groups", kind.groups)
    yield from twice(f"{path}.limits", kind.limits)
    yield from twice(f"{path}.funds", kind.funds)
    yield from twice(f"{path}.programmes", kind.programmes)
    yield from twice(f"{path}.gates", (gate.id for gate in kind.gates))
    yield from twice(f"{path}.papers", (paper.code for paper in kind.papers))


def _of_other_city(content: Content) -> Iterator[Fault]:
    """Histories name kinds over all cities, so an id of another one is a slip of the copy."""
    prefix = content.policy_id.partition("-")[0]
    named = [(f"$.kinds[{i}].id", kind.id) for i, kind in enumerate(content.kinds)]
    named += [(f"$.groups[{i}].id", group.id) for i, group in enumerate(content.groups)]
    for path, name in named:
        city, dot, _ = name.partition(".")
        if dot and city.isupper() and city != prefix:
            yield fault(path, "ID_OF_OTHER_CITY", name=name, prefix=prefix)


def _missing(path: str, code: str, names: Iterable[str], known: set[str]) -> Iterator[Fault]:
    for i, name in enumerate(names):
        if name not in known:
            yield fault(f"{path}[{i}]", code, name=name)


def _named_by_kind(content: Content, kind: Kind, path: str) -> Iterator[Fault]:
    groups = {group.id for group in content.groups}
    limits = {limit.id for limit in content.limits}
    sources = {source.id for source in content.funds.sources}
    yield from _missing(f"{path}.groups", "UNKNOWN_GROUP", kind.groups, groups)
    yield from _missing(f"{path}.limits", "UNKNOWN_LIMIT", kind.limits, limits)
    yield from _missing(f"{path}.funds", "UNKNOWN_SOURCE", kind.funds, sources)


def _named_by_gates(content: Content) -> Iterator[Fault]:
    groups = {group.id for group in content.groups}
    kinds = {kind.id for kind in content.kinds}
    for path, gate in gates_of(content):
        yield from _missing(f"{path}.groups", "UNKNOWN_GROUP", gate.groups, groups)
        yield from twice(f"{path}.groups", gate.groups, "DUPLICATE_VALUE")
        if gate.instead is not None and gate.instead not in kinds:
            yield fault(f"{path}.instead", "UNKNOWN_KIND", name=gate.instead)


def _named_by_funds(content: Content) -> Iterator[Fault]:
    account = content.funds.special_account
    if account is None:
        return
    path = "$.funds.special_account"
    if account.source is not None and account.source not in {s.id for s in content.funds.sources}:
        yield fault(f"{path}.source", "UNKNOWN_SOURCE", name=account.source)
    kinds = {kind.id for kind in content.kinds}
    for i, purpose in enumerate(account.purposes):
        if ".K." in purpose and purpose not in kinds:  # other purposes are free words
            yield fault(f"{path}.purposes[{i}]", "UNKNOWN_KIND", name=purpose)
    yield from twice(f"{path}.purposes", account.purposes, "DUPLICATE_VALUE")
    if (account.cap_fen is None) != (account.cap_clause is None):
        yield fault(path, "CAP_WITHOUT_CLAUSE")
