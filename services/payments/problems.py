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
NOTICE_MISSING = define(
    "NOTICE_MISSING",
    409,
    "No public notice has named the claim yet; the policy wants one before the money leaves"
    " ({clause}).",
    "该申领尚未公示，按 {clause} 须公示后拨付。",
)
NOTICE_RUNNING = define(
    "NOTICE_RUNNING",
    409,
    "The public notice that names the claim runs until {until} ({clause}).",
    "该申领正在公示，公示期至 {until}（{clause}）。",
)
NOTICE_OBJECTED = define(
    "NOTICE_OBJECTED",
    409,
    "Somebody objected to the claim in its public notice, and nobody has answered yet ({clause}).",
    "公示期间有人提出异议，尚未答复（{clause}）。",
)
NOTICE_UPHELD = define(
    "NOTICE_UPHELD",
    409,
    "An objection to the claim was found right: it is not paid, its approval is to be revoked"
    " ({clause}).",
    "公示异议成立，不予拨付，须撤销审批（{clause}）。",
)
NOTICED = (NOTICE_MISSING, NOTICE_RUNNING, NOTICE_OBJECTED, NOTICE_UPHELD)
"""why money waits for its public notice"""
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
FUND_UNKNOWN = define(
    "FUND_UNKNOWN",
    409,
    "The jurisdiction of this payment has no fund {fund}.",
    "该笔支付所属辖区没有资金专账 {fund}。",
)
FUND_KNOWN = define(
    "FUND_KNOWN", 409, "There is a fund {fund} already.", "资金专账 {fund} 已存在。"
)
FUND_FROZEN = define(
    "FUND_FROZEN", 409, "Nothing may leave the fund {fund} today.", "资金专账 {fund} 目前已冻结。"
)
FUND_PURPOSE = define(
    "FUND_PURPOSE",
    409,
    "The fund {fund} may not pay {purpose}.",
    "资金专账 {fund} 不得用于支付 {purpose}。",
)
FUND_SOURCE_UNKNOWN = define(
    "FUND_SOURCE_UNKNOWN",
    409,
    "The policy names no source {source} for this fund ({clause}).",
    "政策未将 {source} 列为该账户的资金来源（{clause}）。",
)
FUND_SOURCE = define(
    "FUND_SOURCE",
    409,
    "The fund {fund} holds money of {source}; the policy pays this from {sources} ({clause}).",
    "资金专账 {fund} 的来源为 {source}，按 {clause} 应由 {sources} 支付。",
)
NOT_EARMARKED = define(
    "NOT_EARMARKED",
    409,
    "The special account {fund} pays for its own purposes alone, and {purpose} is none of them"
    " ({clause}).",
    "专账 {fund} 专款专用，{purpose} 不在用途之内（{clause}）。",
)
SPECIAL_ACCOUNT_SILENT = define(
    "SPECIAL_ACCOUNT_SILENT",
    409,
    "The policy of this place knows no special account.",
    "本地政策未规定专账。",
)
SPECIAL_ACCOUNT_KNOWN = define(
    "SPECIAL_ACCOUNT_KNOWN",
    409,
    "This place has its special account already: {fund}.",
    "本地已开立专账：{fund}。",
)
FUND_CAP = define(
    "FUND_CAP",
    409,
    "The special account {fund} may hold {cap_fen} fen and was given {given_fen} fen ({clause}).",
    "专账 {fund} 额度为 {cap_fen} 分，已拨入 {given_fen} 分（{clause}）。",
)
FUND_HAS_NO_CAP = define(
    "FUND_HAS_NO_CAP", 409, "The fund {fund} has no cap.", "资金专账 {fund} 没有额度上限。"
)
FUND_EXHAUSTED = define(
    "FUND_EXHAUSTED",
    409,
    "The account does not hold that much; nothing was written.",
    "账户余额不足，未作任何记录。",
)
BATCH_REFUSED = define(
    "BATCH_REFUSED",
    409,
    "{count} orders may not leave, so nothing was released.",
    "有 {count} 笔不得拨付，整批未放行。",
)
BATCH_MIXED = define(
    "BATCH_MIXED",
    409,
    "One batch takes money from one fund of one jurisdiction.",
    "同一批次只能从同一辖区的同一资金专账拨付。",
)
AUDIT_BEHIND = define(
    "AUDIT_BEHIND",
    409,
    "Audit has not judged yet what {count} of these orders rest on; nothing was released.",
    "审计尚未覆盖其中 {count} 笔所依据的审批，整批未放行。",
)
APPROVAL_NOT_JUDGED = define(
    "APPROVAL_NOT_JUDGED",
    409,
    "The approval is number {needed} of {topic}/{partition}; audit has judged up to {judged}.",
    "审批位于 {topic}/{partition} 第 {needed} 号；审计已覆盖至第 {judged} 号。",
)
AUDIT_NOT_SILENT = define(
    "AUDIT_NOT_SILENT",
    409,
    "A batch goes without audit only when audit has been silent for {minutes} minutes.",
    "审计须静默满 {minutes} 分钟，方可由两人越过审计放行。",
)
OVERRIDE_UNUSABLE = define(
    "OVERRIDE_UNUSABLE",
    409,
    "There is no such override, or it was used, or it is older than a day.",
    "该越过审计的申请不存在、已使用或已超过一天。",
)
PAYEE_ERASED = define(
    "PAYEE_ERASED",
    409,
    "The payee's data was erased; name and account cannot be read.",
    "收款人信息已删除，无法读取户名和账号。",
)
ACCOUNT_MISSING = define(
    "ACCOUNT_MISSING",
    409,
    "Nobody has named an account for this person.",
    "未登记该收款人的银行账号。",
)
INSTRUCTION_UNKNOWN = define(
    "INSTRUCTION_UNKNOWN", 422, "No order of this batch has this id.", "本批次没有该指令号。"
)
DOUBLE_LINE = define(
    "DOUBLE_LINE", 422, "The file answers this order twice.", "文件中该指令号重复。"
)
LINE_DIFFERS = define("LINE_DIFFERS", 422, "The order stands on another line.", "序号与指令不符。")
AMOUNT_DIFFERS = define(
    "AMOUNT_DIFFERS", 422, "The order was for another amount.", "金额与指令不符。"
)
ANSWER_FROM_TOMORROW = define(
    "ANSWER_FROM_TOMORROW", 422, "The day is still to come.", "日期晚于今天。"
)
ANSWER_INCOMPLETE = define(
    "ANSWER_INCOMPLETE",
    422,
    "A payment needs the bank's reference, a return its reason.",
    "付款成功须填流水号，退回须填原因。",
)
ANSWERS_REFUSED = define(
    "ANSWERS_REFUSED", 422, "The file cannot be read as a table.", "无法读取该文件。"
)
BATCH_NOT_RELEASED = define(
    "BATCH_NOT_RELEASED", 409, "The batch has not been released.", "该批次尚未放行。"
)
BATCH_DOUBLE = define("BATCH_DOUBLE", 422, "An order stands there twice.", "同一笔拨付重复列出。")
PAYEE_DIFFERS = define(
    "PAYEE_DIFFERS", 409, "This payment belongs to another person.", "该笔款项属于其他人。"
)
