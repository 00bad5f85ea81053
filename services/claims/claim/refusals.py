"""What the rules of a claim refuse, each by name; the HTTP edge has the sentences (409)."""

from shared.store.commands import Refusal


class NotInThisState(Refusal):
    """The claim is in a state in which this cannot be done."""

    code = "NOT_IN_THIS_STATE"


class SamePersonTwice(Refusal):
    """Four eyes: this person has already acted on the claim."""

    code = "SAME_PERSON_TWICE"


class StaleProposal(Refusal):
    """The proposal that was looked at no longer stands: propose again, look again."""

    code = "STALE_PROPOSAL"


class NotWhatWasProposed(Refusal):
    """The decision or the amount is not the one that the policy proposed."""

    code = "NOT_WHAT_WAS_PROPOSED"


class AlreadyFiled(Refusal):
    """Corrected like this, the claim would be another one that is filed already."""

    code = "ALREADY_FILED"


class ExceptionNotPossible(Refusal):
    """The policy's text knows no exception from this clause: it is a must, or no limit at all."""

    code = "EXCEPTION_NOT_POSSIBLE"


class ExceptionNotNeeded(Refusal):
    """The claim was not stopped for this clause, or an exception from it is recorded already."""

    code = "EXCEPTION_NOT_NEEDED"


class ExceptionUnknown(Refusal):
    """Nobody has asked for an exception from this clause."""

    code = "EXCEPTION_UNKNOWN"


class SupersedesAnothers(Refusal):
    """There is no such claim of this claimant for this person."""

    code = "SUPERSEDES_ANOTHERS"


class SupersededStands(Refusal):
    """Only what was withdrawn, rejected or revoked is filed again."""

    code = "SUPERSEDED_STANDS"
