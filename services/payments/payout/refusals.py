"""What the rules of a payout refuse, each by name; the HTTP edge has the sentences (409)."""

from shared.store.commands import Refusal


class NotInThisState(Refusal):
    """The payout is in a state in which this cannot be done."""

    code = "PAYOUT_NOT_IN_THIS_STATE"


class SamePersonTwice(Refusal):
    """Four eyes: who holds a payout does not let it go."""

    code = "PAYOUT_SAME_PERSON_TWICE"


class HeldByFinding(Refusal):
    """Only the audit's decision on the finding ends this hold."""

    code = "HELD_BY_FINDING"


class NotHeld(Refusal):
    """There is nothing to let go."""

    code = "NOT_HELD"


class HeldByOfficer(Refusal):
    """An officer holds it; another one must let it go first."""

    code = "HELD_BY_OFFICER"


class AccountUnchanged(Refusal):
    """The bank returned the money from this account: a corrected one is needed first."""

    code = "ACCOUNT_UNCHANGED"


class OrdersExhausted(Refusal):
    """The payout came back from the bank too often."""

    code = "ORDERS_EXHAUSTED"
