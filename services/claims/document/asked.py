"""Which papers the policy asks for, without those that a connected register answers. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WantedPaper:
    """One paper that a policy names for a kind of claim; `register` can say the same."""

    code: str
    clause: str
    register: str | None = None


@dataclass(frozen=True, slots=True)
class PapersAsked:
    """What the claimant must bring, and what a register says instead."""

    asked: tuple[str, ...] = ()
    from_registers: tuple[str, ...] = ()

    @property
    def papers_asked(self) -> int:
        """How many papers somebody must bring: the measure of HLD-15-4."""
        return len(self.asked)


def papers_asked(wanted: Sequence[WantedPaper], connected: Collection[str]) -> PapersAsked:
    """HLD-15-4: what a connected register answers is never asked of the claimant."""
    answered = {paper.code for paper in wanted if paper.register in connected}
    codes = tuple(dict.fromkeys(paper.code for paper in wanted))
    return PapersAsked(
        tuple(code for code in codes if code not in answered),
        tuple(code for code in codes if code in answered),
    )


def papers_missing(asked: Sequence[str], attached: Collection[str]) -> tuple[str, ...]:
    """The asked papers of which none is there, in the order of the policy."""
    return tuple(code for code in dict.fromkeys(asked) if code not in attached)
