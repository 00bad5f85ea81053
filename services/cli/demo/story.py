"""The story of the demonstration, told through the public HTTP API by persons with tokens."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from services.cli.demo import decisions, registers
from services.cli.demo.bank import Batch
from services.cli.demo.decisions import Decided
from services.cli.demo.desk import Desk
from services.cli.demo.expected import Example
from services.cli.demo.fund import FundChapter, Reconciliation
from services.cli.demo.plans import PlansChapter, PlansTold
from services.cli.people import INSTITUTION, OPERATOR, Person
from shared.tables.outcomes import FileAnswer


@dataclass(slots=True)
class Answers:
    """All answers of the story."""

    roster: FileAnswer
    claims: FileAnswer
    payments: FileAnswer
    decided: list[Decided] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    plans: PlansTold | None = None
    fund: Reconciliation | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Old books first, then the roster, then the money, then the plans."""

    desk: Desk
    example: Example

    async def tell(self) -> Answers:
        told = await self._files()
        told.decided = await self._claims(told.roster)
        chapter = FundChapter(self.desk, self.example.key.fund)
        fund = await chapter.open()
        claims = {o.row: o.record for o in told.roster.outcomes if o.record}
        told.batches = await chapter.pay(claims, self.example.roster.read_bytes())
        told.plans = await PlansChapter(self.desk, self.example.key, self.example.plans).tell()
        told.batches += told.plans.batches
        told.fund = await chapter.reconciled(fund)
        return told

    async def _files(self) -> Answers:
        one_up = self.desk.step("files", 3)
        # Payments before claims: a finding on old money finds it paid, and holds nothing.
        old = self.example.history.read_bytes()
        payments = await self._upload("payments", OPERATOR, "/imports", old, one_up)
        claims = await self._upload("claims", OPERATOR, "/imports", old, one_up)
        new = self.example.roster.read_bytes()
        filed = await self._upload("claims", INSTITUTION, "/rosters", new, one_up)
        return Answers(filed, claims, payments)

    async def _claims(self, filed: FileAnswer) -> list[Decided]:
        """Accepted, asked about at the registers, looked at, decided."""
        rows = {o.record: o.row for o in filed.outcomes if o.outcome == "submitted" and o.record}
        listed = await decisions.worklist(self.desk, len(rows))
        await decisions.accept(self.desk, rows)
        one_up = self.desk.step("answers of registers", 1)
        await registers.answered(self.desk)
        one_up()
        await decisions.look_at(self.desk, [one.claim for one in listed])
        return await decisions.decide(self.desk, listed, rows)

    async def _upload(
        self, service: str, who: Person, path: str, table: bytes, one_up: Callable[[], None]
    ) -> FileAnswer:
        key = hashlib.sha256(table).hexdigest()
        answer = await self.desk.at(service, who).upload(path, key, table, FileAnswer)
        one_up()
        return answer
