"""The disposable layer: typed Parquet per event type, built from the archive up to a log prefix."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from services.audit.archive.columns import connection, copy_sql, files_sql, quoted
from services.audit.archive.files import LIMITS, Cover, covers, reading
from services.audit.replay.columns import empty_sql, table_of, typed_sql
from shared.events.catalogue import REGISTRY
from shared.log.port import TopicPartition

ROWS_PER_PART = 120_000
"""At most this many archived rows feed one part: one Parquet row group, whatever the threads."""

PART = (
    "CREATE OR REPLACE TABLE part (topic VARCHAR, partition_no BIGINT, seq BIGINT, "
    "event_id BLOB, type VARCHAR, subject VARCHAR, version BIGINT, recorded_us BIGINT, "
    "occurred_us BIGINT, actor VARCHAR, jurisdiction VARCHAR, body BLOB)"
)

Vector = Mapping[TopicPartition, int]
"""A log prefix: the last seq of each partition that counts, 0 for an empty one."""


class BeyondArchive(Exception):
    """The prefix asks for events that the archive does not hold yet."""


@dataclass(frozen=True, slots=True)
class TypedLayer:
    """Typed files by event type, none where it has no event; `parked` rows could not be read and
    are in no file.
    """

    until: Vector
    files: Mapping[str, tuple[Path, ...]]
    events: int
    parked: int


@dataclass(frozen=True, slots=True)
class _Cell:
    """The rows of one partition in one range of the archive, however they are cut in files."""

    at: TopicPartition
    paths: tuple[Path, ...]
    first: int
    last: int


def vector_of(archive: Path) -> Vector:
    """All that the archive holds; a partition that is known to be empty stands with 0."""
    return {at: known.last_seq for at, known in covers(archive).items()}


def build(archive: Path, until: Vector | None, out: Path, types: Sequence[str]) -> TypedLayer:
    """Write the layer anew into the folder `out`; byte-identical for the same prefix and types.

    Raises BeyondArchive, ArchiveDamaged.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with reading(archive), connection(threads=2, spill=out / "spill") as database:
        known = covers(archive)
        vector = dict(sorted((until if until is not None else vector_of(archive)).items()))
        parts = list(_parts(_cells(known, vector)))
        files: dict[str, list[Path]] = {kind: [] for kind in types}
        parked = 0
        for number, cells in enumerate(parts):
            _load(database, cells, types)
            rows = _by_type(database)
            parked += sum(rows.values())
            for kind in types:
                if kind in rows:
                    files[kind].append(out / table_of(kind) / f"{number:06d}.parquet")
                    parked -= _write(database, kind, files[kind][-1])
    shutil.rmtree(out / "spill", ignore_errors=True)
    sealed = {kind: tuple(paths) for kind, paths in files.items()}
    return TypedLayer(vector, sealed, sum(vector.values()), parked)


def _cells(known: Mapping[TopicPartition, Cover], until: Vector) -> Iterator[_Cell]:
    for at, last in until.items():
        cover = known.get(at, Cover((), ()))
        if last > cover.last_seq:
            raise BeyondArchive(f"{at.topic}/{at.partition}: {last} > {cover.last_seq}")
        for first in range(1, last + 1, LIMITS.rows_per_file):
            end = min(first + LIMITS.rows_per_file - 1, last)
            paths = [f.path for f in cover.files if f.first <= end and f.last >= first]
            yield _Cell(at, tuple(paths), first, end)


def _parts(cells: Iterator[_Cell]) -> Iterator[tuple[_Cell, ...]]:
    part: list[_Cell] = []
    rows = 0
    for cell in cells:
        size = cell.last - cell.first + 1
        if part and rows + size > ROWS_PER_PART:
            yield tuple(part)
            part, rows = [], 0
        part.append(cell)
        rows += size
    if part:
        yield tuple(part)


def _load(
    database: duckdb.DuckDBPyConnection, cells: Sequence[_Cell], types: Sequence[str]
) -> None:
    """Rows of the wanted types, and those whose type nobody knows, in the order of the log."""
    database.execute(PART)
    wanted = ", ".join(quoted(kind) for kind in types)
    known = ", ".join(quoted(kind) for kind in sorted(REGISTRY))
    for cell in cells:
        database.execute(
            f"INSERT INTO part SELECT {quoted(cell.at.topic)}, {cell.at.partition}, "  # noqa: S608
            "* EXCLUDE (chain) "
            f"FROM {files_sql(cell.paths)} WHERE seq BETWEEN {cell.first} AND {cell.last} "
            f"AND (type IN ({wanted}) OR type IS NULL OR type NOT IN ({known}))"
        )


def _by_type(database: duckdb.DuckDBPyConnection) -> dict[str | None, int]:
    return dict(database.execute("SELECT type, count(*) FROM part GROUP BY type").fetchall())


def _write(database: duckdb.DuckDBPyConnection, kind: str, path: Path) -> int:
    """Write one part of one type. Returns how many rows could be read."""
    path.parent.mkdir(exist_ok=True)
    row = database.execute(copy_sql(typed_sql(REGISTRY[kind], "part"), path)).fetchone()
    return int(row[0]) if row else 0


def typed_views(database: duckdb.DuckDBPyConnection, layer: TypedLayer) -> None:
    """Give each typed table its name in this connection."""
    for kind, paths in layer.files.items():
        if not paths:
            database.execute(empty_sql(REGISTRY[kind]))
            continue
        database.execute(
            f"CREATE OR REPLACE TEMPORARY VIEW {table_of(kind)} AS "  # noqa: S608
            f"SELECT * FROM {files_sql(paths)}"
        )
