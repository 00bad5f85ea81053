"""What one cell must look like: a pure parser per form, each raising BadCell with a stable code."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, NoReturn

from shared.events.base import Level, PayeeKind
from shared.money import MoneyRefused, parse_yuan
from shared.policy.levels import UnknownLevel, parse_level
from shared.tables.problems import BadCell
from shared.vault.identity import IdRefused, parse_resident_id
from shared.vault.uscc import UsccRefused, parse_uscc

Parse = Callable[[str], Any]
CACHED = 8_192
"""Days, codes and levels repeat from row to row; no personal value is ever cached."""

FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"
FULL_WIDTH = re.compile("[０-９Ａ-Ｚａ-ｚ]")
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
SPACES = " \u00a0\u3000"

JURISDICTION = re.compile(r"[0-9]{6}")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PHONE = re.compile(r"(?:\+?86[ -]?)?(1[3-9][0-9]{9})|(0[0-9]{2,3})-?([0-9]{7,8})")
ACCOUNT = re.compile(r"[0-9]{8,32}")
DAY = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})-([0-9]{2})|/([0-9]{1,2})/([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
)
FIRST_YEAR, LAST_YEAR = 1949, 2100

CERTIFICATE_TYPES = {
    "职业资格证书": "qualification",
    "国家职业资格证书": "qualification",
    "职业技能等级证书": "skill_level",
    "专项职业能力证书": "special_capacity",
    "特种作业操作证书": "special_operation",
    "特种作业操作证": "special_operation",
    "培训合格证书": "training_pass",
    "培训合格证": "training_pass",
    "毕业证书": "diploma",
}
CERTIFICATE_TYPES |= {code: code for code in CERTIFICATE_TYPES.values()}
PAYERS: dict[str, PayeeKind] = {
    "individual": "individual",
    "个人": "individual",
    "enterprise": "enterprise",
    "企业": "enterprise",
    "institution": "institution",
    "培训机构": "institution",
    "机构": "institution",
}


def hidden_fault(cell: str) -> str | None:
    """The code of the first fault that no honest keyboard makes, or None; `cell` is untrimmed."""
    if cell.lstrip(SPACES)[:1] in ("\t", "\r"):
        return "FORMULA"
    if "\n" in cell or "\r" in cell:
        return "LINE_BREAK"
    if any(unicodedata.category(sign) in HIDDEN for sign in cell):
        return "CONTROL"
    return "FULL_WIDTH" if FULL_WIDTH.search(cell) else None


def escape_cell(text: str) -> str:
    """Make a cell of a CSV that we write harmless for spreadsheets: a leading apostrophe.

    Excel and WPS run a cell that starts with = + - @, a tab, a line end or the full-width form of
    these signs (OWASP, CSV injection). Amounts are written by us as digits and need no escape.
    """
    return "'" + text if text.lstrip(SPACES)[:1] in tuple(FORMULA_STARTS) else text


def text(cell: str) -> str:
    return cell


@lru_cache(CACHED)
def jurisdiction(cell: str) -> str:
    return cell if JURISDICTION.fullmatch(cell) else _bad("JURISDICTION_FORMAT")


@lru_cache(CACHED)
def code(cell: str) -> str:
    return cell if CODE.fullmatch(cell) else _bad("CODE_FORMAT")


def certificate_number(cell: str) -> str:
    """Case and blanks do not tell two certificates apart (as the vault has it)."""
    return "".join(cell.split()).upper()


def phone(cell: str) -> str:
    """Digits of a mobile number or of a fixed line with its area code; +86 is dropped."""
    found = PHONE.fullmatch(cell)
    if found is None:
        return _bad("PHONE_FORMAT")
    return found[1] or found[2] + found[3]


def account(cell: str) -> str:
    return cell if ACCOUNT.fullmatch(cell) else _bad("ACCOUNT_FORMAT")


@lru_cache(CACHED)
def level(cell: str) -> Level:
    try:
        return parse_level(cell)
    except UnknownLevel:
        raise BadCell("LEVEL_UNKNOWN") from None


@lru_cache(CACHED)
def certificate_type(cell: str) -> str:
    return CERTIFICATE_TYPES.get(cell) or _bad("CERTIFICATE_TYPE_UNKNOWN")


@lru_cache(CACHED)
def certificate_type_or_none(cell: str) -> str:
    """Some subsidies are paid without a certificate."""
    return "none" if cell in ("无", "none") else certificate_type(cell)


@lru_cache(CACHED)
def payer(cell: str) -> PayeeKind:
    return PAYERS.get(cell) or _bad("PAYER_UNKNOWN")


RECORDS = {
    "claim": "claim",
    "申领": "claim",
    "payout": "payout",
    "支付": "payout",
    "advance": "advance",
    "预支": "advance",
    "settlement": "settlement",
    "清算": "settlement",
}
DECISIONS = {
    "approved": "approved",
    "通过": "approved",
    "rejected": "rejected",
    "不通过": "rejected",
    "withdrawn": "withdrawn",
    "撤回": "withdrawn",
}


CHANGES = {"enrolled": "enrolled", "入班": "enrolled", "left": "left", "退班": "left"}


def change(cell: str) -> str:
    return CHANGES.get(cell) or _bad("CHANGE_UNKNOWN")


YES_OR_NO = {"yes": True, "是": True, "no": False, "否": False}
MOST_MONTHS = 120


def yes_or_no(cell: str) -> bool:
    found = YES_OR_NO.get(cell)
    return _bad("YES_OR_NO") if found is None else found


def months(cell: str) -> int:
    """Whole months, 1 to 120."""
    if not re.fullmatch(r"[1-9][0-9]{0,2}", cell, re.ASCII) or int(cell) > MOST_MONTHS:
        return _bad("MONTHS_INVALID")
    return int(cell)


def record(cell: str) -> str:
    return RECORDS.get(cell) or _bad("RECORD_UNKNOWN")


def decision(cell: str) -> str:
    return DECISIONS.get(cell) or _bad("DECISION_UNKNOWN")


@lru_cache(CACHED)
def day(cell: str) -> date:
    """A calendar day in Asia/Shanghai: `2020-05-06`, `2020/5/6` or `2020年5月6日`, nothing else.

    The year stands first in all three, so none of them can be read in two ways. A cell with a time
    of day, a two-digit year or a serial number of Excel is DATE_FORMAT.
    """
    found = DAY.fullmatch(cell)
    if found is None:
        return _bad("DATE_FORMAT")
    year, month, day_of_month = (int(part) for part in found.groups() if part is not None)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _bad("DATE_RANGE")
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return _bad("DATE_INVALID")


@lru_cache(CACHED)
def yuan(cell: str) -> int:
    """Fen of an amount in yuan: ASCII digits and at most two decimals; no sign, comma or space."""
    try:
        return parse_yuan(cell)
    except MoneyRefused as refused:
        raise BadCell(refused.code) from None


@lru_cache(CACHED)
def positive_yuan(cell: str) -> int:
    return yuan(cell) or _bad("AMOUNT_ZERO")


@lru_cache(CACHED)
def uscc(cell: str) -> str:
    """A unified social credit code in capitals. Its check digit is judged by `uscc_fits` only."""
    try:
        return parse_uscc(cell).code
    except UsccRefused as refused:
        raise BadCell(refused.code) from None


@lru_cache(CACHED)
def uscc_fits(code: str) -> bool:
    """Whether the check digit fits; early codes break the rule, so this leads to a warning only."""
    return not parse_uscc(code).warnings


def identity_number(cell: str) -> str:
    """18 characters with a capital X (GB 11643-1999)."""
    try:
        return parse_resident_id(cell).number
    except IdRefused as refused:
        raise BadCell(refused.code) from None


def _bad(code: str) -> NoReturn:
    raise BadCell(code)
