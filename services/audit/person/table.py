"""A person's file as one table, a line for each session, certificate, step and payment. Pure."""

from collections.abc import Iterator, Sequence

from services.audit.person.file import PersonFile
from services.audit.reports.cells import Cell, csv_of
from shared.money import yuan

HEAD = (
    "类别 section", "日期 date", "编号 record", "事项 event", "补贴类别 kind", "职业 occupation",
    "等级 level", "机构 institution", "状态 state", "学时(分钟) minutes", "金额(元) yuan",
    "经办人 actor", "条款 clauses", "学分 credits",
)  # fmt: skip
_NONE: tuple[Cell, ...] = (None,)


def csv_file(file: PersonFile) -> bytes:
    """The whole file; the first line says whose it is, the second has the columns' names."""
    first = ("人员编号 person", file.person, "删除日期 erased on", file.erased_on)
    return csv_of([first, HEAD, *rows_of(file)])


def rows_of(file: PersonFile) -> Iterator[Sequence[Cell]]:
    yield from _courses(file)
    for one in file.certificates:
        yield (
            "证书 certificate", one.issued_on, one.certificate, one.certificate_type, None,
            one.occupation, one.level, one.issuer, one.source, *_NONE * 5,
        )  # fmt: skip
    yield from _claims(file)
    for paid in file.payouts:
        yield (
            "拨付 payment", paid.paid_on, paid.record, paid.claim, None, None, None, None,
            paid.state, None, yuan(paid.paid_fen - paid.owed_fen), *_NONE * 3,
        )  # fmt: skip
    for read in file.readings:
        yield (
            "查阅 reading", read.at, None, read.purpose, *_NONE * 7, read.reader, *_NONE * 2,
        )  # fmt: skip


def _courses(file: PersonFile) -> Iterator[Sequence[Cell]]:
    for course in file.courses:
        yield (
            "课程 course", course.starts_on, course.plan, course.examination, course.kind,
            course.occupation, course.level, course.institution, course.state,
            course.minutes + course.online_minutes, *_NONE * 3, _credits(course.credit_hundredths),
        )  # fmt: skip
        for one in course.sessions:
            yield (
                "考勤 session", one.day, course.plan, one.session, *_NONE * 4, one.status,
                one.minutes, *_NONE * 3, _credits(one.credit_hundredths),
            )  # fmt: skip


def _claims(file: PersonFile) -> Iterator[Sequence[Cell]]:
    for claim in file.claims:
        for step in claim.steps:
            amount = None if step.amount_fen is None else yuan(step.amount_fen)
            yield (
                "申领 claim", step.at, claim.claim, step.event, claim.kind, claim.occupation,
                claim.level, claim.institution, ", ".join(step.reasons) or None, None, amount,
                step.actor, ", ".join(step.clauses) or None, None,
            )  # fmt: skip


def _credits(hundredths: int | None) -> str | None:
    return None if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02}"
