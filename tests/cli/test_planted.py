"""The demonstration's verdict: each deviation from examples/planted.json is one sentence."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from services.audit.replay.report import Report
from services.audit.replaying import Compared
from services.cli.demo.bank import Batch
from services.cli.demo.compare import differences
from services.cli.demo.decisions import Decided
from services.cli.demo.expected import (
    FundKey,
    HistoryKey,
    Key,
    OutageKey,
    PlantedRow,
    RosterKey,
    example,
)
from services.cli.demo.fund import Balances, Reconciliation
from services.cli.demo.groups import Listed, together
from services.cli.demo.plans import PlansTold
from services.cli.demo.seen import Seen
from services.cli.demo.story import Answers
from services.cli.exits import Stop
from services.cli.reading import Entry
from shared.events.base import CLAIM_EVENTS, PAYOUT_EVENTS, VERIFICATION_EVENTS, Facts
from shared.events.claims import ClaimApproved, ClaimRejected
from shared.events.envelope import Event
from shared.events.findings import FindingOpened
from shared.events.payouts import PayoutHeld, PayoutReissued, PayoutReturned, PayoutScheduled
from shared.events.verifications import RegisterOutageRecorded
from shared.log.port import TopicPartition
from shared.reconcile import Difference, Reconciled
from shared.store.rebook import JournalCompared
from shared.tables.outcomes import FileAnswer, RowOutcome
from shared.tables.problems import RowError
from tests.events.builders import START, filled

REFUSED = RowError(row=4, column="issuer", code="FORMULA", zh="公式", en="a formula")
KEY = Key(
    RosterKey(
        rows=3,
        submitted=2,
        outcomes={"approved": 1, "rejected": 1, "refused": 1},
        planted=(
            PlantedRow(3, "rejected", "DUP_OCC_LEVEL", "same-level", (2,)),
            PlantedRow(4, "refused", "FORMULA"),
        ),
        findings=(),
        held_payouts=(),
    ),
    HistoryKey(rows=0, records={"claim": 0}, refused=0, findings=()),
    (),
    FundKey("211402", (), 0, 0, 500, 500, 0, 0, 0, 0),
    OutageKey("CERT_REG", 0),
)


def entry(topic: str, subject: str, facts: Facts) -> Entry:
    event = Event(
        id=subject, source="/x", subject=subject, version=1, recorded_at=START, occurred_at=START,
        jurisdiction="999999", actor="clerk-1", correlation_id="x", facts=facts,
    )  # fmt: skip
    return Entry(TopicPartition(topic, 0), 1, event)


def answer(outcomes: list[RowOutcome], **counts: int) -> FileAnswer:
    return FileAnswer(
        sha256="", encoding="utf-8", rows=len(outcomes), counts=counts, outcomes=outcomes
    )


ANSWERS = Answers(
    roster=answer(
        [
            RowOutcome(row=2, outcome="submitted", record="claim-1"),
            RowOutcome(row=3, outcome="submitted", record="claim-2"),
            RowOutcome(row=4, outcome="refused", errors=(REFUSED,)),
        ],
        submitted=2,
        refused=1,
    ),
    claims=answer([]),
    payments=answer([]),
    decided=[
        Decided(2, "claim-1", "ClaimApproved", (), ()),
        Decided(3, "claim-2", "ClaimRejected", ("DUP_OCC_LEVEL",), ("claim-1",)),
    ],
    batches=[Batch("batch-1", "payout", 1, 100, 0, 1)],
    plans=PlansTold([], [], [], 0),
    fund=Reconciliation("SKILL-2021", Balances(-500, 500, 0, 0, 0, 0), 0, True),
)
REPLAY = Report(
    until={}, rule_pack_sha256="", events=3, parked=0, rules=(), findings=0, amount_fen=0,
    findings_sha256="",
)  # fmt: skip
SEEN = Seen(
    ANSWERS,
    [
        entry(CLAIM_EVENTS, "claim-1", filled(ClaimApproved)),
        entry(CLAIM_EVENTS, "claim-2", filled(ClaimRejected)),
        entry(PAYOUT_EVENTS, "payout-1", filled(PayoutScheduled)),
        entry(PAYOUT_EVENTS, "payout-9", filled(PayoutReturned)),
        entry(PAYOUT_EVENTS, "payout-9", filled(PayoutReissued)),
        entry(
            VERIFICATION_EVENTS,
            "outage-1",
            msgspec.structs.replace(filled(RegisterOutageRecorded), register="CERT_REG"),
        ),
    ],
    {"claims": Reconciled({}, [])},
    Compared(REPLAY, {}, [], (), {}),
)


def test_what_ends_as_planted_has_no_difference() -> None:
    assert differences(KEY, SEEN) == []


def decided(row: int, **changes: object) -> Seen:
    """The story with another decision on one row."""
    changed = [replace(one, **changes) if one.row == row else one for one in ANSWERS.decided]  # type: ignore[arg-type]
    return replace(SEEN, answers=replace(ANSWERS, decided=changed))


def test_a_rejection_for_another_reason_is_a_difference() -> None:
    [said] = differences(KEY, decided(3, reasons=("LIMIT_YEAR",)))
    assert said == "roster row 3: reasons ['LIMIT_YEAR'], expected DUP_OCC_LEVEL"


def test_a_rejection_that_cites_another_claim_is_a_difference() -> None:
    [said] = differences(KEY, decided(3, conflicts_with=("claim-9",)))
    assert said == "roster row 3: cites ['claim-9'], expected ['claim-1']"


def test_an_approved_double_claim_is_a_difference() -> None:
    said = differences(KEY, decided(3, event="ClaimApproved"))
    assert "roster row 3: approved, expected rejected" in said


def test_a_row_that_nobody_planted_must_be_approved() -> None:
    said = differences(KEY, decided(2, event="ClaimRejected"))
    assert "roster row 2: rejected, expected approved" in said


def test_a_finding_that_nobody_planted_is_a_difference() -> None:
    opened = msgspec.structs.replace(filled(FindingOpened), rule="F1", claims=("claim-1",))
    seen = replace(SEEN, entries=[*SEEN.entries, entry("finding-events.v1", "finding-1", opened)])
    said = differences(KEY, seen)
    assert "finding F1 about ['claim-1'] was not planted" in said
    assert "full replay: 0 findings, log: 1" in said


def test_a_planted_finding_that_does_not_come_is_a_difference() -> None:
    [planted] = [f for f in example(Path("examples")).key.roster.findings if f.rule == "C1"]
    pair = msgspec.structs.replace(planted, rows=(2, 3))
    roster = msgspec.structs.replace(KEY.roster, findings=(pair,))
    [said] = differences(msgspec.structs.replace(KEY, roster=roster), SEEN)
    assert said == "finding C1 about ['claim-1', 'claim-2'] is missing"


def test_a_payout_that_is_held_without_a_plan_for_it_is_a_difference() -> None:
    held = msgspec.structs.replace(
        filled(PayoutHeld), cause="finding", finding="finding-1", rule="A1"
    )
    seen = replace(SEEN, entries=[*SEEN.entries, entry(PAYOUT_EVENTS, "payout-1", held)])
    [said] = differences(KEY, seen)
    assert said == "payouts held for a finding: ['payout-1'], expected []"


def test_an_approval_without_a_payout_is_a_difference() -> None:
    without = [e for e in SEEN.entries if not isinstance(e.event.facts, PayoutScheduled)]
    [said] = differences(KEY, replace(SEEN, entries=without))
    assert said == "log: 0 payouts scheduled, expected 1"


def test_a_database_that_differs_from_the_log_is_a_difference() -> None:
    broken = Reconciled({}, [Difference(CLAIM_EVENTS, 3, 7, "other bytes")])
    [said] = differences(KEY, replace(SEEN, reconciled={"claims": broken}))
    assert said == "claims: claim-events.v1/3 at 7: other bytes"


def test_a_stream_that_is_behind_the_replay_is_a_difference() -> None:
    behind = Compared(REPLAY, {}, [], (), {TopicPartition(CLAIM_EVENTS, 0): 2})
    [said] = differences(KEY, replace(SEEN, replayed=behind))
    assert said == "the stream had not judged all: 1 partitions behind"


def test_a_journal_that_its_events_do_not_book_is_a_difference() -> None:
    lost = JournalCompared(lines=2, missing=2, extra=0, balances=1, rooms=0, sum_fen=0)
    [said] = differences(KEY, replace(SEEN, journals={"payments": lost}))
    assert said.startswith("payments: the journal is not what its events book")


def test_claims_of_one_person_or_certificate_are_decided_in_the_order_of_the_file() -> None:
    order = {"d": 5, "a": 2, "c": 4, "b": 3}
    listed = [
        Listed("d", "person-3"),
        Listed("c", "person-2", "certificate-1"),
        Listed("b", "person-1", "certificate-1"),
        Listed("a", "person-1"),
    ]
    groups = together(listed, order)
    assert [[one.claim for one in group] for group in groups] == [["a", "b", "c"], ["d"]]


def test_missing_examples_are_told_with_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(Stop, match=r"examples\.make_examples"):
        example(tmp_path)
