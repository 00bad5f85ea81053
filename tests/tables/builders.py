"""Rows of a roster and of a history in which everything is right but what a test changes."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from shared.tables import history, roster
from shared.tables.problems import RowError
from shared.tables.reader import Upload

OCCUPATIONS = frozenset({"6-31-01-03", "6-18-02-04"})
TODAY = date(2020, 6, 30)
GOOD = {
    "jurisdiction": "211402",
    "kind": "HLD.K.employee_skill",
    "id_number": "999999198001010011",
    "name": "学员甲0001",
    "phone": "19900000001",
    "account": "6299999900000001",
    "group": "HLD.G.employee",
    "occupation": "6-31-01-03",
    "level": "四级",
    "certificate_type": "职业技能等级证书",
    "certificate_number": "HLD2020000001",
    "certificate_issued_on": "2020-05-10",
    "certificate_issuer": "葫芦岛市职业技能鉴定示例中心",
    "training_from": "2020-03-02",
    "training_to": "2020-04-17",
    "institution": "",
    "agreement": "HLD-XY-2019-11",
    "paid_by": "个人",
    "payee_kind": "个人",
    "payee": "",
    "plan": "",
    "claimed_on": "2020-05-20",
    "claimed_yuan": "2000.00",
    "supersedes": "",
}
CLAIM = {
    "record": "claim",
    "old_reference": "OLD-1",
    "jurisdiction": "211402",
    "kind": "HLD.K.employee_skill",
    "id_number": "999999198001010011",
    "name": "学员乙0001",
    "group": "HLD.G.employee",
    "occupation": "6-31-01-03",
    "level": "L4",
    "certificate_type": "skill_level",
    "certificate_number": "HLDH2019000001",
    "certificate_issued_on": "2019-09-10",
    "decision": "approved",
    "amount_yuan": "2000.00",
    "decided_on": "2019-10-10",
    "filed_by": "JG-11",
    "payee_kind": "individual",
}
PAYOUT = {
    "record": "payout",
    "old_reference": "OLD-1",
    "jurisdiction": "211402",
    "id_number": "999999198001010011",
    "name": "学员乙0001",
    "amount_yuan": "2000.00",
    "payee_kind": "individual",
    "paid_on": "2019-11-10",
}
ADVANCE = {
    "record": "advance",
    "old_reference": "OLD-Z1",
    "jurisdiction": "211400",
    "amount_yuan": "100000",
    "payee_kind": "enterprise",
    "payee": "91999999000000211J",
    "plan": "plan-1",
    "base_yuan": "200000",
    "paid_on": "2019-10-08",
    "approved_by": "CW-01",
}

RosterOutcome = roster.RosterRow | list[RowError]
HistoryOutcome = history.HistoryRow | list[RowError]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def roster_file(*changes: dict[str, str]) -> bytes:
    """One row per change of the good row; a column that no change names is left out."""
    header = dict.fromkeys((*GOOD, *(name for change in changes for name in change)))
    rows = ([(GOOD | change).get(name, "") for name in header] for change in changes)
    return table(list(header), rows)


def read_roster(data: bytes) -> list[RosterOutcome]:
    upload = Upload(data, roster.COLUMNS)
    return list(roster.read_roster(upload, occupations=OCCUPATIONS, claimed_on=TODAY))


def outcome(**change: str) -> RosterOutcome:
    """The only outcome of a file with one row."""
    (only,) = read_roster(roster_file(change))
    return only


def claim(**change: str) -> roster.RosterRow:
    found = outcome(**change)
    assert isinstance(found, roster.RosterRow), found
    return found


def codes(found: RosterOutcome | HistoryOutcome) -> list[tuple[str, str]]:
    """(column, code) of every error; nothing for a good row."""
    return [(one.column, one.code) for one in found] if isinstance(found, list) else []


def history_outcome(row: dict[str, str], **change: str) -> HistoryOutcome:
    names = [column.name for column in history.COLUMNS]
    data = table(names, [[(row | change).get(name, "") for name in names]])
    (only,) = history.read_history(Upload(data, history.COLUMNS))
    return only
