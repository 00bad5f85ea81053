"""What is refused about a policy's versions, in English and Chinese."""

from shared.http.problems import define

PACK_REFUSED = define(
    "PACK_REFUSED",
    422,
    "The file is no pack that can judge: {count} mistakes. What is in force stays in force.",
    "该文件不是可用的政策包：共 {count} 处错误。现行版本继续有效。",
)
PACK_TOO_LARGE = define(
    "PACK_TOO_LARGE",
    422,
    "The pack is too large to be recorded in an event.",
    "政策包过大，无法记入事件。",
)
OTHER_POLICY = define(
    "OTHER_POLICY",
    422,
    "The file is a pack of another policy than the address names.",
    "文件中的政策编号与地址中的不一致。",
)
PROPOSAL_OPEN = define(
    "PROPOSAL_OPEN",
    409,
    "Version {version} is proposed already: publish, refuse or take it back first.",
    "第 {version} 版已提出：请先发布、否决或撤回。",
)
VERSION_PUBLISHED = define(
    "VERSION_PUBLISHED",
    409,
    "Version {version} cannot be proposed: {newest} is in force, and a version never changes.",
    "不能提出第 {version} 版：第 {newest} 版已生效，已发布的版本不可更改。",
)
VERSION_NOT_NEXT = define(
    "VERSION_NOT_NEXT",
    409,
    "Versions increase by one: {next} comes next, not {version}.",
    "版本号须逐一递增：下一版应为 {next}，而非 {version}。",
)
RETROACTIVE_UNSAID = define(
    "RETROACTIVE_UNSAID",
    409,
    "The first day must be {earliest} or later, unless the proposal says that it is retroactive,"
    " and why.",
    "生效日期须为 {earliest} 或之后；如需追溯，提案须写明并说明理由。",
)
PLACE_TAKEN = define(
    "PLACE_TAKEN",
    409,
    "Policy {policy} judges in one of the pack's places.",
    "政策 {policy} 已适用于该政策包的某一行政区划。",
)
OTHER_CITY = define(
    "OTHER_CITY",
    409,
    "This policy is one of {city}; a policy stays in its city.",
    "该政策属于 {city}，不能改到其他城市。",
)
NO_SUCH_PROPOSAL = define(
    "NO_SUCH_PROPOSAL",
    409,
    "Version {version} with this content is not proposed.",
    "没有该内容的第 {version} 版提案。",
)
NOT_COMPARED = define(
    "NOT_COMPARED",
    409,
    "Version {version} needs a comparison first, and the publisher must have seen the newest one.",
    "第 {version} 版须先比较影响，且发布人须已查看最新的比较结果。",
)
NOT_OWN_PROPOSAL = define(
    "NOT_OWN_PROPOSAL",
    409,
    "Only who proposed version {version} takes it back; others refuse it.",
    "第 {version} 版只能由提出人撤回；其他人可以否决。",
)
