"""What of the papers asked for is there, and what is missing. Pure."""

from collections.abc import Collection, Sequence

from services.claims.document.papers import Papers, present
from shared.policy.papers import PapersAsked


def papers_missing(asked: Sequence[str], attached: Collection[str]) -> tuple[str, ...]:
    """The asked papers of which none is there, in the order of the policy."""
    return tuple(code for code in dict.fromkeys(asked) if code not in attached)


def asked_shown(asked: PapersAsked, papers: Papers) -> dict[str, object]:
    """What is asked, what of it is missing, and what nobody need bring."""
    attached = {paper.kind for paper in present(papers)}
    return {
        "asked": list(asked.asked),
        "missing": list(papers_missing(asked.asked, attached)),
        "from_registers": list(asked.from_registers),
        "papers_asked": asked.papers_asked,
    }
