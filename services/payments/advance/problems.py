"""What the rules of a plan's money refuse (409), in English and Chinese."""

from shared.http.problems import define

ADVANCE_UNKNOWN = define(
    "ADVANCE_UNKNOWN", 409, "The plan has no advance {number}.", "该计划没有第 {number} 笔预支。"
)
ADVANCES_TOO_MANY = define(
    "ADVANCES_TOO_MANY",
    409,
    "This plan was asked for advances {count} times; more are not taken.",
    "该计划的预支申请已达 {count} 次，不再受理。",
)
ADVANCE_NOT_IN_THIS_STATE = define(
    "ADVANCE_NOT_IN_THIS_STATE",
    409,
    "The advance is {state}; it is not possible to {command} it now.",
    "该预支当前状态为 {state}，不能执行 {command}。",
)
SETTLEMENT_NOT_IN_THIS_STATE = define(
    "SETTLEMENT_NOT_IN_THIS_STATE",
    409,
    "The plan's settlement is {state}; it is not possible to {command} it now.",
    "该计划清算当前状态为 {state}，不能执行 {command}。",
)
RECOVERY_OPEN = define(
    "RECOVERY_OPEN",
    409,
    "The payee still owes {debt_fen} fen; new advances wait until it is paid (INT-08).",
    "收款人尚欠 {debt_fen} 分未退回，结清前不得再次预支（INT-08）。",
)
ADVANCE_RATIO = define(
    "ADVANCE_RATIO",
    409,
    "All advances of the plan together would pass their share of the approved subsidy.",
    "该计划各笔预支合计将超过核定补贴的可预支比例。",
)
PLAN_FUND_DIFFERS = define(
    "PLAN_FUND_DIFFERS",
    409,
    "All money of this plan leaves from the fund {fund}.",
    "该计划的资金均从专账 {fund} 拨付。",
)
EXTENSION_NOT_LATER = define(
    "EXTENSION_NOT_LATER",
    409,
    "The plan is to be settled by {due_on} already; more time means a later day.",
    "该计划清算期限已为 {due_on}，延期须晚于该日。",
)
