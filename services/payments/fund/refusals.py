"""What the rules of a fund refuse, each by name; the HTTP edge has the sentences (409)."""

from shared.store.commands import Refusal


class FundUnknown(Refusal):
    """The jurisdiction has no fund of this code."""

    code = "FUND_UNKNOWN"


class FundKnown(Refusal):
    """The code names a fund already."""

    code = "FUND_KNOWN"


class FundFrozenNow(Refusal):
    """Nothing may leave the fund today."""

    code = "FUND_FROZEN"


class PurposeRefused(Refusal):
    """The fund may not pay this kind of subsidy."""

    code = "FUND_PURPOSE"


class SourceUnknown(Refusal):
    """The policy of the place names no such source of money."""

    code = "FUND_SOURCE_UNKNOWN"


class SourceRefused(Refusal):
    """The policy pays this kind of subsidy from other sources."""

    code = "FUND_SOURCE"


class NotEarmarked(Refusal):
    """The special account pays for nothing but what it is for (专款专用)."""

    code = "NOT_EARMARKED"


class SpecialAccountSilent(Refusal):
    """The policy of the place knows no special account."""

    code = "SPECIAL_ACCOUNT_SILENT"


class SpecialAccountKnown(Refusal):
    """The place has its special account already."""

    code = "SPECIAL_ACCOUNT_KNOWN"


class CapExceeded(Refusal):
    """So much may not be put into the special account unless its cap is raised."""

    code = "FUND_CAP"


class NoCap(Refusal):
    """There is no cap to be raised."""

    code = "FUND_HAS_NO_CAP"
