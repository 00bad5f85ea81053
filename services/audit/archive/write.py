"""Writes verified records of one partition: Arrow every 10,000 rows, a file per full range."""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from services.audit.archive.columns import RAW, copy_sql, envelope_sql
from services.audit.archive.files import (
    LIMITS,
    ArchiveFile,
    Cover,
    Limits,
    path_of,
    publish,
    temporary,
)
from services.audit.archive.verify import Follower
from shared.log.port import Record, TopicPartition

ROWS_PER_BATCH = 10_000


class PartitionWriter:
    """Follows one partition of the log into its files; what it has not flushed is read again."""

    def __init__(
        self,
        folder: Path,
        at: TopicPartition,
        known: Cover,
        database: duckdb.DuckDBPyConnection,
        limits: Limits = LIMITS,
    ) -> None:
        self.at = at
        self.follower = Follower(at, known)
        self.written_rows = 0
        self._folder = folder
        self._limits = limits
        self._database = database
        self._rows: list[Record] = []
        self._batches: list[pa.RecordBatch] = []
        self._bytes = 0
        self._first = self.follower.seq + 1

    def add(self, records: Iterable[Record]) -> None:
        """Verify and buffer; writes each range that becomes full. Raises Fork."""
        rows_per_file, buffered_bytes = self._limits.rows_per_file, self._limits.buffered_bytes
        for record in self.follower.follow(records):
            self._rows.append(record)
            self._bytes += len(record.body)
            if record.seq % rows_per_file == 0 or self._bytes >= buffered_bytes:
                self.flush(record.seq)
            elif len(self._rows) >= ROWS_PER_BATCH:
                self._to_arrow()

    def flush(self, last: int | None = None) -> None:
        """Write what is buffered, up to seq `last`, as one file that counts whole or not at all."""
        self._to_arrow()
        if not self._batches:
            return
        last = self.follower.seq if last is None else last
        path = path_of(self._folder, self.at, self._first, last)
        self._copy(path)
        publish(path)
        file = ArchiveFile(self.at, self._first, last, path)
        self.follower.written(file)
        self.written_rows += file.rows
        self._first, self._batches, self._bytes = last + 1, [], 0

    def _to_arrow(self) -> None:
        if not self._rows:
            return
        seqs, event_ids, chains, bodies, _ = (
            list(column) for column in zip(*self._rows, strict=True)
        )
        self._batches.append(pa.record_batch([seqs, chains, event_ids, bodies], schema=RAW))
        self._rows = []

    def _copy(self, path: Path) -> None:
        self._database.register("raw", pa.Table.from_batches(self._batches, schema=RAW))
        try:
            self._database.execute(copy_sql(envelope_sql("raw"), temporary(path)))
        finally:
            self._database.unregister("raw")
