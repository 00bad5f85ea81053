"""A relay that is killed between the log's word and the saved number: nothing is sent twice."""

import asyncio
import signal
from pathlib import Path

import aiohttp
import orjson

from services.cli.local import Local
from shared.clock import RealClock
from shared.events.base import CLAIM_EVENTS
from shared.log.open import open_log
from shared.marks import saved_marks
from shared.store.pool import open_pool
from shared.store.store import Store
from tests.faults.client import Ask, Client, tokens_of
from tests.faults.held import all_sent, in_database, in_log
from tests.faults.people import claim
from tests.faults.supervised import dying, spawn
from tests.faults.waiting import until

CLAIMS = 40
PARTITIONS = 2


async def test_the_next_relay_saves_what_the_log_has_and_sends_only_the_rest(
    scratch: Path,
) -> None:
    local = Local(scratch / "between", partitions=PARTITIONS)
    await local.start()
    pool = await open_pool(local.dsns["claims"].owner_dsn, 1)
    store = Store(pool, PARTITIONS, RealClock().now)
    log = await open_log(local.dsns["log"].owner_dsn)
    await _file(local)

    witness = local.folder / "witness"
    killed = await spawn(local, "claims", "relay", dying("claims", 2, witness))
    assert await killed.wait() == -signal.SIGKILL
    sent, saved = (await in_log(log, (CLAIM_EVENTS,))).records, await saved_marks(pool)
    assert sum(mark.seq for mark in saved.values()) < sent < CLAIMS

    relay = await local.serve("claims", "relay")
    await until(lambda: all_sent(store), 20.0, "the relay at its end")
    await relay.kill()
    held, database = await in_log(log, (CLAIM_EVENTS,)), await in_database(store)
    assert (held.records, held.copies, held.gaps) == (CLAIMS, 0, [])
    assert {at: held.lines[at] for at in held.lines} == {at: database[at] for at in held.lines}

    await log.close()
    await pool.close()
    await local.stop()


async def _file(local: Local) -> None:
    """Claims that no relay has sent yet."""
    site = await local.serve("claims", "site")
    async with aiohttp.ClientSession() as session:
        client = Client(site.url, tokens_of(local), session)
        asks = [Ask("/claims", orjson.dumps(claim(n)), f"key-{n}", "filer") for n in range(CLAIMS)]
        answers = await asyncio.gather(*map(client.ask, asks))
    await site.kill()
    assert {answer.status for answer in answers} == {201}
