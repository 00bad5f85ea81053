"""What the rules of a table of targets refuse, each by name, with its words."""

from shared.http.problems import define
from shared.store.commands import Refusal

QUOTA_DAYS_REFUSED = define(
    "QUOTA_DAYS_REFUSED", 409, "The first day lies after the last one.", "起始日期晚于截止日期。"
)
QUOTA_UNIT_TWICE = define(
    "QUOTA_UNIT_TWICE",
    409,
    "{unit} stands in the table twice.",
    "单位 {unit} 在任务表中重复。",
)
QUOTA_SUM_DIFFERS = define(
    "QUOTA_SUM_DIFFERS",
    409,
    "The shares add up to {shares}, the total is {total}.",
    "各单位任务合计 {shares}，与总任务 {total} 不一致。",
)
QUOTA_UNCHANGED = define(
    "QUOTA_UNCHANGED", 409, "This table stands already.", "该任务表已经生效，无变化。"
)


class QuotaDaysRefused(Refusal):
    code = "QUOTA_DAYS_REFUSED"


class QuotaUnitTwice(Refusal):
    """One unit has one share."""

    code = "QUOTA_UNIT_TWICE"


class QuotaSumDiffers(Refusal):
    """The shares do not add up to what they share."""

    code = "QUOTA_SUM_DIFFERS"


class QuotaUnchanged(Refusal):
    """Nothing in the table is new."""

    code = "QUOTA_UNCHANGED"
