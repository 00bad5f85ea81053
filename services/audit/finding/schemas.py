"""What untrusted requests about findings may say."""

from services.audit.finding.decide import Stage
from shared.http.fields import (
    Choice,
    Identifier,
    QueryInteger,
    Schema,
    StrictBoolean,
    StrictString,
)

OUTCOMES = ("confirm", "dismiss")
_DIGEST = r"[0-9a-f]{64}"


class ProposeSchema(Schema):
    outcome = Choice(*OUTCOMES)
    reason = StrictString(500, zh="不得含个人信息", en="no personal data")
    honest_error = StrictBoolean(required=False)
    evidence_sha256 = Identifier(
        64, pattern=_DIGEST, required=False, zh="所查看的证据摘要", en="the evidence that was shown"
    )


class DecideSchema(Schema):
    outcome = Choice(*OUTCOMES, zh="须与处理意见一致", en="the proposed one")
    reason = StrictString(500, required=False, zh="不得含个人信息", en="no personal data")


class FindingsQuery(Schema):
    rule = Identifier(8, pattern=r"[A-Z][0-9]{1,2}", required=False)
    state = Choice(*[stage.value for stage in Stage if stage is not Stage.NEW], required=False)
    tier = Choice("R", "X", "S", required=False)
    after = Identifier(120, required=False)
    limit = QueryInteger(1, 200, required=False)
