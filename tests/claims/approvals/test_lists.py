"""A list of approvals: one command, each claim its own outcome, whatever happens meanwhile."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from services.claims.approvals import book
from services.claims.approvals.working import AGAIN, Approving
from services.claims.claim import decide
from services.claims.claim.decide import CLAIM
from shared.events.approvals import ApprovalsEnded
from shared.events.claims import ClaimApproved
from shared.events.envelope import decode
from shared.http.identity import Role
from shared.http.position import Position, wait_for
from shared.store.commands import By
from tests.claims.approvals.waiting import (
    HEADER,
    Proposed,
    Wanted,
    fresh,
    propose,
    table,
    wanted,
)
from tests.claims.claim.builders import APPROVER, FILER, PLACE
from tests.installation import Answer, Person, Running

KEYS = count()
DISTRICT = "211481"


@pytest.fixture
def approver(claims: Running) -> Person:
    return claims.person(APPROVER, Role.APPROVER)


async def send(approver: Person, lines: bytes, key: str = "") -> Answer:
    return await approver.upload("/claims/approvals", lines, key=key or f"list-{next(KEYS)}")


async def asked(approver: Person, proposed: Sequence[Proposed]) -> str:
    answer = await send(approver, table(proposed))
    assert (answer.status, answer.body["claims"]) == (202, len(proposed)), answer.body
    return str(answer.body["approvals"])


async def worked_off(claims: Running, approver: Person, approvals: str) -> dict[str, Any]:
    """What the list shows once it has ended."""
    worker = Approving(claims.service)
    async with asyncio.timeout(60):
        while await worker.turn():
            pass
    return dict((await approver.get(f"/claims/approvals/{approvals}")).body)


async def outcomes(approver: Person, approvals: str, limit: int = 100) -> dict[str, Any]:
    """Every outcome by claim, page by page."""
    found: dict[str, Any] = {}
    path, after = f"/claims/approvals/{approvals}/outcomes?limit={limit}", 0
    while True:
        page = (await approver.get(f"{path}&after={after}")).body
        found |= {one["claim"]: one for one in page["outcomes"]}
        if "next" not in page:
            return found
        after = page["next"]


async def approvals_of(claims: Running, proposed: Sequence[Proposed]) -> Counter[str]:
    """How often each claim was approved."""
    found: Counter[str] = Counter()
    for one in proposed:
        bodies = await claims.service.store.load(one.claim)
        found[one.claim] = sum(isinstance(decode(b).facts, ClaimApproved) for b in bodies)
    return found


async def test_every_claim_of_a_list_has_its_own_outcome(claims: Running, approver: Person) -> None:
    ledger, person = claims.service.ledger, uuid4().hex
    four = [fresh(person=person, occupation=f"6-31-01-0{n}") for n in range(4)]
    good = await propose(ledger, wanted(290))
    year = await propose(ledger, [Wanted(one) for one in four])
    own, unvisited = await propose(
        ledger, [Wanted(fresh(), accepted_by=APPROVER), Wanted(fresh(), visited=False)]
    )
    changed, withdrawn = await propose(ledger, wanted(2))
    await _withdraw(claims, withdrawn)
    changed = Proposed(changed.claim, "0" * 64)
    unknown = Proposed("claim-nobody", "0" * 64)
    every = [*good, *year, own, unvisited, changed, withdrawn, unknown]
    approvals = await asked(approver, every)
    shown = await worked_off(claims, approver, approvals)
    found = await outcomes(approver, approvals)
    refused = [found[one.claim] for one in (own, unvisited, changed, withdrawn, unknown)]

    assert (shown["claims"], shown["done"], "ended_at" in shown) == (299, 299, True)
    assert shown["counts"] == {"approved": 293, "rejected": 1, "held": 0, "refused": 5}
    assert {found[one.claim]["outcome"] for one in good} == {"approved"}
    assert [found[one.claim]["outcome"] for one in year] == ["approved"] * 3 + ["rejected"]
    assert found[year[3].claim]["code"] == "LIMIT_YEAR"
    assert [one["code"] for one in refused] == [
        "SAME_PERSON_TWICE", "DEMANDS_NOT_MET", "STALE_PROPOSAL", "NOT_IN_THIS_STATE",
        "RESOURCE_UNKNOWN",
    ]  # fmt: skip
    assert all(one["en"] and one["zh"] for one in refused)
    begun, ended = [decode(b) for b in await claims.service.store.load(approvals)]
    assert ended.facts == ApprovalsEnded(approved=293, rejected=1, held=0, refused=5)
    newest = decode((await claims.service.store.load(good[0].claim))[-1])
    assert (newest.actor, newest.causation_id) == (APPROVER, begun.id)
    assert newest.correlation_id == begun.correlation_id


async def _withdraw(claims: Running, one: Proposed) -> None:
    ledger = claims.service.ledger
    bodies = await claims.service.store.load(one.claim)
    decision = decide.withdraw_claim(CLAIM.fold(bodies), decide.WithdrawClaim("enough"))
    by = By(actor=FILER, jurisdiction=PLACE, correlation_id=str(uuid4()))
    await ledger.store.append_batch([ledger.unit(CLAIM, one.claim, len(bodies), decision, by)])


async def test_a_worker_that_is_killed_anywhere_approves_each_claim_once(
    claims: Running, approver: Person
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    proposed = await propose(claims.service.ledger, wanted(120))
    approvals = await asked(approver, proposed)
    kills = 0
    while kills < 30:
        task = asyncio.create_task(Approving(claims.service, 3).turn())
        await asyncio.sleep(chance.random() * 0.03)
        kills += not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if task.cancelled() or not (failed := task.exception()):
            if not await book.open_lists(claims.service.pool):
                break
        elif not isinstance(failed, AGAIN):
            raise failed
    shown = await worked_off(claims, approver, approvals)

    assert kills > 3
    assert shown["counts"] == {"approved": 120, "rejected": 0, "held": 0, "refused": 0}
    assert set((await approvals_of(claims, proposed)).values()) == {1}


async def test_two_processes_on_one_list_do_no_harm(claims: Running, approver: Person) -> None:
    proposed = await propose(claims.service.ledger, wanted(60))
    approvals = await asked(approver, proposed)

    async def work(worker: Approving) -> None:
        while True:
            try:
                if not await worker.turn():
                    return
            except AGAIN:
                continue

    await asyncio.gather(*(work(Approving(claims.service, 20)) for _ in range(2)))
    shown = await worked_off(claims, approver, approvals)

    assert shown["counts"]["approved"] == 60
    assert set((await approvals_of(claims, proposed)).values()) == {1}
    assert len(await claims.service.store.load(approvals)) == 2


async def test_a_list_is_taken_in_once_under_its_key(claims: Running, approver: Person) -> None:
    lines, other = table(await propose(claims.service.ledger, wanted(2))), wanted(1)
    first = await send(approver, lines, "one-list")
    again = await send(approver, lines, "one-list")
    differs = await send(approver, table(await propose(claims.service.ledger, other)), "one-list")
    await worked_off(claims, approver, first.body["approvals"])
    stranger = claims.person("approver-3", Role.APPROVER, at="210200")
    seen = await stranger.get(f"/claims/approvals/{first.body['approvals']}")
    abroad = await asked(stranger, await propose(claims.service.ledger, wanted(1)))
    shown = await worked_off(claims, stranger, abroad)
    [refused] = (await outcomes(stranger, abroad)).values()

    assert (again.status, again.body) == (202, first.body)
    assert (differs.status, differs.codes) == (422, ["IDEMPOTENCY_KEY_REUSED"])
    assert (seen.status, seen.codes) == (403, ["JURISDICTION_REFUSED"])
    assert (shown["done"], refused["code"]) == (1, "JURISDICTION_REFUSED")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (f"{HEADER}\nclaim-1,{'0' * 64}\nclaim-1,{'1' * 64}\n", "CLAIM_TWICE"),
        (f"{HEADER}\nclaim-1,0\n", "CODE_FORMAT"),
        (f"{HEADER}\nplan-1,{'0' * 64}\n", "CODE_FORMAT"),
        (f"{HEADER}\nclaim-1,\n", "REQUIRED"),
        (f"{HEADER}\nclaim-1\n", "APPROVALS_REFUSED"),
        ("claim\nclaim-1\n", "MISSING_COLUMN"),
    ],
)
async def test_a_list_that_cannot_be_read_is_refused_whole(
    claims: Running, approver: Person, lines: str, code: str
) -> None:
    before = await claims.event_count()
    answer = await send(approver, lines.encode())

    assert (answer.status, answer.codes[-1]) == (422, code), answer.body
    assert await claims.event_count() == before


async def test_the_list_to_approve_is_read_by_place_and_kind_and_sent_back(
    claims: Running,
) -> None:
    """In a district of its own, so that no other test's claims stand in it."""
    approver = claims.person(APPROVER, Role.APPROVER, at=DISTRICT)
    ledger, kind = claims.service.ledger, fresh().kind
    every = await propose(ledger, [Wanted(fresh(), place=DISTRICT) for _ in range(3)])
    path = f"/claims/approvable?jurisdiction={DISTRICT}"
    await _visible(claims)
    lines = await _download(approver, f"{path}&kind={kind}")
    other = await _download(approver, f"{path}&kind=XX.K.unknown")
    abroad = await approver.get("/claims/approvable?jurisdiction=211400")
    answer = await send(approver, "\n".join(lines).encode())
    shown = await worked_off(claims, approver, answer.body["approvals"])

    assert lines[0] == f"{HEADER},kind,occupation,level,amount"
    assert {tuple(line.split(",")[:2]) for line in lines[1:]} == {
        (one.claim, one.shown_sha256) for one in every
    }
    assert lines[1].endswith(",2000.00")
    assert other == lines[:1]
    assert (abroad.status, abroad.codes) == (403, ["JURISDICTION_REFUSED"])
    assert shown["counts"]["approved"] == 3


async def _visible(claims: Running) -> None:
    """The read tables show all that is committed."""
    [projector] = claims.service.projectors
    for at, number in (await claims.service.store.heads()).items():
        await wait_for(Position(at.topic, at.partition, number), projector.seen)


async def _download(approver: Person, path: str) -> list[str]:
    headers = {"Authorization": f"Bearer {approver.token}"}
    async with approver.session.get(approver.url + path, headers=headers) as given:
        assert given.status == 200, await given.text()
        return (await given.text()).splitlines()


async def test_lists_that_wait_are_bounded(claims: Running, approver: Person) -> None:
    for _ in range(book.MAX_OPEN):
        last = await asked(approver, await propose(claims.service.ledger, wanted(1)))
    full = await send(approver, table([Proposed("claim-1", "0" * 64)]))
    await worked_off(claims, approver, last)

    assert (full.status, full.codes) == (409, ["APPROVALS_WAITING"])


async def test_nothing_of_a_page_stays_when_another_process_was_first_at_one_claim(
    claims: Running, approver: Person
) -> None:
    proposed = await propose(claims.service.ledger, wanted(3))
    approvals = await asked(approver, proposed)
    pool, worker = claims.service.pool, Approving(claims.service)
    one = await book.find(pool, approvals)
    assert one is not None
    page = await book.waiting(pool, approvals, 3)
    async with pool.acquire() as connection:
        await book.settle(connection, approvals, [book.Outcome(2, "refused", "X")])
    with pytest.raises(book.DoneElsewhere):
        await worker.work(one, page)
    before = await approvals_of(claims, proposed)
    shown = await worked_off(claims, approver, approvals)

    assert set(before.values()) == {0}
    assert shown["counts"] == {"approved": 2, "rejected": 0, "held": 0, "refused": 1}
