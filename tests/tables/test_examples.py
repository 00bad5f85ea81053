"""The files of the demonstration: as their maker writes them, and as planted.json says."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
import pytest
from stdnum.cn import uscc

from examples.make_examples import FOLDER, main
from services.claims.plan import table
from services.claims.plan.table import Trainee, read_trainees
from services.simulators.registers.books import read_books
from shared.policy.cases import ClaimCase, History, Judgement, Subsidy
from shared.policy.judge import judge, stated_facts
from shared.policy.load import huludao
from shared.policy.occupations import occupations
from shared.tables import history, roster
from shared.tables.columns import Column
from shared.tables.history import ClaimLine, PaymentLine
from shared.tables.problems import RowError
from shared.tables.reader import Upload
from shared.tables.roster import RosterRow

KEY: dict[str, Any] = msgspec.json.decode((FOLDER / "planted.json").read_bytes())
PLANS: list[dict[str, Any]] = msgspec.json.decode((FOLDER / "plans.json").read_bytes())
PLANTED = {one["row"]: one for one in KEY["roster"]["planted"]}


def roster_rows() -> list[RosterRow | list[RowError]]:
    upload = Upload((FOLDER / "roster.csv").read_bytes(), roster.COLUMNS)
    found = roster.read_roster(upload, occupations=occupations(), claimed_on=date(2021, 12, 31))
    return list(found)


def upload(name: str, columns: Sequence[Column]) -> Upload:
    return Upload((FOLDER / name).read_bytes(), columns)


def history_lines() -> list[ClaimLine | PaymentLine]:
    upload = Upload((FOLDER / "history.csv").read_bytes(), history.COLUMNS)
    found = list(history.read_history(upload))
    assert not [one for one in found if isinstance(one, list)]
    return [one for one in found if not isinstance(one, list)]


def claims_of_old() -> list[ClaimLine]:
    return [one for one in history_lines() if isinstance(one, ClaimLine)]


def approved(lines: Sequence[ClaimLine]) -> list[ClaimLine]:
    replaced = {one.supersedes for one in lines}
    return [
        one for one in lines if one.decision == "approved" and one.old_reference not in replaced
    ]


def case(row: RosterRow) -> ClaimCase:
    return ClaimCase(
        kind=row.kind,
        group=row.group,
        jurisdiction=row.jurisdiction,
        occupation=row.occupation,
        level=row.level,
        certificate_type=row.certificate_type,
        certificate=row.personal.certificate_number,
        certificate_issued_on=row.certificate_issued_on,
        certificate_issuer=row.certificate_issuer,
        training_from=row.training_from,
        training_to=row.training_to,
        paid_by=row.paid_by,
        payee_kind=row.payee_kind,
        claimed_on=row.claimed_on,
        agreement=row.agreement,
        institution=row.institution,
    )


def subsidy(row: RosterRow) -> Subsidy:
    return Subsidy(
        stream=str(row.row),
        kind=row.kind,
        occupation=row.occupation,
        level=row.level,
        certificate_type=row.certificate_type,
        certificate=row.personal.certificate_number,
        year=row.claimed_on.year,
        counted=True,
    )


def decided_in_order(rows: Sequence[RosterRow]) -> dict[int, Judgement]:
    """The policy's answer to each claim, when every proposal to approve is followed at once."""
    granted: dict[str, list[Subsidy]] = defaultdict(list)
    holders: dict[str | None, set[str]] = defaultdict(set)
    for row in rows:
        holders[row.personal.certificate_number].add(row.personal.id_number)
    answers = {}
    for row in rows:
        person, claim = row.personal.id_number, case(row)
        others = holders[row.personal.certificate_number] - {person}
        known = History(
            subsidies=tuple(granted[person]),
            same_certificate_other_person=tuple("other" for _ in others),
        )
        answer = judge(huludao(), claim, stated_facts(huludao(), claim), known, row.claimed_on)
        if answer.decision == "APPROVE":
            granted[person].append(subsidy(row))
        answers[row.row] = answer
    return answers


def test_the_files_are_what_their_maker_writes() -> None:
    assert main(["--check"]) == 0


def test_each_refused_row_of_the_roster_has_its_planted_code() -> None:
    refused = {one[0].row: one[0].code for one in roster_rows() if isinstance(one, list) and one}

    assert refused == {r: p["code"] for r, p in PLANTED.items() if p["outcome"] == "refused"}


def test_only_the_planted_row_is_the_same_claim_as_an_earlier_one() -> None:
    seen: dict[tuple[str, ...], int] = {}
    again = {}
    for row in (one for one in roster_rows() if isinstance(one, RosterRow)):
        if row.identity in seen:
            again[row.row] = [seen[row.identity]]
        seen.setdefault(row.identity, row.row)

    assert again == {r: p["with_rows"] for r, p in PLANTED.items() if p["outcome"] == "already"}


def test_the_policy_decides_every_claim_of_the_roster_as_planted() -> None:
    again = {r for r, p in PLANTED.items() if p["outcome"] == "already"}
    rows = [r for r in roster_rows() if isinstance(r, RosterRow) and r.row not in again]

    answers = decided_in_order(rows)

    words = {"APPROVE": "approved", "REJECT": "rejected", "HOLD": "held"}
    found = {
        row: (words[answer.decision], answer.reasons[0] if answer.reasons else None)
        for row, answer in answers.items()
    }
    planted = {r: (p["outcome"], p["code"]) for r, p in PLANTED.items()}
    assert found == {row: planted.get(row, ("approved", None)) for row in answers}
    assert len(rows) == KEY["roster"]["submitted"]


def test_a_claim_of_the_roster_asks_for_what_the_policy_gives() -> None:
    rows = [one for one in roster_rows() if isinstance(one, RosterRow)]
    answers = decided_in_order(rows)

    approved = [row for row in rows if answers[row.row].decision == "APPROVE"]
    assert len(approved) == KEY["roster"]["outcomes"]["approved"]
    assert all(row.claimed_fen == answers[row.row].amount_fen for row in approved)
    assert any(row.payee_kind == "enterprise" for row in approved)
    assert {row.level for row in approved} == {"L5", "L4", "L3", "L2", "L1"}


def test_history_has_the_records_that_its_key_counts() -> None:
    lines = history_lines()
    records = Counter("claim" if isinstance(one, ClaimLine) else one.record for one in lines)

    assert records == KEY["history"]["records"]
    assert len(lines) == KEY["history"]["rows"] == 300


def planted_rows(rule: str) -> list[list[int]]:
    return [one["rows"] for one in KEY["history"]["findings"] if one["rule"] == rule]


def test_exactly_one_person_has_one_occupation_and_level_twice() -> None:
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for one in approved(claims_of_old()):
        groups[one.personal.id_number, one.occupation, one.level].append(one.row)

    assert [rows for rows in groups.values() if len(rows) > 1] == planted_rows("A1")


def test_both_claims_of_that_person_were_paid() -> None:
    ((first, second),) = planted_rows("A1")
    references = {one.old_reference for one in claims_of_old() if one.row in (first, second)}
    paid = [
        one
        for one in history_lines()
        if isinstance(one, PaymentLine) and one.old_reference in references
    ]

    assert len(references) == len(paid) == 2


def test_exactly_one_certificate_belongs_to_two_persons() -> None:
    groups: dict[str | None, dict[str, int]] = defaultdict(dict)
    for one in claims_of_old():
        groups[one.personal.certificate_number][one.personal.id_number] = one.row

    assert [list(rows.values()) for rows in groups.values() if len(rows) > 1] == planted_rows("C1")


def test_exactly_one_claim_has_one_person_in_two_roles() -> None:
    released = {
        one.old_reference: one.released_by
        for one in history_lines()
        if isinstance(one, PaymentLine)
    }
    found = []
    for one in claims_of_old():
        roles = (one.filed_by, one.accepted_by, one.verified_by, one.approved_by, one.paid_by)
        names = [name for name in (*roles, released.get(one.old_reference)) if name]
        if len(names) != len(set(names)):
            found.append([one.row])

    assert found == planted_rows("F1")


def test_exactly_one_advance_passes_half_of_its_base() -> None:
    sums: dict[str | None, int] = defaultdict(int)
    found = []
    for one in history_lines():
        if not isinstance(one, PaymentLine) or one.record != "advance" or one.base_fen is None:
            continue
        sums[one.plan] += one.amount_fen
        if sums[one.plan] * 2 > one.base_fen:
            found.append([one.row])

    assert found == planted_rows("D5")
    assert sums["plan-HLD-2019-01"] * 2 == 20_000_000, "exactly half is allowed"


def test_nobody_of_the_examples_can_exist() -> None:
    persons = [one.personal.id_number for one in claims_of_old()]
    persons += [one.personal.id_number for one in roster_rows() if isinstance(one, RosterRow)]

    assert all(number.startswith("999999") for number in persons)
    assert not set(persons[:240]) & set(persons[240:])


def test_registers_know_everybody_who_can_claim_and_the_first_of_two_owners() -> None:
    """Who is refused for a reason of his own is not refused for what a register says."""
    books = read_books((FOLDER / "registers.json").read_bytes())
    rows = [one for one in roster_rows() if isinstance(one, RosterRow)]
    insured = {entry.id_number for entry in books.insured}
    owners = {entry.number: entry.id_number for entry in books.certificates}
    agreed = {entry.institution for entry in books.agreements}
    strangers = [row.row for row in rows if row.institution not in agreed]
    others = {
        row.row for row in rows
        if owners[row.personal.certificate_number or ""] != row.personal.id_number
    }  # fmt: skip

    assert {row.personal.id_number for row in rows} <= insured
    assert [PLANTED[row]["code"] for row in strangers] == ["NO_AGREEMENT"]
    assert [PLANTED[row]["code"] for row in others] == ["CERT_TWO_PERSONS"]


@pytest.mark.parametrize("number", [0, 1])
def test_a_plan_has_forty_apprentices_and_a_certificate_for_each_who_passed(number: int) -> None:
    plan, key = PLANS[number], KEY["plans"][number]
    groups = huludao().groups
    listed = list(
        read_trainees(upload(plan["roster"], table.COLUMNS), groups=groups, today=date(2021, 1, 1))
    )
    trainees = [one for one in listed if isinstance(one, Trainee)]
    claims = list(
        roster.read_roster(
            upload(plan["certificates"], roster.COLUMNS),
            occupations=occupations(),
            claimed_on=date(2021, 12, 31),
        )
    )
    persons = [one.personal.id_number for one in trainees]
    passed = [one.personal.id_number for one in claims if isinstance(one, RosterRow)]

    assert (len(listed), len(set(persons))) == (40, 40)
    assert passed == persons[: key["passed"]]
    assert key["base_fen"] == plan["plan"]["budget_fen"]
    assert key["earned_fen"] == sum(
        one.claimed_fen or 0 for one in claims if isinstance(one, RosterRow)
    )
    paid = key["advance_fen"] + key["settlement_fen"]
    assert key["earned_fen"] == paid - key["recovery_fen"]
    assert key["advance_fen"] * 10_000 <= key["base_fen"] * 5_000


def test_the_fund_ends_with_every_fen_that_was_allocated() -> None:
    fund = KEY["fund"]
    held = ("available_fen", "payable_fen", "transit_fen", "spent_fen", "receivable_fen")
    assert sum(fund[name] for name in held) == fund["allocated_fen"]
    assert fund["returned"] in fund["payouts"]


def test_organisations_of_the_examples_have_codes_that_fit() -> None:
    rows = [one for one in roster_rows() if isinstance(one, RosterRow)]
    codes = {code for row in rows for code in (row.institution, row.payee) if code}

    assert all(uscc.is_valid(code) and code[2:8] == "999999" for code in codes)
    assert len({row.institution for row in rows}) == 5  # one of them has no agreement
    assert not [row for row in rows if row.warnings]
