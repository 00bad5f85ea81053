"""The readings that a document leaves open: named switches, and the choices that we can run."""

# INT-02 joins what a year is with the date that is counted in it.
_YEARS = ("calendar", "policy")
_DAYS = ("claimed_on", "certificate_issued_on")

CHOICES: dict[str, tuple[str, ...]] = {
    "INT-01": ("certificate_issued_on", "claimed_on"),
    "INT-02": tuple(f"{year}/{day}" for year in _YEARS for day in _DAYS),
    "INT-03": ("all_payees", "individual_only"),
    "INT-04": ("level_only", "level_and_certificate_type"),
    "INT-05": ("occupation_code", "hold_other_trade"),
    "INT-06": ("allow_and_flag", "reject"),
    "INT-07": ("approved_subsidy",),
    "INT-08": ("earned_less_advances",),
    "INT-09": ("inclusive",),
    "INT-10": ("hold", "reject"),
    "INT-11": ("hold",),
    "INT-13": ("half_up", "down"),
    "INT-14": ("refuse_unless_excepted",),
    "INT-15": ("training_from", "claimed_on"),
    "INT-12": ("by_day_of_thirty",),
    "INT-16": ("per_person", "per_employer"),
    "INT-17": ("total_months",),
    "INT-18": ("hold", "allow", "reject"),
    "INT-19": ("hold",),
    # the ledger's own numbers, after the nineteen of the worked examples
    "INT-20": ("enterprise", "individual", "institution", "payer", "hold"),
    "INT-21": ("by_month", "whole_years", "hold"),
    "INT-22": ("calendar_days",),
    "INT-23": ("raise", "base"),
    "INT-24": ("enterprise", "individual", "institution", "payer", "hold"),
    "INT-25": ("each_counter", "each_kind"),
}
