"""A roster of claims: one row of the file to one typed claim, or to everything wrong with it."""

from collections.abc import Container, Iterator
from datetime import date

from shared.events.base import Level, PayeeKind
from shared.tables import cells
from shared.tables.also_said import ALSO_COLUMNS, AlsoSaid
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

COLUMNS = (
    Column(name="jurisdiction", zh="行政区划代码", parse=cells.jurisdiction, aliases=("区划代码",)),
    Column(name="kind", zh="补贴种类", parse=cells.code, aliases=("补贴项目",)),
    Column(
        name="id_number",
        zh="身份证号码",
        parse=cells.identity_number,
        aliases=("身份证号", "公民身份号码"),
        codes=ID_CODES,
    ),
    Column(name="name", zh="姓名", parse=cells.text, max_length=120),
    optional("phone", "联系电话", cells.phone, ("手机号", "手机号码", "电话"), signs_allowed=True),
    optional("account", "银行账号", cells.account, ("银行卡号", "收款账号")),
    Column(name="group", zh="人员类别", parse=cells.code, aliases=("人员类型",)),
    Column(
        name="occupation",
        zh="职业代码",
        parse=cells.code,
        aliases=("职业编码", "职业(工种)代码"),
    ),
    Column(
        name="level",
        zh="技能等级",
        parse=cells.level,
        aliases=("等级", "级别"),
        codes={"REQUIRED": "LEVEL_MISSING"},
    ),
    Column(name="certificate_type", zh="证书类型", parse=cells.certificate_type_or_none),
    Column(
        name="certificate_number",
        zh="证书编号",
        parse=cells.certificate_number,
        aliases=("证书号", "证书号码"),
        needed=False,
    ),
    Column(
        name="certificate_issued_on",
        zh="发证日期",
        parse=cells.day,
        aliases=("证书日期", "取证日期"),
        needed=False,
    ),
    optional("certificate_issuer", "发证机构", cells.text, ("发证单位",)),
    Column(name="training_from", zh="培训开始日期", parse=cells.day, aliases=("开班日期",)),
    Column(name="training_to", zh="培训结束日期", parse=cells.day, aliases=("结业日期",)),
    optional("institution", "培训机构代码", cells.uscc, ("培训机构统一社会信用代码",)),
    optional("agreement", "培训协议编号", cells.text, ("协议编号", "协议号")),
    Column(name="paid_by", zh="培训费支付方", parse=cells.payer, aliases=("付费方",)),
    Column(name="payee_kind", zh="收款人类型", parse=cells.payer, aliases=("收款方类型",)),
    optional("payee", "收款单位代码", cells.uscc, ("收款单位统一社会信用代码",)),
    optional("plan", "班次编号", cells.code, ("项目编号", "计划编号"), 120),
    optional("claimed_on", "申请日期", cells.day, ("申领日期",)),
    optional(
        "claimed_yuan",
        "申请金额",
        cells.positive_yuan,
        ("申请金额(元)", "申领金额"),
        signs_allowed=True,
    ),
    optional("supersedes", "替代的申请编号", cells.code, ("替代申请",), 120),
    optional("training_completed", "是否期满", cells.yes_or_no, ("培训是否期满",)),
    optional("months_claimed", "申请月数", cells.months),
    *ALSO_COLUMNS,
)
OCCUPATION, CERTIFICATE, ISSUED_ON, INSTITUTION, PAYEE, TRAINING_FROM, TRAINING_TO = (
    [column.name for column in COLUMNS].index(name)
    for name in (
        "occupation",
        "certificate_number",
        "certificate_issued_on",
        "institution",
        "payee",
        "training_from",
        "training_to",
    )
)


class RosterRow(AlsoSaid, frozen=True, kw_only=True):
    """One well-formed claim of a roster. Whether money is due is not judged here."""

    row: int
    """line of the file where the row starts; the header is line 1"""
    personal: Personal
    jurisdiction: str
    kind: str
    group: str
    occupation: str
    level: Level
    certificate_type: str
    certificate_issued_on: date | None
    certificate_issuer: str | None
    training_from: date
    training_to: date
    institution: str | None
    agreement: str | None
    paid_by: PayeeKind
    payee_kind: PayeeKind
    payee: str | None
    plan: str | None
    claimed_on: date
    claimed_fen: int | None
    supersedes: str | None
    training_completed: bool | None = None
    """whether the person finished the training, as the claimant says"""
    months_claimed: int | None = None
    """months of training that are asked for"""
    warnings: tuple[RowError, ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """Two rows with the same identity are the same claim, whatever else they say.

        It holds plaintext: compare it in memory, never write it anywhere.
        """
        person = (self.jurisdiction, self.kind, self.personal.id_number)
        if self.personal.certificate_number is not None:
            return (*person, self.certificate_type, self.personal.certificate_number)
        course = self.plan or f"from {self.training_from}"
        return (*person, "", course, self.occupation, self.level)


def read_roster(
    upload: Upload, *, occupations: Container[str], claimed_on: date
) -> Iterator[RosterRow | list[RowError]]:
    """One outcome per row of the file, in its order: the claim, or all errors of the row.

    `occupations` holds the codes of the catalogue; `claimed_on` is the day (Asia/Shanghai) of a
    claim whose row names none. The same row gives the same outcome wherever it stands.
    """
    for row in upload.rows():
        yield decode(row, upload.layout, occupations, claimed_on)


def decode(
    row: Row, layout: Layout, occupations: Container[str], claimed_on: date
) -> RosterRow | list[RowError]:
    """Judge one row by itself; never raises for any content of its cells."""
    if row.fault is not None:
        return [row_error(row.number, row.fault)]
    values, errors = parse_row(row.cells, layout, row.number)
    _compare(values, errors, row.number, occupations)
    return errors or _claim(values, row.number, claimed_on)


def _compare(values: Values, errors: list[RowError], row: int, occupations: Container[str]) -> None:
    """Add what no single cell can show. A cell that is already in error is left out."""
    occupation, certificate, issued_on = values[OCCUPATION], values[CERTIFICATE], values[ISSUED_ON]
    if occupation is not None and occupation not in occupations:
        errors.append(cell_error(row, "OCCUPATION_UNKNOWN", COLUMNS[OCCUPATION]))
    faulty = {error.column for error in errors} if errors else ()
    if certificate is not None and issued_on is None and "certificate_issued_on" not in faulty:
        errors.append(cell_error(row, "REQUIRED", COLUMNS[ISSUED_ON]))
    first, last = values[TRAINING_FROM], values[TRAINING_TO]
    if first is not None and last is not None and last < first:
        errors.append(cell_error(row, "DATE_ORDER", COLUMNS[TRAINING_TO]))


def _claim(values: Values, row: int, claimed_on: date) -> RosterRow:
    (jurisdiction, kind, id_number, name, phone, account, group, occupation, level) = values[:9]
    (certificate_type, certificate_number, issued_on, issuer) = values[9:13]
    (training_from, training_to, institution, agreement) = values[13:17]
    (paid_by, payee_kind, payee, plan, claimed, claimed_fen, supersedes) = values[17:24]
    training_completed, months_claimed, *also = values[24:]
    return RosterRow(
        row=row,
        personal=Personal(
            id_number=id_number,
            name=name,
            phone=phone,
            account=account,
            certificate_number=certificate_number,
        ),
        jurisdiction=jurisdiction,
        kind=kind,
        group=group,
        occupation=occupation,
        level=level,
        certificate_type=certificate_type,
        certificate_issued_on=issued_on,
        certificate_issuer=issuer,
        training_from=training_from,
        training_to=training_to,
        institution=institution,
        agreement=agreement,
        paid_by=paid_by,
        payee_kind=payee_kind,
        payee=payee,
        plan=plan,
        claimed_on=claimed or claimed_on,
        claimed_fen=claimed_fen,
        supersedes=supersedes,
        training_completed=training_completed,
        months_claimed=months_claimed,
        warnings=uscc_warnings(row, (COLUMNS[INSTITUTION], institution), (COLUMNS[PAYEE], payee)),
        **dict(zip(AlsoSaid.__struct_fields__, also, strict=True)),
    )
