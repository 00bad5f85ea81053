"""From the log into the archive: nothing lost, nothing twice, nothing after a gap, no fork."""

import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from services.audit.archive.catch_up import catch_up
from services.audit.archive.columns import COLUMNS
from services.audit.archive.files import ArchiveBusy, ArchiveDamaged, Limits, covers, writing
from services.audit.archive.verify import Fork, Gap, Head, heads, verify
from services.audit.detectors.lint import floating_columns
from shared.log.port import FOREIGN_SEQ, Record, TopicPartition
from tests.audit.memory_log import MemoryLog, event_id

AT = TopicPartition("claim-events.v1", 0)
OTHER = TopicPartition("payout-events.v1", 1)


def bodies(first: int, last: int) -> list[bytes]:
    return [b'{"type":"T.v1","number":%d}' % number for number in range(first, last + 1)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*/*/*.parquet"))


def archived_bodies(folder: Path) -> list[bytes]:
    files = covers(folder)[AT].files
    return [body for file in files for body in pq.read_table(file.path)["body"].to_pylist()]


async def test_what_the_log_holds_is_archived_once_and_verified(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *bodies(1, 25))
    log.say(OTHER, *bodies(1, 3))

    first = await catch_up(log, tmp_path)
    again = await catch_up(log, tmp_path)
    log.say(AT, *bodies(26, 30))
    more = await catch_up(log, tmp_path)

    assert (first.written, again.written, more.written) == (28, 0, 5)
    assert archived_bodies(tmp_path) == bodies(1, 30)
    assert (
        verify(tmp_path)
        == heads(tmp_path)
        == {at: Head(held[-1].seq, held[-1].chain) for at, held in log.records.items()}
    )


async def test_bytes_that_are_no_event_are_archived_as_they_are(tmp_path: Path) -> None:
    log = MemoryLog()
    strange = [b"\xff\xfe", b"", b"{bad", b"[1]", b'{"type": 5, "streamversion": "x"}', b"null"]
    log.say(AT, b'{"type":"good.v1"}', *strange, b'{"type":"good.v1"}')

    await catch_up(log, tmp_path)

    assert archived_bodies(tmp_path)[1:-1] == strange
    types = pq.read_table(covers(tmp_path)[AT].files[0].path)["type"].to_pylist()
    assert (types[0], types[-1], types[1]) == ("good.v1", "good.v1", None)


async def test_columns_are_as_documented_and_hold_no_float(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *bodies(1, 2))
    await catch_up(log, tmp_path)

    with duckdb.connect() as database:
        path = covers(tmp_path)[AT].files[0].path
        described = database.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()

    assert {name: kind for name, kind, *_ in described} == COLUMNS
    assert floating_columns([(name, kind) for name, kind, *_ in described]) == []


async def test_a_record_sent_again_is_dropped(tmp_path: Path) -> None:
    log = MemoryLog()
    said = log.say(AT, *bodies(1, 5))
    log.put(AT, *said[2:])
    log.records[AT] += [record._replace(offset=8 + n) for n, record in enumerate(said)]

    done = await catch_up(log, tmp_path)

    assert (done.written, done.duplicates) == (5, 8)
    assert archived_bodies(tmp_path) == bodies(1, 5)


@pytest.mark.parametrize("archived_before", [True, False])
async def test_another_chain_at_a_known_number_is_a_fork(
    tmp_path: Path, archived_before: bool
) -> None:
    log, other = MemoryLog(), MemoryLog()
    log.say(AT, *bodies(1, 5))
    if archived_before:
        await catch_up(log, tmp_path)
    log.put(AT, other.say(AT, *bodies(11, 15))[2])

    with pytest.raises(Fork) as refused:
        await catch_up(log, tmp_path)

    assert (refused.value.at, refused.value.seq) == (AT, 3)


async def test_a_record_that_does_not_continue_the_chain_is_a_fork(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *bodies(1, 3))
    log.put(AT, Record(4, event_id(4), bytes(32), b"{}"))

    with pytest.raises(Fork):
        await catch_up(log, tmp_path)

    assert names(tmp_path) == []


async def test_a_recreated_log_with_another_history_is_a_fork(tmp_path: Path) -> None:
    log, other = MemoryLog(), MemoryLog()
    log.say(AT, *bodies(1, 5))
    await catch_up(log, tmp_path)
    other.say(AT, *bodies(21, 29))

    with pytest.raises(Fork):
        await catch_up(other, tmp_path)


async def test_a_shorter_log_is_reported_and_the_archive_keeps_its_events(tmp_path: Path) -> None:
    log, shorter = MemoryLog(), MemoryLog()
    log.say(AT, *bodies(1, 5))
    await catch_up(log, tmp_path)
    shorter.say(AT, *bodies(1, 3))

    done = await catch_up(shorter, tmp_path)

    assert done.shorter == (AT,)
    assert heads(tmp_path)[AT].seq == 5


async def test_nothing_after_a_gap_is_written_until_the_number_comes(tmp_path: Path) -> None:
    log, relay = MemoryLog(), MemoryLog()
    said = relay.say(AT, *bodies(1, 6))
    log.put(AT, said[0], said[1], said[3], said[4])

    waiting = await catch_up(log, tmp_path)
    assert waiting.gaps == {AT: Gap(3, 5)}
    assert heads(tmp_path)[AT].seq == 2

    log.put(AT, *said[2:])
    done = await catch_up(log, tmp_path)
    assert done.gaps == {}
    assert archived_bodies(tmp_path) == bodies(1, 6)


async def test_a_gap_filled_out_of_order_is_read_again_and_closed(tmp_path: Path) -> None:
    log, relay = MemoryLog(), MemoryLog()
    said = relay.say(AT, *bodies(1, 5))
    log.put(AT, said[0], said[2], said[3], said[1], said[4])

    await catch_up(log, tmp_path)
    await catch_up(log, tmp_path)
    done = await catch_up(log, tmp_path)

    assert done.gaps == {}
    assert archived_bodies(tmp_path) == bodies(1, 5)


@pytest.mark.parametrize("hint", ["999", "3", "0", "nonsense", None])
async def test_a_wrong_hint_of_the_offset_changes_nothing(tmp_path: Path, hint: str | None) -> None:
    log = MemoryLog()
    log.say(AT, *bodies(1, 5))
    await catch_up(log, tmp_path)
    path = tmp_path / AT.topic / "0000" / ".offset"
    path.unlink() if hint is None else path.write_text(hint)
    log.say(AT, *bodies(6, 9))

    await catch_up(log, tmp_path)

    assert archived_bodies(tmp_path) == bodies(1, 9)


async def test_a_hint_beyond_the_next_number_is_read_from_the_start(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *bodies(1, 5))
    await catch_up(log, tmp_path)
    log.say(AT, *bodies(6, 9))
    (tmp_path / AT.topic / "0000" / ".offset").write_text("7")

    await catch_up(log, tmp_path)

    assert archived_bodies(tmp_path) == bodies(1, 9)


async def test_a_crash_before_the_rename_leaves_a_folder_that_goes_on(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *bodies(1, 5))
    await catch_up(log, tmp_path)
    whole = tmp_path / AT.topic / "0000" / names(tmp_path)[0]
    stray = whole.with_name(".000000000006-000000000009.parquet.tmp")
    stray.write_bytes(whole.read_bytes()[:100])
    log.say(AT, *bodies(6, 9))

    await catch_up(log, tmp_path)

    assert not stray.exists()
    assert archived_bodies(tmp_path) == bodies(1, 9)
    verify(tmp_path)


async def test_large_bodies_are_written_before_they_fill_the_memory(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *[b"x" * 300] * 10)

    await catch_up(log, tmp_path, limits=Limits(buffered_bytes=1_000))

    assert names(tmp_path) == [
        "000000000001-000000000004.parquet",
        "000000000005-000000000008.parquet",
        "000000000009-000000000010.parquet",
    ]


async def test_two_writers_of_one_folder_are_refused(tmp_path: Path) -> None:
    with writing(tmp_path), pytest.raises(ArchiveBusy):
        await catch_up(MemoryLog(), tmp_path)


async def test_a_lost_file_in_the_middle_is_damage_and_not_a_shorter_archive(
    tmp_path: Path,
) -> None:
    log = MemoryLog()
    for first in (1, 4, 7):
        log.say(AT, *bodies(first, first + 2))
        await catch_up(log, tmp_path)
    (tmp_path / AT.topic / "0000" / names(tmp_path)[1]).unlink()

    with pytest.raises(ArchiveDamaged):
        heads(tmp_path)


async def test_a_changed_byte_in_the_archive_is_found(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *bodies(1, 5))
    await catch_up(log, tmp_path)
    path = covers(tmp_path)[AT].files[0].path
    table = pq.read_table(path)
    forged = table["body"].to_pylist()
    forged[2] = forged[2].replace(b"3", b"4")
    column = table.schema.get_field_index("body")
    pq.write_table(table.set_column(column, "body", [forged]), path)

    with pytest.raises(Fork):
        verify(tmp_path)


async def test_the_archive_rebuilt_from_the_log_is_the_same(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *bodies(1, 40))
    await catch_up(log, tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "kept")
    shutil.rmtree(tmp_path / "a")
    await catch_up(log, tmp_path / "a")

    kept = {path.name: path.read_bytes() for path in (tmp_path / "kept").rglob("*.parquet")}
    assert {p.name: p.read_bytes() for p in (tmp_path / "a").rglob("*.parquet")} == kept


async def test_a_record_that_no_relay_wrote_stops_the_archive(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *bodies(1, 3))
    log.put(AT, Record(FOREIGN_SEQ, b"", b"", b"who wrote this"))

    with pytest.raises(Fork):
        await catch_up(log, tmp_path)
