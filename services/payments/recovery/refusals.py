"""What the rules of a recovery refuse, each by name; the HTTP edge has the sentences (409)."""

from shared.store.commands import Refusal


class RecoveryClosed(Refusal):
    """Nothing is owed any longer."""

    code = "RECOVERY_CLOSED"


class MoreThanOwed(Refusal):
    """A receipt is larger than what is still owed; the rest is not ours to book here."""

    code = "RECOVERY_MORE_THAN_OWED"


class RecoveryAwaitsBank(Refusal):
    """The order is at the bank: a return would pay the debt, and what came before would be lost."""

    code = "RECOVERY_AWAITS_BANK"


class InstalmentsWrong(Refusal):
    """Instalments rise by day, begin after today, and are together what is owed."""

    code = "RECOVERY_INSTALMENTS_WRONG"


class WriteOffNotProposed(Refusal):
    """Nobody has proposed to give up this debt as it stands now."""

    code = "WRITE_OFF_NOT_PROPOSED"


class WriteOffSamePerson(Refusal):
    """Four eyes: who proposes to give up a debt does not decide on it."""

    code = "WRITE_OFF_SAME_PERSON"


class OffsetWithoutClause(Refusal):
    """The policy names no clause by which a debt is taken off another payment."""

    code = "OFFSET_WITHOUT_CLAUSE"
