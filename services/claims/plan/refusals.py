"""What the rules of a plan refuse, each by name; problems.py has the sentences (409)."""

from shared.store.commands import Refusal


class PlanNotInThisState(Refusal):
    """The plan is in a state in which this cannot be done."""

    code = "PLAN_NOT_IN_THIS_STATE"


class PlanSamePersonTwice(Refusal):
    """Four eyes: this person has already acted on the plan."""

    code = "PLAN_SAME_PERSON_TWICE"


class PlanAlreadyFiled(Refusal):
    """Changed like this, the plan would be another one that is filed already."""

    code = "PLAN_ALREADY_FILED"


class RosterMissing(Refusal):
    """Nobody is on the plan's list of trainees."""

    code = "ROSTER_MISSING"


class RosterTooLong(Refusal):
    """More trainees than the plan has places."""

    code = "ROSTER_TOO_LONG"


class RosterUnchanged(Refusal):
    """The list says nothing that the plan does not know."""

    code = "ROSTER_UNCHANGED"


class StalePlan(Refusal):
    """The content or the roster that was looked at no longer stands: look again."""

    code = "STALE_PLAN"


class NotWhatWasShown(Refusal):
    """The approver said yes to another sum than the one that follows from plan and policy."""

    code = "PLAN_BASE_DIFFERS"


class RateUnknown(Refusal):
    """The policy gives no rate for this kind and level, or is not in force on the plan's days."""

    code = "PLAN_RATE_UNKNOWN"


class SettlementTooEarly(Refusal):
    """A plan is not settled before its last day."""

    code = "SETTLEMENT_TOO_EARLY"


class CountsDiffer(Refusal):
    """More passed than finished, or more finished than are on the roster."""

    code = "PLAN_COUNTS_DIFFER"


class ClaimsStillOpen(Refusal):
    """Claims of the plan wait for a decision."""

    code = "PLAN_CLAIMS_OPEN"


class NothingToDecide(Refusal):
    """Nothing has changed since the plan was last decided."""

    code = "NOTHING_TO_DECIDE"


class SessionRecorded(Refusal):
    """The same list of this session is recorded already."""

    code = "SESSION_RECORDED"


class SessionDiffers(Refusal):
    """Another list of this session is recorded: correct it instead."""

    code = "SESSION_DIFFERS"


class NotOnRoster(Refusal):
    """Somebody who is not on the plan's list of trainees."""

    code = "NOT_ON_ROSTER"


class NothingToCorrect(Refusal):
    """The session's list says so already."""

    code = "NOTHING_TO_CORRECT"
