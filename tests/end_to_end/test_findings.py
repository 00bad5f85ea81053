"""From an old city's books over HTTP to findings over HTTP: three processes and their log."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.audit.detectors.rules import load_rules
from services.audit.replaying import replay_and_compare
from services.cli.local import Local, Running
from shared.http.identity import Role
from shared.log.open import open_log

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PLANTED = {"A1", "C1", "D5", "F1"}
SECONDS = 30.0


@pytest.fixture
async def local(scratch: Path) -> AsyncIterator[Local]:
    local = Local(scratch / "findings", partitions=4)
    await local.start()
    yield local
    await local.stop()


async def test_the_planted_cases_of_the_old_books_become_findings(local: Local) -> None:
    running = await asyncio.gather(*(local.serve(n) for n in ("claims", "payments", "audit")))
    claims, payments, audit = running
    for service in (claims, payments):
        await imported(local, service)
    first = await until_found(local, audit)
    await audit.kill()
    restarted = await local.serve("audit")
    log = await open_log(local.log_url("audit"))
    compared = await replay_and_compare(
        log, local.folder / "archive", load_rules(), local.folder / "replay"
    )
    await log.close()
    again = await until_found(local, restarted, len(compared.findings))
    ended = [await one.stop() for one in (claims, payments, restarted)]

    assert {one["rule"] for one in first} == PLANTED
    assert {one["finding"] for one in first} <= {one["finding"] for one in again}
    assert compared.equal, (compared.differences, compared.behind)
    assert {f"finding-{one.finding_id[:32]}" for one in compared.findings} == {
        one["finding"] for one in again
    }
    assert ended == [0, 0, 0]


async def imported(local: Local, service: Running) -> None:
    token = local.token("operator-1", Role.OPERATOR)
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": f"history-{service.name}",
        "Content-Type": "text/csv",
    }
    content = (EXAMPLES / "history.csv").read_bytes()
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{service.url}/imports", headers=headers, data=content) as answer,
    ):
        assert answer.status == 200, await answer.text()


async def until_found(
    local: Local, audit: Running, number: int = len(PLANTED)
) -> Sequence[dict[str, Any]]:
    """The findings, once there are so many and each planted rule has one."""
    token = local.token("auditor-1", Role.AUDITOR)
    found: Sequence[dict[str, Any]] = ()
    deadline = asyncio.get_running_loop().time() + SECONDS
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        while asyncio.get_running_loop().time() < deadline:
            async with session.get(f"{audit.url}/findings") as answer:
                found = (await answer.json())["findings"]
            if {one["rule"] for one in found} >= PLANTED and len(found) >= number:
                break
            await asyncio.sleep(0.1)
    return found
