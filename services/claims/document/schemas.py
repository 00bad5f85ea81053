"""What the addresses of papers take and answer."""

from services.claims.document.decide import MAX_EVER
from services.claims.document.media import MEDIA_TYPES
from shared.http.fields import (
    AwareTime,
    Choice,
    Identifier,
    Items,
    Nested,
    Schema,
    StrictBoolean,
    StrictInteger,
    StrictString,
)

MAX_KINDS = 64


class AttachQuery(Schema):
    kind = Identifier(64, zh="材料种类代码", en="code of the paper, as the policy names it")


class WithdrawDocumentSchema(Schema):
    reason = StrictString(200, zh="不得含个人信息", en="no personal data")


class DocumentAnswer(Schema):
    """What became of a paper."""

    claim = Identifier(120, required=False)
    plan = Identifier(120, required=False)
    event = Identifier(64)
    document = Identifier(64)


class DocumentShown(Schema):
    """One paper: codes, sizes and hashes, nothing of the content."""

    document = Identifier(64)
    kind = Identifier(64)
    media_type = Choice(*MEDIA_TYPES)
    size_bytes = StrictInteger(1)
    commitment = Identifier(64, en="SHA-256 of salt and content", zh="加盐哈希")
    attached_by = Identifier(64)
    attached_at = AwareTime()
    withdrawn = StrictBoolean()


class PapersShown(Schema):
    """What the policy asks the claimant for; what a connected register answers is not asked."""

    asked = Items(Identifier(64), MAX_KINDS)
    missing = Items(Identifier(64), MAX_KINDS)
    from_registers = Items(Identifier(64), MAX_KINDS)
    papers_asked = StrictInteger(zh="须提交的材料份数", en="how many the claimant must bring")


def documents_field() -> Items:
    return Items(Nested(DocumentShown()), MAX_EVER)
