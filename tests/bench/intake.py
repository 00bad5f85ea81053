"""Roster intake: a file of new persons until committed, beside COPY of the very same rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import asyncpg

from services.cli.local import Local
from shared.postgres.prepare import Database, admin_of, prepare_database
from tests.bench.bench import Bench
from tests.bench.client import Client, session
from tests.bench.figures import Figure, alternate, at_least
from tests.bench.records import PARTITIONS

# What a roster writes: schema and table per database.
TABLES = {
    "claims": (("public", "events"), ("public", "reservations")),
    "vault": (("vault", "persons"), ("vault", "belongings")),
}
Rows = Mapping[tuple[str, str, str], Sequence[Any]]


@dataclass(slots=True)
class Copies:
    """The same rows into fresh databases that nobody else uses, a pair for each round."""

    local: Local
    rows: Rows
    made: list[str] = field(default_factory=list)

    async def one(self) -> list[float]:
        """Claims a second; one COPY per table, each committed."""
        places = {kind: await self._fresh(kind) for kind in TABLES}
        claims = len(self.rows["claims", "public", "events"])
        try:
            began = perf_counter()
            for (kind, schema, table), rows in self.rows.items():
                await places[kind].copy_records_to_table(table, schema_name=schema, records=rows)
            return [claims / (perf_counter() - began)]
        finally:
            for connection in places.values():
                await connection.close()

    async def _fresh(self, kind: str) -> asyncpg.Connection:
        name = f"copy_{kind}_{len(self.made)}"
        self.made.append(name)
        admin = admin_of(self.local.server)
        async with admin.connect() as connection:
            await prepare_database(connection, admin, kind, name, PARTITIONS)
        return await asyncpg.connect(self.local.dsns[kind].admin_dsn, database=name)


async def measure(bench: Bench) -> list[Figure]:
    local, rows = Local(bench.folder / "intake"), bench.sizes.roster_rows
    await local.start()
    try:
        service = await local.serve("claims")
        try:
            async with session() as http:
                client = Client(http, service.url, local)

                async def ours() -> list[float]:
                    return [rows / await client.file(bench.persons(rows), rows)]

                await ours()
                copies = Copies(local, await _written(local))
                await copies.one()
                limit, reached = await alternate(copies.one, ours, bench.sizes.rounds)
        finally:
            await service.stop()
    finally:
        await local.stop()
    return [
        at_least(
            0.15,
            what="roster intake over HTTP, all persons new",
            ours=reached[0],
            limit=limit[0],
            unit="rows/s",
        )
    ]


async def _written(local: Local) -> Rows:
    """What the first roster left in the tables."""
    found: dict[tuple[str, str, str], Sequence[Any]] = {}
    for kind, tables in TABLES.items():
        database: Database = local.dsns[kind]
        connection = await asyncpg.connect(database.admin_dsn, database=database.name)
        try:
            for schema, table in tables:
                rows = await connection.fetch(f"SELECT * FROM {schema}.{table}")
                found[kind, schema, table] = [tuple(row) for row in rows]
        finally:
            await connection.close()
    return found
