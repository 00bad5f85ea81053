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
