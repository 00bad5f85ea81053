"""Each change of a plan's claims is said exactly once, whatever dies and whoever else is first."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import pytest

from services.claims.app import build, project
from services.claims.claim.views import VIEW
from services.claims.plan.following import Settling
from shared.events.plans import PlanDecided
from shared.service import Parts, Service
from shared.store.store import Connection
from shared.store.views import Projector
from tests.claims.plan.office import PlanOffice, events_of, skill_claim, skill_plan
from tests.databases import Databases
from tests.installation import Installation, Running, prepared

TRIES = 3
PERSONS = range(64_000, 64_006)


@pytest.fixture(scope="module")
async def installation(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    return await prepared(tmp_path_factory.mktemp("following"), databases, "claims")


class Dying:
    """Does its work and dies before the commit, a few times; then it lives."""

    def __init__(self, service: Service) -> None:
        self._settling = Settling(service)
        self.died = 0
        self.worked = 0

    async def due(self, connection: Connection) -> bool:
        before = await connection.fetchval("SELECT count(*) FROM events")
        left = await self._settling.due(connection)
        self.worked += await connection.fetchval("SELECT count(*) FROM events") - before
        if self.worked > self.died and self.died < TRIES:
            self.died += 1
            raise ConnectionResetError
        return left


async def decided(running: Running, plan_id: str) -> Sequence[PlanDecided]:
    facts = [event.facts for event in await events_of(running, plan_id)]
    return [each for each in facts if isinstance(each, PlanDecided)]


async def caught_up(running: Running) -> None:
    """Every event is shown, and what follows from it is said and shown, too."""
    store, [projector] = running.service.store, running.parts.projectors
    async with asyncio.timeout(10):
        while True:
            heads = await store.heads()
            seen = [await projector.seen(*at) >= seq for at, seq in heads.items()]
            due = await store.pool.fetchval("SELECT count(*) FROM plans_due")
            if all(seen) and not due and heads == await store.heads():
                return
            await asyncio.sleep(0.02)


async def test_a_crash_before_the_commit_says_nothing_and_afterwards_it_is_said_once(
    installation: Installation,
) -> None:
    dying: list[Dying] = []

    async def built(service: Service) -> Parts:
        dying.append(Dying(service))
        projector = Projector(VIEW, service.store, project, dying[0].due)
        return replace(await build(service), projectors=[projector])

    async with installation.running("claims", built) as running:
        office = PlanOffice(running)
        plan_id = await office.approved(skill_plan(30, 1), PERSONS[:1], "crash")
        await office.claims.approved(skill_claim(plan_id, PERSONS[0]), "crash-1")
        await office.complete(plan_id, passed=1, key="crash")
        await office.until_decided(plan_id, 1)
        await caught_up(running)

        assert dying[0].died == TRIES
        assert [each.revision for each in await decided(running, plan_id)] == [1]


async def test_two_processes_and_racing_requests_say_each_change_once(
    installation: Installation,
) -> None:
    async with (
        installation.running("claims", build) as running,
        installation.running("claims", build) as other,
    ):
        office = PlanOffice(running)
        persons = PERSONS[1:]
        plan_id = await office.approved(skill_plan(31, len(persons)), persons, "race")
        await office.complete(plan_id, passed=1, key="race-0")

        async def claimed(person: int) -> None:
            await office.claims.approved(skill_claim(plan_id, person), f"race-{person}")

        async def counted(number: int) -> None:
            answer = await office.complete(plan_id, passed=1, key=f"race-{number}")
            assert answer.status in (200, 409)

        await asyncio.gather(*map(claimed, persons), *map(counted, range(1, 12)))
        for each in (running, other):
            await caught_up(each)
        told = await decided(running, plan_id)

    assert [each.revision for each in told] == list(range(1, len(told) + 1))
    assert len({each.claims_sha256 for each in told}) == len(told)
    assert told[-1].approved == len(persons)
    assert told[-1].earned[0].earned_fen == 200_000 * len(persons)


async def test_events_that_are_shown_again_say_nothing_again(installation: Installation) -> None:
    async with installation.running("claims", build) as running:
        office = PlanOffice(running)
        plan_id = await office.approved(skill_plan(32, 1), range(64_010, 64_011), "again")
        await office.claims.approved(skill_claim(plan_id, 64_010), "again-1")
        await office.complete(plan_id, passed=1, key="again")
        before = await office.until_decided(plan_id, 1)
    connection = await asyncpg.connect(installation.databases["claims"].service_dsn())
    await connection.execute("UPDATE view_positions SET seq = 0")
    await connection.close()
    async with installation.running("claims", build) as running:
        await caught_up(running)
        after = await PlanOffice(running).until_decided(plan_id, 1)
        claims = await running.service.pool.fetch(
            "SELECT state FROM plan_claims WHERE plan = $1", plan_id
        )

        assert len(await decided(running, plan_id)) == 1
    assert after["decided"] == before["decided"]
    assert [row["state"] for row in claims] == ["approved"]


async def test_a_claim_that_names_no_plan_is_looked_at_once_and_left(
    installation: Installation,
) -> None:
    async with installation.running("claims", build) as running:
        office = PlanOffice(running)
        claim_id = await office.claims.filed(skill_claim("plan-unknown", 64_020), "none-1")
        await office.filer.post(f"/claims/{claim_id}/withdraw", {"reason": "no"}, key="none-2")
        await caught_up(running)

        assert await events_of(running, "plan-unknown") == []
