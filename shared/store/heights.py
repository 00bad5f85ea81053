"""Whether the database went back: the highest numbers that this process was given, ever.

After a fail-over to a standby that lags, or a restore under a running service, connections work
again and the next commit would give numbers a second time. Every new connection is asked first.
"""

from collections.abc import Iterable

import asyncpg

from shared.store.position import Position


class DatabaseWentBack(Exception):
    """The database lacks numbers that this process was given: it was restored. Stop at once."""


class Heights:
    """The highest number of each topic and partition that an append was answered with."""

    def __init__(self) -> None:
        self._highest: dict[tuple[str, int], int] = {}

    def note(self, positions: Iterable[Position]) -> None:
        for topic, partition, seq in positions:
            if seq > self._highest.get((topic, partition), 0):
                self._highest[topic, partition] = seq

    async def check(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """For a new connection. Raises DatabaseWentBack."""
        if not self._highest:
            return
        rows = await connection.fetch("SELECT topic, partition_no, seq FROM heads")
        heads = {(row[0], row[1]): row[2] for row in rows}
        for at, seq in self._highest.items():
            if heads.get(at, 0) < seq:
                raise DatabaseWentBack(f"{at[0]}/{at[1]}: {heads.get(at, 0)}, but {seq} was given")
