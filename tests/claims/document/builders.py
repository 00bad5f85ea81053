"""Builders of papers: what is brought or taken back, and what happened."""

from services.claims.document.decide import AttachDocument, WithdrawDocument
from shared.events.documents import DocumentAttached, DocumentWithdrawn
from shared.events.evidence import Document
from tests.claims.claim.builders import FILER, PERSON, STREAM
from tests.folding import Happened

KEYS = {"claim": STREAM, "person": PERSON}


def paper(number: int = 1, kind: str = "certificate") -> Document:
    return Document(kind=kind, file=f"{number:032x}", commitment=f"{number:064x}")


def attach(number: int = 1, actor: str = FILER, kind: str = "certificate") -> AttachDocument:
    return AttachDocument(actor, f"document-{number}", paper(number, kind), "application/pdf", 9)


def attached(number: int = 1, actor: str = FILER, kind: str = "certificate") -> Happened:
    facts = DocumentAttached(
        **KEYS, document=f"document-{number}", paper=paper(number, kind),
        media_type="application/pdf", size_bytes=9,
    )  # fmt: skip
    return Happened(facts, actor)


def taken(number: int = 1, actor: str = FILER) -> Happened:
    facts = DocumentWithdrawn(
        **KEYS, document=f"document-{number}", kind="certificate", reason="wrong page"
    )
    return Happened(facts, actor)


def withdraw(number: int = 1, actor: str = FILER) -> WithdrawDocument:
    return WithdrawDocument(actor, f"document-{number}", "wrong page")
