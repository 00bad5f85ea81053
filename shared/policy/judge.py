"""The policy's answer to one claim: pure, deterministic, integers only."""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from shared.events.base import PayeeKind
from shared.policy.amounts import amount_of
from shared.policy.cases import (
    Cited,
    ClaimCase,
    Decision,
    Fact,
    FactUsed,
    FactValue,
    Ground,
    History,
    Judgement,
    Step,
)
from shared.policy.conditions import Scope, holds, value_of
from shared.policy.limits import limit_grounds, limits_of, nearly_used, year_of
from shared.policy.months import shared_months
from shared.policy.pack import CertificateOnce, Pack
from shared.policy.parts import FactSpec, Gate, Kind, PayeeRule
from shared.policy.prices import same_amount, without_price
from shared.policy.unknown import day_of, missing_field, missing_of, unknown_ground, unknown_member

_TYPES = {"boolean": bool, "integer": int, "text": str, "date": date}


def judge(
    pack: Pack, claim: ClaimCase, facts: Mapping[str, Fact | None], history: History, on: date
) -> Judgement:
    """Judge one claim as of the day `on` (Asia/Shanghai).

    A fact that is absent, None or of another type than the pack says is unknown, and holds the
    claim where a condition needs it. A refusal outranks a hold: nothing unknown could lift it.
    """
    kind = pack.kinds.get(claim.kind)
    if kind is None:
        return _stopped(pack, claim, on, [_silent()])
    grounds = _validity(pack, kind, claim)
    if grounds and grounds[0].code != "FILED_AFTER_EXPIRY":
        return _stopped(pack, claim, on, grounds)  # outside its dates no other clause applies
    scope = Scope(claim, _known(pack, facts), on)
    priced = amount_of(pack, kind, scope, history)
    rule, paid = _payee(pack, kind, scope)
    grounds += _place(pack, claim) + _group(pack, kind, scope) + _gates(pack, kind, scope)
    grounds += [*priced.grounds, *paid, *limit_grounds(pack, claim, history)]
    grounds += same_amount(kind, priced, scope)
    grounds = without_price(grounds)
    used = _facts_used(pack, kind, scope)
    stopped = any(ground.decision != "FLAG" for ground in grounds)
    if rule is None or not priced.steps or stopped:
        return _stopped(pack, claim, on, grounds, used)
    readings = priced.readings + ((rule.interpretation,) if rule.interpretation else ())
    mattered = _mattered(pack, kind, claim, history, grounds, readings)
    return _approved(
        pack,
        kind,
        scope,
        steps=priced.steps,
        rule=rule,
        flags=grounds,
        used=used,
        mattered=mattered,
        months=priced.months,
    )


def stated_facts(pack: Pack, claim: ClaimCase) -> dict[str, Fact]:
    """The facts as the claimant states them, source `claim`: what there is before a register.

    One whose statement is itself unknown stays absent.
    """
    scope = Scope(claim, {}, claim.claimed_on)
    stated: dict[str, Fact] = {}
    for spec in pack.facts.values():
        value = _stated(spec, scope)
        if value is not None:
            stated[spec.id] = Fact(value=value, source="claim", valid_at=day_of(claim, spec.as_of))
    return stated


def _stated(spec: FactSpec, scope: Scope) -> FactValue | None:
    if spec.stated_when is None and spec.stated_as is None:
        return None
    truth = True if spec.stated_when is None else holds(spec.stated_when, scope)
    if spec.stated_as is None or truth is not True:
        return truth if spec.type == "boolean" else None
    return value_of(spec.stated_as, scope) if isinstance(spec.stated_as, str) else spec.stated_as


def _known(pack: Pack, facts: Mapping[str, Fact | None]) -> dict[str, Fact]:
    return {
        name: fact
        for name, fact in facts.items()
        if fact is not None
        and (spec := pack.facts.get(name)) is not None
        and type(fact.value) is _TYPES[spec.type]
    }


def _silent(clauses: tuple[str, ...] = ()) -> Ground:
    return Ground(
        decision="HOLD", code="POLICY_SILENT", clauses=clauses, interpretations=("INT-11",)
    )


def _validity(pack: Pack, kind: Kind, claim: ClaimCase) -> list[Ground]:
    validity = pack.content.validity
    picks = day_that_dates(pack, kind, claim)
    until = claim.training_to if shared_months(pack, kind.id) else None  # month by month (INT-01)
    ended = validity.valid_to is not None and picks > validity.valid_to
    if ended or max(picks, until or picks) < validity.valid_from:
        return [_outside(pack, kind, claim)]
    late = pack.switches.get("INT-18", "hold")
    if validity.valid_to is None or claim.claimed_on <= validity.valid_to or late == "allow":
        return []
    return [
        Ground(
            decision="REJECT" if late == "reject" else "HOLD",
            code="FILED_AFTER_EXPIRY",
            clauses=_dates_clause(pack),
            interpretations=("INT-18",),
        )
    ]


def day_that_dates(pack: Pack, kind: Kind, claim: ClaimCase) -> date:
    """The day that must lie in the policy's dates (INT-01): where the claim has no such day the
    first of the training, and without that the day of the claim.
    """
    if pack.switches.get("INT-01") == "claimed_on":
        return claim.claimed_on
    return day_of(claim, kind.dated_by) or claim.training_from or claim.claimed_on


def _outside(pack: Pack, kind: Kind, claim: ClaimCase) -> Ground:
    """Only dates that the document states refuse; a title or our own choice of days holds."""
    stated = pack.content.validity.basis == "stated"
    return Ground(
        decision="REJECT" if stated else "HOLD",
        code="POLICY_NOT_IN_FORCE",
        clauses=_dates_clause(pack),
        interpretations=_date_reading(pack, kind, claim) if stated else ("INT-01",),
    )


def _dates_clause(pack: Pack) -> tuple[str, ...]:
    clause = pack.content.validity.clause
    return () if clause is None else (clause,)


def _date_reading(pack: Pack, kind: Kind, claim: ClaimCase) -> tuple[str, ...]:
    """INT-01 matters only where the claim's dates do not all lie on the same side; a certificate
    that does not date the kind is none of them.
    """
    first, last = pack.content.validity.valid_from, pack.content.validity.valid_to or date.max
    days = (
        day_of(claim, kind.dated_by),
        claim.claimed_on,
        claim.training_from,
        claim.training_to,
    )
    inside = {first <= day <= last for day in days if day is not None}
    return ("INT-01",) if len(inside) > 1 else ()


def _place(pack: Pack, claim: ClaimCase) -> list[Ground]:
    if claim.jurisdiction in pack.jurisdictions:
        return []
    return [Ground(decision="HOLD", code="JURISDICTION_NOT_COVERED")]


def _group(pack: Pack, kind: Kind, scope: Scope) -> list[Ground]:
    group = pack.groups.get(scope.case.group)
    if group is None or group.id not in kind.groups:
        return [Ground(decision="REJECT", code="GROUP_NOT_MET", clauses=kind.clauses[:1])]
    if group.member_when is None:
        return []
    member = holds(group.member_when, scope)
    if member is None:
        return [unknown_member(pack, group.member_when, group.clauses, scope)]
    if member:
        return []
    return [Ground(decision="REJECT", code="GROUP_NOT_MET", clauses=group.clauses)]


def _gates(pack: Pack, kind: Kind, scope: Scope) -> list[Ground]:
    grounds: list[Ground] = []
    for gate in pack.gates.get((kind.id, scope.case.group), ()):
        clauses = () if gate.clause is None else (gate.clause,)
        if gate.when is not None:
            passed = holds(gate.when, scope)
            if passed is None:
                unknown = unknown_member if gate.groups else unknown_ground
                grounds.append(unknown(pack, gate.when, clauses, scope))
                continue
        else:
            passed = gate.unless is None or holds(gate.unless, scope) is not True
        if not passed:
            grounds += _stop(gate, clauses)
    return grounds


def _stop(gate: Gate, clauses: tuple[str, ...]) -> list[Ground]:
    stop = Ground(
        decision=gate.decision,
        code=gate.reason,
        clauses=clauses,
        interpretations=gate.interpretations,
        instead=gate.instead,
    )
    return [stop, msgspec.structs.replace(stop, decision="FLAG")] if gate.flag else [stop]


def _payee(pack: Pack, kind: Kind, scope: Scope) -> tuple[PayeeRule | None, list[Ground]]:
    for rule in kind.payees:
        chosen = True if rule.when is None else holds(rule.when, scope)
        if chosen is None and rule.when is not None:
            return None, [unknown_ground(pack, rule.when, (rule.clause,), scope)]
        if not chosen:
            continue
        read = rule.interpretation
        payee = rule.payee or pack.switches[read or ""]
        if payee == "payer":
            if scope.case.paid_by is None:
                return None, [missing_of((rule.clause,), (missing_field("claim.paid_by"),))]
            payee = scope.case.paid_by
        if payee == scope.case.payee_kind:
            return rule, []
        differs = Ground(
            decision="HOLD",
            code="POLICY_SILENT" if payee == "hold" else "PAYEE_DIFFERS",
            clauses=(rule.clause,),
            interpretations=() if read is None else (read,),
        )
        return None, [differs]
    return None, [_silent(tuple(dict.fromkeys(rule.clause for rule in kind.payees)))]


def _facts_used(pack: Pack, kind: Kind, scope: Scope) -> tuple[FactUsed, ...]:
    names = pack.kind_facts.get((kind.id, scope.case.group), ())
    facts = scope.facts
    return tuple([FactUsed(name=n, fact=fact) for n in names if (fact := facts.get(n)) is not None])


def _each_once(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


def _stopped(
    pack: Pack, claim: ClaimCase, on: date, grounds: list[Ground], used: tuple[FactUsed, ...] = ()
) -> Judgement:
    """Refused or held: only the grounds of that decision are reasons, the weaker ones fall away."""
    refused = any(ground.decision == "REJECT" for ground in grounds)
    decision: Decision = "REJECT" if refused else "HOLD"
    deciding = [ground for ground in grounds if ground.decision == decision]
    speaking = [ground for ground in grounds if ground.decision in (decision, "FLAG")]
    return Judgement(
        decision=decision,
        amount_fen=0,
        payee_kind=None,
        steps=(),
        citations=tuple(
            [Cited(clause=c) for c in _each_once([c for g in deciding for c in g.clauses])]
        ),
        reasons=_each_once([ground.code for ground in deciding]),
        flags=_each_once([g.code for g in speaking if g.decision == "FLAG"]),
        conflicts=_each_once([c for g in speaking for c in g.conflicts]),
        interpretations=tuple(sorted({i for g in speaking for i in g.interpretations})),
        missing=tuple(dict.fromkeys(m for ground in deciding for m in ground.missing)),
        facts_used=used,
        year=year_of(pack, claim),
        policy_id=pack.policy_id,
        version=pack.version,
        content_sha256=pack.content_sha256,
        on=on,
        instead=_each_once(g.instead for g in deciding if g.instead),
    )


def _limit_clauses(pack: Pack, claim: ClaimCase) -> list[str]:
    return [
        clause
        for limit in limits_of(pack, claim)
        for clause in (limit.clauses if isinstance(limit, CertificateOnce) else (limit.clause,))
    ]


def _mattered(
    pack: Pack,
    kind: Kind,
    claim: ClaimCase,
    history: History,
    flags: list[Ground],
    readings: tuple[str, ...],
) -> tuple[str, ...]:
    mattered = {*readings, *(one for ground in flags for one in ground.interpretations)}
    mattered |= {*_date_reading(pack, kind, claim)}
    if nearly_used(pack, claim, history):
        mattered |= {"INT-02", "INT-03"}
    return tuple(sorted(mattered))


def _looked_at(pack: Pack, kind: Kind, scope: Scope) -> list[str]:
    """Clauses of the gates that were passed. What nobody has reported was not looked at, and a
    clause on fraud says nothing of a claim that is approved.
    """
    key = kind.id, scope.case.group
    fraud = {one.clause for one in pack.content.sanctions if one.offence == "fraud"}
    return [
        gate.clause
        for gate, facts in zip(pack.gates[key], pack.gate_facts[key], strict=True)
        if gate.clause and gate.clause not in fraud and _was_read(gate, facts, scope)
    ]


def _was_read(gate: Gate, facts: tuple[str, ...], scope: Scope) -> bool:
    """It came out one way or the other, and not for want of any answer."""
    if facts and not any(name in scope.facts for name in facts):
        return False
    return gate.unless is None or holds(gate.unless, scope) is not None


def _approved(
    pack: Pack,
    kind: Kind,
    scope: Scope,
    *,
    steps: tuple[Step, ...],
    rule: PayeeRule,
    flags: list[Ground],
    used: tuple[FactUsed, ...],
    mattered: tuple[str, ...],
    months: int,
) -> Judgement:
    claim, amount_fen = scope.case, steps[-1].amount_fen
    payee: PayeeKind = claim.payee_kind  # the rule's own, or the judge would have stopped
    group = pack.groups[claim.group]
    passed = [*_looked_at(pack, kind, scope), rule.clause, *group.clauses]
    passed += _limit_clauses(pack, claim)
    shown = (clause for ground in flags for clause in ground.clauses)
    clauses = _each_once([*passed, *_dates_clause(pack), *shown])
    return Judgement(
        decision="APPROVE",
        amount_fen=amount_fen,
        payee_kind=payee,
        steps=steps,
        citations=(
            Cited(clause=steps[-1].clause, amount_fen=amount_fen),
            *(Cited(clause=clause) for clause in clauses if clause != steps[-1].clause),
        ),
        reasons=(),
        flags=_each_once(ground.code for ground in flags),
        conflicts=_each_once(c for ground in flags for c in ground.conflicts),
        interpretations=mattered,
        missing=(),
        facts_used=used,
        year=year_of(pack, claim),
        policy_id=pack.policy_id,
        version=pack.version,
        content_sha256=pack.content_sha256,
        on=scope.on,
        funds=kind.funds or tuple(source.id for source in pack.content.funds.sources),
        months=months,
    )
