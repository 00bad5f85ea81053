"""What requests about claims may say: strict, bounded, each refusal with its code."""

from datetime import date
from typing import Any, get_args, get_type_hints

from marshmallow import INCLUDE

from services.claims.claim.decide import Stage
from services.claims.claim.left import MAX_LEFT, WHY
from services.claims.document.schemas import PapersShown, documents_field
from shared.events.claims import ClaimContent
from shared.http.fields import (
    AwareTime,
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
from shared.policy.parts import CertificateType
from shared.tables.also_said import AlsoSaid
from shared.tables.personal import Personal
from shared.tables.roster import RosterRow

CITY = r"[0-9]{6}"
SHA256 = r"[0-9a-f]{64}"
REASON = r"[A-Z][A-Z0-9_]{2,63}"
PAYERS = ("individual", "enterprise", "institution")
LEVELS = ("L5", "L4", "L3", "L2", "L1", "none")
NO_CERTIFICATE: dict[str, Any] = {"type": "none", "number": None, "issued_on": None, "issuer": None}
MAX_DAYS = 3_660
ALSO_SAID = AlsoSaid.__struct_fields__


def _choices(field: str) -> tuple[str, ...]:
    """The words that the event allows in this field."""
    [allowed] = (one for one in get_args(get_type_hints(ClaimContent)[field]) if get_args(one))
    return get_args(allowed)


class PersonSchema(Schema):
    id_number = ResidentNumber(zh="身份证号码", en="resident ID number, 18 digits")
    name = StrictString(60)
    phone = Identifier(20, pattern=r"\+?[0-9-]{5,20}", required=False)
    account = Identifier(40, pattern=r"[0-9A-Za-z-]{6,40}", required=False)


class CertificateSchema(Schema):
    """The certificate, or the type that was aimed at; a number goes with the day of issue."""

    type = Choice(*get_args(CertificateType))
    number = Identifier(64, required=False)
    issued_on = CalendarDate(required=False)
    issuer = StrictString(64, required=False)


class TrainingSchema(Schema):
    starts_on = CalendarDate()
    ends_on = CalendarDate()
    institution = Identifier(18, required=False)
    agreement = Identifier(64, required=False)
    paid_by = Choice(*PAYERS)
    completed = StrictBoolean(required=False, zh="是否期满", en="whether it was finished")
    months = StrictInteger(1, 120, required=False, zh="申请月数", en="months that are asked for")


class PayeeSchema(Schema):
    kind = Choice(*PAYERS)
    code = Identifier(18, required=False)


class ClaimSchema(Schema):
    """One claim: for one person, one certificate, one kind of subsidy."""

    jurisdiction = Identifier(6, pattern=CITY, zh="行政区划代码", en="GB/T 2260 code")
    kind = Identifier(64)
    person = Nested(PersonSchema())
    group = Identifier(64)
    occupation = Identifier(64)
    level = Choice(*LEVELS)
    certificate = Nested(CertificateSchema(), required=False)
    training = Nested(TrainingSchema())
    payee = Nested(PayeeSchema())
    plan = Identifier(120, required=False)
    claimed_on = CalendarDate(required=False)
    claimed_fen = Fen(required=False)
    supersedes = Identifier(120, required=False)
    trade = Identifier(64, required=False, zh="工种", en="trade inside the occupation")
    employer = Identifier(18, required=False, zh="用人单位代码", en="code of the enterprise")
    issuer_class = Choice(
        *_choices("issuer_class"),
        required=False,
        zh="发证机构类别",
        en="who issues the certificate",
    )
    programme = Identifier(64, required=False, zh="专项计划", en="named programme, for reports")
    delivery = Choice(
        *_choices("delivery"), required=False, zh="培训方式", en="how the training was given"
    )
    purchase_contract = Identifier(
        64, required=False, zh="购买服务合同编号", en="contract or tender of the purchase"
    )
    payment_mode = Choice(
        *_choices("payment_mode"), required=False, zh="先垫后补或信用支付",
        en="paid first and reimbursed, or on credit",
    )  # fmt: skip
    mandate = Identifier(64, required=False, zh="委托书编号", en="mandate of an agent")
    training_county = Identifier(
        6, pattern=CITY, required=False, zh="培训地区划代码", en="GB/T 2260 code of the training"
    )
    certificate_county = Identifier(
        6, pattern=CITY, required=False, zh="取证地区划代码", en="GB/T 2260 code of the certificate"
    )
    place_basis = Choice(
        *_choices("place_basis"), required=False, zh="与培训地的联系", en="tie to the place"
    )
    allowance_days = StrictInteger(
        1, MAX_DAYS, required=False, zh="申请补贴天数", en="days of allowance that are asked for"
    )
    cost_fen = Fen(required=False, zh="核定培训费用（分）", en="approved cost of the training")
    education_fund_fen = Fen(
        zero=True, required=False, zh="教育经费承担（分）", en="borne by the education fund"
    )
    industry = Identifier(64, required=False, zh="高危行业", en="high-risk industry")


class CorrectionSchema(ClaimSchema):
    reason = StrictString(200, zh="不得含个人信息", en="no personal data")


class AcceptSchema(Schema):
    office = Identifier(64)
    opened_at_us = StrictInteger(required=False)


class ReasonsSchema(Schema):
    reasons = Items(Identifier(64, pattern=REASON), 16, min=1)
    note = StrictString(200, min=0, required=False, zh="不得含个人信息", en="no personal data")


class HoldSchema(Schema):
    reasons = Items(Identifier(64, pattern=REASON), 16, required=False)
    note = StrictString(200, min=0, required=False, zh="不得含个人信息", en="no personal data")


class WithdrawSchema(Schema):
    reason = StrictString(200, zh="不得含个人信息", en="no personal data")


class ApproveSchema(Schema):
    proposal_version = StrictInteger(1, 1_000_000)
    amount_fen = Fen(en="the amount that was shown", zh="所见金额（分）")
    shown_sha256 = Identifier(
        64, pattern=SHA256, zh="所见内容的哈希值", en="hash of what was shown, as in the proposal"
    )
    opened_at_us = StrictInteger(required=False)


class RejectSchema(Schema):
    proposal_version = StrictInteger(1, 1_000_000)


class ExceptionSchema(Schema):
    """One limit that holds in principle (原则上), and why the claim should pass it, or not."""

    clause = Identifier(64, zh="条款编号", en="rule id of the limit")
    reason = StrictString(200, zh="不得含个人信息", en="no personal data")


class NothingSchema(Schema):
    """An empty object."""


class WorklistQuery(Schema):
    stage = Choice(*[stage.value for stage in Stage], required=False)
    institution = Identifier(64, required=False, zh="培训机构代码", en="that held the training")
    after = Identifier(120, required=False)
    limit = QueryInteger(1, 200, required=False)


class CommandAnswer(Schema):
    """What became of a command; fields without a meaning for it are left out."""

    claim = Identifier(120)
    event = Identifier(64, required=False)
    outcome = Choice("already", required=False)
    decision = Choice("APPROVE", "REJECT", "HOLD", required=False)
    amount_fen = Fen(zero=True, required=False)
    reasons = Items(Identifier(64), 64, required=False)
    conflicts_with = Items(Identifier(120), 1000, required=False)
    proposal_version = StrictInteger(required=False)
    shown_sha256 = Identifier(64, pattern=SHA256, required=False)
    year_slot = StrictInteger(required=False)


class FactsShown(Schema):
    """The facts of an event: docs/events describes them."""

    class Meta:
        unknown = INCLUDE


class LookedShown(Schema):
    """The newest look at the person or at the class."""

    outcome = Identifier(32)
    by = Items(Identifier(64), 10)


class WaitingShown(Schema):
    """One step that the policy demands and nobody has taken."""

    code = Identifier(64)
    step = Identifier(32)
    clause = Identifier(64)
    before = Choice("approval", "payment")


class ExceptionShown(Schema):
    """An exception that was asked for; it counts once somebody else has approved it."""

    clause = Identifier(64)
    reason = StrictString(200)
    proposed_by = Identifier(64)
    approved_by = Identifier(64, required=False)


class InstitutionLeft(Schema):
    """The institution may not train on these days, as its register says since `told_at`."""

    institution = Identifier(64)
    why = Items(
        Choice(*WHY, zh="退出、禁入或不再登记", en="exited, barred, or named no more"), len(WHY)
    )
    since = CalendarDate(zh="起始日期", en="first day")
    until = CalendarDate(required=False)
    told_at = AwareTime(zh="导入生效的时间", en="when the import was put in force")
    reference = Identifier(36, zh="导入的事件编号", en="event id of the import")


class ClaimToReview(Schema):
    """An open claim to which nothing has happened since its institution's exit or ban was told."""

    claim = Identifier(120)
    jurisdiction = Identifier(6, pattern=CITY)
    stage = Choice(*[stage.value for stage in Stage])
    kind = Identifier(64)
    changed_at = AwareTime(zh="申请最近变动的时间", en="the claim's newest step")
    left = Nested(InstitutionLeft())


class ClaimsToReview(Schema):
    """One page of claims; `next` is what to ask after for the following one."""

    claims = Items(Nested(ClaimToReview()), 200)
    next = Identifier(120, required=False)


class ReviewQuery(Schema):
    institution = Identifier(64, required=False, zh="培训机构代码", en="that held the training")
    after = Identifier(120, required=False)
    limit = QueryInteger(1, 200, required=False)


class ClaimShown(Schema):
    """One claim: its stage, what was said and found, what it waits for, what was decided."""

    claim = Identifier(120)
    stage = Choice(*[stage.value for stage in Stage])
    version = StrictInteger(1)
    jurisdiction = Identifier(6, pattern=CITY)
    filed_by = Items(Identifier(64), 1000)
    accepted_by = Identifier(64, required=False)
    assigned_to = Identifier(64, required=False)
    identity = Nested(LookedShown(), required=False)
    inspection = Nested(LookedShown(), required=False)
    waits_for = Items(Nested(WaitingShown()), 20)
    institution_left = Items(Nested(InstitutionLeft()), MAX_LEFT, required=False)
    documents = documents_field()
    papers = Nested(PapersShown())
    exceptions = Items(Nested(ExceptionShown()), 20, required=False)
    content = Nested(FactsShown())
    proposal = Nested(FactsShown(), required=False)
    approval = Nested(FactsShown(), required=False)


class ClaimListed(Schema):
    claim = Identifier(120)
    jurisdiction = Identifier(6, pattern=CITY)
    stage = Choice(*[stage.value for stage in Stage])
    kind = Identifier(64)
    person = Identifier(32)
    certificate = Identifier(32, required=False)
    occupation = Identifier(64)
    level = Choice(*LEVELS)
    organisation = Identifier(64, required=False)
    filed_by = Identifier(64)
    amount_fen = Fen(zero=True)
    reasons = Items(Identifier(64), 64)
    conflicts = Items(Identifier(120), 1000)
    version = StrictInteger(1)
    changed_at = AwareTime()
    shown_sha256 = Identifier(64, pattern=SHA256, required=False)
    institution = Identifier(64, required=False)


class ClaimsListed(Schema):
    """One page of claims; `next` is what to ask after for the following one."""

    claims = Items(Nested(ClaimListed()), 200)
    next = Identifier(120, required=False)


def row_of(said: dict[str, Any], today: date) -> RosterRow:
    """A loaded ClaimSchema as one row, the same as a roster's; `today` where no day is named."""
    person, training = said["person"], said["training"]
    certificate = said["certificate"] or NO_CERTIFICATE
    return RosterRow(
        row=0,
        personal=Personal(
            id_number=person["id_number"],
            name=person["name"],
            phone=person["phone"],
            account=person["account"],
            certificate_number=certificate["number"],
        ),
        jurisdiction=said["jurisdiction"],
        kind=said["kind"],
        group=said["group"],
        occupation=said["occupation"],
        level=said["level"],
        certificate_type=certificate["type"],
        certificate_issued_on=certificate["issued_on"],
        certificate_issuer=certificate["issuer"],
        training_from=training["starts_on"],
        training_to=training["ends_on"],
        institution=training["institution"],
        agreement=training["agreement"],
        paid_by=training["paid_by"],
        payee_kind=said["payee"]["kind"],
        payee=said["payee"]["code"],
        plan=said["plan"],
        claimed_on=said["claimed_on"] or today,
        claimed_fen=said["claimed_fen"],
        supersedes=said["supersedes"],
        training_completed=training["completed"],
        months_claimed=training["months"],
        **{name: said[name] for name in ALSO_SAID},
    )
