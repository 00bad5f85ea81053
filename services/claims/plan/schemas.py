"""What requests about plans may say, and what is answered: strict and bounded."""

from marshmallow import INCLUDE

from services.claims.claim.schemas import CITY, LEVELS, REASON
from services.claims.document.schemas import documents_field
from services.claims.plan.decide import Stage
from services.claims.plan.roster import MAX_ROSTER
from shared.events.attendance import MAX_CREDIT_HUNDREDTHS
from shared.http.fields import (
    AwareTime,
    BasisPoints,
    CalendarDate,
    Choice,
    Fen,
    Identifier,
    Items,
    Nested,
    QueryInteger,
    ResidentNumber,
    Schema,
    StrictBoolean,
    StrictInteger,
    StrictString,
)

CLASS_TYPES = ("ordinary", "project", "apprentice", "work", "custodial", "village")
MODES = ("classroom", "online", "mixed", "work")
DIGEST = r"[0-9a-f]{64}"
REFERENCE = r"[0-9a-f]{32}"
SESSION = r"[A-Za-z0-9._~-]{1,64}"
STAGES = tuple(stage.value for stage in Stage)
MAX_DAYS, MAX_MINUTES = 3_660, 1_000_000


class ClassPlaceSchema(Schema):
    county = Identifier(6, pattern=CITY)
    site = Identifier(64, required=False)
    room = Identifier(64, required=False)
    latitude_udeg = StrictInteger(-90_000_000, 90_000_000, required=False)
    longitude_udeg = StrictInteger(-180_000_000, 180_000_000, required=False)
    precision_m = StrictInteger(0, 1_000_000, required=False)
    located_by = Choice("gps", "survey", "address", "centroid", required=False)


class PlanSchema(Schema):
    """A class or a project: what, when, for how many and for how much."""

    jurisdiction = Identifier(6, pattern=CITY, zh="行政区划代码", en="GB/T 2260 code")
    institution = Identifier(18, zh="培训机构", en="who trains")
    kind = Identifier(64)
    occupation = Identifier(64)
    level = Choice(*LEVELS)
    class_type = Choice(*CLASS_TYPES)
    mode = Choice(*MODES)
    starts_on = CalendarDate()
    ends_on = CalendarDate()
    planned_days = StrictInteger(1, MAX_DAYS)
    planned_minutes = StrictInteger(1, MAX_MINUTES)
    daily_limit_minutes = StrictInteger(1, 1440, required=False)
    night_classes = StrictBoolean(required=False)
    online_ratio_bp = BasisPoints(required=False)
    attendance_threshold_bp = BasisPoints(required=False)
    persons = StrictInteger(1, MAX_ROSTER, zh="计划人数", en="places")
    budget_fen = Fen(zh="补贴预算（分）", en="the subsidy that is asked for")
    budget_free_form = StrictBoolean(required=False)
    place = Nested(ClassPlaceSchema(), required=False)
    instructors = Items(ResidentNumber(), 50, required=False)
    assessor = Identifier(18, required=False)
    agreement = Identifier(64, required=False)
    purchase_contract = Identifier(64, required=False)
    programme = Identifier(64, required=False)
    catalogue_sha256 = Identifier(64, pattern=DIGEST, required=False)
    manifest = Identifier(64, pattern=DIGEST, required=False)


class PlanChangeSchema(PlanSchema):
    reason = StrictString(200, zh="不得含个人信息", en="no personal data")


class TraineeSchema(Schema):
    """One line of a roster."""

    id_number = ResidentNumber(zh="身份证号码", en="resident ID number, 18 digits")
    name = StrictString(60)
    group = Identifier(64)
    enrolled_on = CalendarDate(required=False)
    change = Choice("enrolled", "left", required=False)
    employer = Identifier(18, required=False)
    phone = Identifier(20, pattern=r"\+?[0-9-]{5,20}", required=False)
    account = Identifier(40, pattern=r"[0-9A-Za-z-]{6,40}", required=False)


class RosterSchema(Schema):
    entries = Items(Nested(TraineeSchema()), MAX_ROSTER, min=1)
    manifest = Identifier(64, pattern=DIGEST, required=False)


class PlanAcceptSchema(Schema):
    office = Identifier(64)
    opened_at_us = StrictInteger(required=False)


class PlanReasonsSchema(Schema):
    reasons = Items(Identifier(64, pattern=REASON), 16, min=1)
    note = StrictString(200, min=0, required=False, zh="不得含个人信息", en="no personal data")


class PlanRejectSchema(PlanReasonsSchema):
    citations = Items(Identifier(64), 16, required=False)


class PlanApproveSchema(Schema):
    """What the approver was shown: GET /plans/{plan} has it as `terms`."""

    plan_version = StrictInteger(1, 1_000_000)
    roster_revision = StrictInteger(1, 1_000_000)
    base_fen = Fen(en="heads × rate, at most the budget", zh="基数（分）")
    fund = Identifier(64, required=False)
    settlement_due_on = CalendarDate(required=False)


class CancelSchema(Schema):
    reason = StrictString(200, zh="不得含个人信息", en="no personal data")


class CompleteSchema(Schema):
    ended_on = CalendarDate()
    finished = StrictInteger(0, MAX_ROSTER)
    passed = StrictInteger(0, MAX_ROSTER)
    examined_on = CalendarDate(required=False)
    last_session = Identifier(64, required=False)
    held_days = StrictInteger(0, MAX_DAYS, required=False)


class DecideSchema(Schema):
    """An empty object."""


class PresenceSchema(Schema):
    """One trainee in one session, by reference (see the roster) or by ID number."""

    person = Identifier(32, pattern=REFERENCE, required=False)
    id_number = ResidentNumber(required=False)
    status = Choice("present", "absent", "excused")
    started_at = AwareTime(required=False)
    ended_at = AwareTime(required=False)
    credited_minutes = StrictInteger(0, 1440, required=False)
    login_minutes = StrictInteger(0, 1440, required=False)
    device = Identifier(64, required=False)
    ip = Identifier(64, required=False)
    face = Choice("match", "mismatch", "not_taken", required=False)
    face_score_bp = BasisPoints(required=False)
    credit_hundredths = StrictInteger(
        0, MAX_CREDIT_HUNDREDTHS, required=False, zh="学分（百分之一分）", en="1/100 of a credit"
    )


class SessionSchema(Schema):
    session = Identifier(64, pattern=SESSION, zh="课次编号", en="code of the session")
    started_at = AwareTime()
    ended_at = AwareTime()
    mode = Choice(*MODES)
    presences = Items(Nested(PresenceSchema()), MAX_ROSTER, min=1)
    place = Nested(ClassPlaceSchema(), required=False)
    instructor = ResidentNumber(required=False)
    makeup_of = Identifier(64, required=False)
    device = Identifier(64, required=False)
    kiosk = StrictBoolean(required=False)
    manifest = Identifier(64, pattern=DIGEST, required=False)


class SessionCorrectionSchema(Schema):
    presences = Items(Nested(PresenceSchema()), MAX_ROSTER, min=1)
    reason = StrictString(200, zh="不得含个人信息", en="no personal data")
    outage = Identifier(64, required=False)
    manifest = Identifier(64, pattern=DIGEST, required=False)


class PlansQuery(Schema):
    stage = Choice(*STAGES, required=False)
    after = Identifier(120, required=False)
    limit = QueryInteger(1, 200, required=False)


class PageQuery(Schema):
    after = Identifier(120, required=False)
    limit = QueryInteger(1, 200, required=False)


class PlanAnswer(Schema):
    """What became of a command; fields without a meaning for it are left out."""

    plan = Identifier(120)
    event = Identifier(64, required=False)
    outcome = Choice("already", required=False)
    session = Identifier(64, required=False)
    revision = StrictInteger(required=False)
    listed = StrictInteger(required=False)
    plan_version = StrictInteger(required=False)
    base_fen = Fen(zero=True, required=False)
    max_ratio_bp = StrictInteger(required=False)
    claims = StrictInteger(required=False)


class PlanFacts(Schema):
    """The facts of an event: docs/events describes them."""

    class Meta:
        unknown = INCLUDE


class TermsShown(Schema):
    """What an approval would pin as things stand."""

    persons = StrictInteger()
    rate_fen = Fen()
    base_fen = Fen()
    max_ratio_bp = StrictInteger()
    clause = Identifier(64, required=False)
    payee_kind = Choice("individual", "enterprise", "institution")
    payee = Identifier(64, required=False)
    settlement_due_on = CalendarDate()


class WaitsFor(Schema):
    what = Choice(
        "roster", "acceptance", "correction", "approval", "completion", "open_claims",
        "persons_without_decision",
    )  # fmt: skip
    count = StrictInteger(required=False)


class PlanShown(Schema):
    """One plan: its stage, what was said, what it waits for, and its approval and decision."""

    plan = Identifier(120)
    stage = Choice(*STAGES)
    version = StrictInteger(1)
    jurisdiction = Identifier(6, pattern=CITY)
    filed_by = Items(Identifier(64), 1000)
    accepted_by = Identifier(64, required=False)
    plan_version = StrictInteger(1)
    roster_revision = StrictInteger()
    enrolled = StrictInteger()
    content = Nested(PlanFacts())
    waits_for = Items(Nested(WaitsFor()), 10)
    documents = documents_field()
    terms = Nested(TermsShown(), required=False)
    approval = Nested(PlanFacts(), required=False)
    completion = Nested(PlanFacts(), required=False)
    decided = Nested(PlanFacts(), required=False)


class PlanListed(Schema):
    plan = Identifier(120)
    jurisdiction = Identifier(6, pattern=CITY)
    stage = Choice(*STAGES)
    kind = Identifier(64)
    occupation = Identifier(64)
    level = Choice(*LEVELS)
    starts_on = CalendarDate()
    ends_on = CalendarDate()
    institution = Identifier(64, required=False)
    organisation = Identifier(64, required=False)
    filed_by = Identifier(64)
    persons = StrictInteger()
    enrolled = StrictInteger()
    budget_fen = Fen()
    base_fen = Fen(required=False)
    payee_kind = Choice("individual", "enterprise", "institution", required=False)
    payee = Identifier(64, required=False)
    fund = Identifier(64, required=False)
    version = StrictInteger(1)
    changed_at = AwareTime()


class PlansListed(Schema):
    """One page of plans; `next` is what to ask after for the following one."""

    plans = Items(Nested(PlanListed()), 200)
    next = Identifier(120, required=False)


class TraineeShown(Schema):
    person = Identifier(32)
    row = StrictInteger()
    change = Choice("enrolled", "left")
    enrolled_on = CalendarDate()
    group = Identifier(64)
    employer = Identifier(64, required=False)
    revision = StrictInteger(1)


class TraineesListed(Schema):
    """One page of a roster: references, no names."""

    trainees = Items(Nested(TraineeShown()), 200)
    next = Identifier(120, required=False)


class PlanClaimShown(Schema):
    claim = Identifier(120)
    person = Identifier(32)
    state = Choice("open", "approved", "rejected", "revoked", "withdrawn")
    stage = Identifier(32)
    on_roster = StrictBoolean()
    payee_kind = Choice("individual", "enterprise", "institution")
    payee = Identifier(64, required=False)
    amount_fen = Fen(zero=True)
    settled_by_plan = StrictBoolean()


class PlanClaimsListed(Schema):
    """One page of the claims that name a plan."""

    claims = Items(Nested(PlanClaimShown()), 200)
    next = Identifier(120, required=False)
