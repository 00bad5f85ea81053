"""What tests of verifications do again and again, each step waiting for what it needs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.claims.verification.conftest import Bureau

LOOKS, PAUSE_SECONDS = 400, 0.05
ASKED = "SELECT count(*) FROM verification_claims WHERE claim = $1"


async def accepted(bureau: Bureau, body: dict[str, Any], key: str) -> str:
    """The claim's id, once a clerk has taken it in."""
    claim = await bureau.office.filed(body, key)
    await bureau.office.accept(claim, key)
    return claim


async def waiting(bureau: Bureau, claim: str) -> dict[str, str]:
    """Why the claim waits, by register; the empty name while nothing was asked."""
    answer = await bureau.office.clerk.get("/claims/waiting?limit=200")
    assert answer.status == 200, answer.body
    return {
        row.get("register", ""): row["why"]
        for row in answer.body["claims"]
        if row["claim"] == claim
    }


async def until_waiting(bureau: Bureau, claim: str, expected: dict[str, str]) -> None:
    """Return when the claim waits for exactly these registers, for these reasons."""

    async def there() -> bool:
        return await waiting(bureau, claim) == expected

    await until(there, f"{claim} waits for {expected}")


async def settled(bureau: Bureau, claim: str) -> None:
    """Return when the claim was asked about and waits for nothing."""

    async def asked() -> bool:
        return bool(await bureau.claims.service.pool.fetchval(ASKED, claim))

    await until(asked, f"{claim} was asked about")
    await until_waiting(bureau, claim, {})


async def until(there: Callable[[], Awaitable[bool]], what: str) -> None:
    """Look again and again, within the time."""
    for _ in range(LOOKS):
        if await there():
            return
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError(f"not within {LOOKS * PAUSE_SECONDS:g} s: {what}")


async def propose(bureau: Bureau, claim: str, key: str) -> dict[str, Any]:
    """The proposal as it is shown."""
    answer = await bureau.office.clerk.post(f"/claims/{claim}/propose", key=f"{key}-p")
    assert answer.status == 200, answer.body
    shown = await bureau.office.clerk.get(f"/claims/{claim}")
    return dict(shown.body["proposal"])


async def approve(bureau: Bureau, claim: str, proposal: dict[str, Any], key: str) -> dict[str, Any]:
    """Checked, visited, approved: the approval as it is shown."""
    answer = await bureau.office.approve(claim, proposal, key)
    assert answer.body.get("event") == "ClaimApproved", answer.body
    shown = await bureau.office.clerk.get(f"/claims/{claim}")
    return dict(shown.body["approval"])


async def until_stage(bureau: Bureau, claim: str, stage: str) -> None:
    """Return when the claim is there."""

    async def there() -> bool:
        shown = await bureau.office.clerk.get(f"/claims/{claim}")
        return bool(shown.body["stage"] == stage)

    await until(there, f"{claim} is {stage}")
