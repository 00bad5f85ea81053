"""Which papers a kind asks for, without those that a connected register answers. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.policy.conditions import Scope, holds
from shared.policy.pack import Pack
from shared.policy.parts import Paper


@dataclass(frozen=True, slots=True)
class PapersAsked:
    """What the claimant must bring, and what a register says instead."""

    asked: tuple[str, ...] = ()
    from_registers: tuple[str, ...] = ()

    @property
    def papers_asked(self) -> int:
        """How many papers somebody must bring: the measure of HLD-15-4."""
        return len(self.asked)


def papers_wanted(pack: Pack, scope: Scope) -> tuple[Paper, ...]:
    """The papers of the claim's kind; one under a condition unless it is known not to hold."""
    kind = pack.kinds.get(scope.case.kind)
    papers = kind.papers if kind else ()
    return tuple(
        paper for paper in papers if paper.when is None or holds(paper.when, scope) is not False
    )


def papers_asked(wanted: Sequence[Paper], connected: Collection[str]) -> PapersAsked:
    """HLD-15-4: what a connected register answers is never asked of the claimant."""
    answered = {paper.code for paper in wanted if not set(paper.answered_by).isdisjoint(connected)}
    codes = tuple(dict.fromkeys(paper.code for paper in wanted))
    return PapersAsked(
        tuple(code for code in codes if code not in answered),
        tuple(code for code in codes if code in answered),
    )
