"""Which events do not follow the one before them in their stream: over the archive's columns."""

from pathlib import Path

import duckdb

from services.audit.archive.columns import files_sql, quoted
from services.audit.archive.files import covers, reading
from services.audit.replay.typed import Vector
from shared.events.base import FINDING_EVENTS

TABLE = (
    "CREATE OR REPLACE TABLE log_breaks (topic VARCHAR, partition_no BIGINT, seq BIGINT, "
    "event_id VARCHAR, stream VARCHAR, stream_version BIGINT, before_version BIGINT)"
)

_EVENT_ID = "CAST(CAST(hex(event_id) AS UUID) AS VARCHAR)"


def find_breaks(database: duckdb.DuckDBPyConnection, archive: Path, until: Vector) -> None:
    """Fill `log_breaks` for a prefix of the log, one partition after the other: a stream lives in
    one. Lines that cannot be read have no stream; they are parked and counted elsewhere.
    """
    database.execute(TABLE)
    with reading(archive):
        for at, known in covers(archive).items():
            last = until.get(at, 0)
            paths = [file.path for file in known.files if file.first <= last]
            if at.topic == FINDING_EVENTS or not paths:
                continue
            database.execute(
                f"""INSERT INTO log_breaks
                SELECT {quoted(at.topic)}, {at.partition}, seq, {_EVENT_ID}, subject, version,
                    before
                FROM (SELECT seq, event_id, subject, version, coalesce(
                        lag(version) OVER (PARTITION BY subject ORDER BY seq), 0) AS before
                    FROM {files_sql(paths)}
                    WHERE seq <= {last} AND subject IS NOT NULL AND version IS NOT NULL)
                WHERE version <> before + 1"""  # noqa: S608
            )
