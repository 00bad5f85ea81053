"""The database refuses every change and every foreign writer, and has the settings we rely on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from shared.log.port import Log, LogRefused, TopicPartition
from shared.log.postgres import PostgresLog
from shared.postgres.passwords import AUDIT, CLAIMS, OWNER, PAYMENTS
from shared.postgres.prepare import Database
from tests.contract.places import append, bare, chained, read_all
from tests.databases import Databases

CLAIM, VERIFICATION = "claim-events.v1", "verification-events.v1"
PAYOUT, FINDING = "payout-events.v1", "finding-events.v1"
WRITERS = {CLAIM: CLAIMS, VERIFICATION: CLAIMS, PAYOUT: PAYMENTS, FINDING: AUDIT}


@pytest.fixture(scope="module")
async def database(databases: Databases) -> Database:
    """All four topics, with one record in each."""
    made = await databases("log")
    for topic, role in WRITERS.items():
        async with opened(made, role) as log:
            await log.create_topics({topic: 2})
            await append(log, TopicPartition(topic, 0), chained(1))
    return made


@asynccontextmanager
async def opened(database: Database, role: str) -> AsyncIterator[Log]:
    log = await PostgresLog.open(database.dsn(role))
    try:
        yield log
    finally:
        await log.close()


@pytest.mark.parametrize("topic", WRITERS)
@pytest.mark.parametrize("role", [CLAIMS, PAYMENTS, AUDIT])
async def test_a_service_writes_its_own_topics_only_and_reads_all(
    database: Database, role: str, topic: str
) -> None:
    at = TopicPartition(topic, 1)
    record = chained(1)
    async with opened(database, role) as log:
        before = (await log.states([topic]))[at].end_offset
        if WRITERS[topic] == role:
            await append(log, at, record)
            assert bare((await read_all(log, topic))[1])[-1:] == record
        else:
            with pytest.raises(LogRefused, match=f"{role} may not write to {topic}"):
                await append(log, at, record)
            assert len((await read_all(log, topic))[1]) == before


async def test_nobody_creates_a_topic_that_is_not_theirs(database: Database) -> None:
    async with opened(database, CLAIMS) as log:
        with pytest.raises(LogRefused, match="may not write"):
            await log.create_topics({"claims-are-not-payouts.v1": 2})


CHANGES = [
    "UPDATE records SET seq = seq + 1",
    "DELETE FROM records",
    "TRUNCATE records",
    "TRUNCATE records_3",
    "DELETE FROM heads",
    "TRUNCATE heads",
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", [OWNER, CLAIMS, PAYMENTS, AUDIT])
async def test_no_change_is_let_through(database: Database, role: str, change: str) -> None:
    """The services have no right to it; the owner, who has, meets the trigger."""
    connection = await asyncpg.connect(database.dsn(role))
    why = "only appended to" if role == OWNER else "permission denied"
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match=why):
            await connection.execute(change)
        assert await connection.fetchval("SELECT count(DISTINCT topic) FROM records") == 4
    finally:
        await connection.close()


FORBIDDEN = [
    f"INSERT INTO records SELECT '{CLAIM}', 0, 99, 1, ''::bytea, ''::bytea, ''::bytea",
    f"INSERT INTO topic_writers VALUES ('{PAYOUT}', 'claims_service')",
    "UPDATE topic_writers SET role_name = session_user",
    "UPDATE heads SET next_offset = 0",
    "ALTER TABLE records DISABLE TRIGGER ALL",
    "SELECT refuse_foreign_writer('x')",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_a_service_gets_in_by_the_function_only(database: Database, statement: str) -> None:
    connection = await asyncpg.connect(database.dsn(CLAIMS))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_right_is_not_borrowed_by_a_search_path(database: Database) -> None:
    """A table of the caller's own must not stand in for the list of writers."""
    connection = await asyncpg.connect(database.owner_dsn)
    try:
        await connection.execute(
            "CREATE TEMP TABLE topic_writers AS"
            " SELECT 'mine.v1' AS topic, session_user AS role_name"
        )
        await connection.execute("GRANT SELECT ON topic_writers TO PUBLIC")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="may not write"):
            await connection.execute("SELECT create_topic('mine.v1', 1)")
    finally:
        await connection.close()


async def test_arrays_of_unequal_length_are_refused_whole(database: Database) -> None:
    connection = await asyncpg.connect(database.dsn(CLAIMS))
    try:
        before = await connection.fetchval("SELECT sum(next_offset) FROM heads")
        with pytest.raises(asyncpg.NotNullViolationError):
            await connection.execute(
                "SELECT append_records($1, 0::smallint, '{1,2}', $2, $3, $4)",
                CLAIM,
                [bytes(16)],
                [bytes(32)] * 2,
                [b""] * 2,
            )
        assert await connection.fetchval("SELECT sum(next_offset) FROM heads") == before
    finally:
        await connection.close()


EXPECTED = {
    "synchronous_commit": "on",
    "statement_timeout": "10000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "5000",
    "tcp_user_timeout": "10000",
    "jit": "off",
}


async def test_the_sessions_of_log_writer_and_reader_have_our_settings(database: Database) -> None:
    log = await PostgresLog.open(database.dsn(CLAIMS))
    writer = await log.writer()
    reader = await log.reader({TopicPartition(CLAIM, 0): 0})
    for pool in (log.pool, writer.pool, reader.pool):
        rows = await pool.fetch(
            "SELECT name, CASE WHEN unit = 'ms' THEN setting ELSE current_setting(name) END AS v"
            " FROM pg_settings WHERE name = ANY($1)",
            list(EXPECTED),
        )
        assert {row["name"]: row["v"] for row in rows} == EXPECTED
    await reader.close()
    await writer.close()
    await log.close()


async def test_polling_looks_at_the_index_of_one_part_per_partition(database: Database) -> None:
    """With 65 million records a poll must not touch what was read long ago."""
    log = await PostgresLog.open(database.dsn(CLAIMS))
    plan = await log.pool.fetch(
        'EXPLAIN SELECT * FROM records WHERE topic = $1 AND partition_no = $2 AND "offset" >= $3'
        ' ORDER BY "offset" LIMIT 10',
        CLAIM,
        0,
        0,
    )
    await log.close()
    text = "\n".join(row[0] for row in plan)
    assert text.count("Index Scan using") == 1, text
    assert "Sort" not in text
