"""What the rules of a public notice refuse, each by name."""

from shared.store.commands import Refusal


class NotListed(Refusal):
    """The notice does not list this claim."""

    code = "NOT_LISTED"


class NoticeNotOver(Refusal):
    """The last day of the notice has not come."""

    code = "NOTICE_NOT_OVER"


class ObjectionUnknown(Refusal):
    """The notice has no such objection."""

    code = "OBJECTION_UNKNOWN"


class ObjectionAnsweredBefore(Refusal):
    """The objection has its answer."""

    code = "OBJECTION_ANSWERED"
