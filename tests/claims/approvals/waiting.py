"""Claims that wait for their approval, written straight into the ledger: many, and fast."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec

from services.claims.claim import approval, decide
from services.claims.claim.decide import CLAIM, Claim
from services.claims.handling import decide as handling
from shared.events.claims import ClaimSubmitted
from shared.events.envelope import decode
from shared.store.commands import By, Decision, Ledger
from shared.store.unit import Appended, Unit
from tests.claims.claim.builders import (
    CHECKER,
    CLERK,
    FILER,
    INSPECTOR,
    PACK,
    PLACE,
    TODAY,
    content,
)

AT_ONCE = 250
HEADER = "claim,shown_sha256"


@dataclass(frozen=True)
class Wanted:
    """One claim to be; every hand is another person's."""

    content: ClaimSubmitted
    place: str = PLACE
    accepted_by: str = CLERK
    visited: bool = True


@dataclass(frozen=True)
class Proposed:
    """One claim as its approver is shown it."""

    claim: str
    shown_sha256: str

    @property
    def line(self) -> str:
        return f"{self.claim},{self.shown_sha256}"


def wanted(count: int) -> list[Wanted]:
    """Claims of as many persons, whom nobody has met before."""
    return [Wanted(fresh()) for _ in range(count)]


def fresh(**said: Any) -> ClaimSubmitted:
    return content(**{"person": uuid4().hex, "certificate": uuid4().hex} | said)


def table(proposed: Sequence[Proposed]) -> bytes:
    return "\n".join([HEADER, *(one.line for one in proposed), ""]).encode()


async def propose(ledger: Ledger, asked: Sequence[Wanted]) -> list[Proposed]:
    """All of them filed, accepted, calculated, looked at; a commit for each 250."""
    proposed = []
    for first in range(0, len(asked), AT_ONCE):
        lives = [_life(ledger, one) for one in asked[first : first + AT_ONCE]]
        became = await ledger.store.append_batch([unit for unit, _ in lives])
        assert all(isinstance(one, Appended) for one in became)
        proposed += [said for _, said in lives]
    return proposed


def _life(ledger: Ledger, asked: Wanted) -> tuple[Unit, Proposed]:
    stream = f"claim-{uuid4()}"
    now = ledger.clock.now()
    visit = handling.RecordInspection(INSPECTOR, now, now - timedelta(hours=1), (), "in_order")
    steps: list[tuple[str, Callable[[Claim], Decision]]] = [
        (FILER, lambda claim: decide.submit_claim(claim, asked.content, asked.place)),
        (
            asked.accepted_by,
            lambda c: decide.accept_claim(c, decide.AcceptClaim(asked.accepted_by, "OFFICE-1")),
        ),
        (
            CHECKER,
            lambda c: handling.check_identity(
                c, handling.CheckIdentity(CHECKER, "in_person", "confirmed")
            ),
        ),
        (INSPECTOR, lambda c: handling.inspect_claim(c, visit, stream)),
        (
            CLERK,
            lambda c: approval.propose_claim(c, approval.ProposeClaim(stream, TODAY), PACK, {}),
        ),
    ]
    claim, unit = CLAIM.initial, Unit([])
    for actor, step in steps if asked.visited else (*steps[:3], steps[4]):
        by = By(actor=actor, jurisdiction=asked.place, correlation_id=str(uuid4()))
        said = ledger.unit(CLAIM, stream, len(unit.events), step(claim), by)
        unit = msgspec.structs.replace(
            unit, events=[*unit.events, *said.events], takes=[*unit.takes, *said.takes]
        )
        claim = CLAIM.evolve(claim, decode(said.events[-1].body))
    assert claim.proposal is not None
    assert claim.proposal.shown_sha256 is not None
    return unit, Proposed(stream, claim.proposal.shown_sha256)
