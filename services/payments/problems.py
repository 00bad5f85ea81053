"""What the payments service refuses by rule (409), in English and Chinese."""

from shared.http.problems import define

PAYOUT_NOT_IN_THIS_STATE = define(
    "PAYOUT_NOT_IN_THIS_STATE",
    409,
    "The payout is {state}; it is not possible to {command} it now.",
    "该拨付当前状态为 {state}，不能执行 {command}。",
)
PAYOUT_SAME_PERSON_TWICE = define(
    "PAYOUT_SAME_PERSON_TWICE",
    409,
    "{actor} held this payout; another person must let it go (four eyes).",
    "{actor} 已暂缓该拨付，须由他人解除（四眼原则）。",
)
HELD_BY_FINDING = define(
    "HELD_BY_FINDING",
    409,
    "Finding {finding} holds this payout; it ends when the audit has decided on it.",
    "该拨付因审计发现 {finding} 暂缓，须待审计作出决定。",
)
NOT_HELD = define("NOT_HELD", 409, "Nothing holds this payout.", "该拨付未被暂缓。")
PAYMENTS_FILE_REFUSED = define(
    "PAYMENTS_FILE_REFUSED", 422, "The file cannot be read as a table.", "无法读取该文件。"
)
