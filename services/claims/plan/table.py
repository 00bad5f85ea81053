"""A roster file of one plan: one row of the file to one trainee, or to all that is wrong."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.claims.plan.problems import PERSON_TWICE
from services.claims.problems import GROUP_UNKNOWN
from shared.http.problems import Kind
from shared.tables import cells
from shared.tables.columns import ID_CODES, Column, optional, parse_row, uscc_warnings
from shared.tables.personal import Personal
from shared.tables.problems import RowError, row_error
from shared.tables.reader import Upload

COLUMNS = (
    Column(
        name="id_number",
        zh="身份证号码",
        parse=cells.identity_number,
        aliases=("身份证号", "公民身份号码"),
        codes=ID_CODES,
    ),
    Column(name="name", zh="姓名", parse=cells.text, max_length=60),
    Column(name="group", zh="人员类别", parse=cells.code, aliases=("人员类型",)),
    optional("enrolled_on", "入班日期", cells.day, ("报名日期",)),
    optional("change", "变更", cells.change, ("入班退班",)),
    optional("employer", "用人单位代码", cells.uscc, ("企业统一社会信用代码",)),
    optional("phone", "联系电话", cells.phone, ("手机号", "手机号码", "电话"), signs_allowed=True),
    optional("account", "银行账号", cells.account, ("银行卡号", "收款账号")),
)
EMPLOYER = COLUMNS[5]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainee:
    """One well-formed line of a roster, from a file or a request."""

    row: int
    personal: Personal
    group: str
    enrolled_on: date
    change: Literal["enrolled", "left"] = "enrolled"
    employer: str | None = None
    warnings: tuple[RowError, ...] = ()


def read_trainees(
    upload: Upload, *, groups: Container[str], today: date
) -> Iterator[Trainee | list[RowError]]:
    """One outcome per row, in the file's order; a person who comes twice counts once."""
    met: set[str] = set()
    for row in upload.rows():
        if row.fault is not None:
            yield [row_error(row.number, row.fault)]
            continue
        values, errors = parse_row(row.cells, upload.layout, row.number)
        id_number, name, group, enrolled_on, change, employer, phone, account = values
        if group is not None and group not in groups:
            errors.append(_error(row.number, "group", GROUP_UNKNOWN))
        if id_number in met:
            errors.append(_error(row.number, "id_number", PERSON_TWICE))
        if errors:
            yield errors
            continue
        met.add(id_number)
        yield Trainee(
            row=row.number,
            personal=Personal(id_number=id_number, name=name, phone=phone, account=account),
            group=group,
            enrolled_on=enrolled_on or today,
            change=change or "enrolled",
            employer=employer,
            warnings=uscc_warnings(row.number, (EMPLOYER, employer)),
        )


def _error(row: int, column: str, kind: Kind) -> RowError:
    return RowError(row=row, column=column, code=kind.code, zh=kind.zh, en=kind.en)
