"""What is most likely a slip of the pen in a case that can be judged all the same."""

from collections.abc import Iterable, Iterator, Sequence

from shared.policy.checks.types import CLAIM_TYPES, values_of
from shared.policy.checks.walk import conditions_of
from shared.policy.conditions import Compare, OneOf, nodes_of
from shared.policy.pack import Pack
from shared.policy.words import dictionary
from shared.policy.written.casefile import CaseFile, Expected
from shared.policy.written.fault import Fault
from shared.policy.written.words import listed, nearest, word

TWO = 2
"""persons that an exception needs (INT-14)"""


def notices_of(case: CaseFile, pack: Pack, *, compared: bool = False) -> Iterator[Fault]:
    """Names that the city does not know, and what has no effect. `compared`: with `expect`."""
    if compared and case.expect is None:
        yield Fault("$", "NO_EXPECTATION")
    yield from _of_claim(case, pack)
    for n, one in enumerate(case.exceptions):
        persons = len({*one.approvers})
        if persons < TWO:
            yield Fault(f"$.exceptions[{n}].approvers", "ONE_APPROVER", {"found": persons})
        yield from _unknown(
            f"$.exceptions[{n}].clause", "clause", [one.clause], _clauses(pack), pack
        )
    if case.on is not None and case.claim is None:
        yield Fault("$.on", "NO_EFFECT", {"name": "on", "subject": case.subject() or ""})
    if case.expect is not None:
        yield from _of_expect(case.expect, pack)


def _of_claim(case: CaseFile, pack: Pack) -> Iterator[Fault]:
    claim = case.claim
    if claim is None:
        return
    yield from _unknown("$.claim.kind", "kind", [claim.kind], pack.kinds, pack)
    yield from _unknown("$.claim.group", "group", [claim.group], pack.groups, pack)
    ours = pack.policy_id.partition("-")[0] + "."
    for n, one in enumerate(case.history):
        if one.kind.startswith(ours):
            yield from _unknown(f"$.history[{n}].kind", "kind", [one.kind], pack.kinds, pack)
    for part, given in (("facts", case.facts), ("references", case.references)):
        for name, value in given.items():
            if isinstance(value, str) and value != "unknown":
                yield from _not_read(f"$.{part}.{name}", name, value, pack)


def _not_read(path: str, name: str, value: str, pack: Pack) -> Iterator[Fault]:
    """A text that no rule compares the fact with, where rules compare it with any."""
    words = words_of(pack, name)
    if words and value not in words:
        names = {"policy": pack.policy_id, "name": name, "value": value, "list": listed(words)}
        yield Fault(path, "WORD_NOT_READ", names, nearest(value, words))


def words_of(pack: Pack, fact: str) -> list[str]:
    """The texts of a fact that rules of the pack read, or its table can say; sorted."""
    field = f"facts.{fact}"
    known = {*values_of(pack.content).get(field, ())}
    for _, condition in conditions_of(pack.content):
        for node in nodes_of(condition):
            if isinstance(node, OneOf) and node.field == field:
                known |= {*node.values}
            if isinstance(node, Compare) and node.field == field and isinstance(node.value, str):
                known.add(node.value)
    return sorted(known)


def _of_expect(expect: Expected, pack: Pack) -> Iterator[Fault]:
    content = pack.content
    readings = [one.id for one in content.interpretations]
    fields = [name.removeprefix("claim.") for name in CLAIM_TYPES]
    parts: list[tuple[str, str, Sequence[str], Iterable[str]]] = [
        ("reasons", "reason", expect.reasons or (), pack.reasons),
        ("flags", "reason", expect.flags or (), pack.reasons),
        ("clauses", "clause", expect.clauses, (*_clauses(pack), *readings)),
        ("interpretations", "reading", expect.interpretations, readings),
        ("missing", "fact", expect.missing or (), (*pack.facts, *CLAIM_TYPES, *fields)),
        ("acts", "act", expect.acts or (), dictionary().acts),
        ("instead", "kind", expect.instead or (), pack.kinds),
        (
            "fund",
            "fund",
            [expect.fund] if expect.fund else (),
            [s.id for s in content.funds.sources],
        ),
    ]
    for field, what, given, known in parts:
        yield from _unknown(f"$.expect.{field}", what, given, known, pack)


def _clauses(pack: Pack) -> tuple[str, ...]:
    return tuple(rule.id for rule in pack.content.rules)


def _unknown(
    path: str, what: str, given: Sequence[str], known: Iterable[str], pack: Pack
) -> Iterator[Fault]:
    words = list(known)
    for one in given:
        if words and one not in words:
            names = {"what": word(what), "name": one, "policy": pack.policy_id}
            yield Fault(path, "UNKNOWN_NAME", names, nearest(one, words))
