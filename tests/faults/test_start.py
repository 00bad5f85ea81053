"""A service that is started before its database: it waits, and says so."""

import asyncio
from pathlib import Path

from services.cli.local import Local
from tests.faults.supervised import spawn
from tests.faults.waiting import until


async def test_a_service_waits_for_its_database_and_can_be_stopped_while_it_waits(
    scratch: Path,
) -> None:
    local = Local(scratch / "start", partitions=2)
    await local.start()
    await local.server.stop()
    log_file = local.folder / "audit-site.log"

    def waits() -> int:
        return log_file.read_bytes().count(b"start_waits") if log_file.exists() else 0

    starting = asyncio.create_task(local.serve("audit", "site"))
    await until(lambda: waits() > 0, 20.0, "a service that waits")
    await local.server.start()
    running = await starting
    assert await running.stop() == 0

    before = waits()
    await local.server.stop()
    waiting = await spawn(local, "audit", "site", ("-m", "services.audit"))
    await until(lambda: waits() > before, 20.0, "another that waits")
    waiting.terminate()
    assert await waiting.wait() == 0
