"""Claims that wait for registers: what clerks see, a register that goes down, papers by hand."""

from collections.abc import Collection

import msgspec

from services.cli.demo.desk import Desk, until
from services.cli.exits import Exit, Stop
from services.cli.people import CLERKS, VERIFIER

PAGE = 200
BY_HAND = "COURSE_LOG"
"""nobody can ask it: an inspector reads its papers"""


class WaitingClaim(msgspec.Struct, frozen=True):
    """One answer that a claim lacks."""

    claim: str
    why: str
    register: str = ""
    verification: str = ""


class _Page(msgspec.Struct, frozen=True):
    claims: list[WaitingClaim]
    next: str | None = None


class _Said(msgspec.Struct, frozen=True):
    event: str = ""


async def waiting(desk: Desk) -> list[WaitingClaim]:
    """All of GET /claims/waiting, as a clerk sees it."""
    clerk, found, after = desk.at("claims", CLERKS[0]), list[WaitingClaim](), ""
    while True:
        path = f"/claims/waiting?limit={PAGE}" + (f"&after={after}" if after else "")
        page = await clerk.get(path, _Page, own_writes=True)
        found += page.claims
        if len(page.claims) < PAGE or page.next is None:
            return found
        after = page.next


async def answered(desk: Desk) -> None:
    """Return when no claim that was accepted waits for a register."""
    clerk = desk.at("claims", CLERKS[0])

    async def nobody() -> bool | None:
        page = await clerk.get("/claims/waiting?limit=1", _Page, own_writes=True)
        return None if page.claims else True

    await until("claims wait for registers", nobody)


async def down(desk: Desk, claims: Collection[str], register: str) -> int:
    """How many of the claims wait for the register because it is down, once all of them do."""

    async def seen() -> int | None:
        rows = await waiting(desk)
        stuck = {row.claim for row in rows if (row.register, row.why) == (register, "down")}
        return len(stuck) if stuck >= set(claims) else None

    return await until(f"claims that wait for {register}", seen)


async def set_mood(desk: Desk, register: str, mood: str) -> None:
    """The simulated register behaves like that from now on."""
    path = f"{desk.registers}/control/{register}"
    async with desk.session.post(path, data=msgspec.json.encode({"mood": mood})) as answer:
        if answer.status != 200:
            raise Stop(
                Exit.UNREACHABLE,
                f"The simulated register {register} does not take orders ({answer.status}).",
                f"模拟登记部门 {register} 不接受控制（{answer.status}）。",
            )


async def by_hand(desk: Desk, claims: Collection[str], first: str, last: str) -> int:
    """An inspector writes down what the course logs on paper say; gives how many."""

    async def asked() -> list[WaitingClaim] | None:
        rows = [row for row in await waiting(desk) if row.register == BY_HAND]
        return rows if {row.claim for row in rows} >= set(claims) else None

    rows = await until("questions to be answered by hand", asked)
    verifier = desk.at("claims", VERIFIER)
    for row in rows:
        paper = {
            "outcome": "confirmed",
            "facts": [{"attribute": "apprenticeship", "valid_from": first, "valid_to": last}],
            "valid_at": f"{last}T18:00:00+08:00",
            "document": "HLD-KC-2021-2",
        }
        path = f"/verifications/{row.verification}/answer"
        await verifier.post(path, f"paper-{row.verification}", paper, _Said)
    return len(rows)
