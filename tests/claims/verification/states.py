"""A verification in each of its states, and each command as register or inspector give it."""

from services.claims.verification import decide
from services.claims.verification.decide import RequestVerification, Stage, Verification
from tests.claims.verification.builders import (
    INSPECTOR,
    KEYS,
    SECOND,
    answer,
    answered,
    asked_again,
    corrected,
    requested,
    state,
)
from tests.states import Table

STATES = {
    "new": Verification(),
    "asked": state(requested()),
    "answered": state(requested(), answered()),
    "asked again": state(requested(), answered(), asked_again()),
    "corrected": state(requested(), answered(), asked_again(), corrected()),
}

VERIFICATION_TABLE = Table(
    "verification",
    "What becomes of each command in each state: the event, or the refusal. A request comes from"
    " another claim than the first; the answer is the one that stands, or not; by hand an inspector"
    " answers who neither filed nor accepted a claim that waits.",
    [stage.value for stage in Stage],
    STATES,
    {
        "request": lambda v: decide.request_verification(
            v, RequestVerification(KEYS, (SECOND,), "http")
        ),
        "ask again": decide.ask_again,
        "answer": lambda v: decide.answer_verification(v, answer()),
        "answer otherwise": lambda v: decide.answer_verification(v, answer("not_found")),
        "answer by hand": lambda v: decide.answer_verification(v, answer(actor=INSPECTOR)),
        "correct by hand": lambda v: decide.correct_verification(
            v, answer("refuted", actor=INSPECTOR, reason="paper of May")
        ),
    },
)
