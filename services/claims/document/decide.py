"""Papers of claims and plans: when one may be brought or taken back, and by whom. Pure: no I/O."""

from dataclasses import dataclass
from typing import Any

from services.claims.claim import decide as claims
from services.claims.claim.decide import Claim
from services.claims.document.papers import Papers, find, present
from services.claims.document.refusals import (
    DocumentAttachedAlready,
    DocumentUnknown,
    TooManyDocuments,
)
from services.claims.plan import decide as plans
from services.claims.plan.decide import Plan
from shared.events.documents import DocumentAttached, DocumentWithdrawn, MediaType
from shared.events.evidence import Document
from shared.store.commands import Decision

MAX_DOCUMENTS = 20
MAX_EVER = 60
"""withdrawn ones included: a stream is loaded whole"""
CLAIM_OPEN = (claims.Stage.SUBMITTED, claims.Stage.RETURNED, claims.Stage.HELD)
"""afterwards a clerk has seen the papers, and they stand still until the claim is given back"""
PLAN_FILED = (plans.Stage.SUBMITTED, plans.Stage.RETURNED)
PLAN_OPEN = (*PLAN_FILED, plans.Stage.APPROVED, plans.Stage.COMPLETED, plans.Stage.DECIDED)
"""attendance, costs and receipts come while the class runs and after it"""


@dataclass(frozen=True, slots=True)
class AttachDocument:
    actor: str
    document: str
    paper: Document
    media_type: MediaType
    size_bytes: int


@dataclass(frozen=True, slots=True)
class WithdrawDocument:
    actor: str
    document: str
    reason: str


def may_attach_to_claim(claim: Claim, actor: str) -> None:
    """Asked before the file is read. Who brings a paper acts for the filer, and handles nothing."""
    claims.expect(claim, "attach a document to", *CLAIM_OPEN)
    hands = (claim.accepted_by or "", *claim.checkers, *claim.inspectors)
    claims.other_person(actor, hands)
    _room(claim.papers)


def may_attach_to_plan(plan: Plan, actor: str) -> None:
    plans.expect(plan, "attach a document to", *PLAN_OPEN)
    plans.other_person(actor, (plan.accepted_by or "",))
    _room(plan.papers)


def attach_to_claim(claim: Claim, command: AttachDocument, stream_id: str) -> Decision:
    may_attach_to_claim(claim, command.actor)
    return _attached(claim.papers, command, _keys_of_claim(claim, stream_id))


def attach_to_plan(plan: Plan, command: AttachDocument, stream_id: str) -> Decision:
    may_attach_to_plan(plan, command.actor)
    return _attached(plan.papers, command, _keys_of_plan(plan, stream_id))


def withdraw_from_claim(claim: Claim, command: WithdrawDocument, stream_id: str) -> Decision:
    claims.expect(claim, "withdraw a document of", *CLAIM_OPEN)
    claims.other_person(command.actor, (claim.accepted_by or "", *claim.checkers))
    return _withdrawn(claim.papers, command, _keys_of_claim(claim, stream_id))


def withdraw_from_plan(plan: Plan, command: WithdrawDocument, stream_id: str) -> Decision:
    """Only before the first approval, which rests on the papers, and money on it."""
    plans.expect(plan, "withdraw a document of", *(() if plan.approval else PLAN_FILED))
    plans.other_person(command.actor, (plan.accepted_by or "",))
    return _withdrawn(plan.papers, command, _keys_of_plan(plan, stream_id))


def _room(papers: Papers) -> None:
    if len(present(papers)) >= MAX_DOCUMENTS or len(papers) >= MAX_EVER:
        raise TooManyDocuments(most=MAX_DOCUMENTS, ever=MAX_EVER)


def _attached(papers: Papers, command: AttachDocument, keys: dict[str, Any]) -> Decision:
    for paper in present(papers):
        same = (paper.attached.paper.file, paper.kind) == (command.paper.file, command.paper.kind)
        if same:
            raise DocumentAttachedAlready(document=paper.document)
    attached = DocumentAttached(
        document=command.document,
        **keys,
        paper=command.paper,
        media_type=command.media_type,
        size_bytes=command.size_bytes,
    )
    return Decision([attached])


def _withdrawn(papers: Papers, command: WithdrawDocument, keys: dict[str, Any]) -> Decision:
    paper = find(present(papers), command.document)
    if paper is None:
        raise DocumentUnknown(document=command.document)
    withdrawn = DocumentWithdrawn(
        document=command.document, **keys, kind=paper.kind, reason=command.reason
    )
    return Decision([withdrawn])


def _keys_of_claim(claim: Claim, stream_id: str) -> dict[str, Any]:
    assert claim.content is not None
    content = claim.content
    return {
        "claim": stream_id,
        "person": content.person,
        "organisation": content.organisation,
        "institution": content.institution,
    }


def _keys_of_plan(plan: Plan, stream_id: str) -> dict[str, Any]:
    assert plan.content is not None
    content = plan.content
    return {
        "plan": stream_id,
        "organisation": content.organisation,
        "institution": content.institution,
    }
