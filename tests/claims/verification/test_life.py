"""From acceptance to a proposal that rests on registers, over real HTTP on both sides."""

from tests.claims.verification.books import books_of
from tests.claims.verification.conftest import Bureau
from tests.claims.verification.persons import new_claim
from tests.claims.verification.steps import accepted, propose, settled


async def test_a_claim_that_all_registers_confirm_is_proposed_on_their_answers(
    bureau: Bureau,
) -> None:
    body = new_claim()
    await bureau.registers.correct(books_of(body))

    claim = await accepted(bureau, body, "all-1")
    await settled(bureau, claim)
    proposal = await propose(bureau, claim, "all-1")

    assert (proposal["decision"], proposal["amount_fen"]) == ("APPROVE", 200_000)
    assert len(proposal["verifications"]) == 3
