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
EXCEPTION_NOT_POSSIBLE = define(
    "EXCEPTION_NOT_POSSIBLE",
    409,
    "The policy allows no exception from {clause}: it is no limit in principle.",
    "{clause} 不是“原则上”的限制，政策不允许例外。",
)
EXCEPTION_NOT_NEEDED = define(
    "EXCEPTION_NOT_NEEDED",
    409,
    "The claim is not stopped by {clause}, or an exception from it was asked for already.",
    "该申请未因 {clause} 被暂缓或拟驳回，或已提出过该项例外。",
)
EXCEPTION_UNKNOWN = define(
    "EXCEPTION_UNKNOWN",
    409,
    "Nobody has asked for an exception from {clause} for this claim.",
    "该申请没有待审批的 {clause} 例外。",
)
SUPERSEDES_ANOTHERS = define(
    "SUPERSEDES_ANOTHERS",
    409,
    "There is no claim {claim} of the same claimant for the same person.",
    "没有由同一申请方为同一人员提交的申请 {claim}。",
)
SUPERSEDED_STANDS = define(
    "SUPERSEDED_STANDS",
    409,
    "Claim {claim} is {state}; only one that was withdrawn, rejected or revoked is filed again.",
    "申请 {claim} 当前状态为 {state}；只有已撤回、已驳回或已撤销的申请才能重新提交。",
)
SUPERSEDED_ALREADY = define(
    "SUPERSEDED_ALREADY",
    409,
    "Claim {by} was filed in place of that claim already.",
    "已有申请 {by} 替代原申请。",
)
APPROVALS_REFUSED = define(
    "APPROVALS_REFUSED",
    422,
    "The list is not one claim a line with the hash of what was shown.",
    "名单须每行一份申请，并附所见内容的哈希值。",
)
APPROVALS_WAITING = define(
    "APPROVALS_WAITING",
    409,
    "{count} lists are being worked off; send this one when one of them has ended.",
    "已有 {count} 份批量审批名单在办理，请待其中一份办结后再提交。",
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
CLAIM_TWICE = define(
    "CLAIM_TWICE", 422, "A claim stands twice in this request.", "同一申请在请求中出现两次。"
)
VISIT_WHAT = define(
    "VISIT_WHAT",
    422,
    "An inspection names exactly one of: plan, institution, claims.",
    "现场检查须且只须填写班次、机构或申请名单中的一项。",
)
INSPECTION_IN_FUTURE = define(
    "INSPECTION_IN_FUTURE",
    409,
    "An inspection is recorded after it was made.",
    "现场检查须在实施之后记录。",
)
DEMANDS_NOT_MET = define(
    "DEMANDS_NOT_MET",
    409,
    "The claim cannot be approved yet: {count} steps that the policy demands are open.",
    "该申请尚不能批准：政策要求的 {count} 个环节尚未完成。",
)
IDENTITY_NOT_CHECKED = define(
    "IDENTITY_NOT_CHECKED",
    409,
    "The person's identity has not been checked ({clause}).",
    "尚未进行身份认定（{clause}）。",
)
IDENTITY_DOUBTED = define(
    "IDENTITY_DOUBTED",
    409,
    "The newest identity check did not confirm the person ({clause}).",
    "最近一次身份认定未予确认（{clause}）。",
)
NOT_INSPECTED = define(
    "NOT_INSPECTED",
    409,
    "No inspection of the training is recorded ({clause}).",
    "尚无培训现场检查记录（{clause}）。",
)
INSPECTION_FAILED = define(
    "INSPECTION_FAILED",
    409,
    "The newest inspection did not find the training in order ({clause}).",
    "最近一次现场检查发现问题（{clause}）。",
)
NOT_NOTICED = define(
    "NOT_NOTICED",
    409,
    "The claim has not been shown in a public notice ({clause}).",
    "该申请尚未公示（{clause}）。",
)
NOTICE_OPEN = define(
    "NOTICE_OPEN",
    409,
    "The public notice of the claim has not been closed ({clause}).",
    "该申请的公示尚未结束（{clause}）。",
)
OBJECTION_OPEN = define(
    "OBJECTION_OPEN",
    409,
    "An objection to the claim has not been answered ({clause}).",
    "对该申请的异议尚未答复（{clause}）。",
)
OBJECTION_UPHELD = define(
    "OBJECTION_UPHELD",
    409,
    "An objection to the claim was found right ({clause}).",
    "对该申请的异议成立（{clause}）。",
)
NOTICE_REFUSED = define(
    "NOTICE_REFUSED",
    409,
    "{count} of the claims must not stand in this notice.",
    "有 {count} 份申请不能列入本次公示。",
)
NOTICE_NOT_DEMANDED = define(
    "NOTICE_NOT_DEMANDED",
    409,
    "The policy demands no public notice for this claim.",
    "政策不要求对该申请进行公示。",
)
NOT_TO_BE_SHOWN = define(
    "NOT_TO_BE_SHOWN",
    409,
    "The claim is not at the step after which the policy wants it shown.",
    "该申请尚未到政策要求公示的环节。",
)
NOTICED_ALREADY = define(
    "NOTICED_ALREADY",
    409,
    "Claim {claim} stands in the open notice {notice}.",
    "申请 {claim} 已列入尚未结束的公示 {notice}。",
)
NOT_LISTED = define(
    "NOT_LISTED", 409, "The notice does not list claim {claim}.", "该公示未列入申请 {claim}。"
)
NOTICE_NOT_OVER = define(
    "NOTICE_NOT_OVER",
    409,
    "The notice is open until {closes_on}.",
    "公示至 {closes_on} 方可结束。",
)
OBJECTION_UNKNOWN = define(
    "OBJECTION_UNKNOWN", 409, "The notice has no {objection}.", "该公示没有异议 {objection}。"
)
OBJECTION_ANSWERED = define(
    "OBJECTION_ANSWERED", 409, "{objection} has its answer.", "异议 {objection} 已经答复。"
)
IMPORT_UNKNOWN = define(
    "IMPORT_UNKNOWN",
    409,
    "No import {proposal} waits for a second person.",
    "没有待复核的导入 {proposal}。",
)
IMPORT_OVERLAPS = define(
    "IMPORT_OVERLAPS",
    409,
    "{rows} rows count on the same days as rows that were put in force since; bring a new file.",
    "有 {rows} 行与其后生效的记录有效期重叠，请重新导入文件。",
)
TOO_MANY_INSTITUTIONS = define(
    "TOO_MANY_INSTITUTIONS",
    409,
    "The file says {rows} new things of institutions; {limit} at a time: add it in parts.",
    "文件涉及 {rows} 项机构变动，每次最多 {limit} 项，请分批补充导入。",
)
IMPORT_DAY_NEEDED = define(
    "IMPORT_DAY_NEEDED",
    422,
    "A file that takes the place of earlier ones names its first day.",
    "替换原有数据的导入须填写生效日期。",
)
REFERENCE_MISSING = define(
    "REFERENCE_MISSING",
    503,
    "The rows {sha256} of a table in force are not in the database; bring the same file again.",
    "现行参考数据的记录 {sha256} 不在数据库中，请重新导入同一文件。",
)
