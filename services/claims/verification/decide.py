"""One question to one register: asked once, answered once, perhaps corrected later. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from services.claims.claim.refusals import NotInThisState, SamePersonTwice
from shared.events.base import VERIFICATION_EVENTS
from shared.events.envelope import Event
from shared.events.verifications import (
    Answer,
    RegisterFact,
    VerificationAnswered,
    VerificationCorrected,
    VerificationKeys,
    VerificationRequested,
)
from shared.registers.port import Outcome
from shared.store.commands import Aggregate, Decision

MAX_CLAIMS = 1000
"""in one event; what an answer cannot name stands in the requests before it"""
SYSTEM, BY_HAND = "system", "by_hand"

Channel = Literal["http", "by_hand"]


class Stage(StrEnum):
    NEW = "new"
    ASKED = "asked"
    ANSWERED = "answered"
    ASKED_AGAIN = "asked again"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification's events add up to; `answer` is the one that stands."""

    stage: Stage = Stage.NEW
    version: int = 0
    keys: VerificationKeys | None = None
    channel: Channel = "http"
    claims: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    """of the claims that wait or waited"""
    answer: Answer | None = None
    answer_id: str = ""
    answered_by: str | None = None
    """the inspector who answered by hand"""


@dataclass(frozen=True, slots=True)
class RequestVerification:
    """These claims need the answer."""

    keys: VerificationKeys
    claims: tuple[str, ...]
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerVerification:
    """What was said. `parties` filed or accepted a claim that waits; they answer no paper."""

    actor: str
    outcome: Outcome
    facts: tuple[RegisterFact, ...]
    valid_at: datetime
    received_at: datetime
    source: str
    commitment: str
    evidence_sha256: str | None = None
    parties: frozenset[str] = frozenset()
    reason: str = ""


def evolve(verification: Verification, event: Event) -> Verification:
    """The verification after one more event. Never refuses."""
    verification = replace(verification, version=event.version)
    match event.facts:
        case VerificationRequested() as requested:
            return _requested(verification, requested, event)
        case VerificationAnswered() | VerificationCorrected() as answer:
            return replace(
                verification,
                stage=Stage.ANSWERED,
                answer=answer,
                answer_id=event.id,
                answered_by=event.actor if answer.source == BY_HAND else None,
            )
        case _:
            return verification


def _requested(
    verification: Verification, requested: VerificationRequested, event: Event
) -> Verification:
    """With claims: they wait for the answer, or join those that rest on it. Without: ask again."""
    stage = verification.stage
    if stage is Stage.NEW:
        stage = Stage.ASKED
    elif stage is Stage.ANSWERED and not requested.claims:
        stage = Stage.ASKED_AGAIN
    places = dict.fromkeys((*verification.jurisdictions, event.jurisdiction))
    return replace(
        verification,
        stage=stage,
        keys=verification.keys or requested,
        channel="by_hand" if requested.channel == "by_hand" else "http",
        claims=tuple(dict.fromkeys((*verification.claims, *requested.claims))),
        jurisdictions=tuple(places),
    )


VERIFICATION: Aggregate[Verification] = Aggregate(
    "/verifications", VERIFICATION_EVENTS, Verification(), evolve
)


def request_verification(verification: Verification, command: RequestVerification) -> Decision:
    """Asked once for all claims that need it; nothing follows for claims that are known.

    Two facts of one claim may rest on one question, which then names the claim twice.
    """
    new = [claim for claim in dict.fromkeys(command.claims) if claim not in verification.claims]
    if not new:
        return Decision([])
    pages = [tuple(new[n : n + MAX_CLAIMS]) for n in range(0, len(new), MAX_CLAIMS)]
    keys = _keys(command.keys)
    return Decision(
        [VerificationRequested(**keys, claims=page, channel=command.channel) for page in pages]
    )


def ask_again(verification: Verification) -> Decision:
    """A person, or the register itself, doubts the answer; until a new one it stands."""
    expect(verification, "ask", Stage.ANSWERED)
    assert verification.keys is not None
    return Decision(
        [VerificationRequested(**_keys(verification.keys), channel=verification.channel)]
    )


def answer_verification(verification: Verification, command: AnswerVerification) -> Decision:
    """The answer to what is asked. One that differs from the answer that stood corrects it."""
    expect(verification, "answer", Stage.ASKED, Stage.ASKED_AGAIN)
    return _answered(verification, command)


def correct_verification(verification: Verification, command: AnswerVerification) -> Decision:
    """A person has it from the register that the answer was wrong, without asking again."""
    expect(verification, "correct", Stage.ANSWERED, Stage.ASKED_AGAIN)
    return _answered(verification, command)


def _answered(verification: Verification, command: AnswerVerification) -> Decision:
    if command.source == BY_HAND and command.actor in command.parties:
        raise SamePersonTwice(actor=command.actor)
    assert verification.keys is not None
    claims = verification.claims if len(verification.claims) <= MAX_CLAIMS else ()
    said: dict[str, Any] = {
        **_keys(verification.keys),
        "outcome": command.outcome,
        "facts": command.facts,
        "valid_at": command.valid_at,
        "received_at": command.received_at,
        "source": command.source,
        "answer_commitment": command.commitment,
        "evidence_sha256": command.evidence_sha256,
        "claims": claims,
    }
    if verification.answer is None or _same(verification.answer, command):
        return Decision([VerificationAnswered(**said)])
    corrected = VerificationCorrected(
        **said, corrects=verification.answer_id, reason=command.reason
    )
    return Decision([corrected])


def _same(answer: Answer, command: AnswerVerification) -> bool:
    return (answer.outcome, answer.facts) == (command.outcome, command.facts)


def expect(verification: Verification, command: str, *stages: Stage) -> None:
    """Raises NotInThisState unless the verification is in one of the stages."""
    if verification.stage not in stages:
        raise NotInThisState(command=command, state=verification.stage.value)


def _keys(keys: VerificationKeys) -> dict[str, Any]:
    names: Sequence[str] = VerificationKeys.__struct_fields__
    return {name: getattr(keys, name) for name in names}
