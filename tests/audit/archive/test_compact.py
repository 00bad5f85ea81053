"""Small files become few, the rows and the chain stay, and a crash in between changes nothing."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from services.audit.archive.catch_up import catch_up
from services.audit.archive.columns import ROWS_PER_GROUP, connection, copy_sql
from services.audit.archive.compact import compact, runs_to_merge
from services.audit.archive.files import LIMITS, ArchiveFile, Limits, covers, reading
from services.audit.archive.verify import Fork, heads, verify
from shared.log.port import TopicPartition
from tests.audit.memory_log import MemoryLog

AT = TopicPartition("claim-events.v1", 0)


def files(*ranges: tuple[int, int]) -> list[ArchiveFile]:
    return [ArchiveFile(AT, first, last, Path(f"{first}")) for first, last in ranges]


async def tail(folder: Path, events: int, limits: Limits = LIMITS) -> MemoryLog:
    log = MemoryLog()
    for number in range(events):
        log.say(AT, b'{"number":%d}' % number)
        await catch_up(log, folder, limits=limits)
    return log


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*/*/*.parquet"))


def rows(folder: Path) -> list[tuple[int, bytes, bytes]]:
    return [
        row
        for file in covers(folder)[AT].files
        for row in zip(
            *(pq.read_table(file.path)[name].to_pylist() for name in ("seq", "chain", "body")),
            strict=True,
        )
    ]


async def test_a_live_tail_leaves_few_files_with_the_same_rows(tmp_path: Path) -> None:
    log = await tail(tmp_path, 60)

    assert len(covers(tmp_path)[AT].files) < 16
    assert rows(tmp_path) == [(r.seq, r.chain, r.body) for r in log.records[AT]]
    assert verify(tmp_path) == heads(tmp_path)


async def test_a_full_range_becomes_the_file_that_one_pass_would_have_written(
    tmp_path: Path,
) -> None:
    log = await tail(tmp_path / "live", 25, Limits(rows_per_file=10))
    await catch_up(log, tmp_path / "once", limits=Limits(rows_per_file=10))

    def full(folder: Path) -> dict[str, bytes]:
        return {f.path.name: f.path.read_bytes() for f in covers(folder)[AT].files if f.rows == 10}

    assert len(full(tmp_path / "once")) == 2
    assert full(tmp_path / "live") == full(tmp_path / "once")


def test_a_large_file_is_not_rewritten_for_a_few_new_rows() -> None:
    small = [(50_001 + n, 50_001 + n) for n in range(8)]

    (run,) = runs_to_merge(files((1, 50_000), *small))

    assert [file.first for file in run] == [first for first, _ in small]


def test_a_file_is_read_and_written_by_groups_of_rows_never_whole(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    with connection() as database:
        database.execute(copy_sql(f"SELECT * FROM range({3 * ROWS_PER_GROUP + 1})", path))

    with pq.ParquetFile(path) as file:
        groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert groups == [ROWS_PER_GROUP] * 3 + [1]


def test_few_files_are_left_alone() -> None:
    assert list(runs_to_merge(files((1, 5), (6, 7)))) == []


async def test_a_crash_after_the_swap_leaves_both_and_the_larger_counts(tmp_path: Path) -> None:
    archive, before = tmp_path / "archive", tmp_path / "before"
    log = await tail(archive, 7)
    shutil.copytree(archive, before)
    log.say(AT, b"{}")
    await catch_up(log, archive)
    for file in covers(before)[AT].files:
        shutil.copy(file.path, archive / AT.topic / "0000" / file.path.name)

    assert rows(archive) == [(r.seq, r.chain, r.body) for r in log.records[AT]]
    compact(archive)
    assert names(archive) == ["000000000001-000000000008.parquet"]


async def test_what_somebody_reads_is_not_deleted_under_them(tmp_path: Path) -> None:
    log = await tail(tmp_path, 7)
    with reading(tmp_path):
        listed = covers(tmp_path)[AT].files
        log.say(AT, b"{}")
        await catch_up(log, tmp_path)
        assert all(file.path.exists() for file in listed)
    compact(tmp_path)
    assert not any(file.path.exists() for file in listed)


async def test_a_forged_small_file_is_not_merged(tmp_path: Path) -> None:
    await tail(tmp_path, 7)
    path = covers(tmp_path)[AT].files[3].path
    table = pq.read_table(path)
    forged = table.set_column(table.schema.get_field_index("body"), "body", [[b"other"]])
    pq.write_table(forged, path)
    log = MemoryLog()
    log.say(AT, *[b'{"number":%d}' % number for number in range(8)])

    with pytest.raises(Fork):
        await catch_up(log, tmp_path)

    assert path.exists()
