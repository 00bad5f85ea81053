"""From the rows of a rule to findings: stable ids, ordered evidence, a sentence in zh and en."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from services.audit.detectors.rules import Rule
from shared.events.findings import Evidence, FindingOpened

MAX_EVIDENCE = 500
"""A finding carries the first 500 events; its digest covers all of them."""
MAX_WORDS = 500
MAX_NAMED = 1000

Value = str | int | None
Row = Mapping[str, Value]


class Case(NamedTuple):
    """Which finding a row belongs to."""

    subject: str
    window_key: str


def finding_id(rule: str, major: int, subject: str, window_key: str) -> str:
    """SHA-256 over the length-framed parts, lower-case hex: the same whatever the evidence.

    No position, run or text goes in, so that a dismissed finding does not come back as a new one.
    """
    return _framed(rule, str(major), subject, window_key)


def evidence_sha256(evidence: Iterable[Evidence]) -> str:
    """SHA-256 over topic, partition, seq, event id and stream of each event, all length-framed."""
    parts: list[str] = []
    for one in evidence:
        parts += [one.topic, str(one.partition), str(one.seq), one.event_id, one.stream]
    return _framed(*parts)


def _framed(*parts: str) -> str:
    digest = sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.hexdigest()


def findings_of(rule: Rule, rows: Iterable[Row], missing: Sequence[str]) -> Iterator[FindingOpened]:
    """One finding for each (subject, window key); rows come sorted by both, as the rules do."""
    for case, members in groupby(rows, key=_case):
        yield _finding(rule, case, list(members), tuple(missing))


def _case(row: Row) -> Case:
    return Case(str(row["subject"]), str(row["window_key"]))


def _finding(
    rule: Rule, case: Case, rows: Sequence[Row], missing: tuple[str, ...]
) -> FindingOpened:
    evidence = _evidence(rows)
    amount_fen = _amount(rows[0])
    words = {"amount_fen": amount_fen, "clauses": "、".join(rule.header.clauses)}
    plans = _distinct(rows, "plan")
    return FindingOpened(
        rule=rule.id,
        rule_version=rule.major,
        tier=rule.header.tier,
        finding_id=finding_id(rule.id, rule.major, case.subject, case.window_key),
        subject=case.subject,
        window_key=case.window_key,
        clause=rule.header.clauses,
        rule_sha256=rule.sha256,
        evidence=evidence[:MAX_EVIDENCE],
        evidence_sha256=evidence_sha256(evidence),
        claims=_distinct(rows, "claim")[:MAX_NAMED],
        payouts=_distinct(rows, "payout")[:MAX_NAMED],
        persons=_distinct(rows, "person")[:MAX_NAMED],
        plan=plans[0] if plans else None,
        amount_fen=amount_fen,
        explanation_zh=explanation(rule.header.explanation.zh, rows, words, evidence, "、"),
        explanation_en=explanation(rule.header.explanation.en, rows, words, evidence, ", "),
        not_evaluable=missing,
    )


def _evidence(rows: Sequence[Row]) -> tuple[Evidence, ...]:
    found = {
        (str(row["topic"]), int(row["partition_no"] or 0), int(row["seq"] or 0)): Evidence(
            topic=str(row["topic"]),
            partition=int(row["partition_no"] or 0),
            seq=int(row["seq"] or 0),
            event_id=str(row["event_id"]),
            stream=str(row["stream"]),
        )
        for row in rows
    }
    return tuple(found[place] for place in sorted(found))


def _amount(row: Row) -> int | None:
    """Fen; a rule that cannot divide gives fen times 10,000, rounded up to the next fen here."""
    if (scaled := row.get("amount_fen_bp")) is not None:
        return -(-int(scaled) // 10_000)
    amount = row.get("amount_fen")
    return None if amount is None else int(amount)


def _distinct(rows: Sequence[Row], column: str) -> tuple[str, ...]:
    return tuple(sorted({str(row[column]) for row in rows if row[column] is not None}))


def explanation(
    template: str,
    rows: Sequence[Row],
    words: Mapping[str, Value],
    evidence: Sequence[Evidence],
    comma: str,
) -> str:
    """The template with its facts: `{…_fen}` in yuan, other columns as their distinct values,
    `{evidence}` as topic/partition/seq of each event, cut so that the whole stays ≤ 500 characters.
    """
    facts = {name: _said(name, rows, comma) for name in rows[0]}
    facts |= {name: _plain(name, value) for name, value in words.items()}
    places = [f"{one.stream} {one.topic}/{one.partition}/{one.seq}" for one in evidence]
    for shown in range(len(places), -1, -1):
        rest = f" +{len(places) - shown}" if shown < len(places) else ""
        sentence = template.format(**facts, evidence=comma.join(places[:shown]) + rest)
        if len(sentence) <= MAX_WORDS:
            return sentence
    return sentence[: MAX_WORDS - 1] + "…"


def _said(name: str, rows: Sequence[Row], comma: str) -> str:
    if name.endswith("_fen"):
        return _plain(name, rows[0][name])
    said = list(dict.fromkeys(str(row[name]) for row in rows if row[name] is not None))
    return comma.join(said[:3]) + (f" +{len(said) - 3}" if len(said) > 3 else "")


def _plain(name: str, value: Value) -> str:
    return yuan(int(value)) if name.endswith("_fen") and value is not None else str(value)


def yuan(amount_fen: int) -> str:
    """1500.00 for 150000 fen; in integers, so that no fen is rounded."""
    sign, whole = ("-", -amount_fen) if amount_fen < 0 else ("", amount_fen)
    return f"{sign}{whole // 100}.{whole % 100:02d}"
