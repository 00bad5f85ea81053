"""What one archived row holds, and the one SQL text that reads an envelope out of its bytes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

RAW = pa.schema(
    [
        pa.field("seq", pa.int64(), nullable=False),
        pa.field("chain", pa.binary(), nullable=False),
        pa.field("event_id", pa.binary(), nullable=False),
        pa.field("body", pa.binary(), nullable=False),
    ]
)

COLUMNS = {
    "seq": "BIGINT",
    "chain": "BLOB",
    "event_id": "BLOB",
    "type": "VARCHAR",
    "subject": "VARCHAR",
    "version": "BIGINT",
    "recorded_us": "BIGINT",
    "occurred_us": "BIGINT",
    "actor": "VARCHAR",
    "jurisdiction": "VARCHAR",
    "body": "BLOB",
}
"""Times are microseconds since 1970, UTC. What bytes that are no event cannot tell is NULL."""

ROWS_PER_GROUP = 8_192
"""of a Parquet file; whoever writes or reads one holds so many rows, not the whole file"""

_ENVELOPE = (
    '{"type":"VARCHAR","subject":"VARCHAR","streamversion":"BIGINT","time":"VARCHAR",'
    '"occurredat":"VARCHAR","actor":"VARCHAR","jurisdiction":"VARCHAR"}'
)


def envelope_sql(source: str, also: Sequence[str] = ("seq", "chain", "event_id")) -> str:
    """SELECT of the archive's columns from a relation with `also` and `body`; no body breaks it.

    TRY keeps bytes that are not UTF-8 or not JSON: they are archived before anybody decodes them.
    """
    kept = ", ".join(also)
    return f"""
        SELECT {kept}, envelope.type AS type, envelope.subject AS subject,
            envelope.streamversion AS version,
            epoch_us(try_cast(envelope.time AS TIMESTAMPTZ)) AS recorded_us,
            epoch_us(try_cast(envelope.occurredat AS TIMESTAMPTZ)) AS occurred_us,
            envelope.actor AS actor, envelope.jurisdiction AS jurisdiction, body
        FROM (SELECT {kept}, body, TRY(from_json(decode(body), '{_ENVELOPE}')) AS envelope
              FROM {source})"""  # noqa: S608 (names of our own relations)


def quoted(text: str | Path) -> str:
    """A SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def files_sql(paths: Sequence[Path]) -> str:
    """A relation over Parquet files, rows in the order of the list."""
    return f"read_parquet([{', '.join(quoted(path) for path in paths)}])"


def copy_sql(select: str, path: Path) -> str:
    """COPY to Parquet as the archive and the typed layer write it."""
    return (
        f"COPY ({select}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3,"
        f" ROW_GROUP_SIZE {ROWS_PER_GROUP})"
    )


@contextmanager
def connection(
    threads: int = 1, memory: str = "1GB", spill: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB of our own, closed at the end: an open one warns when Python exits."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": threads,
        "memory_limit": memory,
        "preserve_insertion_order": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allocator_background_threads": True,  # gives back what a merge has freed
    }
    if spill is not None:
        config["temp_directory"] = str(spill)
    database = duckdb.connect(":memory:", config=config)
    try:
        database.execute("SET TimeZone = 'UTC'")
        yield database
    finally:
        database.close()
