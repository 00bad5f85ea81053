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
PAYMENT_SAME_PERSON_TWICE = define(
    "PAYMENT_SAME_PERSON_TWICE",
    409,
    "{actor} had a hand in this payment before ({step}); another person must do this (four eyes).",
    "{actor} 已参与过该笔支付（{step}），须由他人办理（四眼原则）。",
)
HELD_BY_OFFICER = define(
    "HELD_BY_OFFICER",
    409,
    "{actor} holds this payout; another officer must let it go first.",
    "该拨付由 {actor} 暂缓，须先由他人解除。",
)
ACCOUNT_UNCHANGED = define(
    "ACCOUNT_UNCHANGED",
    409,
    "The bank gave this payment back; it goes out again only to a corrected account.",
    "银行已退回该笔款项，更正收款账户后方可重新拨付。",
)
ORDERS_EXHAUSTED = define(
    "ORDERS_EXHAUSTED",
    409,
    "The bank gave this payment back {orders} times; the payee must come to the counter.",
    "该笔款项已被退回 {orders} 次，收款人须到窗口办理。",
)
NOT_PAYABLE = define(
    "NOT_PAYABLE",
    409,
    "Nothing of this record is authorised: it is {state}.",
    "该记录没有已授权待付的款项：当前状态为 {state}。",
)
ANSWER_CONTRADICTS = define(
    "ANSWER_CONTRADICTS",
    409,
    "The bank said otherwise before: the order is {state}.",
    "与银行此前的回执不一致：该指令状态为 {state}。",
)
