"""Tables with a row for each claim, movement or step of a finding. No row names a person. Pure."""

from collections.abc import Sequence
from hashlib import sha256

from services.audit.reports.cases import Case
from services.audit.reports.figures import Row
from services.audit.reports.period import Period
from services.audit.reports.quotas import Progress
from services.audit.reports.replay import Replayed
from shared.events.findings import FindingOpened

Heads = tuple[tuple[str, str, str, str], ...]
"""(id, zh, en, unit) of each column"""

CLAIMS: Heads = (
    ("case_no", "序号", "case", "text"), ("person_no", "人员序号", "person", "text"),
    ("place", "地区", "district", "text"), ("kind", "补贴类别", "kind", "text"),
    ("group", "人员类别", "group", "text"), ("occupation", "职业(工种)", "occupation", "text"),
    ("level", "等级", "level", "text"), ("institution", "培训机构", "institution", "text"),
    ("applied_in", "申请月份", "applied in", "text"), ("state", "状态", "state", "text"),
    ("amount_fen", "核准金额", "approved", "fen"), ("paid_fen", "拨付金额", "paid", "fen"),
    ("minutes", "办理用时(分钟)", "minutes until decided and paid", "number"),
)  # fmt: skip
MOVEMENTS: Heads = (
    ("day", "日期", "day", "text"), ("what", "事项", "what", "text"),
    ("place", "地区", "district", "text"), ("source", "资金来源", "source", "text"),
    ("fund", "资金专账", "fund", "text"), ("amount_fen", "金额", "amount", "fen"),
    ("record", "记录编号", "record", "text"), ("event", "事件", "event", "text"),
    ("event_id", "事件编号", "event id", "text"), ("actor", "经办人", "actor", "text"),
    ("authorised_by", "审批人", "authorised by", "text"),
    ("released_by", "放款人", "released by", "text"),
    ("bank_reference", "银行流水号", "bank reference", "text"),
)  # fmt: skip
FINDING: Heads = (
    ("at", "时间", "time", "text"), ("event", "事件", "event", "text"),
    ("rule", "规则", "rule", "text"), ("actor", "经办人", "actor", "text"),
    ("amount_fen", "涉及金额", "at stake", "fen"), ("claims", "涉及申请数", "claims", "number"),
    ("payouts", "涉及拨付数", "payouts", "number"), ("clauses", "条款", "clauses", "text"),
    ("zh", "说明", "in Chinese", "text"), ("en", "英文说明", "in English", "text"),
)  # fmt: skip
QUOTAS: Heads = (
    ("unit", "单位", "unit", "text"), ("unit_kind", "单位类型", "kind of unit", "text"),
    ("first", "起始", "from", "text"), ("last", "截止", "to", "text"),
    ("kinds", "补贴类别", "kinds", "text"), ("clause", "条款", "clause", "text"),
    ("target", "任务人次", "target", "number"), ("applied", "申请人次", "applied", "number"),
    ("approved", "核准人次", "approved", "number"), ("paid", "拨付人次", "paid", "number"),
    ("reached_bp", "完成率(万分比)", "reached (bp)", "number"),
    ("warning", "提示", "warning", "text"),
)  # fmt: skip


def claim_rows(
    done: Replayed, places: frozenset[str], period: Period, salt: str
) -> tuple[Row, ...]:
    """Claims filed in the period. Numbers of cases and persons follow the order of salted hashes,
    so they lead to nobody and are others in each data set; one person keeps one number inside it.
    """
    cases = [
        case
        for case in done.cases.values()
        if case.place in places and any(map(period.holds, case.days("applied")))
    ]
    cases.sort(key=lambda case: _hash(salt, case.claim))
    persons = sorted({case.person for case in cases}, key=lambda person: _hash(salt, person))
    number = {person: n for n, person in enumerate(persons, start=1)}
    return tuple(_claim_row(n, number[case.person], case) for n, case in enumerate(cases, start=1))


def _claim_row(number: int, person: int, case: Case) -> Row:
    minutes = [moved.minutes for moved in case.moved if moved.minutes is not None]
    paid = sum(m.fen for m in case.moved if m.what == "paid") - sum(
        m.fen for m in case.moved if m.what == "reversed"
    )
    return (
        str(number), str(person), case.place, case.kind, case.group, case.occupation, case.level,
        case.institution, f"{min(case.days('applied')):%Y-%m}", case.state, case.amount_fen, paid,
        sum(minutes) if minutes else None,
    )  # fmt: skip


def _hash(salt: str, name: str) -> str:
    return sha256(f"{salt}/{name}".encode()).hexdigest()


def movement_rows(done: Replayed, places: frozenset[str], period: Period) -> tuple[Row, ...]:
    """Every movement of money of the period, in the order of days; records of ours, no person."""
    own = [m for m in done.movements if m.place in places and period.holds(m.day)]
    own.sort(key=lambda m: (m.day, m.record, m.event_id))
    return tuple(
        (
            m.day.isoformat(), m.what, m.place, done.sources.get((m.place, m.fund), ""), m.fund,
            m.fen, m.record, m.event, m.event_id, m.actor, m.authorised_by, m.released_by,
            m.bank_reference,
        )
        for m in own
    )  # fmt: skip


def finding_rows(done: Replayed, finding: str) -> tuple[Row, ...]:
    """What happened in one case of audit, step by step; empty for an unknown one."""
    rows: list[Row] = []
    for event in done.findings.get(finding, ()):
        facts = event.facts
        opened = facts if isinstance(facts, FindingOpened) else None
        rows.append(
            (
                event.recorded_at.isoformat(), type(facts).__name__,
                getattr(facts, "rule", ""), event.actor, getattr(facts, "amount_fen", None),
                len(getattr(facts, "claims", ())), len(getattr(facts, "payouts", ())),
                ", ".join(opened.clause) if opened else "",
                opened.explanation_zh.partition("证据：")[0] if opened else "",
                opened.explanation_en.partition(" Evidence:")[0] if opened else "",
            )
        )  # fmt: skip
    return tuple(rows)


def quota_rows(progress: Sequence[Progress]) -> tuple[Row, ...]:
    return tuple(
        (
            one.unit, one.unit_kind, one.first.isoformat(), one.last.isoformat(),
            ", ".join(one.kinds), one.clause, one.target, one.applied, one.approved, one.paid,
            one.reached_bp, one.warning,
        )
        for one in progress
    )  # fmt: skip


def finding_place(done: Replayed, finding: str) -> str | None:
    """Where a finding belongs; None for an unknown one."""
    events = done.findings.get(finding)
    return events[-1].jurisdiction if events else None
