"""Between a claim's events and the policy: the case, its slots, and what came of it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import msgspec

from services.claims.claim.planned import PlanOfClaim, plan_grounds, with_plan
from services.claims.verification.verified import Verified
from shared.events.claims import (
    Citation,
    ClaimContent,
    ClaimHeld,
    ClaimImported,
    ClaimRejected,
    FactCited,
    PolicyUsed,
    SlotHeld,
    StepTaken,
)
from shared.policy.cases import ClaimCase, FactUsed, History, Judgement, RecordedException
from shared.policy.judge import judge, stated_facts
from shared.policy.limits import limit_grounds
from shared.policy.months import months_between
from shared.policy.pack import Pack
from shared.policy.reservations import (
    Holder,
    Refused,
    ReservationKey,
    history_of,
    keys_wanted,
    take,
    take_imported,
)
from shared.store.commands import Holders, Slot
from shared.store.unit import SlotKey


class _Asked(Protocol):
    """What ProposeClaim and ApproveClaim say of the claims around theirs."""

    @property
    def stream_id(self) -> str: ...
    @property
    def others(self) -> tuple[str, ...]: ...


class _AskedOn(_Asked, Protocol):
    @property
    def on(self) -> date: ...
    @property
    def plan(self) -> PlanOfClaim: ...
    @property
    def verified(self) -> Verified | None: ...


Stopped = ClaimRejected | ClaimHeld


@dataclass(frozen=True, slots=True)
class SlotsTaken:
    """The slots of an approval; or `refused`, which makes the event that stands in its place."""

    slots: tuple[Slot, ...] = ()
    year: int = 0
    year_slot: int = 0
    refused: Callable[[Mapping[str, Any], PolicyUsed, int], Stopped] | None = None


def policy_used(pack: Pack) -> PolicyUsed:
    return PolicyUsed(
        policy_id=pack.policy_id, version=pack.version, content_sha256=pack.content_sha256
    )


def case_of(content: ClaimContent, jurisdiction: str) -> ClaimCase:
    """The claim as the policy asks for it."""
    said = {
        name: getattr(content, name)
        for name in ClaimCase.__struct_fields__
        if name != "jurisdiction"
    }
    return ClaimCase(jurisdiction=jurisdiction, **said)


def imported_case(imported: ClaimImported, jurisdiction: str) -> ClaimCase:
    """An old decision as a case, for the slots that it takes; the day of decision stands for the
    day of the claim where the old books have none."""
    return ClaimCase(
        jurisdiction=jurisdiction,
        kind=imported.kind,
        group=imported.group or "",
        occupation=imported.occupation,
        level=imported.level,
        certificate_type=imported.certificate_type,
        certificate=imported.certificate,
        certificate_issued_on=imported.certificate_issued_on,
        payee_kind=imported.payee_kind,
        claimed_on=imported.claimed_on or imported.decided_on,
    )


def keys_for(content: ClaimContent, jurisdiction: str, pack: Pack) -> tuple[SlotKey, ...]:
    wanted = keys_wanted(pack, case_of(content, jurisdiction), content.person)
    return tuple((key.kind, key.key) for key in wanted)


def judged(
    case: ClaimCase,
    content: ClaimContent,
    version: int,
    asked: _AskedOn,
    pack: Pack,
    holders: Holders,
    exceptions: tuple[RecordedException, ...] = (),
) -> dict[str, Any]:
    """The fields of ClaimProposed that the policy gives; `version` is the content's."""
    known = _known(holders)
    history = history_of(pack, case, content.person, asked.stream_id, known)
    others = tuple(dict.fromkeys((*history.same_certificate_other_person, *asked.others)))
    history = msgspec.structs.replace(
        history, same_certificate_other_person=others, exceptions=exceptions
    )
    said = asked.verified
    facts = stated_facts(pack, case) if said is None else said.facts_for(version)
    grounds = plan_grounds(content, case.jurisdiction, asked.plan)
    return _fields(with_plan(judge(pack, case, facts, history, asked.on), grounds))


def _fields(judgement: Judgement) -> dict[str, Any]:
    return {
        "decision": judgement.decision,
        "amount_fen": judgement.amount_fen,
        "citations": tuple(
            Citation(clause=c.clause, amount_fen=c.amount_fen) for c in judgement.citations
        ),
        "reasons": judgement.reasons,
        "flags": judgement.flags,
        "conflicts_with": judgement.conflicts,
        "missing": tuple(m.fact for m in judgement.missing),
        "missing_registers": tuple(m.register for m in judgement.missing),
        "verifications": tuple(
            one for used in judgement.facts_used for one in used.fact.references()
        ),
        "interpretations": judgement.interpretations,
        "steps": tuple(
            StepTaken(clause=s.clause, what=s.what, inputs=s.inputs, amount_fen=s.amount_fen)
            for s in judgement.steps
        ),
        "facts": tuple(_cited(used) for used in judgement.facts_used),
        "months": judgement.months or None,
    }


def _cited(used: FactUsed) -> FactCited:
    fact, value = used.fact, used.fact.value
    return FactCited(
        fact=used.name,
        value=str(value).lower() if isinstance(value, bool) else str(value),
        source=fact.source,
        reference=fact.reference,
        valid_at=fact.valid_at,
    )


def taken_at_approval(
    content: ClaimContent,
    jurisdiction: str,
    asked: _Asked,
    pack: Pack,
    holders: Holders,
    exceptions: tuple[RecordedException, ...] = (),
    months: int = 0,
) -> SlotsTaken:
    """The slots that the approval takes, or the refusal that cites whoever holds them.

    Also held: a certificate that an open claim of another person names (E91). That claim may have
    been filed after this one was proposed.
    """
    case = case_of(content, jurisdiction)
    known = _known(holders)
    taken = take(pack, case, content.person, asked.stream_id, known, exceptions, months)
    if isinstance(taken, Refused):
        return SlotsTaken(refused=_refusal(taken))
    disputed = _disputed(pack, case, asked.others)
    if disputed is not None:
        return SlotsTaken(refused=_refusal(disputed))
    return SlotsTaken(
        tuple(Slot(key.kind, key.key, taken.note) for key in taken.keys),
        taken.year,
        taken.year_slot,
    )


def _disputed(pack: Pack, case: ClaimCase, others: tuple[str, ...]) -> Refused | None:
    history = History(same_certificate_other_person=others)
    grounds = [g for g in limit_grounds(pack, case, history) if g.decision == "HOLD"]
    if not grounds:
        return None
    return Refused(
        decision="HOLD",
        reasons=tuple(ground.code for ground in grounds),
        flags=(),
        clauses=tuple(dict.fromkeys(c for ground in grounds for c in ground.clauses)),
        conflicts=others,
    )


def slots_of_import(
    imported: ClaimImported, jurisdiction: str, stream_id: str, pack: Pack, holders: Holders
) -> tuple[SlotHeld, ...]:
    """What an old approval takes of what is still free; conflicts are the audit's to find."""
    if imported.decision != "approved":
        return ()
    taken = take_imported(
        pack,
        imported_case(imported, jurisdiction),
        imported.person,
        stream_id,
        _known(holders),
        year=imported.year,
        months=_lasted(imported),
    )
    return tuple(SlotHeld(kind=key.kind, key=key.key) for key in taken.keys)


def _lasted(imported: ClaimImported) -> int:
    """The old books count no months: those between the first and the last day stand for them."""
    first, last = imported.training_from, imported.training_to
    return 0 if first is None or last is None else months_between(first, last)


def _refusal(refused: Refused) -> Callable[[Mapping[str, Any], PolicyUsed, int], Stopped]:
    citations = tuple(Citation(clause=clause) for clause in refused.clauses)

    def event(keys: Mapping[str, Any], policy: PolicyUsed, proposal_version: int) -> Stopped:
        if refused.decision == "HOLD":
            return ClaimHeld(
                **keys,
                reasons=refused.reasons,
                citations=citations,
                conflicts_with=refused.conflicts,
            )
        return ClaimRejected(
            **keys,
            reasons=refused.reasons,
            citations=citations,
            conflicts_with=refused.conflicts,
            policy=policy,
            proposal_version=proposal_version,
        )

    return event


def _known(holders: Holders) -> dict[ReservationKey, Holder]:
    return {
        ReservationKey(kind, key): Holder(holder.stream_id, holder.note)  # type: ignore[arg-type]
        for (kind, key), holder in holders.items()
    }
