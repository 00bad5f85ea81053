"""What the claims service refuses by rule (409), in English and Chinese."""

from shared.http.problems import define

NOT_IN_THIS_STATE = define(
    "NOT_IN_THIS_STATE",
    409,
    "The claim is {state}; it is not possible to {command} it now.",
    "该申请当前状态为 {state}，不能执行 {command}。",
)
SAME_PERSON_TWICE = define(
    "SAME_PERSON_TWICE",
    409,
    "{actor} has already acted on this claim; another person must do this step (four eyes).",
    "{actor} 已办理过该申请的其他环节，本环节须由他人办理（四眼原则）。",
)
STALE_PROPOSAL = define(
    "STALE_PROPOSAL",
    409,
    "Proposal {shown} no longer stands; look at the newest one first.",
    "第 {shown} 号建议已失效，请先查看最新建议。",
)
NOT_WHAT_WAS_PROPOSED = define(
    "NOT_WHAT_WAS_PROPOSED",
    409,
    "The policy proposed {proposed}, not {shown}.",
    "政策计算的建议为 {proposed}，而非 {shown}。",
)
ALREADY_FILED = define(
    "ALREADY_FILED",
    409,
    "Claim {claim} has this content already.",
    "相同内容的申请已经存在：{claim}。",
)
KIND_UNKNOWN = define(
    "KIND_UNKNOWN",
    422,
    "No policy in force knows this kind of subsidy.",
    "现行政策没有该补贴种类。",
)
JURISDICTION_UNKNOWN = define(
    "JURISDICTION_UNKNOWN", 422, "No policy of this installation covers this jurisdiction.",
    "本系统没有适用于该行政区划的政策。",
)  # fmt: skip
OCCUPATION_UNKNOWN = define(
    "OCCUPATION_UNKNOWN", 422, "This occupation is not in the catalogue.", "该职业不在职业目录中。"
)
GROUP_UNKNOWN = define(
    "GROUP_UNKNOWN", 422, "The policy has no such group of persons.", "政策没有该人员类别。"
)
CERTIFICATE_OR_PLAN = define(
    "CERTIFICATE_OR_PLAN",
    422,
    "A claim names a certificate or a plan.",
    "申请须填写证书编号或班次编号。",
)
DATE_ORDER = define(
    "DATE_ORDER", 422, "The last day is before the first.", "结束日期早于开始日期。"
)
FILE_REFUSED = define(
    "FILE_REFUSED", 422, "The file cannot be read as a table.", "无法读取该文件。"
)
OLD_REFERENCE_DIFFERS = define(
    "OLD_REFERENCE_DIFFERS",
    422,
    "Another decision is recorded under this old reference; nothing is overwritten.",
    "该原业务编号下已记录另一条决定，不会覆盖。",
)
