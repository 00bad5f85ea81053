"""From acceptance to a decision that rests on registers, over real HTTP on both sides."""

from datetime import date

import pytest

from services.simulators.registers.books import Agreement, Books
from services.simulators.registers.site import Mood
from shared.http.identity import Role
from tests.claims.filing import SHOWN
from tests.claims.verification.books import agreement, books_of, insured
from tests.claims.verification.conftest import Bureau
from tests.claims.verification.ledger import events_of, facts_named, kept_of, stream_of
from tests.claims.verification.persons import new_claim
from tests.claims.verification.steps import (
    accepted,
    approve,
    propose,
    settled,
    until,
    until_stage,
    until_waiting,
)
from tests.installation import Person

SI, CERT, INST = "SI_EMPLOY", "CERT_REG", "INST_REG"


def other_inspector(bureau: Bureau, at: str = "211400") -> Person:
    return bureau.claims.person("inspector-2", Role.INSPECTOR, at=at)


async def test_a_claim_that_all_registers_confirm_is_approved_on_their_answers(
    bureau: Bureau,
) -> None:
    body = new_claim()
    await bureau.registers.correct(books_of(body))

    claim = await accepted(bureau, body, "all-1")
    await settled(bureau, claim)
    proposal = await propose(bureau, claim, "all-1")
    approval = await approve(bureau, claim, proposal, "all-1")

    assert (proposal["decision"], proposal["amount_fen"]) == ("APPROVE", 200_000)
    assert len(proposal["verifications"]) == 3
    assert approval["verifications"] == proposal["verifications"]


async def test_a_paper_that_a_connected_register_answers_is_not_asked_of_the_claimant(
    bureau: Bureau,
) -> None:
    """HLD-15-4."""
    claim = await bureau.office.filed(new_claim(), "papers-1")
    papers = (await bureau.office.filer.get(f"/claims/{claim}")).body["papers"]

    assert papers["from_registers"] == ["certificate"]
    assert "certificate" not in papers["asked"]


async def test_an_institution_without_an_agreement_on_the_training_days_is_refused(
    bureau: Bureau,
) -> None:  # E05
    body = new_claim()
    ended = agreement(body, last=date(2021, 3, 21))  # the training ends on the 22nd
    own = books_of(body)
    await bureau.registers.correct(
        Books(insured=own.insured, certificates=own.certificates, agreements=(ended,))
    )

    claim = await accepted(bureau, body, "e05")
    await settled(bureau, claim)
    proposal = await propose(bureau, claim, "e05")

    assert (proposal["decision"], proposal["reasons"]) == ("REJECT", ["NO_AGREEMENT"])
    assert proposal["citations"][0]["clause"] == "HLD-1.5-2"


@pytest.mark.parametrize(
    ("mood", "why"),
    [(Mood.DOWN, "down"), (Mood.BUSY, "down"), (Mood.SLOW, "slow"), (Mood.WRONG, "wrong")],
)
async def test_a_claim_waits_for_a_silent_register_and_goes_on_when_it_answers(
    bureau: Bureau, mood: Mood, why: str
) -> None:
    body, key = new_claim(), f"silent-{mood}"
    await bureau.registers.correct(books_of(body))
    await bureau.registers.mood(INST, mood)
    try:
        claim = await accepted(bureau, body, key)
        await until_waiting(bureau, claim, {INST: why})
        held = await propose(bureau, claim, key)
    finally:
        await bureau.registers.mood(INST, Mood.UP)
    await settled(bureau, claim)
    proposal = await propose(bureau, claim, f"{key}-again")

    assert (held["decision"], held["reasons"]) == ("HOLD", ["FACT_MISSING"])
    assert (held["missing"], held["missing_registers"]) == (["agreement_in_force"], [INST])
    assert proposal["decision"] == "APPROVE"


async def test_an_outage_is_recorded_when_it_is_over(bureau: Bureau) -> None:
    body = new_claim()
    before = len(await facts_named(bureau, "RegisterOutageRecorded"))
    await bureau.registers.mood(CERT, Mood.BUSY)
    claim = await accepted(bureau, body, "outage")
    await until_waiting(bureau, claim, {CERT: "down"})
    await bureau.registers.mood(CERT, Mood.UP)

    async def recorded() -> bool:
        return len(await facts_named(bureau, "RegisterOutageRecorded")) == before + 1

    await until(recorded, "the outage is recorded")
    outage = (await facts_named(bureau, "RegisterOutageRecorded"))[-1]
    assert (outage["register"], outage["unanswered"]) == (CERT, 1)
    assert outage["down_from"] < outage["down_to"]


async def test_what_a_register_leaves_open_is_asked_again_until_it_answers(bureau: Bureau) -> None:
    one, two = new_claim(), new_claim()
    await bureau.registers.correct(books_of(one, two))
    await bureau.registers.mood(SI, Mood.HALF)
    try:
        claims = [await accepted(bureau, one, "half-1"), await accepted(bureau, two, "half-2")]
        for claim in claims:
            await settled(bureau, claim)
    finally:
        await bureau.registers.mood(SI, Mood.UP)

    assert (await propose(bureau, claims[1], "half-2"))["decision"] == "APPROVE"


async def test_one_question_of_two_claims_is_asked_once(bureau: Bureau) -> None:
    one = new_claim()
    two = new_claim(institution=one["training"]["institution"])
    await bureau.registers.correct(books_of(one, two))

    first = await accepted(bureau, one, "once-1")
    await settled(bureau, first)
    second = await accepted(bureau, two, "once-2")
    await settled(bureau, second)

    events = await events_of(bureau, await stream_of(bureau, second, INST))
    assert [event.name for event in events] == [
        "VerificationRequested", "VerificationAnswered", "VerificationRequested",
    ]  # fmt: skip
    assert (await propose(bureau, second, "once-2"))["decision"] == "APPROVE"


async def test_a_corrected_answer_holds_exactly_the_claims_that_rest_on_it(bureau: Bureau) -> None:
    resting, other = new_claim(), new_claim()
    await bureau.registers.correct(books_of(resting, other))
    claims = []
    for n, body in enumerate((resting, other)):
        claims.append(await accepted(bureau, body, f"resting-{n}"))
        await settled(bureau, claims[-1])
        await propose(bureau, claims[-1], f"resting-{n}")

    changed = await bureau.registers.correct(Books(removed=(resting["training"]["institution"],)))
    await until_stage(bureau, claims[0], "held")
    shown = await bureau.office.clerk.get(f"/claims/{claims[1]}")
    last = (await events_of(bureau, claims[0]))[-1]
    proposal = await propose(bureau, claims[0], "resting-again")

    assert changed == 1
    assert (last.name, last.data["reasons"]) == ("ClaimHeld", ["REGISTER_CORRECTED"])
    assert shown.body["stage"] == "proposed"
    assert (proposal["decision"], proposal["reasons"]) == ("REJECT", ["NO_AGREEMENT"])


async def test_a_corrected_answer_of_an_approved_claim_is_shown_to_a_person(bureau: Bureau) -> None:
    body = new_claim()
    await bureau.registers.correct(books_of(body))
    claim = await accepted(bureau, body, "flag")
    await settled(bureau, claim)
    await approve(bureau, claim, await propose(bureau, claim, "flag"), "flag")

    async def flagged() -> bool:
        listed = await bureau.office.approver.get("/claims/corrected?limit=200")
        return claim in {row["claim"] for row in listed.body["claims"]}

    assert not await flagged()
    await bureau.registers.correct(Books(removed=(body["person"]["id_number"],)))
    await until(flagged, "the approved claim is flagged")

    assert (await events_of(bureau, claim))[-1].name == "ClaimApproved"


async def test_an_approval_of_a_proposal_whose_answer_was_corrected_is_refused(
    bureau: Bureau,
) -> None:
    body = new_claim()
    await bureau.registers.correct(books_of(body))
    claim = await accepted(bureau, body, "stale")
    await settled(bureau, claim)
    proposal = await propose(bureau, claim, "stale")
    stream = await stream_of(bureau, claim, SI)
    paper = {**PAPER, "outcome": "not_found", "facts": [], "reason": "paper of May"}
    corrected = await other_inspector(bureau).post(
        f"/verifications/{stream}/correct", paper, key="stale-1"
    )
    said = {name: proposal[name] for name in SHOWN}
    refused = await bureau.office.approver.post(f"/claims/{claim}/approve", said, key="stale-2")

    assert corrected.body["event"] == "VerificationCorrected"
    assert refused.codes[0] in ("STALE_PROPOSAL", "NOT_IN_THIS_STATE")


PAPER = {
    "outcome": "confirmed",
    "facts": [{"attribute": "insured_month", "valid_from": "2021-02-01", "valid_to": "2021-02-28"}],
    "valid_at": "2021-05-01T00:00:00Z",
    "document": "SI-2021-77",
}


async def test_an_inspector_answers_by_hand_what_a_register_cannot(bureau: Bureau) -> None:
    body = new_claim()
    own = books_of(body)
    await bureau.registers.correct(own)
    await bureau.registers.mood(SI, Mood.BUSY)
    try:
        claim = await accepted(bureau, body, "hand")
        await until_waiting(bureau, claim, {SI: "down"})
        stream = await stream_of(bureau, claim, SI)
        answered = await other_inspector(bureau).post(
            f"/verifications/{stream}/answer", PAPER, key="hand-1"
        )
        again = await other_inspector(bureau).post(
            f"/verifications/{stream}/answer", PAPER, key="hand-1"
        )
        await settled(bureau, claim)
    finally:
        await bureau.registers.mood(SI, Mood.UP)
    proposal = await propose(bureau, claim, "hand")
    approval = await approve(bureau, claim, proposal, "hand")

    assert answered.body == again.body
    assert answered.body["event"] == "VerificationAnswered"
    assert approval["verified_by"] == "inspector-2"
    answers = [e for e in await events_of(bureau, stream) if e.name == "VerificationAnswered"]
    assert len(answers) == 1


@pytest.mark.parametrize("hand", ["filer-1", "clerk-1"])
async def test_who_filed_or_accepted_the_claim_answers_nothing_by_hand(
    bureau: Bureau, hand: str
) -> None:
    await bureau.registers.mood(SI, Mood.BUSY)
    try:
        claim = await accepted(bureau, new_claim(), f"eyes-{hand}")
        stream = await stream_of(bureau, claim, SI)
        person = bureau.claims.person(hand, Role.INSPECTOR)
        refused = await person.post(f"/verifications/{stream}/answer", PAPER, key=f"eyes-{hand}-1")
    finally:
        await bureau.registers.mood(SI, Mood.UP)

    assert refused.codes == ["SAME_PERSON_TWICE"]


@pytest.mark.parametrize("hand", ["approver-1", "inspector-1"])
async def test_who_answered_by_hand_does_not_inspect_or_approve_the_claim(
    bureau: Bureau, hand: str
) -> None:
    body, key = new_claim(), f"both-{hand}"
    await bureau.registers.mood(SI, Mood.BUSY)
    try:
        await bureau.registers.correct(books_of(body))
        claim = await accepted(bureau, body, key)
        await until_waiting(bureau, claim, {SI: "down"})
        stream = await stream_of(bureau, claim, SI)
        person = bureau.claims.person(hand, Role.INSPECTOR)
        await person.post(f"/verifications/{stream}/answer", PAPER, key=f"{key}-1")
        await settled(bureau, claim)
    finally:
        await bureau.registers.mood(SI, Mood.UP)
    proposal = await propose(bureau, claim, key)
    refused = await bureau.office.approve(claim, proposal, key)

    assert refused.codes == ["SAME_PERSON_TWICE"]


async def test_a_place_sees_and_answers_only_what_waits_there(bureau: Bureau) -> None:
    body = new_claim()
    await bureau.registers.mood(SI, Mood.BUSY)
    try:
        claim = await accepted(bureau, body, "place")
        stream = await stream_of(bureau, claim, SI)
        elsewhere = other_inspector(bureau, at="370100")
        listed = await elsewhere.get("/claims/waiting?limit=200")
        shown = await elsewhere.get(f"/verifications/{stream}")
        answered = await elsewhere.post(f"/verifications/{stream}/answer", PAPER, key="place-1")
        kept = await bureau.claims.service.pool.fetchval(
            "SELECT count(*) FROM register_answers WHERE stream_id = $1", stream
        )
    finally:
        await bureau.registers.mood(SI, Mood.UP)

    assert kept == 0
    assert listed.body["claims"] == []
    assert shown.codes == answered.codes == ["JURISDICTION_REFUSED"]


async def test_a_clerk_asks_again_and_the_same_answer_changes_nothing(bureau: Bureau) -> None:
    body = new_claim()
    await bureau.registers.correct(books_of(body))
    claim = await accepted(bureau, body, "again")
    await settled(bureau, claim)
    proposal = await propose(bureau, claim, "again")
    stream = await stream_of(bureau, claim, INST)
    asked = await bureau.office.clerk.post(f"/verifications/{stream}/ask", key="again-1")

    async def answered() -> bool:
        return (await events_of(bureau, stream))[-1].name == "VerificationAnswered"

    await until(answered, "the second asking is answered")
    shown = await bureau.office.clerk.get(f"/claims/{claim}")
    assert asked.body["event"] == "VerificationRequested"
    assert shown.body["stage"] == "proposed"
    assert proposal["decision"] == "APPROVE"


async def test_numbers_are_opened_with_a_record_and_stand_in_no_event(bureau: Bureau) -> None:
    body = new_claim()
    await bureau.registers.correct(books_of(body))
    claim = await accepted(bureau, body, "read")
    await settled(bureau, claim)
    person = (await events_of(bureau, claim))[0].data["person"]
    stream = await stream_of(bureau, claim, CERT)
    read = await other_inspector(bureau).post(f"/verifications/{stream}/read", key="read-1")

    readings = [
        (each["purpose"], each["reader"])
        for each in await facts_named(bureau, "PersonalDataRead")
        if person in each["persons"]
    ]
    assert {("verification", "system"), ("evidence", "inspector-2")} <= set(readings)
    assert '"outcome":"confirmed"' in read.body["raw"]
    assert read.position.startswith("claim-events.v1/")
    bodies = await bureau.claims.service.pool.fetch("SELECT body FROM events")
    for number in (body["person"]["id_number"], body["certificate"]["number"]):
        assert not any(number.encode() in row["body"] for row in bodies)


async def test_raw_answers_are_kept_sealed_but_for_institutions(bureau: Bureau) -> None:
    body = new_claim()
    own = insured(body)
    await bureau.registers.correct(
        Books(insured=(own,), agreements=(Agreement(
            institution=body["training"]["institution"], code="AG-77", first=date(2019, 1, 1),
            last=date(2021, 12, 31)),))
    )  # fmt: skip
    claim = await accepted(bureau, body, "sealed")
    await settled(bureau, claim)
    person, sealed = await kept_of(bureau, await stream_of(bureau, claim, SI))
    nobody, plain = await kept_of(bureau, await stream_of(bureau, claim, INST))

    read = await other_inspector(bureau).post(
        f"/verifications/{await stream_of(bureau, claim, INST)}/read", key="sealed-1"
    )

    assert '"AG-77"' in read.body["raw"]
    assert read.position.startswith("verification-events.v1/")
    assert own.employer.encode() not in sealed
    assert person is not None
    assert b"AG-77" in plain
    assert nobody is None
