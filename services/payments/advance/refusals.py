"""What the rules of a plan's money refuse, each by name; the HTTP edge has the sentences (409)."""

from shared.store.commands import Refusal


class AdvanceUnknown(Refusal):
    """The plan has no advance of this number."""

    code = "ADVANCE_UNKNOWN"


class TooManyAdvances(Refusal):
    """So many requests for one plan are no longer recorded: somebody fills its history."""

    code = "ADVANCES_TOO_MANY"


class AdvanceNotInThisState(Refusal):
    """The advance is in a state in which this cannot be done."""

    code = "ADVANCE_NOT_IN_THIS_STATE"


class SettlementNotInThisState(Refusal):
    """The plan's settlement is in a state in which this cannot be done."""

    code = "SETTLEMENT_NOT_IN_THIS_STATE"


class RecoveryOpen(Refusal):
    """The payee owes money: new advances wait until it is paid (INT-08)."""

    code = "RECOVERY_OPEN"


class PlanFundDiffers(Refusal):
    """All money of one plan leaves from one account."""

    code = "PLAN_FUND_DIFFERS"


class PayeeAccountUnchanged(Refusal):
    """The bank gave money back from this account: a corrected one is needed."""

    code = "ACCOUNT_UNCHANGED"


class ExtensionNotLater(Refusal):
    """More time to settle means a later day."""

    code = "EXTENSION_NOT_LATER"
