"""The problems that the edge itself can answer with; services add theirs with `define`."""

from shared.events.base import MAX_FEN
from shared.http.problems import define
from shared.money import yuan

# Reading the request
BODY_NOT_JSON = define(
    "BODY_NOT_JSON", 400, "The body is not valid JSON.", "请求体不是有效的 JSON。"
)
BODY_TOO_DEEP = define(
    "BODY_TOO_DEEP", 400, "The JSON is nested too deeply.", "JSON 嵌套层数过多。"
)
BODY_BROKEN = define("BODY_BROKEN", 400, "The body ended too early.", "请求体不完整。")
BODY_TOO_SLOW = define(
    "BODY_TOO_SLOW",
    408,
    "The body did not arrive within {seconds} seconds.",
    "请求体未在 {seconds} 秒内到达。",
)
BODY_TOO_LARGE = define(
    "BODY_TOO_LARGE",
    413,
    "The body may have at most {limit_bytes} bytes.",
    "请求体最多 {limit_bytes} 字节。",
)
CONTENT_TYPE_WRONG = define(
    "CONTENT_TYPE_WRONG",
    415,
    "The content type must be {expected}.",
    "内容类型必须是 {expected}。",
)
CONTENT_ENCODING_WRONG = define(
    "CONTENT_ENCODING_WRONG",
    415,
    "The body must not be compressed.",
    "请求体不得压缩。",
)
REQUEST_WRONG = define("REQUEST_WRONG", 400, "The request cannot be read.", "请求无法读取。")
QUERY_REFUSED = define(
    "QUERY_REFUSED",
    400,
    "This address takes no query string.",
    "此地址不接受查询参数。",
)
PATH_UNKNOWN = define("PATH_UNKNOWN", 404, "There is nothing at this address.", "此地址不存在。")
METHOD_WRONG = define(
    "METHOD_WRONG",
    405,
    "This address does not take this method.",
    "此地址不支持该方法。",
)
RESOURCE_UNKNOWN = define("RESOURCE_UNKNOWN", 404, "There is no such record.", "没有这条记录。")

# Load and failure
OVERLOADED = define(
    "OVERLOADED",
    503,
    "Too many requests at once; try again shortly.",
    "请求过多，请稍后再试。",
)
UNAVAILABLE = define(
    "UNAVAILABLE",
    503,
    "A part that this needs does not answer; nothing was recorded.",
    "所需的服务暂不可用，未作任何记录。",
)
NOT_READY = define("NOT_READY", 503, "The service is not ready.", "服务未就绪。")
NOT_YET_VISIBLE = define(
    "NOT_YET_VISIBLE",
    503,
    "The position was not reached within {seconds} seconds.",
    "在 {seconds} 秒内尚未到达该位置。",
)
INTERNAL = define("INTERNAL", 500, "The service failed and stops.", "服务发生故障并将停止。")

# Who is asking
TOKEN_MISSING = define("TOKEN_MISSING", 401, "A bearer token is required.", "需要访问令牌。")
TOKEN_MALFORMED = define("TOKEN_MALFORMED", 401, "The token cannot be read.", "访问令牌无法读取。")
TOKEN_ALGORITHM_REFUSED = define(
    "TOKEN_ALGORITHM_REFUSED",
    401,
    "The token must be signed with ES256.",
    "访问令牌必须使用 ES256 签名。",
)
TOKEN_KEY_UNKNOWN = define(
    "TOKEN_KEY_UNKNOWN", 401, "The token's key is not known.", "访问令牌的密钥未知。"
)
TOKEN_SIGNATURE_WRONG = define(
    "TOKEN_SIGNATURE_WRONG", 401, "The token's signature is wrong.", "访问令牌签名错误。"
)
TOKEN_EXPIRED = define("TOKEN_EXPIRED", 401, "The token has expired.", "访问令牌已过期。")
TOKEN_NOT_YET_VALID = define(
    "TOKEN_NOT_YET_VALID", 401, "The token is not valid yet.", "访问令牌尚未生效。"
)
TOKEN_ISSUER_WRONG = define(
    "TOKEN_ISSUER_WRONG", 401, "The token is from another issuer.", "访问令牌签发者不符。"
)
TOKEN_AUDIENCE_WRONG = define(
    "TOKEN_AUDIENCE_WRONG", 401, "The token is for another service.", "访问令牌受众不符。"
)
TOKEN_CLAIMS_WRONG = define(
    "TOKEN_CLAIMS_WRONG",
    401,
    "The token lacks a subject, role or jurisdiction.",
    "访问令牌缺少主体、角色或辖区。",
)
ROLE_REFUSED = define(
    "ROLE_REFUSED", 403, "This needs one of the roles: {roles}.", "需要以下角色之一：{roles}。"
)
JURISDICTION_REFUSED = define(
    "JURISDICTION_REFUSED",
    403,
    "The record belongs to another jurisdiction.",
    "该记录属于其他辖区。",
)
NOT_OWN_RECORD = define(
    "NOT_OWN_RECORD", 403, "The record belongs to somebody else.", "该记录不属于本人或本单位。"
)
LOOPBACK_ONLY = define("LOOPBACK_ONLY", 403, "Only this machine may do this.", "仅限本机操作。")
CLOCK_RUNS_BACK = define(
    "CLOCK_RUNS_BACK", 409, "The simulated clock never runs back.", "模拟时钟不能倒退。"
)

# Idempotency and position
IDEMPOTENCY_KEY_MISSING = define(
    "IDEMPOTENCY_KEY_MISSING",
    428,
    "The header Idempotency-Key is required.",
    "缺少 Idempotency-Key 请求头。",
)
IDEMPOTENCY_KEY_INVALID = define(
    "IDEMPOTENCY_KEY_INVALID",
    400,
    "Idempotency-Key must be 1 to 128 visible ASCII characters.",
    "Idempotency-Key 须为 1 至 128 个可见 ASCII 字符。",
)
IDEMPOTENCY_KEY_REUSED = define(
    "IDEMPOTENCY_KEY_REUSED",
    422,
    "This Idempotency-Key was used with another request.",
    "该 Idempotency-Key 已用于其他请求。",
)
STILL_RUNNING = define(
    "STILL_RUNNING",
    409,
    "The first request with this Idempotency-Key still runs.",
    "使用该 Idempotency-Key 的首个请求仍在处理。",
)
POSITION_INVALID = define(
    "POSITION_INVALID",
    400,
    "A position is <topic>/<partition>/<seq>.",
    "位置格式为 <主题>/<分区>/<序号>。",
)

# Fields
INPUT_REFUSED = define(
    "INPUT_REFUSED", 422, "{count} fields were refused.", "有 {count} 个字段不符合要求。"
)
FIELD_REQUIRED = define("FIELD_REQUIRED", 422, "This field is required.", "此字段必填。")
FIELD_NULL = define("FIELD_NULL", 422, "This field must not be null.", "此字段不得为 null。")
FIELD_UNKNOWN = define("FIELD_UNKNOWN", 422, "There is no such field.", "没有此字段。")
OBJECT_EXPECTED = define("OBJECT_EXPECTED", 422, "An object is expected.", "应为对象。")
LIST_EXPECTED = define("LIST_EXPECTED", 422, "A list is expected.", "应为列表。")
LIST_TOO_SHORT = define("LIST_TOO_SHORT", 422, "At least {min} items.", "至少 {min} 项。")
LIST_TOO_LONG = define("LIST_TOO_LONG", 422, "At most {max} items.", "最多 {max} 项。")
STRING_EXPECTED = define("STRING_EXPECTED", 422, "A string is expected.", "应为字符串。")
STRING_TOO_SHORT = define(
    "STRING_TOO_SHORT", 422, "At least {min} characters.", "至少 {min} 个字符。"
)
STRING_TOO_LONG = define("STRING_TOO_LONG", 422, "At most {max} characters.", "最多 {max} 个字符。")
STRING_CONTROL = define(
    "STRING_CONTROL", 422, "Control characters are not allowed.", "不得含有控制字符。"
)
STRING_EDGES = define("STRING_EDGES", 422, "No space at the beginning or end.", "首尾不得有空格。")
STRING_PATTERN = define("STRING_PATTERN", 422, "The form of this value is wrong.", "格式不正确。")
IDENTIFIER_NOT_PLAIN = define(
    "IDENTIFIER_NOT_PLAIN",
    422,
    "Use plain half-width characters.",
    "请使用半角字符。",
)
INTEGER_EXPECTED = define("INTEGER_EXPECTED", 422, "A whole number is expected.", "应为整数。")
INTEGER_TOO_SMALL = define("INTEGER_TOO_SMALL", 422, "At least {min}.", "不得小于 {min}。")
INTEGER_TOO_LARGE = define("INTEGER_TOO_LARGE", 422, "At most {max}.", "不得大于 {max}。")
BOOLEAN_EXPECTED = define(
    "BOOLEAN_EXPECTED", 422, "true or false is expected.", "应为 true 或 false。"
)
AMOUNT_NOT_FEN = define(
    "AMOUNT_NOT_FEN", 422, "A whole number of fen is expected.", "应为以分为单位的整数。"
)
AMOUNT_NOT_YUAN = define(
    "AMOUNT_NOT_YUAN",
    422,
    'An amount like "1234.56" in half-width digits is expected.',
    "应为形如 “1234.56” 的半角数字金额。",
)
AMOUNT_ZERO = define("AMOUNT_ZERO", 422, "The amount must not be zero.", "金额不得为零。")
AMOUNT_NEGATIVE = define(
    "AMOUNT_NEGATIVE", 422, "The amount must not be negative.", "金额不得为负。"
)
AMOUNT_TOO_LARGE = define(
    "AMOUNT_TOO_LARGE",
    422,
    f"The amount is above {yuan(MAX_FEN)} yuan or above the limit of this field.",
    f"金额超过 {yuan(MAX_FEN)} 元或本字段上限。",
)
DATE_INVALID = define(
    "DATE_INVALID", 422, "A calendar date YYYY-MM-DD is expected.", "应为 YYYY-MM-DD 格式的日期。"
)
TIME_INVALID = define(
    "TIME_INVALID",
    422,
    "A time like 2026-01-31T08:00:00+08:00 is expected.",
    "应为形如 2026-01-31T08:00:00+08:00 的时间。",
)
TIME_WITHOUT_ZONE = define("TIME_WITHOUT_ZONE", 422, "The time lacks its zone.", "时间缺少时区。")
CHOICE_UNKNOWN = define("CHOICE_UNKNOWN", 422, "Choose one of: {choices}.", "可选值：{choices}。")
RESIDENT_NUMBER_OLD = define(
    "RESIDENT_NUMBER_OLD",
    422,
    "15-digit numbers are no longer valid; give the 18-digit one.",
    "15 位身份证号已停用，请提供 18 位号码。",
)
RESIDENT_NUMBER_INVALID = define(
    "RESIDENT_NUMBER_INVALID",
    422,
    "This is not a resident ID number.",
    "不是有效的公民身份号码。",
)
RESIDENT_NUMBER_CHECK = define(
    "RESIDENT_NUMBER_CHECK",
    422,
    "The check digit of the resident ID number is wrong.",
    "公民身份号码校验码错误。",
)
