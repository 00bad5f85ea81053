"""What is refused about plans, in English and Chinese."""

from shared.http.problems import define

PLAN_NOT_IN_THIS_STATE = define(
    "PLAN_NOT_IN_THIS_STATE",
    409,
    "The plan is {state}; it is not possible to {command} it now.",
    "该班次当前状态为 {state}，不能执行 {command}。",
)
PLAN_SAME_PERSON_TWICE = define(
    "PLAN_SAME_PERSON_TWICE",
    409,
    "{actor} has already acted on this plan; another person must do this step (four eyes).",
    "{actor} 已办理过该班次的其他环节，本环节须由他人办理（四眼原则）。",
)
PLAN_ALREADY_FILED = define(
    "PLAN_ALREADY_FILED",
    409,
    "Plan {plan} has this content already.",
    "相同内容的班次已经存在：{plan}。",
)
ROSTER_MISSING = define(
    "ROSTER_MISSING", 409, "Nobody is on the plan's roster yet.", "该班次尚无学员名册。"
)
ROSTER_TOO_LONG = define(
    "ROSTER_TOO_LONG",
    409,
    "The roster would have {enrolled} persons; the plan has {persons} places.",
    "名册将有 {enrolled} 人，超过计划人数 {persons} 人。",
)
ROSTER_UNCHANGED = define(
    "ROSTER_UNCHANGED",
    409,
    "Revision {revision} of the roster says so already.",
    "名册第 {revision} 版已包含相同内容。",
)
STALE_PLAN = define(
    "STALE_PLAN",
    409,
    "Version {version} of the plan with revision {revision} of its roster stands now; look at it"
    " first.",
    "现行版本为班次第 {version} 版、名册第 {revision} 版，请先查看。",
)
PLAN_BASE_DIFFERS = define(
    "PLAN_BASE_DIFFERS",
    409,
    "Plan and policy give a base of {base} fen, not {shown}.",
    "按计划和政策计算的基数为 {base} 分，而非 {shown} 分。",
)
PLAN_RATE_UNKNOWN = define(
    "PLAN_RATE_UNKNOWN",
    409,
    "The policy gives no rate for {kind}, level {level}, on the days of this plan.",
    "政策没有规定 {kind}、等级 {level} 在该班次日期内的标准。",
)
SETTLEMENT_TOO_EARLY = define(
    "SETTLEMENT_TOO_EARLY",
    409,
    "The plan runs until {ends_on}; it cannot be settled before.",
    "班次于 {ends_on} 结束，结算期限不得早于该日。",
)
PLAN_COUNTS_DIFFER = define(
    "PLAN_COUNTS_DIFFER",
    409,
    "{passed} passed, {finished} finished, {enrolled} are on the roster: each is at most the next.",
    "合格 {passed} 人、结业 {finished} 人、名册 {enrolled} 人：前者不得多于后者。",
)
PLAN_CLAIMS_OPEN = define(
    "PLAN_CLAIMS_OPEN",
    409,
    "{count} claims of this plan wait for a decision.",
    "该班次还有 {count} 份申请尚未决定。",
)
NOTHING_TO_DECIDE = define(
    "NOTHING_TO_DECIDE",
    409,
    "Revision {revision} of the plan's decision says the same.",
    "该班次的决定第 {revision} 版内容相同。",
)
SESSION_RECORDED = define(
    "SESSION_RECORDED",
    409,
    "The list of session {session} is recorded already.",
    "课次 {session} 的考勤已记录。",
)
SESSION_DIFFERS = define(
    "SESSION_DIFFERS",
    409,
    "Another list of session {session} is recorded; correct that one.",
    "课次 {session} 已记录了不同的考勤，请更正原记录。",
)
NOT_ON_ROSTER = define(
    "NOT_ON_ROSTER",
    409,
    "{count} of these persons are not on the plan's roster.",
    "其中 {count} 人不在该班次名册上。",
)
NOTHING_TO_CORRECT = define(
    "NOTHING_TO_CORRECT",
    409,
    "The list of session {session} says so already.",
    "课次 {session} 的考勤已是如此。",
)
PERSON_TWICE = define(
    "PERSON_TWICE", 422, "This person stands in the list twice.", "该人员在名单中重复。"
)
PERSON_OR_NUMBER = define(
    "PERSON_OR_NUMBER",
    422,
    "Name the person by reference or by ID number, one of the two.",
    "请填写人员引用或身份证号码其中之一。",
)
