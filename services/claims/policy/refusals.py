"""What the rules of a policy's versions refuse, each by name."""

from shared.store.commands import Refusal


class ProposalOpen(Refusal):
    """Another version is proposed already; one at a time."""

    code = "PROPOSAL_OPEN"


class VersionPublished(Refusal):
    """A published version never changes."""

    code = "VERSION_PUBLISHED"


class VersionNotNext(Refusal):
    """Versions increase by one."""

    code = "VERSION_NOT_NEXT"


class RetroactiveUnsaid(Refusal):
    """The first day lies before today, or before that of the version in force, unsaid."""

    code = "RETROACTIVE_UNSAID"


class PlaceTaken(Refusal):
    """Another policy judges in one of the pack's places."""

    code = "PLACE_TAKEN"


class OtherCity(Refusal):
    """A policy stays in its city."""

    code = "OTHER_CITY"


class NoSuchProposal(Refusal):
    """This version is not proposed, or another content is."""

    code = "NO_SUCH_PROPOSAL"


class NotCompared(Refusal):
    """Nobody has seen yet what the proposal would change, or not this comparison."""

    code = "NOT_COMPARED"


class NotOwnProposal(Refusal):
    """Only who proposed takes back; another one refuses."""

    code = "NOT_OWN_PROPOSAL"
