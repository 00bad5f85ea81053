"""What is refused about papers, in English and Chinese; the field is named where there is one."""

from services.claims.document.decide import MAX_DOCUMENTS, MAX_EVER
from shared.http.problems import define

DOCUMENT_EMPTY = define(
    "DOCUMENT_EMPTY",
    422,
    "The body is empty: send the file's bytes.",
    "请求体为空：请发送文件内容。",
)
DOCUMENT_NOT_OF_TYPE = define(
    "DOCUMENT_NOT_OF_TYPE",
    415,
    "The body does not begin like {media_type}; the header Content-Type must say what the file is.",
    "请求体的开头不是 {media_type} 格式；请求头 Content-Type 须与文件实际类型一致。",
)
DOCUMENT_ATTACHED_ALREADY = define(
    "DOCUMENT_ATTACHED_ALREADY",
    409,
    "The same file is attached as {document}.",
    "相同文件已经提交：{document}。",
)
TOO_MANY_DOCUMENTS = define(
    "TOO_MANY_DOCUMENTS",
    409,
    f"At most {MAX_DOCUMENTS} documents at a time, and {MAX_EVER} with the withdrawn ones.",
    f"同时最多 {MAX_DOCUMENTS} 份材料，含已撤回的最多 {MAX_EVER} 份。",
)
DOCUMENT_UNKNOWN = define(
    "DOCUMENT_UNKNOWN", 409, "There is no document {document}.", "没有材料 {document}。"
)
PERSON_ERASED = define(
    "PERSON_ERASED",
    409,
    "The person's data were erased; nothing more can be attached.",
    "该人员的个人信息已删除，不能再提交材料。",
)
DOCUMENT_ERASED = define(
    "DOCUMENT_ERASED",
    404,
    "The person's data were erased; nobody can read the document any more.",
    "该人员的个人信息已删除，任何人都无法再查看该材料。",
)
DOCUMENT_LOST = define(
    "DOCUMENT_LOST",
    404,
    "The file is not in this database; restore it from a backup.",
    "数据库中没有该文件，请从备份恢复。",
)
DOCUMENT_BROKEN = define(
    "DOCUMENT_BROKEN",
    500,
    "The stored file is not the one that the event commits to.",
    "所存文件与事件记录的承诺值不符。",
)
