"""Builders of verifications: what was asked, what was said; a test names what it is about."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from services.claims.verification.decide import (
    BY_HAND,
    SYSTEM,
    VERIFICATION,
    AnswerVerification,
    Verification,
)
from shared.events.verifications import (
    RegisterFact,
    VerificationAnswered,
    VerificationCorrected,
    VerificationKeys,
    VerificationRequested,
)
from tests.folding import Happened, state_after

STREAM = "verification-1"
NOON = datetime(2021, 5, 6, 4, 0, tzinfo=UTC)
FIRST, SECOND = "claim-1", "claim-2"
INSPECTOR = "inspector-1"
COMMITMENT = "0" * 64
MONTH = RegisterFact(
    attribute="insured_month", valid_from=date(2021, 2, 1), valid_to=date(2021, 2, 28)
)
KEYS = VerificationKeys(
    verification=STREAM, register="SI_EMPLOY", question="insured_month", person="11" * 16,
    as_of=date(2021, 2, 5),
)  # fmt: skip
_KEYS = msgspec.structs.asdict(KEYS)
ANSWER_ID = "0192aaaa-0000-7000-a000-000000000002"
"""of the second event of a stream that tests.folding makes"""


def requested(*claims: str, channel: Any = "http") -> Happened:
    return Happened(VerificationRequested(**_KEYS, claims=claims or (FIRST,), channel=channel))


def asked_again() -> Happened:
    return Happened(VerificationRequested(**_KEYS, channel="http"))


def _said(outcome: Any, source: str) -> dict[str, Any]:
    return {
        **_KEYS, "outcome": outcome, "facts": (MONTH,) if outcome == "confirmed" else (),
        "valid_at": NOON, "received_at": NOON, "source": source, "answer_commitment": COMMITMENT,
        "claims": (FIRST,),
    }  # fmt: skip


def answered(outcome: Any = "confirmed", *, by: str = SYSTEM) -> Happened:
    source = KEYS.register if by == SYSTEM else BY_HAND
    return Happened(VerificationAnswered(**_said(outcome, source)), by)


def corrected(outcome: Any = "not_found") -> Happened:
    facts = VerificationCorrected(**_said(outcome, KEYS.register), corrects=ANSWER_ID)
    return Happened(facts)


def state(*given: Happened) -> Verification:
    return state_after(VERIFICATION, given, STREAM)


def answer(outcome: Any = "confirmed", **said: Any) -> AnswerVerification:
    """The register's answer; with `actor`, an inspector's from paper."""
    actor = said.pop("actor", SYSTEM)
    return AnswerVerification(
        actor=actor,
        outcome=outcome,
        facts=(MONTH,) if outcome == "confirmed" else (),
        valid_at=NOON,
        received_at=NOON,
        source=KEYS.register if actor == SYSTEM else BY_HAND,
        commitment=COMMITMENT,
        **said,
    )
