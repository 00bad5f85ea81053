"""Claims through their steps: accepted, verified, looked at, proposed, decided."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from services.cli.demo.desk import Desk, until
from services.cli.demo.groups import Listed, together
from services.cli.people import APPROVERS, CHECKER, CLERKS, INSPECTOR

AT_ONCE = 12
"""claims that are handled at the same time"""
PAGE = 200
LOOKED_AT = 500
VISITED_AT = "2021-06-01T09:30:00+08:00"


class Told(msgspec.Struct, frozen=True):
    """The answer to a command."""

    event: str = ""
    decision: str = ""
    amount_fen: int = 0
    reasons: tuple[str, ...] = ()
    conflicts_with: tuple[str, ...] = ()


class _Looked(msgspec.Struct, frozen=True):
    counts: dict[str, int]


class _Proposal(msgspec.Struct, frozen=True):
    decision: str
    amount_fen: int
    proposal_version: int
    shown_sha256: str


class _Shown(msgspec.Struct, frozen=True):
    proposal: _Proposal


class _Page(msgspec.Struct, frozen=True):
    claims: list[Listed]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one claim, and why."""

    row: int
    claim: str
    event: str
    reasons: tuple[str, ...]
    conflicts_with: tuple[str, ...]


async def worklist(desk: Desk, expected: int) -> list[Listed]:
    """What a clerk sees as submitted, once all of a file is visible."""

    async def whole() -> list[Listed] | None:
        found = await _submitted(desk)
        return found if len(found) >= expected else None

    return await until("the file's claims in the worklist", whole)


async def _submitted(desk: Desk) -> list[Listed]:
    clerk, found, after = desk.at("claims", CLERKS[0]), list[Listed](), ""
    while True:
        path = f"/claims?stage=submitted&limit={PAGE}" + (f"&after={after}" if after else "")
        page = await clerk.get(path, _Page)
        found += page.claims
        if len(page.claims) < PAGE or page.next is None:
            return found
        after = page.next


async def accept(desk: Desk, rows: Mapping[str, int]) -> None:
    """Clerks take the claims in; `rows` has the row of each claim."""
    one_up = desk.step("acceptances", len(rows))
    free = asyncio.Semaphore(AT_ONCE)

    async def one(claim: str, row: int) -> None:
        clerk = desk.at("claims", CLERKS[row % len(CLERKS)])
        path, key = f"/claims/{claim}/accept", f"accept-{claim}"
        async with free:
            await clerk.post(path, key, {"office": "window-1"}, Told)
        one_up()

    async with asyncio.TaskGroup() as tasks:
        for claim, row in rows.items():
            tasks.create_task(one(claim, row))


async def look_at(desk: Desk, claims: Sequence[str]) -> None:
    """Persons checked and classes visited before anybody approves (HLD-15-2), 500 at a time."""
    pages = [claims[first : first + LOOKED_AT] for first in range(0, len(claims), LOOKED_AT)]
    one_up = desk.step("identity checks and inspections", len(pages))
    checker, inspector = desk.at("claims", CHECKER), desk.at("claims", INSPECTOR)
    for page in pages:
        checks = [{"claim": c, "method": "in_person", "outcome": "confirmed"} for c in page]
        visit = {"claims": page, "inspected_at": VISITED_AT, "outcome": "in_order"}
        for client, path, body in (
            (checker, "/identity-checks", {"checks": checks}),
            (inspector, "/inspections", visit),
        ):
            looked = await client.post(path, f"{path}-{page[0]}", body, _Looked)
            if looked.counts.get("refused"):
                raise AssertionError(f"{path}: {looked.counts}")
        one_up()


async def decide(desk: Desk, listed: Sequence[Listed], rows: Mapping[str, int]) -> list[Decided]:
    """Groups side by side; inside a group one claim after the other, in the file's order."""
    one_up = desk.step("decisions", len(listed))
    free = asyncio.Semaphore(AT_ONCE)
    decided: list[Decided] = []

    async def run(group: Sequence[Listed]) -> None:
        async with free:
            for one in group:
                decided.append(await _claim(desk, one.claim, rows[one.claim]))
                one_up()

    async with asyncio.TaskGroup() as tasks:
        for group in together(listed, rows):
            tasks.create_task(run(group))
    return sorted(decided, key=lambda one: one.row)


async def _claim(desk: Desk, claim: str, row: int) -> Decided:
    """The policy proposes, an approver looks at it and decides."""
    clerk = desk.at("claims", CLERKS[row % len(CLERKS)])
    approver = desk.at("claims", APPROVERS[row % len(APPROVERS)])
    asked = await clerk.post(f"/claims/{claim}/propose", f"propose-{claim}", {}, Told)
    shown = (await approver.get(f"/claims/{claim}", _Shown)).proposal
    path, body = _decision(shown)
    told = await approver.post(f"/claims/{claim}/{path}", f"decide-{claim}", body, Told)
    return Decided(
        row, claim, told.event, told.reasons or asked.reasons,
        told.conflicts_with or asked.conflicts_with,
    )  # fmt: skip


def _decision(shown: _Proposal) -> tuple[str, object]:
    """The approver follows the policy's proposal, naming what he saw."""
    match shown.decision:
        case "APPROVE":
            return "approve", {
                "proposal_version": shown.proposal_version,
                "amount_fen": shown.amount_fen,
                "shown_sha256": shown.shown_sha256,
            }
        case "REJECT":
            return "reject", {"proposal_version": shown.proposal_version}
        case _:
            return "hold", {}
