"""How soon an approval of the claims service is a payout of the payments service."""

import asyncio
from time import perf_counter

from services.cli.local import Local
from shared.clock import RealClock
from shared.events.envelope import decode
from shared.ids import payout_id
from shared.log.port import TopicPartition
from shared.store.pool import open_pool
from shared.store.store import Store
from tests.bench.bench import Bench
from tests.bench.client import Client, session
from tests.bench.figures import Figure, below, percentile
from tests.bench.records import PARTITIONS

LOOK_SECONDS = 0.005
LAST_SECONDS = 30.0
WARM_CLAIMS = 20
TAIL_SECONDS = 0.2
"""the last claims may take so long, though the load was kept"""
AIM_MS = 300.0


async def measure(bench: Bench) -> list[Figure]:
    kafka = (await bench.kafka()).bootstrap[0]
    return [
        *await _measure(bench, Local(bench.folder / "visible-kafka", f"kafka://{kafka}"), "Kafka"),
        *await _measure(bench, Local(bench.folder / "visible-postgres"), "PostgreSQL log"),
    ]


async def _measure(bench: Bench, local: Local, log: str) -> list[Figure]:
    await local.start()
    try:
        running = [await local.serve("claims"), await local.serve("payments")]
        try:
            async with session() as http:
                client = Client(http, running[0].url, local)
                rate, latencies = await _latencies(bench, client, local)
        finally:
            for service in running:
                await service.stop()
    finally:
        await local.stop()
    what = f"approval committed → payout in payments, {rate} claims/s"
    return [
        below(AIM_MS, what=f"{what}, {log}: p{p}", ours=percentile(latencies, p), unit="ms")
        for p in (50, 99)
    ]


async def _latencies(bench: Bench, client: Client, local: Local) -> tuple[int, list[float]]:
    """Claims that were approved in a second, and for each the milliseconds from the approver's 2xx
    to the payout in the payments database.
    """
    sizes, watch = bench.sizes, Watch(local)
    wanted = int(sizes.paced_seconds * sizes.claims_per_second)
    inspected = await client.inspected(bench.persons(total := wanted + WARM_CLAIMS), total)
    watching = asyncio.create_task(watch.run())
    try:
        await asyncio.gather(*map(client.approve, inspected[wanted:]))
        began = perf_counter()
        claims = []
        for number in range(wanted):
            claims.append(asyncio.create_task(client.approve(inspected[number])))
            due = began + (number + 1) / sizes.claims_per_second
            await asyncio.sleep(max(0.0, due - perf_counter()))
        approved = await asyncio.gather(*claims)
        rate = round(wanted / (perf_counter() - began - TAIL_SECONDS))
        async with asyncio.timeout(LAST_SECONDS):
            await watch.until(WARM_CLAIMS + wanted)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    latencies = [max(0.0, watch.seen[payout_id(one.claim)] - one.at) * 1000 for one in approved]
    return min(rate, sizes.claims_per_second), latencies


class Watch:
    """Looks every 5 ms for new payouts, as any reader of the payments database sees them."""

    def __init__(self, local: Local) -> None:
        self._dsn = local.dsns["payments"].service_dsn()
        self.seen: dict[str, float] = {}

    async def run(self) -> None:
        pool = await open_pool(self._dsn, 1)
        try:
            store = Store(pool, PARTITIONS, RealClock().now)
            after = await store.heads()
            while True:
                for row in await store.tail(after, 1_000):
                    self.seen.setdefault(decode(row["body"]).subject, perf_counter())
                    after[TopicPartition(row["topic"], row["partition_no"])] = row["seq"]
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await pool.close()

    async def until(self, count: int) -> None:
        while len(self.seen) < count:  # noqa: ASYNC110 - it looks into another process's database
            await asyncio.sleep(LOOK_SECONDS)
