"""`claims-ledger policy explain`: why a claim was paid or not, before and after its decision."""

import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest

from services.audit.trace.follow import Entry
from services.cli.exits import Exit, Stop
from services.cli.policy.explain import explanation, lines_of
from services.cli.policy.explained import Explained
from services.cli.policy.explained import explained as core
from shared.events.catalogue import REGISTRY
from shared.log.port import TopicPartition
from tests.claims.filing import Office
from tests.events.builders import example
from tests.faults.people import claim
from tests.folding import START
from tests.installation import Running

SECONDS = 10.0


async def explained(
    claims: Running, claim_id: str, as_of: datetime | None = None, language: str = "en"
) -> tuple[Explained, list[str]]:
    found, pack = await explanation(claims.service.log, claim_id, as_of)
    return found, list(lines_of(found, pack, "zh" if language == "zh" else "en"))


async def until(claims: Running, claim_id: str, state: str) -> Explained:
    """Once the relay has sent what was committed."""
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                found, _ = await explained(claims, claim_id)
            except Stop:
                found = None
            if found is not None and found.state == state:
                return found
            await asyncio.sleep(0.05)


async def test_an_approval_is_explained_as_of_before_and_after_it(claims: Running) -> None:
    claim_id = await Office(claims).approved(claim(8_101), "explain")
    found = await until(claims, claim_id, "approved")
    assert found.decided is not None
    assert (found.decided.type, found.amount_fen) == ("ClaimApproved", 200_000)
    assert found.calculated is not None
    before, lines = await explained(claims, claim_id, found.calculated.time)
    assert (before.state, before.decided) == ("proposed", found.calculated)
    assert lines[0] == f"{claim_id}: Not paid: calculated, and nobody has decided yet."
    first = found.story[0].time - timedelta(microseconds=1)
    assert (await explained(claims, claim_id, first))[0].state == "unfiled"


async def test_an_explanation_cites_events_clauses_facts_and_steps(claims: Running) -> None:
    claim_id = await Office(claims).approved(claim(8_102), "cites")
    found = await until(claims, claim_id, "approved")
    assert found.policy is not None
    _, lines = await explained(claims, claim_id)
    text = "\n".join(lines)
    assert "¥2000.00" in text
    assert "HLD-1.5-1" in text
    assert f"sha256 {found.policy.content_sha256}" in text
    assert "insured_employee = true (claim" in text
    assert [line for line in lines if "= 2000.00  HLD-1.5-1" in line]  # the step
    assert [line for line in lines if "ClaimApproved  an approver  claim-events.v1/" in line]
    assert "approver-1" not in text  # by role, never by name
    _, chinese = await explained(claims, claim_id, language="zh")
    assert chinese[0] == f"{claim_id}: 已批准，尚未支付。"


async def test_a_refusal_names_the_claim_that_stands_in_the_way(claims: Running) -> None:
    office = Office(claims)
    paid = await office.approved(claim(8_103), "way-1")
    second, proposal = await office.proposed(claim(8_103, "HLD20218103999"), "way-2")
    assert proposal["decision"] == "REJECT"
    said = {"proposal_version": proposal["proposal_version"]}
    await office.approver.post(f"/claims/{second}/reject", said, key="way-no")
    found = await until(claims, second, "rejected")
    assert found.conflicts == (paid,)
    _, lines = await explained(claims, second)
    assert lines[0] == f"{second}: Not paid: refused."
    [code] = found.reasons
    assert [line for line in lines if line.endswith(f"[{code}]")]


async def test_a_claim_that_is_not_there_ends_with_1(claims: Running) -> None:
    with pytest.raises(Stop) as ended:
        await explanation(claims.service.log, "claim-0", None)
    assert ended.value.code is Exit.DIFFERENT


def story(*names: str) -> list[Entry]:
    """One event of each type, a second apart, about claim-1 and its payout."""
    at = TopicPartition("claim-events.v1", 0)
    made = []
    for n, name in enumerate(names, start=1):
        event = msgspec.structs.replace(
            example(REGISTRY[f"{name}.v1"]),
            subject="payout-1" if name.startswith("Payout") else "claim-1",
            version=n,
            recorded_at=START + timedelta(seconds=n),
        )
        made.append(Entry(at, n, event))
    return made


LIFE = ("ClaimSubmitted", "ClaimAccepted", "ClaimProposed", "ClaimApproved", "PayoutScheduled")


@pytest.mark.parametrize(
    ("names", "state"),
    [
        (("ClaimSubmitted", "ClaimAccepted"), "accepted"),
        ((*LIFE, "PayoutPaid"), "paid"),
        ((*LIFE, "PayoutPaid", "PayoutReversed"), "settled"),
        ((*LIFE, "ApprovalRevoked"), "revoked"),
        (("ClaimSubmitted", "ClaimAccepted", "ClaimProposed", "ClaimHeld"), "held"),
        (("ClaimSubmitted", "ClaimWithdrawn"), "withdrawn"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_claim_is_paid_when_its_newest_word_of_money_says_so(
    names: tuple[str, ...], state: str
) -> None:
    found = core("claim-1", story(*names), None)
    assert found.state == state
    assert len(found.story) == len(names)
    decided = {
        "accepted": None,
        "withdrawn": None,
        "held": "ClaimHeld",
        "revoked": "ApprovalRevoked",
    }
    wanted = decided.get(state, "ClaimApproved")
    assert (found.decided.type if found.decided else None) == wanted
