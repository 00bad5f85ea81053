"""The registers of other bureaus: many questions in one call, a typed answer for each."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol

import msgspec

from shared.events.verifications import RegisterFact

SI_EMPLOY, CERT_REG, INST_REG = "SI_EMPLOY", "CERT_REG", "INST_REG"
SUBJECTS: Mapping[str, Literal["person", "certificate", "institution"]] = {
    SI_EMPLOY: "person",
    CERT_REG: "certificate",
    INST_REG: "institution",
}
"""social-insurance enrolment, certificates, institutions' agreements: whom each is asked about;
the three that the made-up installation asks
"""
REGISTERS = frozenset(
    {
        *SUBJECTS,
        *("SI_UNEMP", "SI_PENSION", "ACCIDENT_INS", "LABOUR", "EDU", "CIVIL", "POVERTY"),
        *("VETERANS", "DISABILITY", "JUSTICE", "POLICE", "RESIDENCE", "EMERG", "AGRI"),
        *("COURSE_LOG", "CERT_SPECIALOP", "EVAL_REG"),
    }
)
"""all that the policies ask; one that has no address is answered by hand"""
MAX_QUESTIONS = 200
"""in one call"""

Outcome = Literal["confirmed", "refuted", "not_found", "unclear"]


class Why(StrEnum):
    """Why there is no answer yet; `/claims/waiting` shows it."""

    NOT_ASKED = "not_asked"
    DOWN = "down"
    SLOW = "slow"
    WRONG = "wrong"
    BY_HAND = "by_hand"
    UNCLEAR = "unclear"
    ERASED = "erased"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question; `id` comes back with its answer. Personal numbers never leave the body."""

    id: str
    question: str
    as_of: date
    until: date | None = None
    id_number: str | None = None
    certificate_number: str | None = None
    institution: str | None = None

    def __repr__(self) -> str:
        return f"Question({self.id})"


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What the register said to one question; `raw` is its very bytes, kept as evidence."""

    id: str
    outcome: Outcome
    facts: tuple[RegisterFact, ...]
    valid_at: datetime
    """the state of the register that the answer shows, UTC"""
    raw: bytes

    def __repr__(self) -> str:
        return f"Answered({self.id})"


class Corrected(msgspec.Struct, frozen=True):
    """Questions whose answers the register has changed since; `next` is where to ask on."""

    ids: tuple[str, ...]
    next: int


class RegisterSilent(Exception):
    """No answer came: the register is down, too slow, or does not answer what was agreed.

    The claims wait. The message names no person and no address.
    """

    def __init__(self, why: Why, detail: str) -> None:
        super().__init__(f"{why.value}: {detail}")
        self.why = why


class Register(Protocol):
    """One register. Asking twice is harmless: a question changes nothing there."""

    @property
    def code(self) -> str: ...

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered]:
        """Answers to at most 200 questions; one that is missing has not been answered yet.

        Raises RegisterSilent.
        """

    async def corrected(self, after: int) -> Corrected:
        """What the register has corrected since `after`, oldest first. Raises RegisterSilent."""
