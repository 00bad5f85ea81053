"""A claim in place of another: of the same claimant and person, over, and once."""

from typing import Any

import pytest

from services.claims.claim.decide import IDENTITY, SUPERSEDED, Claim, slots_of
from services.claims.claim.refusals import SupersededStands, SupersedesAnothers
from services.claims.claim.superseding import require_superseding
from tests.claims.claim.builders import (
    OTHER_PERSON,
    STREAM,
    accepted,
    approved,
    content,
    correction,
    held,
    imported,
    only,
    proposed,
    refusing,
    rejected,
    returned,
    revoked,
    state,
    submitted,
    withdrawn,
)
from tests.folding import Happened, events

BEFORE = (submitted(), accepted())
AGAIN = content(supersedes=STREAM)


@pytest.mark.parametrize(
    "given",
    [
        (submitted(), withdrawn()),
        (*BEFORE, refusing(), rejected()),
        (*BEFORE, proposed(), approved(), revoked()),
    ],
)
def test_what_was_withdrawn_rejected_or_revoked_is_filed_again(
    given: tuple[Happened, ...],
) -> None:
    require_superseding(AGAIN, state(*given))


@pytest.mark.parametrize(
    "given",
    [
        (submitted(),),
        (submitted(), returned()),
        BEFORE,
        (*BEFORE, proposed()),
        (*BEFORE, held()),
        (*BEFORE, proposed(), approved()),
    ],
)
def test_a_claim_that_stands_is_not_superseded(given: tuple[Happened, ...]) -> None:
    with pytest.raises(SupersededStands):
        require_superseding(AGAIN, state(*given))


@pytest.mark.parametrize(
    "said",
    [
        {"person": OTHER_PERSON},
        {"organisation": "INST-2"},
        {"organisation": None, "filer": "filer-1"},
    ],
)
def test_nobody_supersedes_the_claim_of_another_claimant_or_for_another_person(
    said: dict[str, Any],
) -> None:
    with pytest.raises(SupersedesAnothers):
        require_superseding(content(supersedes=STREAM, **said), state(submitted(), withdrawn()))


@pytest.mark.parametrize("superseded", [None, Claim(), state(imported())])
def test_a_claim_that_is_not_there_or_from_old_books_is_not_superseded(
    superseded: Claim | None,
) -> None:
    with pytest.raises(SupersedesAnothers):
        require_superseding(AGAIN, superseded)


def test_the_place_of_the_superseded_claim_is_taken_for_ever() -> None:
    happened = (submitted(supersedes=STREAM), withdrawn())
    filed, gone = (slots_of(event) for event in events(happened, "claim-2"))

    assert [(slot.kind, slot.key) for slot in filed[0]][1:] == [(SUPERSEDED, STREAM)]
    assert gone == ((), (IDENTITY,))


def test_a_correction_does_not_change_what_is_superseded() -> None:
    facts: Any = only(correction(state(submitted(supersedes=STREAM)), supersedes="claim-7"))

    assert facts.supersedes == STREAM
