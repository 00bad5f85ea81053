"""Waits until everybody has heard everything: sent, applied, judged, and nothing new came of it."""

import asyncio
from collections.abc import Mapping, Sequence

from services.cli.exits import Exit, Stop
from shared.events.base import CLAIM_EVENTS, FINDING_EVENTS, PAYOUT_EVENTS, VERIFICATION_EVENTS
from shared.events.cases import Judged
from shared.events.envelope import decode
from shared.log.port import Log, TopicPartition
from shared.store.store import Store

SECONDS = 40.0
POLL_SECONDS = 0.1
HEARS = {
    "payments": (CLAIM_EVENTS, FINDING_EVENTS),
    "audit": (CLAIM_EVENTS, FINDING_EVENTS, PAYOUT_EVENTS, VERIFICATION_EVENTS),
}
JUDGED = (CLAIM_EVENTS, PAYOUT_EVENTS)

Numbers = Mapping[TopicPartition, int]


async def settled(stores: Mapping[str, Store], log: Log) -> None:
    """Return when the log is whole and no reader is behind it. Raises Stop after SECONDS."""
    try:
        async with asyncio.timeout(SECONDS):
            while (waits_for := await _behind(stores, log)) is not None:  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise Stop(
            Exit.DIFFERENT,
            f"After {SECONDS:.0f} s something is still behind: {waits_for}; look at the services'"
            " log files.",
            f"{SECONDS:.0f} 秒后仍有未完成的环节（{waits_for}）：请查看各服务的日志文件。",
        ) from None


async def _behind(stores: Mapping[str, Store], log: Log) -> str | None:
    """Who is behind whom; None when nobody is, at one moment without a new event."""
    heads = await _heads(stores)
    for at, head in heads.items():
        last = await log.last(at) if head else None
        if (last.seq if last else 0) != head:
            return f"the log behind {at.topic}"
    for reader, topics in HEARS.items():
        positions = await _positions(stores[reader])
        if _less(positions, heads, topics):
            return f"{reader} behind the log"
        if await stores[reader].pool.fetchval("SELECT count(*) FROM inbox_pending"):
            return f"{reader} waits for a cause, or has parked a stream"
    if _less(await _judged(stores["audit"]), heads, JUDGED):
        return "the judgement behind the log"
    return None if await _heads(stores) == heads else "new events"


async def _heads(stores: Mapping[str, Store]) -> Numbers:
    return {at: head for store in stores.values() for at, head in (await store.heads()).items()}


async def _positions(store: Store) -> Numbers:
    rows = await store.pool.fetch("SELECT topic, partition_no, seq FROM inbox_positions")
    return {TopicPartition(row[0], row[1]): row[2] for row in rows}


async def _judged(store: Store) -> Numbers:
    bodies = await store.load("judged")
    newest = decode(bodies[-1]).facts if bodies else None
    if not isinstance(newest, Judged):
        return {}
    return {TopicPartition(p.topic, p.partition): p.seq for p in newest.positions}


def _less(numbers: Numbers, heads: Numbers, topics: Sequence[str]) -> bool:
    return any(numbers.get(at, 0) < head for at, head in heads.items() if at.topic in topics)
