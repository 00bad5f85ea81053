"""Read tables of verifications from the service's own events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.claims.verification.decide import Stage
from shared.events.claims import (
    ApprovalRevoked,
    ClaimAccepted,
    ClaimApproved,
    ClaimContent,
    ClaimHeld,
    ClaimKeys,
    ClaimProposed,
    ClaimRejected,
    ClaimReturned,
    ClaimWithdrawn,
)
from shared.events.envelope import Event
from shared.events.exceptions import ExceptionApproved
from shared.events.verifications import (
    VerificationAnswered,
    VerificationCorrected,
    VerificationRequested,
)
from shared.store.store import Connection

_VOIDS = (ClaimContent, ClaimReturned, ClaimWithdrawn, ApprovalRevoked)
"""what was asked about the claim before no longer matters to it"""
_DECIDES = (ClaimApproved, ClaimRejected)


@dataclass(slots=True)
class _Moved:
    """What one page of events does to the rows of one claim."""

    event: Event
    void: bool = False
    to_verify: bool | None = None
    rests_on: tuple[str, ...] | None = None


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """Claims first: a few statements a page, whatever it holds; then verifications in order."""
    await _claims(connection, _moves(events))
    for event in events:
        match event.facts:
            case VerificationRequested() as asked:
                await connection.execute(
                    _ASKED, event.subject, asked.register, asked.question, asked.as_of,
                    asked.channel, event.recorded_at, not asked.claims,
                )  # fmt: skip
            case VerificationAnswered() as said:
                await connection.execute(_ANSWERED, event.subject, said.outcome)
            case VerificationCorrected() as said:
                await connection.execute(_ANSWERED, event.subject, said.outcome)
                await connection.execute(
                    _CORRECTED, said.corrects, event.id, event.subject, said.register,
                    event.recorded_at,
                )  # fmt: skip


def _moves(events: Sequence[Event]) -> Mapping[str, _Moved]:
    moves: dict[str, _Moved] = {}
    for event in events:
        facts = event.facts
        if not isinstance(facts, ClaimKeys):
            continue
        move = moves.setdefault(event.subject, _Moved(event))
        move.event = event
        if isinstance(facts, _VOIDS):
            move.void, move.to_verify, move.rests_on = True, None, None
        elif isinstance(facts, ClaimAccepted):
            move.to_verify = True
        elif isinstance(facts, ClaimProposed):
            move.rests_on = facts.verifications
        elif isinstance(facts, ClaimHeld | ExceptionApproved):
            move.rests_on = ()
        elif isinstance(facts, _DECIDES):
            move.to_verify = False
    return moves


async def _claims(connection: Connection, moves: Mapping[str, _Moved]) -> None:
    void = [claim for claim, move in moves.items() if move.void]
    if void:
        await connection.execute(_VOID, void)
    settled = [claim for claim, move in moves.items() if move.to_verify is False]
    if settled:
        await connection.execute(_SETTLED, settled)
    new = [(c, move.event.recorded_at) for c, move in moves.items() if move.to_verify]
    if new:
        await connection.executemany(_TO_VERIFY, new)
    resting = {c: move.rests_on for c, move in moves.items() if move.rests_on is not None}
    if resting:
        await connection.execute(_STANDS, list(resting))
    pairs = [(claim, answer) for claim, answers in resting.items() for answer in answers]
    if pairs:
        await connection.executemany(_RESTS, pairs)


_VOID = """
WITH a AS (DELETE FROM claims_to_verify WHERE claim = ANY($1)),
     b AS (DELETE FROM verification_claims WHERE claim = ANY($1))
DELETE FROM claims_resting WHERE claim = ANY($1)
"""
_SETTLED = "DELETE FROM claims_to_verify WHERE claim = ANY($1)"
_TO_VERIFY = """
INSERT INTO claims_to_verify (claim, since) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""
_STANDS = "DELETE FROM claims_resting WHERE claim = ANY($1)"
_RESTS = "INSERT INTO claims_resting (claim, answer) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_ASKED = f"""
INSERT INTO verifications (stream_id, register, question, as_of, channel, stage, since)
VALUES ($1, $2, $3, $4, $5, '{Stage.ASKED}', $6)
ON CONFLICT (stream_id) DO UPDATE SET channel = excluded.channel,
    stage = CASE WHEN $7 THEN '{Stage.ASKED_AGAIN}' ELSE verifications.stage END,
    since = CASE WHEN $7 THEN excluded.since ELSE verifications.since END
"""  # noqa: S608 - words of ours
_ANSWERED = f"""
WITH t AS (DELETE FROM verification_tries WHERE stream_id = $1)
UPDATE verifications SET stage = '{Stage.ANSWERED}', outcome = $2 WHERE stream_id = $1
"""  # noqa: S608
_CORRECTED = """
INSERT INTO answers_corrected (answer, correction, stream_id, register, corrected_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""
