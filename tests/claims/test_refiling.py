"""Claims withdrawn and filed again over HTTP and by roster: in the place of one, once."""

from itertools import count

import pytest

from tests.claims.filing import Office, claim, roster_row
from tests.faults.people import HEADER
from tests.installation import Running

PERSON = count(27_000)


@pytest.fixture
def office(claims: Running) -> Office:
    return Office(claims)


def key() -> str:
    return f"refile-{next(PERSON)}"


async def withdrawn(office: Office, person: int) -> str:
    claim_id = await office.filed(claim(person), key())
    gone = await office.filer.post(f"/claims/{claim_id}/withdraw", {"reason": "typo"}, key=key())
    assert gone.status == 200, gone.body
    return claim_id


async def test_a_withdrawn_claim_is_filed_again_once(office: Office, claims: Running) -> None:
    person = next(PERSON)
    first = await withdrawn(office, person)
    body = claim(person) | {"supersedes": first}
    again = await office.filer.post("/claims", body, key=key())
    same = await office.filer.post("/claims", body, key=key())
    second = claim(person, f"HLD2021R{person}") | {"supersedes": first}
    twice = await office.filer.post("/claims", second, key=key())
    stands = claim(person) | {"supersedes": again.body["claim"]}
    standing = await office.filer.post("/claims", stands, key=key())
    unknown = await office.filer.post(
        "/claims", claim(person) | {"supersedes": "claim-0"}, key=key()
    )

    assert again.status == 201
    assert (same.status, same.body["claim"]) == (200, again.body["claim"])
    assert (twice.status, twice.codes) == (409, ["SUPERSEDED_ALREADY"])
    assert (standing.status, standing.codes) == (409, ["SUPERSEDED_STANDS"])
    assert (unknown.status, unknown.codes) == (409, ["SUPERSEDES_ANOTHERS"])


async def test_rows_of_a_roster_supersede_by_the_same_rules(office: Office) -> None:
    one, two = next(PERSON), next(PERSON)
    first = await withdrawn(office, one)
    table = _superseding(
        (roster_row(one), first), (roster_row(one, f"HLD2021S{one}"), first),
        (roster_row(two), first), (roster_row(two), ""),
    )  # fmt: skip
    answer = await office.filer.upload("/rosters", table, key=key())
    outcomes = [
        (row["outcome"], [error["code"] for error in row.get("errors", ())])
        for row in answer.body["outcomes"]
    ]

    assert outcomes == [
        ("submitted", []),
        ("refused", ["SUPERSEDED_ALREADY"]),
        ("refused", ["SUPERSEDES_ANOTHERS"]),
        ("submitted", []),
    ]


def _superseding(*rows: tuple[str, str]) -> bytes:
    lines = [f"{HEADER},supersedes", *(f"{row},{first}" for row, first in rows), ""]
    return "\n".join(lines).encode()
