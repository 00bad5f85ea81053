"""What registers have said about a claim, as the claim's own rules read it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.policy.cases import Fact


@dataclass(frozen=True, slots=True)
class Verified:
    """What registers have said about one content of a claim.

    `by_hand` names the inspector by answer, for the answers that came from paper.
    """

    content_version: int
    facts: Mapping[str, Fact]
    by_hand: Mapping[str, str]

    def facts_for(self, content_version: int) -> Mapping[str, Fact]:
        """Nothing for another content: what was asked about the old one does not speak of it."""
        return self.facts if content_version == self.content_version else {}

    def answers(self) -> frozenset[str]:
        """Event ids of the answers that stand."""
        return frozenset(one for fact in self.facts.values() for one in fact.references())

    def verifiers(self, answers: Iterable[str]) -> tuple[str, ...]:
        """Who gave these answers by hand, each once."""
        return tuple(dict.fromkeys(self.by_hand[a] for a in answers if a in self.by_hand))
