"""Columns that only some kinds of subsidy ask for; a roster may leave out all of them."""

import re
from collections.abc import Callable, Mapping

import msgspec

from shared.tables import cells
from shared.tables.columns import optional
from shared.tables.problems import BadCell

MOST_DAYS = 3_660
ISSUERS = {
    "评价机构": "assessor", "行业协会": "association", "企校联合": "joint", "企业": "enterprise",
    "培训机构": "institution", "主管部门": "authority",
}  # fmt: skip
DELIVERIES = {"线下": "classroom", "线上": "online", "混合": "mixed", "在岗": "work"}
PAYMENTS = {"先垫后补": "pay_first", "信用支付": "credit"}
PLACES = {
    "参保地": "insured", "户籍地": "registered", "常住地": "resident", "求职地": "job_seeking",
}  # fmt: skip


class AlsoSaid(msgspec.Struct, frozen=True, kw_only=True):
    """The fields mean what they mean in ClaimContent."""

    trade: str | None = None
    employer: str | None = None
    issuer_class: str | None = None
    programme: str | None = None
    delivery: str | None = None
    purchase_contract: str | None = None
    payment_mode: str | None = None
    mandate: str | None = None
    training_county: str | None = None
    certificate_county: str | None = None
    place_basis: str | None = None
    allowance_days: int | None = None
    cost_fen: int | None = None
    education_fund_fen: int | None = None
    industry: str | None = None


def _one_of(words: Mapping[str, str]) -> Callable[[str], str]:
    """The word in Chinese, or ours."""
    known = {**words, **{word: word for word in words.values()}}

    def parse(cell: str) -> str:
        if cell not in known:
            raise BadCell("CHOICE_UNKNOWN")
        return known[cell]

    return parse


def _days(cell: str) -> int:
    """Whole days, 1 to 3,660."""
    if not re.fullmatch(r"[1-9][0-9]{0,3}", cell, re.ASCII) or int(cell) > MOST_DAYS:
        raise BadCell("DAYS_INVALID")
    return int(cell)


ALSO_COLUMNS = (
    optional("trade", "工种", cells.code),
    optional("employer", "用人单位代码", cells.uscc, ("用人单位统一社会信用代码",)),
    optional("issuer_class", "发证机构类别", _one_of(ISSUERS)),
    optional("programme", "专项计划", cells.code),
    optional("delivery", "培训方式", _one_of(DELIVERIES)),
    optional("purchase_contract", "购买服务合同编号", cells.text),
    optional("payment_mode", "支付方式", _one_of(PAYMENTS)),
    optional("mandate", "委托书编号", cells.text),
    optional("training_county", "培训地区划代码", cells.jurisdiction),
    optional("certificate_county", "取证地区划代码", cells.jurisdiction),
    optional("place_basis", "与培训地的联系", _one_of(PLACES)),
    optional("allowance_days", "申请补贴天数", _days),
    optional("cost_yuan", "核定培训费用", cells.positive_yuan, signs_allowed=True),
    optional("education_fund_yuan", "教育经费承担", cells.yuan, signs_allowed=True),
    optional("industry", "高危行业", cells.text),
)
"""in the order of the fields"""
