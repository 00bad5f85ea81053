"""The story of the demonstration, told through the public HTTP API by persons with tokens."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import msgspec

from services.cli.client import Client
from services.cli.demo.groups import Listed, together
from services.cli.installation import Installation
from services.cli.people import (
    APPROVERS,
    CHECKER,
    CLERKS,
    INSPECTOR,
    INSTITUTION,
    OPERATOR,
    Person,
)
from shared.tables.outcomes import FileAnswer

AT_ONCE = 12
"""groups of claims that are decided at the same time"""
VISIBLE_SECONDS = 20.0
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


@dataclass(slots=True)
class Answers:
    """All answers of the story."""

    roster: FileAnswer
    claims: FileAnswer
    payments: FileAnswer
    decided: list[Decided] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Story:
    """`step(name, total)` gives a function that counts one up."""

    session: aiohttp.ClientSession
    installation: Installation
    step: Callable[[str, int], Callable[[], None]]

    def at(self, service: str, who: Person) -> Client:
        return Client(
            self.session,
            self.installation.services[service],
            self.installation.tokens[who.sub],
        )

    async def tell(self, roster: Path, history: Path) -> Answers:
        """Old books first, then the roster, then every claim through its steps."""
        one_up = self.step("files", 3)
        # Payments before claims: a finding on old money finds it paid, and holds nothing.
        old = history.read_bytes()
        payments = await self._upload("payments", OPERATOR, "/imports", old, one_up)
        claims = await self._upload("claims", OPERATOR, "/imports", old, one_up)
        new = roster.read_bytes()
        filed = await self._upload("claims", INSTITUTION, "/rosters", new, one_up)
        told = Answers(filed, claims, payments)
        rows = {o.record: o.row for o in filed.outcomes if o.outcome == "submitted" and o.record}
        listed = await self._worklist(len(rows))
        await self._look_at([one.claim for one in listed])
        one_up = self.step("decisions", len(listed))
        told.decided = await self._decide(together(listed, rows), rows, one_up)
        return told

    async def _upload(
        self, service: str, who: Person, path: str, table: bytes, one_up: Callable[[], None]
    ) -> FileAnswer:
        key = hashlib.sha256(table).hexdigest()
        answer = await self.at(service, who).upload(path, key, table, FileAnswer)
        one_up()
        return answer

    async def _look_at(self, claims: Sequence[str]) -> None:
        """Persons checked and classes visited before anybody approves (HLD-15-2), 500 at a time."""
        pages = [claims[first : first + LOOKED_AT] for first in range(0, len(claims), LOOKED_AT)]
        one_up = self.step("identity checks and inspections", len(pages))
        checker, inspector = self.at("claims", CHECKER), self.at("claims", INSPECTOR)
        for n, page in enumerate(pages):
            checks = [{"claim": c, "method": "in_person", "outcome": "confirmed"} for c in page]
            visit = {"claims": page, "inspected_at": VISITED_AT, "outcome": "in_order"}
            for client, path, body in (
                (checker, "/identity-checks", {"checks": checks}),
                (inspector, "/inspections", visit),
            ):
                looked = await client.post(path, f"{path}-{n}", body, _Looked)
                if looked.counts.get("refused"):
                    raise AssertionError(f"{path}: {looked.counts}")
            one_up()

    async def _worklist(self, expected: int) -> list[Listed]:
        """What a clerk sees as submitted, once all of the file is visible."""
        async with asyncio.timeout(VISIBLE_SECONDS):
            while len(found := await self._submitted()) < expected:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return found

    async def _submitted(self) -> list[Listed]:
        clerk, found, after = self.at("claims", CLERKS[0]), list[Listed](), ""
        while True:
            path = f"/claims?stage=submitted&limit={PAGE}" + (f"&after={after}" if after else "")
            page = await clerk.get(path, _Page)
            found += page.claims
            if len(page.claims) < PAGE or page.next is None:
                return found
            after = page.next

    async def _decide(
        self, groups: Sequence[Sequence[Listed]], rows: dict[str, int], one_up: Callable[[], None]
    ) -> list[Decided]:
        """Groups side by side; inside a group one claim after the other, in the file's order."""
        free = asyncio.Semaphore(AT_ONCE)
        decided: list[Decided] = []

        async def run(group: Sequence[Listed]) -> None:
            async with free:
                for listed in group:
                    decided.append(await self._claim(listed.claim, rows[listed.claim]))
                    one_up()

        async with asyncio.TaskGroup() as tasks:
            for group in groups:
                tasks.create_task(run(group))
        return sorted(decided, key=lambda one: one.row)

    async def _claim(self, claim: str, row: int) -> Decided:
        """A clerk accepts, the policy proposes, an approver looks at it and decides."""
        clerk = self.at("claims", CLERKS[row % len(CLERKS)])
        approver = self.at("claims", APPROVERS[row % len(APPROVERS)])
        await clerk.post(f"/claims/{claim}/accept", f"accept-{claim}", {"office": "window-1"}, Told)
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
            }
        case "REJECT":
            return "reject", {"proposal_version": shown.proposal_version}
        case _:
            return "hold", {}
