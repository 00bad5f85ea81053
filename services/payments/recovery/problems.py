"""What the rules of a recovery refuse (409), in English and Chinese."""

from shared.http.problems import define

RECOVERY_CLOSED = define(
    "RECOVERY_CLOSED", 409, "Nothing is owed any longer.", "该追回款项已结清。"
)
RECOVERY_MORE_THAN_OWED = define(
    "RECOVERY_MORE_THAN_OWED",
    409,
    "Only {balance_fen} fen are still owed.",
    "尚欠金额仅为 {balance_fen} 分。",
)
RECOVERY_AWAITS_BANK = define(
    "RECOVERY_AWAITS_BANK",
    409,
    "The bank has not answered whether the money left; until then nothing can come back.",
    "银行尚未确认该款项是否付出，答复之前不得登记追回或核销。",
)
RECOVERY_INSTALMENTS_WRONG = define(
    "RECOVERY_INSTALMENTS_WRONG",
    409,
    "Instalments rise by day, lie in the future, and are together the {balance_fen} fen owed.",
    "分期须按日期递增、晚于今日，且合计等于尚欠的 {balance_fen} 分。",
)
WRITE_OFF_NOT_PROPOSED = define(
    "WRITE_OFF_NOT_PROPOSED",
    409,
    "Nobody has proposed to write off the debt as it stands now.",
    "尚无人就当前欠款提出核销。",
)
WRITE_OFF_SAME_PERSON = define(
    "WRITE_OFF_SAME_PERSON",
    409,
    "{actor} proposed to write it off; another person must decide (four eyes).",
    "{actor} 已提出核销，须由他人决定（四眼原则）。",
)
OFFSET_WITHOUT_CLAUSE = define(
    "OFFSET_WITHOUT_CLAUSE",
    409,
    "The policy names no clause by which a debt is taken off {against}; it is demanded instead.",
    "政策无条款允许从 {against} 中抵扣欠款，须另行追回。",
)
