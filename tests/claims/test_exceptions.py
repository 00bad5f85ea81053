"""A fourth claim of one year over HTTP: let pass in principle, by two persons (HLD-10-2)."""

from itertools import count
from typing import Any

import pytest

from services.claims.slots import slots_of
from shared.events.envelope import decode
from shared.http.identity import Role
from tests.claims.filing import SHOWN, Office, claim
from tests.installation import Running

PERSON = count(26_000)
LIMIT = {"clause": "HLD-10-2", "reason": "a course that the bureau asked for"}


@pytest.fixture
def office(claims: Running) -> Office:
    return Office(claims)


def key() -> str:
    return f"exception-{next(PERSON)}"


async def full(office: Office) -> int:
    """A person with three subsidies of the year."""
    person = next(PERSON)
    for n in range(3):
        await office.approved(claim(person, f"HLD2021E{person}{n}", n), key())
    return person


async def stopped(office: Office) -> tuple[str, dict[str, Any]]:
    person = await full(office)
    return await office.proposed(claim(person, f"HLD2021E{person}9", 0, 0), key())


async def test_a_fourth_claim_passes_by_two_persons_in_a_slot_beyond_the_limit(
    office: Office, claims: Running
) -> None:
    claim_id, proposal = await stopped(office)
    path = f"/claims/{claim_id}"
    second = claims.person("approver-9", Role.APPROVER)
    asked = await office.clerk.post(f"{path}/propose-exception", LIMIT, key=key())
    by_clerk = await office.clerk.post(f"{path}/approve-exception", LIMIT, key=key())
    let_pass = await second.post(f"{path}/approve-exception", LIMIT, key=key())
    shown = (await office.clerk.get(path, let_pass.position)).body
    await office.clerk.post(f"{path}/propose", key=key())
    anew = (await office.clerk.get(path)).body["proposal"]
    approved = await office.approve(claim_id, anew, key())
    after = (await office.clerk.get(path, approved.position)).body["approval"]

    assert (proposal["decision"], proposal["reasons"]) == ("REJECT", ["LIMIT_YEAR"])
    assert (asked.body["event"], by_clerk.status) == ("ExceptionProposed", 403)
    assert (shown["stage"], shown["exceptions"][0]["approved_by"]) == ("accepted", "approver-9")
    assert (anew["decision"], anew["flags"][0]) == ("APPROVE", "LIMIT_EXCEPTED")
    assert after["exceptions"] == [
        {"clause": "HLD-10-2", "proposed_by": "clerk-1", "approved_by": "approver-9"}
    ]
    assert after["year_slot"] == 4
    bodies = await claims.service.store.load(claim_id)
    takes, _ = slots_of(decode(bodies[-1]))
    assert any(slot.key.endswith("/2021/4") for slot in takes)


async def test_what_was_shown_before_an_answer_or_correction_is_refused(office: Office) -> None:
    claim_id, proposal = await office.proposed(claim(next(PERSON)), key())
    await office.look_at(claim_id, key())
    said = {name: proposal[name] for name in SHOWN}
    path = f"/claims/{claim_id}/approve"
    other = await office.approver.post(path, {**said, "shown_sha256": "0" * 64}, key=key())
    without = await office.approver.post(
        path, {n: said[n] for n in SHOWN if n != "shown_sha256"}, key=key()
    )
    approved = await office.approver.post(path, said, key=key())

    assert (other.status, other.codes) == (409, ["STALE_PROPOSAL"])
    assert (without.status, without.codes) == (422, ["INPUT_REFUSED", "FIELD_REQUIRED"])
    assert approved.body["shown_sha256"] == said["shown_sha256"]
