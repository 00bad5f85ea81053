"""The papers of one claim or plan, as its events tell. Pure; knows neither claims nor plans."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from shared.events.documents import DocumentAttached, DocumentWithdrawn
from shared.events.envelope import Event


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper, and whether it still counts."""

    attached: DocumentAttached
    by: str
    at: datetime
    withdrawn: bool = False

    @property
    def document(self) -> str:
        return self.attached.document

    @property
    def kind(self) -> str:
        return self.attached.paper.kind


Papers = tuple[Paper, ...]


def brought(papers: Papers, attached: DocumentAttached, event: Event) -> Papers:
    return (*papers, Paper(attached, event.actor, event.recorded_at))


def taken_back(papers: Papers, withdrawn: DocumentWithdrawn) -> Papers:
    return tuple(
        replace(paper, withdrawn=True) if paper.document == withdrawn.document else paper
        for paper in papers
    )


def present(papers: Papers) -> Papers:
    """Those that count."""
    return tuple(paper for paper in papers if not paper.withdrawn)


def find(papers: Papers, document: str) -> Paper | None:
    return next((paper for paper in papers if paper.document == document), None)


def papers_shown(papers: Sequence[Paper]) -> list[dict[str, object]]:
    """For a reader: codes, sizes and hashes, nothing of the content."""
    return [_shown(paper) for paper in papers]


def _shown(paper: Paper) -> dict[str, object]:
    attached = paper.attached
    said: dict[str, object] = {
        "document": paper.document,
        "kind": paper.kind,
        "media_type": attached.media_type,
        "size_bytes": attached.size_bytes,
        "commitment": attached.paper.commitment,
        "attached_by": paper.by,
        "attached_at": paper.at,
        "withdrawn": paper.withdrawn,
    }
    return dict(msgspec.to_builtins(said, builtin_types=(datetime,)))
