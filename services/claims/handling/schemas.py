"""What requests about the handling of claims may say."""

from services.claims.claim.schemas import CITY, REASON
from services.claims.handling.batch import MAX_CLAIMS
from shared.http.fields import (
    AwareTime,
    Choice,
    Identifier,
    Items,
    Nested,
    Schema,
    StrictInteger,
    StrictString,
)

METHODS = ("in_person", "face", "register", "phone")
IDENTITY = ("confirmed", "not_confirmed", "unclear")
FOUND = ("in_order", "defects", "nobody_there", "shut")


class AssignSchema(Schema):
    reviewer = Identifier(64)
    office = Identifier(64)
    assigned_by = Choice("rota", "chosen")
    candidates = StrictInteger(0, 10_000, required=False)


class IdentitySchema(Schema):
    method = Choice(*METHODS)
    outcome = Choice(*IDENTITY)
    number_check = Choice("valid", "old15", "invalid", required=False)
    note = StrictString(200, min=0, required=False, zh="不得含个人信息", en="no personal data")


class NamedIdentitySchema(IdentitySchema):
    claim = Identifier(120)


class IdentitiesSchema(Schema):
    """Up to 500 claims, each with what was seen."""

    checks = Items(Nested(NamedIdentitySchema()), MAX_CLAIMS, min=1)


class InspectionSchema(Schema):
    """A visit: to the classes of a plan or of an institution, or for up to 500 named claims."""

    jurisdiction = Identifier(6, pattern=CITY, required=False)
    plan = Identifier(120, required=False)
    institution = Identifier(64, required=False)
    claims = Items(Identifier(120), MAX_CLAIMS, min=1, required=False)
    inspected_at = AwareTime()
    inspectors = Items(Identifier(64), 9, required=False)
    outcome = Choice(*FOUND)
    counted = StrictInteger(0, 100_000, required=False)
    expected = StrictInteger(0, 100_000, required=False)
    session = Identifier(64, required=False)
    reasons = Items(Identifier(64, pattern=REASON), 16, required=False)
    note = StrictString(200, min=0, required=False, zh="不得含个人信息", en="no personal data")


class LookedOutcomeSchema(Schema):
    claim = Identifier(120)
    outcome = Choice("recorded", "already", "refused")
    code = Identifier(64, required=False)
    en = StrictString(1000, required=False)
    zh = StrictString(1000, required=False)


class LookedCountsSchema(Schema):
    recorded = StrictInteger(required=False)
    already = StrictInteger(required=False)
    refused = StrictInteger(required=False)


class OutcomesSchema(Schema):
    """One outcome for each claim; a visit to a class has an inspection instead."""

    counts = Nested(LookedCountsSchema(), required=False)
    outcomes = Items(Nested(LookedOutcomeSchema()), MAX_CLAIMS, required=False)
    inspection = Identifier(120, required=False)
    event = Identifier(64, required=False)
