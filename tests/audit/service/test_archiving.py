"""The archive in the background of the audit process."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from services.audit.archive.files import writing
from services.audit.archive.verify import heads
from services.audit.archiving import Archiver, archived_when_free, to_its_end
from shared.log.port import TopicPartition
from shared.log.verified import ForkFound
from tests.audit.memory_log import MemoryLog

AT = TopicPartition("claim-events.v1", 0)
BODIES = [b'{"n":%d}' % n for n in range(5)]


def archived_seq(folder: Path) -> int:
    found = heads(folder).get(AT)
    return found.seq if found else 0


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(1_000):
        if await true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def until_archived(folder: Path, seq: int) -> None:
    async def reached() -> bool:
        return archived_seq(folder) == seq

    await until(reached)


async def test_the_archive_follows_the_log(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *BODIES)
    archiver = Archiver(log, tmp_path, pause_seconds=0.01)
    running = asyncio.create_task(archiver.run())
    await until_archived(tmp_path, 5)
    log.say(AT, *BODIES)
    await until_archived(tmp_path, 10)
    assert await archiver.alarms() is None
    running.cancel()


async def test_a_pass_waits_for_the_replay_that_writes_the_same_folder(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *BODIES)
    with writing(tmp_path):
        waiting = asyncio.create_task(archived_when_free(log, tmp_path))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    assert (await waiting).written == 5


async def test_a_fork_ends_the_process(tmp_path: Path) -> None:
    log = MemoryLog()
    log.say(AT, *BODIES)
    await archived_when_free(log, tmp_path)
    [first, second, *_] = log.records[AT]
    log.put(AT, second._replace(chain=first.chain))
    with pytest.raises(ForkFound) as found:
        await Archiver(log, tmp_path).run()
    assert (found.value.at, found.value.seq) == (AT, 2)


async def test_a_missing_number_is_an_alarm(tmp_path: Path) -> None:
    log, whole = MemoryLog(), MemoryLog()
    whole.say(AT, *BODIES)
    first, _, third, *_ = whole.records[AT]
    log.put(AT, first, third)
    archiver = Archiver(log, tmp_path, pause_seconds=0.01)
    running = asyncio.create_task(archiver.run())

    async def alarmed() -> bool:
        return await archiver.alarms() is not None

    await until(alarmed)
    assert await archiver.alarms() == "gap at claim-events.v1/0"
    running.cancel()


async def test_a_pass_under_way_is_finished_before_the_process_stops() -> None:
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0.1)
        done.set()

    running = asyncio.create_task(to_its_end(work()))
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert done.is_set()
