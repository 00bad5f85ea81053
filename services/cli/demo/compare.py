"""Compares what happened with examples/planted.json, row by row; each difference is a sentence."""

from collections import Counter
from collections.abc import Iterator

from services.cli.demo.compare_money import fund_differences, plan_differences
from services.cli.demo.decisions import Decided
from services.cli.demo.expected import HistoryKey, Key, PlantedRow, RosterKey
from services.cli.demo.seen import Seen, records
from shared.events.findings import FindingOpened
from shared.ids import payout_id
from shared.tables.outcomes import RowOutcome

WORDS = {"ClaimApproved": "approved", "ClaimRejected": "rejected", "ClaimHeld": "held"}
CITING = ("DUP_OCC_LEVEL", "LIMIT_YEAR", "CERT_TWO_PERSONS")
"""reasons that must name the other claims"""


def differences(key: Key, seen: Seen) -> list[str]:
    """Empty when everything is as planted, and both proofs hold."""
    return [
        *_counts(key, seen),
        *_rows(key.roster, seen),
        *_history(key.history, seen),
        *_findings(key, seen),
        *_money(key.roster, seen),
        *plan_differences(key, seen),
        *fund_differences(key, seen),
        *_proofs(seen),
    ]


def _counts(whole: Key, seen: Seen) -> Iterator[str]:
    key, answer = whole.roster, seen.answers.roster
    if answer.rows != key.rows:
        yield f"roster: {answer.rows} rows, expected {key.rows}"
    found = Counter(WORDS.get(one.event, one.event) for one in seen.answers.decided)
    found += Counter({w: n for w, n in answer.counts.items() if w in ("refused", "already")})
    if dict(found) != key.outcomes:
        yield f"roster: outcomes {dict(sorted(found.items()))}, expected {key.outcomes}"
    if answer.counts.get("submitted") != key.submitted:
        yield f"roster: {answer.counts.get('submitted')} submitted, expected {key.submitted}"
    counts = seen.counts()
    for event, word in WORDS.items():
        logged = counts["claim-events.v1", event]
        expected = key.outcomes.get(word, 0) + (whole.passed if word == "approved" else 0)
        if logged != expected:
            yield f"log: {logged} {event}, expected {expected}"


def _rows(key: RosterKey, seen: Seen) -> Iterator[str]:
    """Each planted row by itself; every other row must be approved."""
    outcomes = {one.row: one for one in seen.answers.roster.outcomes}
    decided = {one.row: one for one in seen.answers.decided}
    claims = records(seen.answers.roster)
    planted = {one.row: one for one in key.planted}
    for row, outcome in outcomes.items():
        expected = planted.get(row, PlantedRow(row, "approved"))
        for difference in _row(expected, outcome, decided.get(row), claims):
            yield f"roster row {row}: {difference}"


def _row(
    expected: PlantedRow, outcome: RowOutcome, decided: Decided | None, claims: dict[int, str]
) -> Iterator[str]:
    word = WORDS.get(decided.event, decided.event) if decided else outcome.outcome
    if word != expected.outcome:
        yield f"{word}, expected {expected.outcome}"
        return
    codes = {e.code for e in outcome.errors} | set(decided.reasons if decided else ())
    if expected.code and expected.code not in codes:
        yield f"reasons {sorted(codes)}, expected {expected.code}"
    others = {claims[row] for row in expected.with_rows}
    if decided and expected.code in CITING and set(decided.conflicts_with) != others:
        yield f"cites {sorted(decided.conflicts_with)}, expected {sorted(others)}"
    if word == "already" and outcome.record not in others:
        yield f"is {outcome.record}, expected {sorted(others)}"


def _history(key: HistoryKey, seen: Seen) -> Iterator[str]:
    claims, payments = seen.answers.claims.counts, seen.answers.payments.counts
    money = sum(number for record, number in key.records.items() if record != "claim")
    for name, found, expected in (
        ("claims imported", claims.get("imported", 0), key.records["claim"]),
        ("payments imported", payments.get("imported", 0), money),
        ("claims refused", claims.get("refused", 0), key.refused),
        ("payments refused", payments.get("refused", 0), key.refused),
    ):
        if found != expected:
            yield f"history: {found} {name}, expected {expected}"


def _findings(key: Key, seen: Seen) -> Iterator[str]:
    """Exactly the planted ones: none missing, nobody else accused."""
    old = records(seen.answers.claims) | records(seen.answers.payments)
    new = records(seen.answers.roster)
    expected = {(f.rule, frozenset(old[row] for row in f.rows)) for f in key.history.findings}
    expected |= {(f.rule, frozenset(new[row] for row in f.rows)) for f in key.roster.findings}
    found = {_about(finding) for finding in seen.findings().values()}
    for rule, streams in sorted(expected - found, key=repr):
        yield f"finding {rule} about {sorted(streams)} is missing"
    for rule, streams in sorted(found - expected, key=repr):
        yield f"finding {rule} about {sorted(streams)} was not planted"


def _about(finding: FindingOpened) -> tuple[str, frozenset[str]]:
    if finding.claims:
        return finding.rule, frozenset(finding.claims)
    return finding.rule, frozenset({f"advance-{finding.plan}"})


def _money(key: RosterKey, seen: Seen) -> Iterator[str]:
    scheduled = seen.counts()["payout-events.v1", "PayoutScheduled"]
    if scheduled != key.outcomes["approved"]:
        yield f"log: {scheduled} payouts scheduled, expected {key.outcomes['approved']}"
    claims = records(seen.answers.roster)
    expected = {payout_id(claims[row]) for row in key.held_payouts}
    found = {hold.payout for hold in seen.holds()}
    if found != expected:
        yield f"payouts held for a finding: {sorted(found)}, expected {sorted(expected)}"


def _proofs(seen: Seen) -> Iterator[str]:
    for service, result in seen.reconciled.items():
        for d in result.differences:
            yield f"{service}: {d.topic}/{d.partition} at {d.seq}: {d.what}"
    for service, journal in seen.journals.items():
        if not journal.equal:
            yield f"{service}: the journal is not what its events book: {journal}"
    replayed = seen.replayed
    for one in replayed.differences or ():
        yield f"full replay and streaming: {one.kind} {one.rule} {one.finding}"
    if not replayed.equal and not replayed.differences:
        yield f"the stream had not judged all: {len(replayed.behind)} partitions behind"
    if replayed.report.findings != len(seen.findings()):
        yield f"full replay: {replayed.report.findings} findings, log: {len(seen.findings())}"
