"""Index rows that no event uses go: what own events name is confirmed, the rest is purged."""

import asyncio
import re
from datetime import timedelta

import structlog

from shared.clock import Clock
from shared.faults import TRANSIENT
from shared.log.port import TopicPartition
from shared.store.store import Store
from shared.vault.client import UNUSED_FOR, Vault

VIEW = "vault_references"
PAGE = 200
"""events per partition in one turn"""
CONFIRMED_AT_ONCE = 1000
PURGED_AT_ONCE = 1000
EVERY_SECONDS = 3600.0
SLACK = timedelta(hours=1)
"""a row is left alone an hour longer than the vault demands: a slow request may still hold it"""
STRANGE = timedelta(days=3)
"""so old a row was confirmed or purged long ago, unless the vault was restored to an earlier time:
then every event is read again before anything goes"""
_REFERENCE = re.compile(rb'"([0-9a-f]{32})"')

log = structlog.get_logger()


class Purging:
    """One per process; two at once do no harm: confirming and purging can be repeated."""

    def __init__(self, store: Store, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    async def run(self) -> None:
        """For ever, once an hour; a failure of a database waits for the next hour."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                purged = await self.once()
            except TRANSIENT as failed:
                log.warning("purge_postponed", cause=type(failed).__name__)
            else:
                log.info("vault_purged", rows=purged)

    async def once(self) -> int:
        """How many rows went. What an event names is confirmed first, up to the newest event."""
        now = self._clock.now()
        before = now - UNUSED_FOR - SLACK
        await self._confirm(again=bool(await self._vault.candidates(now - STRANGE, 1)))
        purged = 0
        while found := await self._vault.candidates(before, PURGED_AT_ONCE):
            gone = await self._vault.purge(found, before)
            purged += gone
            if not gone:  # met again meanwhile, or the other service uses them
                break
        return purged

    async def _confirm(self, again: bool) -> None:
        """Confirm what events since the last time name; `again`: since the first one."""
        await self._store.pool.execute(_CREATE, VIEW)
        rows = await self._store.pool.fetch(_MARKS, VIEW)
        marks = {TopicPartition(row[0], row[1]): 0 if again else row[2] for row in rows}
        while events := await self._store.tail(marks, PAGE):
            named = {found.decode() for row in events for found in _REFERENCE.findall(row["body"])}
            references = sorted(named)
            for start in range(0, len(references), CONFIRMED_AT_ONCE):
                await self._vault.confirm(references[start : start + CONFIRMED_AT_ONCE])
            for row in events:
                marks[TopicPartition(row["topic"], row["partition_no"])] = row["seq"]
            await self._store.pool.execute(
                _MOVE, VIEW, [at.topic for at in marks], [at.partition for at in marks],
                list(marks.values()),
            )  # fmt: skip


_CREATE = """
INSERT INTO view_positions (view, topic, partition_no, seq)
SELECT $1, topic, partition_no, 0 FROM heads ON CONFLICT DO NOTHING
"""
_MARKS = "SELECT topic, partition_no, seq FROM view_positions WHERE view = $1"
_MOVE = """
UPDATE view_positions v SET seq = greatest(v.seq, n.seq)
  FROM unnest($2::text[], $3::smallint[], $4::bigint[]) AS n(topic, partition_no, seq)
 WHERE v.view = $1 AND (v.topic, v.partition_no) = (n.topic, n.partition_no)
"""
