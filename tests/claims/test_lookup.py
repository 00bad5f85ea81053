"""A person is found by ID number: in a body, with a masked name, and the look is an event."""

from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import decode
from shared.events.persons import PersonalDataRead
from shared.http.identity import Role
from tests.claims.filing import Office, claim, resident_number
from tests.installation import Running

ASKED = {"id_number": resident_number(917_000), "purpose": "file"}


async def test_a_person_is_found_with_a_masked_name_and_the_look_is_recorded_first(
    claims: Running,
) -> None:
    office = Office(claims)
    body = claim(917_000)
    claim_id = await office.filed(body, "look-1")
    filed = await office.clerk.get(f"/claims/{claim_id}")
    reference = filed.body["content"]["person"]
    before = await claims.event_count()

    masked = await office.clerk.post("/persons/lookup", ASKED, key="look-2")
    whole = await office.clerk.post("/persons/lookup", {**ASKED, "show_name": True}, key="look-3")

    name = body["person"]["name"]
    assert (masked.status, masked.body["person"], masked.body["erased"]) == (200, reference, False)
    assert masked.body["name"] == name[0] + "*" * (len(name) - 1)
    assert whole.body["name"] == name
    assert await claims.event_count() == before + 2
    topic, partition, seq = masked.position.split("/")
    stored = await claims.service.pool.fetchval(
        "SELECT body FROM events WHERE topic = $1 AND partition_no = $2 AND seq = $3",
        CLAIM_EVENTS, int(partition), int(seq),
    )  # fmt: skip
    facts = decode(stored).facts
    assert topic == CLAIM_EVENTS
    assert isinstance(facts, PersonalDataRead)
    assert (facts.persons, facts.reader, facts.purpose) == ((reference,), "clerk-1", "file")


async def test_nobody_another_city_and_another_role_learn_nothing(claims: Running) -> None:
    await Office(claims).filed(claim(917_001), "look-4")
    before = await claims.event_count()
    known = {"id_number": resident_number(917_001), "purpose": "file"}
    nobody = {"id_number": resident_number(917_002), "purpose": "file"}
    far = claims.person("clerk-1", Role.CLERK, at="370100")
    clerk = claims.person("clerk-1", Role.CLERK)
    filer = claims.person("filer-1", Role.INSTITUTION, org="INST-1")

    assert (await clerk.post("/persons/lookup", nobody, key="look-5")).status == 404
    assert (await far.post("/persons/lookup", known, key="look-6")).status == 404
    assert (await filer.post("/persons/lookup", known, key="look-7")).codes == ["ROLE_REFUSED"]
    assert await claims.event_count() == before


async def test_an_erased_person_is_found_without_a_name(claims: Running) -> None:
    await Office(claims).filed(claim(917_003), "look-8")
    operator = claims.person("operator-1", Role.OPERATOR, at="210000")
    number = resident_number(917_003)
    said = {"id_number": number, "ground": "PIPL-47", "keep_tombstone": True}
    erased = await operator.post("/persons/erase", said, key="look-9")

    found = await claims.person("clerk-1", Role.CLERK).post(
        "/persons/lookup", {"id_number": number, "purpose": "file", "show_name": True}, key="l-10"
    )

    assert found.body == {"person": erased.body["person"], "name": None, "erased": True}
