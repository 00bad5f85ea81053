"""What clients may say of a policy's versions, and what they are answered."""

from typing import Any

from services.claims.claim.schemas import CITY
from services.claims.policy.decide import Stage
from services.claims.policy.views import MAX_PAGE
from shared.http import catalogue as codes
from shared.http.fields import (
    CalendarDate,
    Choice,
    Fen,
    Identifier,
    Items,
    Nested,
    QueryInteger,
    Schema,
    Strict,
    StrictBoolean,
    StrictInteger,
    StrictString,
    refuse,
)
from shared.policy.document import MAX_BYTES

DIGEST = "[0-9a-f]{64}"
MAX_VERSION = 100_000


class PackText(Strict):
    """A whole YAML file as one string, line ends and all."""

    openapi = {"type": "string", "minLength": 1, "maxLength": MAX_BYTES}  # noqa: RUF012

    def read(self, value: Any) -> Any:
        if type(value) is not str:
            refuse(codes.STRING_EXPECTED)
        if not value:
            refuse(codes.STRING_TOO_SHORT, min=1)
        if len(value) > MAX_BYTES:
            refuse(codes.STRING_TOO_LONG, max=MAX_BYTES)
        return value


class ProposalSchema(Schema):
    """A new version: the file as it is, and the first day that it is to be used for."""

    pack = PackText(zh="政策包文件（YAML）", en="the pack's file (YAML)")
    effective_from = CalendarDate()
    retroactive = StrictBoolean(required=False)
    reason = StrictString(500, min=0, required=False, zh="不得含个人信息", en="no personal data")


class ComparisonSchema(Schema):
    again = StrictBoolean(
        required=False, zh="重新比较", en="begin anew although a comparison is done"
    )


class PublishSchema(Schema):
    """What the publisher was shown: exactly this content, and exactly this comparison of it."""

    content_sha256 = Identifier(64, pattern=DIGEST)
    summary_sha256 = Identifier(64, pattern=DIGEST)


class EndSchema(Schema):
    reason = StrictString(500, zh="不得含个人信息", en="no personal data")


class LinesQuery(Schema):
    after = Identifier(120, required=False)
    limit = QueryInteger(1, MAX_PAGE, required=False)


class PolicyAnswer(Schema):
    """What became of a command on a policy's version."""

    policy = Identifier(64)
    event = Identifier(64)
    version = StrictInteger(1, MAX_VERSION)
    content_sha256 = Identifier(64)


class BaseShown(Schema):
    policy_id = Identifier(64)
    version = StrictInteger(1)
    content_sha256 = Identifier(64)


class KindShown(Schema):
    """Sums are those of the claims that are granted, in fen."""

    kind = Identifier(64)
    judged = StrictInteger()
    gain = StrictInteger()
    lose = StrictInteger()
    stay = StrictInteger()
    differ = StrictInteger()
    old_fen = Fen(zero=True)
    new_fen = Fen(zero=True)


class SummaryShown(Schema):
    """Who would gain, who would lose, how much; `differ` counts other decisions and reasons too."""

    run = Identifier(64)
    base = Nested(BaseShown(), required=False)
    judged = StrictInteger()
    reached = StrictInteger()
    gain = StrictInteger()
    lose = StrictInteger()
    stay = StrictInteger()
    differ = StrictInteger()
    old_fen = Fen(zero=True)
    new_fen = Fen(zero=True)
    kinds = Items(Nested(KindShown()), 200)
    lines_sha256 = Identifier(64)
    summary_sha256 = Identifier(64)


class ComparisonAnswer(Schema):
    """How far the comparison is; `summary` once all claims are judged."""

    policy = Identifier(64)
    version = StrictInteger(1, MAX_VERSION)
    run = Identifier(64)
    total = StrictInteger()
    judged = StrictInteger()
    done = StrictBoolean()
    summary = Nested(SummaryShown(), required=False)


class LineShown(Schema):
    """One claim that would be decided otherwise."""

    claim = Identifier(120)
    kind = Identifier(64)
    reached = StrictBoolean(
        zh="是否属于新版本适用日期", en="whether its day lies in the new version's days"
    )
    old_decision = Choice("APPROVE", "REJECT", "HOLD", "NONE")
    new_decision = Choice("APPROVE", "REJECT", "HOLD", "NONE")
    old_fen = Fen(zero=True)
    new_fen = Fen(zero=True)
    old_reasons = Items(Identifier(64), 64)
    new_reasons = Items(Identifier(64), 64)


class LinesShown(Schema):
    """One page; `next`, where there is one, is what to ask after for the following page."""

    run = Identifier(64)
    claims = Items(Nested(LineShown()), MAX_PAGE)
    next = Identifier(120, required=False)


class VersionShown(Schema):
    """Used for claims whose day lies on or after `effective_from` and before `until_before`."""

    version = StrictInteger(1, MAX_VERSION)
    content_sha256 = Identifier(64)
    published = StrictBoolean(zh="本系统发布", en="by an event here; else it came with the release")
    effective_from = CalendarDate(required=False)
    until_before = CalendarDate(required=False)


class ProposalShown(Schema):
    version = StrictInteger(1, MAX_VERSION)
    content_sha256 = Identifier(64)
    file_sha256 = Identifier(64)
    effective_from = CalendarDate()
    retroactive = StrictBoolean()
    reason = StrictString(500, min=0)
    proposed_by = Identifier(64)
    comparison = Nested(SummaryShown(), required=False)


class PolicyShown(Schema):
    """A policy's versions and what is proposed."""

    policy = Identifier(64)
    stage = Choice(*[stage.value for stage in Stage])
    versions = Items(Nested(VersionShown()), MAX_VERSION)
    proposal = Nested(ProposalShown(), required=False)


class PolicyListed(Schema):
    """Without a version: only a proposal is there, and nothing is judged by it."""

    policy = Identifier(64)
    jurisdiction = Identifier(6, pattern=CITY)
    stage = Choice(*[stage.value for stage in Stage])
    version = StrictInteger(1, MAX_VERSION, required=False)
    content_sha256 = Identifier(64, required=False)


class PoliciesListed(Schema):
    """Each policy that the reader's jurisdiction sees, with its newest version."""

    policies = Items(Nested(PolicyListed()), 1_000)
