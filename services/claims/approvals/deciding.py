"""One claim of a list: approve it as its approver said, or say why not. Pure."""

from dataclasses import dataclass

from services.claims import problems
from services.claims.approvals.book import Asked, Outcome, Waiting
from services.claims.approvals.surroundings import Found
from services.claims.claim.approval import ApproveClaim, approve_claim
from services.claims.handling.refusals import DemandsNotMet
from shared.events.base import Facts
from shared.events.claims import ClaimApproved, ClaimHeld, ClaimRejected
from shared.http.catalogue import JURISDICTION_REFUSED, RESOURCE_UNKNOWN
from shared.http.problems import CATALOGUE, Kind
from shared.http.problems import Refusal as Sentences
from shared.store.commands import Decision, Holders, Refusal


@dataclass(frozen=True, slots=True)
class Decided:
    """The events of one claim and the outcome that goes with them."""

    decision: Decision
    outcome: Outcome


def decide_one(
    asked: Asked, line: Waiting, found: Found | None, holders: Holders, seen: frozenset[str]
) -> Decided | Outcome:
    """`seen`: the places where the approver may decide. An Outcome alone leaves the claim as it
    is; the rules are those of a single approval.
    """
    if found is None:
        return refused(line.n, RESOURCE_UNKNOWN)
    claim = found.claim
    if claim.jurisdiction not in seen:
        return refused(line.n, JURISDICTION_REFUSED)
    command = ApproveClaim(
        asked.actor, line.claim, claim.proposal_version,
        claim.proposal.amount_fen if claim.proposal else 0, line.shown_sha256,
        others=found.others, verified=found.verified, around=found.around, plan=found.plan,
    )  # fmt: skip
    try:
        decision = approve_claim(claim, command, found.pack, holders)
    except DemandsNotMet as waiting:
        return _missing(line, waiting)
    except Refusal as why:
        return refused(line.n, CATALOGUE[why.code], {**why.facts, "clause": why.clause})
    return Decided(decision, _became(line, decision.events[-1]))


def refused(n: int, kind: Kind, facts: dict[str, str | int] | None = None) -> Outcome:
    """The claim stays as it was; code and sentences say why."""
    en, zh = Sentences(kind, facts or {}).sentences()
    return Outcome(n, "refused", kind.code, en, zh)


def _missing(line: Waiting, waiting: DemandsNotMet) -> Outcome:
    """Every step that the policy demands before and nobody has taken."""
    steps = [Sentences(CATALOGUE[code], {"clause": clause}) for code, clause in waiting.steps]
    en, zh = zip(*(step.sentences() for step in steps), strict=True)
    return Outcome(line.n, "refused", problems.DEMANDS_NOT_MET.code, " ".join(en), "".join(zh))


def _became(line: Waiting, facts: Facts) -> Outcome:
    """What stands in the way at the moment of approval makes a rejection or a hold of it."""
    match facts:
        case ClaimApproved():
            return Outcome(line.n, "approved")
        case ClaimRejected():
            return Outcome(line.n, "rejected", facts.reasons[0])
        case ClaimHeld():
            return Outcome(line.n, "held", facts.reasons[0])
        case _:
            raise AssertionError(facts)
