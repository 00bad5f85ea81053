"""What the rules of a finding refuse, each by name; `services/audit/problems.py` has the words."""

from shared.store.commands import Refusal


class FindingNotInThisState(Refusal):
    """The finding is in a state in which this cannot be done."""

    code = "FINDING_NOT_IN_THIS_STATE"


class ProposerDecides(Refusal):
    """Four eyes: who proposed how the case ends cannot also decide it."""

    code = "FINDING_PROPOSER_DECIDES"


class NotTheProposedOutcome(Refusal):
    """The decision is not the one that was proposed: propose the other one instead."""

    code = "FINDING_OUTCOME_DIFFERS"


class EvidenceChanged(Refusal):
    """The finding rests on other events than those that were looked at."""

    code = "FINDING_EVIDENCE_CHANGED"
