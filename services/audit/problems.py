"""What the audit service refuses by rule (409), in English and Chinese."""

from shared.http.problems import define

define(
    "FINDING_NOT_IN_THIS_STATE",
    409,
    "The finding is {state}; it is not possible to {command} it now.",
    "该疑点当前状态为 {state}，不能执行 {command}。",
)
define(
    "FINDING_PROPOSER_DECIDES",
    409,
    "{actor} proposed this outcome; another person must decide it (four eyes).",
    "{actor} 是该处理意见的提出人，须由他人决定（四眼原则）。",
)
define(
    "FINDING_OUTCOME_DIFFERS",
    409,
    "The proposal is to {proposed}, not to {shown}; propose the other outcome first.",
    "现有处理意见为 {proposed}，而非 {shown}；请先另行提出意见。",
)
define(
    "FINDING_EVIDENCE_CHANGED",
    409,
    "The finding rests on other events than those that you looked at; look at it again.",
    "该疑点所依据的事件已变化，请重新查看后再处理。",
)
NOTHING_SEALED = define(
    "NOTHING_SEALED",
    409,
    "Audit had sealed nothing by that time; ask for a later one.",
    "截至该时点审计尚未封存任何记录，请选择更晚的时点。",
)
REPORT_NOT_LISTED = define(
    "REPORT_NOT_LISTED",
    409,
    "The policy of {place} does not ask for the report {form}.",
    "{place} 的政策未要求报送 {form} 报表。",
)
CREDIT_RECORD_NOT_ASKED = define(
    "CREDIT_RECORD_NOT_ASKED",
    409,
    "The policy of {place} sends no finding to the credit system.",
    "{place} 的政策未要求将疑点移交征信系统。",
)
DAY_IN_FUTURE = define(
    "DAY_IN_FUTURE",
    422,
    "The day has not come: nobody knows yet who will appeal.",
    "日期尚未到来，届时是否有人申请救济尚不可知。",
)
PERIOD_REFUSED = define(
    "PERIOD_REFUSED",
    422,
    "This is no period of that form: 2020Q2, 2020, 2020-05 or a finding.",
    "期间不符合该报表要求：应为季度、年份、月份或疑点编号。",
)
NO_ARCHIVE = define(
    "NO_ARCHIVE", 503, "This process keeps no archive to count from.", "本进程没有归档，无法统计。"
)
ARCHIVE_BEHIND = define(
    "ARCHIVE_BEHIND", 503, "The archive is not as far as the seal yet.", "归档尚未追上封存位置。"
)
WORKBOOK_TOO_LARGE = define(
    "WORKBOOK_TOO_LARGE",
    409,
    "A workbook holds {rows} rows of a table at most; take the report as CSV.",
    "工作簿每表最多 {rows} 行，请改用 CSV 格式。",
)
