"""Read tables: each event is shown once, also by two processes that show the same ones."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest

from shared.attempts import LostRace
from shared.events.envelope import Event
from shared.store.store import Connection
from shared.store.views import Projector
from tests.stands import Stand, running, until


@pytest.fixture
async def shown(quick_claims: Stand) -> Stand:
    await quick_claims.as_owner(
        "CREATE TABLE IF NOT EXISTS shown (n bigserial, name text);"
        " GRANT ALL ON shown TO ledger_writer; GRANT ALL ON SEQUENCE shown_n_seq TO ledger_writer;"
        " TRUNCATE shown"
    )
    return quick_claims


async def project(connection: Connection, events: Sequence[Event]) -> None:
    for event in events:
        name = f"{event.subject}/{event.version}"
        await connection.execute("INSERT INTO shown (name) VALUES ($1)", name)


async def names(stand: Stand) -> list[str]:
    return [row[0] for row in await stand.fetch("SELECT name FROM shown ORDER BY n")]


async def test_two_processes_show_each_event_once(shown: Stand) -> None:
    projectors = [Projector("view", shown.store, project) for _ in range(2)]
    async with running(*projectors):
        for n in range(10):
            await shown.say_many(8, f"round{n}")
            for projector in projectors:
                projector.nudge()

        async def all_shown() -> bool:
            return len(await names(shown)) >= 80

        await until(all_shown)
        await asyncio.sleep(0.3)

    assert sorted(await names(shown)) == sorted(
        f"round{n}-{m}/1" for n in range(10) for m in range(8)
    )


async def test_who_is_nudged_and_stopped_at_once_stops(shown: Stand) -> None:
    projector = Projector("view", shown.store, project)
    showing = asyncio.create_task(projector.run())
    await asyncio.sleep(0.5)
    projector.nudge()
    await asyncio.sleep(0)
    showing.cancel()
    done, _ = await asyncio.wait({showing}, timeout=10)
    assert done


async def test_a_new_process_goes_on_where_the_last_one_ended(shown: Stand) -> None:
    for n in range(3):
        await shown.say_many(4, f"life{n}")
        projector = Projector("view", shown.store, project)
        async with running(projector):
            await until(partial(_has_shown_all, projector, shown))
    assert len(await names(shown)) == len(set(await names(shown))) == 12


async def _has_shown_all(projector: Projector, stand: Stand) -> bool:
    heads = await stand.store.heads()
    return all([await projector.seen(*at) == head for at, head in heads.items()])


async def test_what_follows_is_asked_only_when_all_is_shown_and_a_lost_race_takes_all_back(
    shown: Stand,
) -> None:
    """250 events of one stream are three turns; the first time somebody else was first."""
    at_once: list[int] = []

    async def follows(connection: Connection) -> bool:
        at_once.append(await connection.fetchval("SELECT count(*) FROM shown"))
        if len(at_once) == 1:
            raise LostRace
        return False

    for n in range(250):
        await shown.say("long", n + 1)
    projector = Projector("view-then", shown.store, project, follows)
    async with running(projector):
        await until(partial(_has_shown_all, projector, shown))

    total = len(await names(shown))
    assert set(at_once) == {total}
    assert len(at_once) >= 2
    assert len(set(await names(shown))) == total >= 250
