"""Decisions and payments from before the ledger: a row to a line of history, or to its errors."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any, Literal

import msgspec

from shared.events.base import Level, PayeeKind
from shared.tables import cells
from shared.tables.columns import (
    ID_CODES,
    Column,
    Layout,
    Values,
    cell_error,
    optional,
    parse_row,
    uscc_warnings,
)
from shared.tables.personal import Personal
from shared.tables.problems import RowError, row_error
from shared.tables.reader import Row, Upload

Decision = Literal["approved", "rejected", "withdrawn"]
Payment = Literal["payout", "advance", "settlement"]

COLUMNS = (
    Column(name="record", zh="记录类型", parse=cells.record),
    Column(name="old_reference", zh="原业务编号", parse=cells.text, max_length=120),
    Column(name="jurisdiction", zh="行政区划代码", parse=cells.jurisdiction, aliases=("区划代码",)),
    optional("kind", "补贴种类", cells.code, ("补贴项目",)),
    Column(
        name="id_number",
        zh="身份证号码",
        parse=cells.identity_number,
        aliases=("身份证号", "公民身份号码"),
        in_header=False,
        needed=False,
        codes=ID_CODES,
    ),
    optional("name", "姓名", cells.text, max_length=120),
    optional("group", "人员类别", cells.code, ("人员类型",)),
    optional("occupation", "职业代码", cells.code, ("职业编码", "职业(工种)代码")),
    optional("level", "技能等级", cells.level, ("等级", "级别")),
    optional("certificate_type", "证书类型", cells.certificate_type),
    optional("certificate_number", "证书编号", cells.certificate_number, ("证书号", "证书号码")),
    optional("certificate_issued_on", "发证日期", cells.day, ("证书日期", "取证日期")),
    optional("certificate_issuer", "发证机构", cells.text, ("发证单位",)),
    optional("decision", "审核结果", cells.decision),
    Column(
        name="amount_yuan",
        zh="金额",
        parse=cells.yuan,
        aliases=("金额(元)",),
        signs_allowed=True,
    ),
    optional("decided_on", "审核日期", cells.day),
    optional("filed_by", "申报人工号", cells.code),
    optional("accepted_by", "受理人工号", cells.code),
    optional("verified_by", "审核人工号", cells.code),
    optional("approved_by", "批准人工号", cells.code),
    optional("paid_by", "支付经办人工号", cells.code),
    optional("released_by", "支付复核人工号", cells.code),
    Column(name="payee_kind", zh="收款人类型", parse=cells.payer, aliases=("收款方类型",)),
    optional("payee", "收款单位代码", cells.uscc, ("收款单位统一社会信用代码",)),
    optional("account", "银行账号", cells.account, ("银行卡号", "收款账号")),
    optional("plan", "班次编号", cells.code, ("项目编号", "计划编号"), 120),
    optional("base_yuan", "核定补贴总额", cells.positive_yuan, signs_allowed=True),
    optional("paid_on", "支付日期", cells.day),
    optional("supersedes", "替代的原业务编号", cells.text, (), 120),
    optional("reissue_of", "原证书编号", cells.certificate_number, ("补发前证书编号",)),
)
PLACES = {column.name: place for place, column in enumerate(COLUMNS)}

EVERYWHERE = frozenset({"record", "old_reference", "jurisdiction", "amount_yuan", "payee_kind"})
PERSON = frozenset({"id_number", "name"})
NEEDED: dict[str, frozenset[str]] = {
    "claim": EVERYWHERE
    | PERSON
    | {"kind", "occupation", "level", "certificate_type", "certificate_issued_on"}
    | {"decision", "decided_on", "filed_by"},
    "payout": EVERYWHERE | PERSON | {"paid_on"},
    "advance": EVERYWHERE | {"plan", "payee", "paid_on", "base_yuan", "approved_by"},
    "settlement": EVERYWHERE | {"plan", "payee", "paid_on"},
}
ALLOWED: dict[str, frozenset[str]] = {
    "claim": frozenset(PLACES) - {"released_by", "base_yuan", "paid_on"},
    "payout": NEEDED["payout"] | {"approved_by", "released_by", "payee", "account", "plan"},
    "advance": NEEDED["advance"] | {"released_by"},
    "settlement": NEEDED["settlement"] | {"released_by", "approved_by", "base_yuan"},
}


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as an office decided it before the ledger; becomes ClaimImported."""

    row: int
    old_reference: str
    personal: Personal
    jurisdiction: str
    kind: str
    group: str | None
    occupation: str
    level: Level
    certificate_type: str
    certificate_issued_on: date
    certificate_issuer: str | None
    decision: Decision
    amount_fen: int
    decided_on: date
    filed_by: str
    accepted_by: str | None
    verified_by: str | None
    approved_by: str | None
    paid_by: str | None
    payee_kind: PayeeKind
    payee: str | None
    plan: str | None
    supersedes: str | None
    """old reference of the claim that this one replaces"""
    warnings: tuple[RowError, ...] = ()


class PaymentLine(msgspec.Struct, frozen=True, kw_only=True):
    """Money that left before the ledger; becomes PayoutImported."""

    row: int
    record: Payment
    old_reference: str
    """of a payout: that of its claim, which it pays; else the payment's own voucher"""
    personal: Personal | None
    """the person of a payout; None for an advance or a settlement"""
    jurisdiction: str
    amount_fen: int
    paid_on: date
    payee_kind: PayeeKind
    payee: str | None
    plan: str | None
    base_fen: int | None
    approved_by: str | None
    released_by: str | None
    warnings: tuple[RowError, ...] = ()


HistoryRow = ClaimLine | PaymentLine


def read_history(upload: Upload) -> Iterator[HistoryRow | list[RowError]]:
    """One outcome per row of the file, in its order: the line of history, or all its errors.

    Occupations are not looked up: an old decision may rest on a code that no catalogue has now.
    """
    for row in upload.rows():
        yield decode(row, upload.layout)


def decode(row: Row, layout: Layout) -> HistoryRow | list[RowError]:
    """Judge one row by itself; never raises for any content of its cells."""
    if row.fault is not None:
        return [row_error(row.number, row.fault)]
    values, errors = parse_row(row.cells, layout, row.number)
    record = values[PLACES["record"]]
    if record is not None:
        _compare(values, errors, row.number, record)
    if errors:
        return errors
    return _claim(values, row.number) if record == "claim" else _payment(values, row.number)


def _compare(values: Values, errors: list[RowError], row: int, record: str) -> None:
    """Add the cells that this kind of record needs, and those that it has no place for."""
    faulty = {error.column for error in errors}
    for column, value in zip(COLUMNS, values, strict=True):
        if column.name in faulty:
            continue
        if value is None and column.name in NEEDED[record]:
            missing = "LEVEL_MISSING" if column.name == "level" else "REQUIRED"
            errors.append(cell_error(row, missing, column))
        if value is not None and column.name not in ALLOWED[record]:
            errors.append(cell_error(row, "NOT_FOR_RECORD", column))
    must_pay = record != "claim" or values[PLACES["decision"]] == "approved"
    if must_pay and values[PLACES["amount_yuan"]] == 0:
        errors.append(cell_error(row, "AMOUNT_ZERO", COLUMNS[PLACES["amount_yuan"]]))


def _claim(values: Values, row: int) -> ClaimLine:
    cell = partial(_cell, values)
    return ClaimLine(
        row=row,
        old_reference=cell("old_reference"),
        personal=_personal(values),
        jurisdiction=cell("jurisdiction"),
        kind=cell("kind"),
        group=cell("group"),
        occupation=cell("occupation"),
        level=cell("level"),
        certificate_type=cell("certificate_type"),
        certificate_issued_on=cell("certificate_issued_on"),
        certificate_issuer=cell("certificate_issuer"),
        decision=cell("decision"),
        amount_fen=cell("amount_yuan"),
        decided_on=cell("decided_on"),
        filed_by=cell("filed_by"),
        accepted_by=cell("accepted_by"),
        verified_by=cell("verified_by"),
        approved_by=cell("approved_by"),
        paid_by=cell("paid_by"),
        payee_kind=cell("payee_kind"),
        payee=cell("payee"),
        plan=cell("plan"),
        supersedes=cell("supersedes"),
        warnings=_warnings(values, row),
    )


def _payment(values: Values, row: int) -> PaymentLine:
    cell = partial(_cell, values)
    return PaymentLine(
        row=row,
        record=cell("record"),
        old_reference=cell("old_reference"),
        personal=_personal(values) if cell("record") == "payout" else None,
        jurisdiction=cell("jurisdiction"),
        amount_fen=cell("amount_yuan"),
        paid_on=cell("paid_on"),
        payee_kind=cell("payee_kind"),
        payee=cell("payee"),
        plan=cell("plan"),
        base_fen=cell("base_yuan"),
        approved_by=cell("approved_by"),
        released_by=cell("released_by"),
        warnings=_warnings(values, row),
    )


def _personal(values: Values) -> Personal:
    cell = partial(_cell, values)
    return Personal(
        id_number=cell("id_number"),
        name=cell("name"),
        account=cell("account"),
        certificate_number=cell("certificate_number"),
        reissue_of=cell("reissue_of"),
    )


def _warnings(values: Values, row: int) -> tuple[RowError, ...]:
    return uscc_warnings(row, (COLUMNS[PLACES["payee"]], _cell(values, "payee")))


def _cell(values: Values, name: str) -> Any:
    return values[PLACES[name]]
