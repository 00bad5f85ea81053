"""Rows of history: what each kind of record needs, and what it has no place for."""

from datetime import date

import msgspec
import pytest

from shared.events.claims import ClaimImported
from shared.events.payouts import PayoutImported
from shared.tables.history import ClaimLine, PaymentLine
from tests.tables.builders import ADVANCE, CLAIM, PAYOUT, codes, history_outcome

SETTLEMENT = {k: v for k, v in ADVANCE.items() if k not in ("base_yuan", "approved_by")} | {
    "record": "settlement"
}


def payment(row: dict[str, str], **change: str) -> PaymentLine:
    found = history_outcome(row, **change)
    assert isinstance(found, PaymentLine), found
    return found


def test_a_claim_row_becomes_a_claim_of_old() -> None:
    found = history_outcome(CLAIM, approved_by="PZ-01", supersedes="OLD-0", reissue_of="hldh 7")

    assert isinstance(found, ClaimLine)
    assert (found.decision, found.amount_fen) == ("approved", 200_000)
    assert (found.filed_by, found.approved_by, found.supersedes) == ("JG-11", "PZ-01", "OLD-0")
    assert (found.personal.certificate_number, found.personal.reissue_of) == (
        "HLDH2019000001",
        "HLDH7",
    )


def test_an_advance_row_becomes_a_payment_on_a_plan() -> None:
    found = payment(ADVANCE, released_by="FH-01")

    assert (found.record, found.amount_fen, found.base_fen) == ("advance", 10**7, 2 * 10**7)
    assert (found.plan, found.approved_by, found.released_by) == ("plan-1", "CW-01", "FH-01")
    assert found.paid_on == date(2019, 10, 8)
    assert found.personal is None


@pytest.mark.parametrize(
    ("row", "column"),
    [(CLAIM, name) for name in CLAIM if name not in ("record", "group", "certificate_number")]
    + [(PAYOUT, name) for name in PAYOUT if name != "record"]
    + [(ADVANCE, name) for name in ADVANCE if name != "record"]
    + [(SETTLEMENT, name) for name in SETTLEMENT if name != "record"],
)
def test_a_record_is_refused_without_what_it_needs(row: dict[str, str], column: str) -> None:
    code = "LEVEL_MISSING" if column == "level" else "REQUIRED"

    assert codes(history_outcome(row, **{column: ""})) == [(column, code)]


@pytest.mark.parametrize(
    ("row", "column", "cell"),
    [
        (CLAIM, "paid_on", "2019-11-10"),
        (CLAIM, "base_yuan", "1"),
        (CLAIM, "released_by", "FH-01"),
        (PAYOUT, "decision", "approved"),
        (PAYOUT, "base_yuan", "1"),
        (ADVANCE, "id_number", "999999198001010011"),
        (ADVANCE, "level", "L4"),
        (SETTLEMENT, "filed_by", "JG-11"),
    ],
)
def test_nothing_is_dropped_that_a_record_has_no_place_for(
    row: dict[str, str], column: str, cell: str
) -> None:
    assert codes(history_outcome(row, **{column: cell})) == [(column, "NOT_FOR_RECORD")]


@pytest.mark.parametrize(
    ("row", "column", "cell", "code"),
    [
        (CLAIM, "record", "refund", "RECORD_UNKNOWN"),
        (CLAIM, "record", "", "REQUIRED"),
        (CLAIM, "decision", "maybe", "DECISION_UNKNOWN"),
        (CLAIM, "filed_by", "张 三", "CODE_FORMAT"),
        (CLAIM, "amount_yuan", "-1", "AMOUNT_NEGATIVE"),
        (CLAIM, "amount_yuan", "0", "AMOUNT_ZERO"),
        (PAYOUT, "amount_yuan", "0", "AMOUNT_ZERO"),
        (ADVANCE, "base_yuan", "0", "AMOUNT_ZERO"),
        (ADVANCE, "payee", "9I99999900000021IJ", "USCC_CHARACTERS"),
        (CLAIM, "id_number", "999999800101001", "ID_15_DIGITS"),
        (CLAIM, "id_number", "９99999198001010011", "ID_FULL_WIDTH"),
        (CLAIM, "old_reference", "=1", "FORMULA"),
    ],
)
def test_a_bad_cell_of_history_gets_its_code(
    row: dict[str, str], column: str, cell: str, code: str
) -> None:
    assert codes(history_outcome(row, **{column: cell})) == [(column, code)]


def test_a_claim_that_was_not_approved_may_be_worth_nothing() -> None:
    assert codes(history_outcome(CLAIM, decision="rejected", amount_yuan="0")) == []


def test_every_field_that_an_imported_event_must_have_comes_from_a_row() -> None:
    given_by_the_ledger = {"person", "year", "import_sha256", "import_row", "order", "sealed"}
    for event, line in ((ClaimImported, ClaimLine), (PayoutImported, PaymentLine)):
        needed = {f.name for f in msgspec.structs.fields(event) if f.required}
        names = {f.name for f in msgspec.structs.fields(line)} | {"kind"}

        assert needed - given_by_the_ledger - names == set()
