"""What stands behind a reason: the values that its rule read, and the earlier claims it means."""

from collections.abc import Iterator
from typing import Any

import msgspec

from shared.policy.cases import FactValue
from shared.policy.claim_values import CLOSED
from shared.policy.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    OneOf,
    Scope,
    fields_of,
    holds,
    nodes_of,
    value_of,
)
from shared.policy.letter.claim_words import claim_words
from shared.policy.letter.telling import MARK, bracketed, value_words
from shared.policy.letter.words import letter_words
from shared.policy.limits import EXCEPTED, limit_grounds
from shared.policy.pack import CertificateOnce, Pack
from shared.policy.parts import FactSpec, Gate, Kind
from shared.policy.words import Language, dictionary, named, said
from shared.policy.written.casefile import CaseFile, facts_of, history_of
from shared.policy.written.judging import Outcome, in_place

_UNTOLD = ("claim.kind", "claim.group", "claim.certificate", "claim.payee_kind")
GROUP = "GROUP_NOT_MET"


def subject_of(case: CaseFile) -> Any:
    """The claim, advance, settlement … that the case is about."""
    return getattr(case, case.subject() or "claim")


def seen_behind(outcome: Outcome, code: str, language: Language) -> list[str]:
    """The values that led to a reason, one line each: said by the claimant, or by a register."""
    words = letter_words()
    lines = [
        field_line(outcome.pack, name, value, language)
        for name in words.shows.get(code, ())
        if (value := _shown(outcome, name)) is not None
    ]
    if code in words.dated:
        lines.append(_in_force(outcome.pack, language))
    if outcome.case.claim is not None:
        scope = _scope(outcome)
        for condition in _conditions(outcome, code, scope):
            lines += _read(outcome.pack, condition, scope, language)
    return list(dict.fromkeys(lines))


def _shown(outcome: Outcome, name: str) -> FactValue | None:
    """A field of the case, of the answer, or what the special account may hold."""
    special = outcome.pack.content.funds.special_account
    if name == "cap_fen":
        return None if special is None else special.cap_fen
    value: FactValue | None = getattr(subject_of(outcome.case), name, None)
    return getattr(outcome.answer, name, None) if value is None else value


def _scope(outcome: Outcome) -> Scope:
    claim = outcome.case.claim
    assert claim is not None
    facts = facts_of(outcome.case, outcome.pack)
    day = outcome.case.on or claim.claimed_on
    return Scope(in_place(claim, outcome.pack), facts, day)


def _conditions(outcome: Outcome, code: str, scope: Scope) -> Iterator[Condition]:
    for gate in _gates(outcome, code):
        if gate.when is not None and holds(gate.when, scope) is False:
            yield gate.when
        if gate.unless is not None and holds(gate.unless, scope) is True:
            yield gate.unless
    group = outcome.pack.groups.get(scope.case.group)
    if code == GROUP and group is not None and group.member_when is not None:
        yield group.member_when


def _gates(outcome: Outcome, code: str) -> list[Gate]:
    claim = outcome.case.claim
    assert claim is not None
    gates = outcome.pack.gates.get((claim.kind, claim.group), ())
    return [gate for gate in gates if gate.reason == code]


def _read(pack: Pack, condition: Condition, scope: Scope, language: Language) -> Iterator[str]:
    for field in fields_of(condition):
        value = value_of(field, scope)
        source, _, name = field.partition(".")
        if value is None or field in _UNTOLD or source == "on":
            continue
        if source == "claim":
            yield field_line(pack, name, value, language)
            continue
        spec = pack.facts[name]
        if _untold(spec, scope):
            continue
        register = named(dictionary().registers, spec.register, language)
        told = value_words(name, value, language)
        space = "" if language == "zh" else " "
        yield f"{said(spec.question, language)}{space}{told}{bracketed(register, language)}"
    yield from _accepted(condition, scope, language)


def _untold(spec: FactSpec, scope: Scope) -> bool:
    """Sums of tables say nothing of a refusal, and what a register answered about a person is
    for that person alone: an enterprise or institution gets the reason.
    """
    if spec.look_up is not None:
        return spec.look_up.value == "amount"
    person = spec.ask is not None and spec.ask.about == "person"
    return person and scope.case.payee_kind != "individual"


def _accepted(condition: Condition, scope: Scope, language: Language) -> Iterator[str]:
    """The values that would have passed, where the rule lists them."""
    for node in nodes_of(condition):
        if not isinstance(node, OneOf) or holds(node, scope) is not False:
            continue
        name = node.field.removeprefix("claim.")
        if name not in CLOSED:
            continue
        values = [named(claim_words().values, value, language) for value in node.values]
        yield said(letter_words().accepted, language).format(
            name=named(claim_words().names, name, language),
            values=("、" if language == "zh" else ", ").join(values),
        )


def field_line(pack: Pack, name: str, value: FactValue, language: Language) -> str:
    """What a field is called and what it says: kinds, sources and places by their names."""
    label = named(claim_words().names, name, language)
    return f"{label}{MARK[language]}{_value(pack, name, value, language)}"


def _value(pack: Pack, name: str, value: FactValue, language: Language) -> str:
    city = pack.content.jurisdiction
    known = {
        "purpose": {kind.id: kind.name for kind in pack.content.kinds},
        "fund": {source.id: source.name for source in pack.content.funds.sources},
        "jurisdiction": {
            city.code: city.name,
            **{area.code: area.name for area in city.children},
        },
    }
    words = known.get(name, {}).get(str(value))
    return value_words(name, value, language) if words is None else said(words, language)


def _in_force(pack: Pack, language: Language) -> str:
    words, validity = letter_words(), pack.content.validity
    last = validity.valid_to or said(words.no_end, language)
    return said(words.in_force, language).format(first=validity.valid_from, last=last)


class Told(msgspec.Struct, frozen=True):
    """What of an answer whoever gets the letter is told."""

    conflicts: tuple[str, ...]
    """earlier claims that the decision rests on, for the person alone whose claims they are"""
    clauses: tuple[str, ...]
    readings: tuple[str, ...]
    hushed: tuple[str, ...]
    """reasons that are also flags: a hold on a suspicion, told in neutral words"""


def told_of(outcome: Outcome) -> Told:
    """The answer without the auditors' flags and without other persons' claims."""
    found = outcome.answer
    flags = found.flags if found.decision == "HOLD" else ()
    hushed = tuple(code for code in found.reasons if code in flags)
    cited = tuple(one.clause for one in found.citations)
    if outcome.case.claim is None:
        return Told((), cited, found.interpretations, ())
    quiet = {clause for code in hushed for clause in _clauses_behind(outcome, code)}
    quiet |= idle_clauses(outcome) if found.decision == "APPROVE" else set()
    conflicts, unread = _standing(outcome)
    unread |= {
        one for code in hushed for gate in _gates(outcome, code) for one in gate.interpretations
    }
    return Told(
        conflicts,
        tuple(clause for clause in cited if clause not in quiet),
        tuple(one for one in found.interpretations if one not in unread),
        hushed,
    )


def _clauses_behind(outcome: Outcome, code: str) -> Iterator[str]:
    claim = outcome.case.claim
    assert claim is not None
    yield from (gate.clause for gate in _gates(outcome, code) if gate.clause)
    for limit in outcome.pack.limits.get(claim.kind, ()):
        if isinstance(limit, CertificateOnce) and limit.two_persons_reason == code:
            yield from limit.two_persons_clauses


def _standing(outcome: Outcome) -> tuple[tuple[str, ...], set[str]]:
    """The person's own claims in the way, and the readings that only a flag rests on."""
    found, scope = outcome.answer, _scope(outcome)
    grounds = limit_grounds(outcome.pack, scope.case, history_of(outcome.case, outcome.pack))
    deciding = [one for one in grounds if one.decision == found.decision]
    flags = [one for one in grounds if one.decision == "FLAG" and one.code != EXCEPTED]
    flagged = {stream for one in flags for stream in one.conflicts}
    flagged -= {stream for one in deciding for stream in one.conflicts}
    own = {one.claim for one in outcome.case.history if one.person == "same"}
    own = own if scope.case.payee_kind == "individual" else set()
    conflicts = getattr(found, "conflicts", ()) if found.decision != "APPROVE" else ()
    unread = {switch for one in flags for switch in one.interpretations}
    unread -= {switch for one in deciding for switch in one.interpretations}
    if "POLICY_SILENT" in found.reasons:
        unread.discard("INT-11")
    return tuple(one for one in conflicts if one in own - flagged), unread


def idle_clauses(outcome: Outcome) -> set[str]:
    """Clauses that an approved claim passed although they are about other kinds of subsidy."""
    claim, pack = outcome.case.claim, outcome.pack
    assert claim is not None
    kind, group = pack.kinds[claim.kind], pack.groups[claim.group]
    own = [clause for clause in group.clauses if clause in kind.clauses]
    proven = own or (group.clauses if group.member_when is not None else ())
    idle = {*group.clauses} - {*proven}
    cited = {*kind.clauses, *proven, *(step.clause for step in outcome.answer.steps)}
    cited |= {rule.clause for rule in kind.payees}
    for limit in pack.limits.get(claim.kind, ()):
        cited |= {*limit.clauses} if isinstance(limit, CertificateOnce) else {limit.clause}
    for gate in pack.gates.get((claim.kind, claim.group), ()):
        read = gate.when or gate.unless
        (cited if read is None or _concerns(read, kind) else idle).add(gate.clause or "")
    return idle - cited


def _concerns(condition: Condition, kind: Kind) -> bool:
    """Whether the condition is about this kind at all; one that names no kind is about each."""
    match condition:
        case All():
            return all(_concerns(part, kind) for part in condition.of)
        case AnyOf():
            return any(_concerns(part, kind) for part in condition.of)
        case OneOf(field="claim.kind"):
            return kind.id in condition.values
        case Compare(field="claim.kind", by="eq"):
            return condition.value == kind.id
    return True
