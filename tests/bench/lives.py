"""From the claim to the money: whole lives through all three services, beside bare INSERTs."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TypeVar
from uuid import uuid4

import asyncpg
import orjson

from services.cli.local import SERVICES, Local
from shared.events.base import CLAIM_EVENTS, PAYOUT_EVENTS, TOPICS
from shared.ids import payout_id
from tests.bench.bench import Bench, delete_topic
from tests.bench.client import CSV, Client, session
from tests.bench.figures import Figure, alternate, beside
from tests.bench.people import account_of

FUND = "BENCH"
COHORT = 500
"""claims that go through their steps together: those of one batch"""
WARM = 100
IN_FLIGHT = 64
POOL = 16
T = TypeVar("T")
R = TypeVar("R")
SINGLE_EVENTS = ("ClaimSubmitted", "ClaimAccepted", "ClaimProposed", "ClaimApproved")
"""one command, one commit each; the six others come from requests for 500"""
EVENTS = 10
"""of one life"""
LAST_SECONDS = 60.0
LOOK_SECONDS = 0.02
TABLE = """
CREATE TABLE IF NOT EXISTS bare_events
    (event_id uuid PRIMARY KEY, stream_id text NOT NULL, version int NOT NULL, body bytea NOT NULL,
     UNIQUE (stream_id, version))
"""
INSERT = "INSERT INTO bare_events (event_id, stream_id, version, body) VALUES ($1, $2, $3, $4)"


async def measure(bench: Bench) -> list[Figure]:
    settings = await bench.kafka()
    kafka = Local(bench.folder / "lives-kafka", f"kafka://{settings.bootstrap[0]}")
    figures = await _measure(bench, kafka, "Kafka")
    for topic in TOPICS:  # the next installation on this broker begins with an empty log
        await delete_topic(settings, topic)
    return figures + await _measure(bench, Local(bench.folder / "lives-postgres"), "PostgreSQL log")


async def _measure(bench: Bench, local: Local, log: str) -> list[Figure]:
    await local.start()
    try:
        claims, payments, audit = [await local.serve(name) for name in SERVICES]
        try:
            async with session() as http:
                client = Client(http, claims.url, local, payments.url)
                limit, ours = await _both(bench, client, local)
        finally:
            for service in (claims, payments, audit):
                await service.stop()
    finally:
        await local.stop()
    what = f"claim to paid, whole life of a claim, {log}"
    return [
        beside(what=what, ours=ours[0], limit=limit[0], unit="lives/s"),
        beside(what=f"{what}: judged by audit too", ours=ours[1], limit=limit[1], unit="events/s"),
    ]


async def _both(bench: Bench, client: Client, local: Local) -> tuple[list[float], ...]:
    wanted = bench.sizes.lives
    await _open_fund(client)
    warm = await Lives(bench, client, local).cohort(min(wanted, WARM))
    singles, batched = await _bodies(local, warm[0])
    bare = Bare(local.dsns["claims"].owner_dsn, wanted, singles, batched)
    return await alternate(bare.measure, partial(_lives, bench, client, local), bench.sizes.rounds)


async def _lives(bench: Bench, client: Client, local: Local) -> list[float]:
    """Lives a second until the bank's last answer, events a second until audit has judged all."""
    wanted, began = bench.sizes.lives, perf_counter()
    lives = Lives(bench, client, local)
    cohorts = [min(COHORT, wanted - n) for n in range(0, wanted, COHORT)]
    await asyncio.gather(*map(lives.cohort, cohorts))
    paid = perf_counter() - began
    await _judged(local)
    return [wanted / paid, EVENTS * wanted / (perf_counter() - began)]


class Lives:
    """Cohorts of claims on their way; single commands share 64 places."""

    def __init__(self, bench: Bench, client: Client, local: Local) -> None:
        self._bench = bench
        self._client = client
        self._dsn = local.dsns["payments"].service_dsn()
        self._free = asyncio.Semaphore(IN_FLIGHT)

    async def cohort(self, count: int) -> list[str]:
        """The claims, all of them paid."""
        first, client = self._bench.persons(count), self._client
        claims = await self._each(
            lambda n: client.one(n, account_of(n)), range(first, first + count)
        )
        await client.look_at(claims)
        await self._each(client.approve, claims)
        payouts = [payout_id(claim) for claim in claims]
        await client.show(claims)
        await self._heard(_SCHEDULED, payouts)
        await self._heard(_NOTICED, claims)
        await _pay(client, payouts)
        return claims

    async def _each(self, step: Callable[[T], Awaitable[R]], on: Sequence[T]) -> list[R]:
        async def one(each: T) -> R:
            async with self._free:
                return await step(each)

        return await asyncio.gather(*map(one, on))

    async def _heard(self, count: str, of: Sequence[str]) -> None:
        """Return when payments has heard of all of these: approvals, or notices that are over."""
        connection = await asyncpg.connect(self._dsn)
        try:
            async with asyncio.timeout(LAST_SECONDS):
                while True:
                    if await connection.fetchval(count, of) == len(of):
                        return
                    await asyncio.sleep(LOOK_SECONDS)
        finally:
            await connection.close()


async def _open_fund(client: Client) -> None:
    body = {
        "jurisdiction": "211402", "fund": FUND, "source": "unemployment_insurance_surplus",
        "year": 2021, "purposes": [], "bank": "ICBC", "account": "6222000000000001",
        "opened_on": "2021-01-04",
    }  # fmt: skip
    opened = await client.post("/funds", orjson.dumps(body), "officer", service="payments")
    given = {
        "amount_fen": 10**13, "document": "HLD-2021-7", "allocated_on": "2021-01-04",
        "approved_by": "director-1",
    }  # fmt: skip
    path = f"/funds/{opened['fund']}/allocate"
    await client.post(path, orjson.dumps(given), "officer", service="payments")


async def _pay(client: Client, payouts: Sequence[str]) -> None:
    """Authorised, released when audit has judged, and answered by the bank: all in one file."""
    body = orjson.dumps({"fund": FUND, "payouts": payouts})
    told = await client.post("/payouts/authorise", body, "officer", service="payments")
    if told["authorised"] != len(payouts):
        raise AssertionError(f"authorised: {told['outcomes']}")
    body = orjson.dumps({"payables": payouts})
    batch = await client.post(
        "/batches", body, "releaser", service="payments", comes="AUDIT_BEHIND"
    )
    path = f"/batches/{batch['batch']}"
    content = (await client.download(f"{path}/file", "releaser")).decode("utf-8-sig")
    _, *lines = csv.reader(io.StringIO(content))
    rows = [f"{line[1]},成功,{line[4]},2021-05-07,B-{line[1][:12]}" for line in lines]
    table = "\n".join(["指令号,结果,金额,日期,流水号", *rows, ""]).encode()
    said = await client.post(f"{path}/answers", table, "officer", CSV, "payments")
    if said["counts"] != {"recorded": len(payouts)}:
        raise AssertionError(f"answers: {said['counts']}")


async def _judged(local: Local) -> None:
    """Return when payments has heard that audit has judged every event of both services."""
    claims = await asyncpg.connect(local.dsns["claims"].service_dsn())
    payments = await asyncpg.connect(local.dsns["payments"].service_dsn())
    try:
        heads = {
            (row["topic"], row["partition_no"]): row["seq"]
            for connection in (claims, payments)
            for row in await connection.fetch(_HEADS, [CLAIM_EVENTS, PAYOUT_EVENTS])
        }
        async with asyncio.timeout(LAST_SECONDS):
            while True:
                rows = await payments.fetch("SELECT topic, partition_no, seq FROM audit_judged")
                judged = {(row["topic"], row["partition_no"]): row["seq"] for row in rows}
                if all(judged.get(at, 0) >= seq for at, seq in heads.items()):
                    return
                await asyncio.sleep(LOOK_SECONDS)
    finally:
        await claims.close()
        await payments.close()


async def _bodies(local: Local, claim: str) -> tuple[list[int], list[int]]:
    """Bytes of each event of one life: those with a commit of their own, and those of batches."""
    sizes: dict[str, int] = {}
    for name, stream in (("claims", claim), ("payments", payout_id(claim))):
        connection = await asyncpg.connect(local.dsns[name].service_dsn())
        try:
            rows = await connection.fetch("SELECT body FROM events WHERE stream_id = $1", stream)
        finally:
            await connection.close()
        for (body,) in rows:
            sizes[orjson.loads(body)["type"].partition(".")[0]] = len(body)
    if len(sizes) != EVENTS:
        raise AssertionError(f"a life has {EVENTS} events, and here: {sorted(sizes)}")
    singles = [sizes.pop(name) for name in SINGLE_EVENTS]
    return singles, list(sizes.values())


@dataclass(frozen=True, slots=True)
class Bare:
    """The raw limit: the same events as bare INSERTs, each command of the API one commit."""

    dsn: str
    lives: int
    singles: Sequence[int]
    batched: Sequence[int]

    async def measure(self) -> list[float]:
        """Lives and events a second."""
        pool = await asyncpg.create_pool(self.dsn, min_size=POOL, max_size=POOL, reset=_keep)
        try:
            await pool.execute(TABLE)
            began = perf_counter()
            cohorts = [min(COHORT, self.lives - n) for n in range(0, self.lives, COHORT)]
            free = asyncio.Semaphore(IN_FLIGHT)
            await asyncio.gather(*(self._cohort(pool, free, count) for count in cohorts))
            seconds = perf_counter() - began
        finally:
            await pool.close()
        return [self.lives / seconds, EVENTS * self.lives / seconds]

    async def _cohort(self, pool: asyncpg.Pool, free: asyncio.Semaphore, count: int) -> None:
        streams = [uuid4().hex for _ in range(count)]

        async def one(stream: str) -> None:
            async with free:
                for version, size in enumerate(self.singles):
                    await pool.execute(INSERT, uuid4(), stream, version, bytes(size))

        await asyncio.gather(*map(one, streams))
        for version, size in enumerate(self.batched, start=len(self.singles)):
            rows = [(uuid4(), stream, version, bytes(size)) for stream in streams]
            async with pool.acquire() as connection:
                await connection.executemany(INSERT, rows)


async def _keep(_: object) -> None:
    """No reset, as in our own pool: it would cost a round trip for each request."""


_SCHEDULED = "SELECT count(DISTINCT stream_id) FROM events WHERE stream_id = ANY($1)"
_NOTICED = "SELECT count(*) FROM notices_heard WHERE claim = ANY($1) AND closed"
_HEADS = "SELECT topic, partition_no, seq FROM heads WHERE seq > 0 AND topic = ANY($1)"
