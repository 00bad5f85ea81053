"""Asked at least once, recorded exactly once: two workers at a time, or one that starts again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from services.claims.app import build
from services.claims.verification.asking import Asking
from services.claims.verification.requesting import Requesting
from shared.registers.port import SUBJECTS, Answered, Corrected, Question
from tests.claims.filing import Office
from tests.claims.verification.persons import new_claim
from tests.claims.verification.steps import until
from tests.databases import Databases
from tests.installation import Running, prepared

REGISTERS = frozenset(SUBJECTS)
NOTHING = "SELECT count(*) FROM claims_to_verify"
OPEN = "SELECT count(*) FROM verifications WHERE stage <> 'answered'"


@dataclass
class Counting:
    """A register in this process that finds nobody; both callers are inside before one answers."""

    code: str
    together: int = 1
    asked: list[str] = field(default_factory=list)
    inside: int = 0

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered]:
        self.asked += [question.id for question in questions]
        self.inside += 1
        while self.inside < self.together:  # noqa: ASYNC110 - the other caller may never come
            await asyncio.sleep(0.01)
        now = datetime.now(UTC)
        return [
            Answered(id=q.id, outcome="not_found", facts=(), valid_at=now, raw=b"{}")
            for q in questions
        ]

    async def corrected(self, after: int) -> Corrected:
        return Corrected((), after)


@pytest.fixture
async def running(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    """Claims that ask registers, without the background work: the test does it turn by turn."""
    installation = await prepared(tmp_path_factory.mktemp("crashes"), databases, "claims")
    installation = replace(installation, registers=dict.fromkeys(SUBJECTS, "http://127.0.0.1:1"))
    async with installation.running("claims", build) as claims:
        yield claims


async def accepted(running: Running, key: str) -> str:
    office = Office(running)
    claim = await office.filed(new_claim(), key)
    await office.accept(claim, key)
    await counted(running, NOTHING, 1)
    return claim


async def counted(running: Running, query: str, expected: int) -> None:
    async def there() -> bool:
        return bool(await running.service.pool.fetchval(query) == expected)

    await until(there, f"{expected} of {query}")


async def names(running: Running) -> list[str]:
    """Types of all events about verifications, in order of their names."""
    rows = await running.service.pool.fetch(
        "SELECT convert_from(body, 'UTF8')::jsonb ->> 'type' AS type FROM events"
        " WHERE topic = 'verification-events.v1'"
    )
    return sorted(row["type"] for row in rows)


async def test_two_workers_request_each_question_once(running: Running) -> None:
    await accepted(running, "two-1")
    workers = [Requesting(running.service, REGISTERS) for _ in range(2)]

    await asyncio.gather(*(worker.turn() for worker in workers))
    await workers[0].turn()

    assert await names(running) == ["VerificationRequested.v1"] * 3


async def test_a_worker_that_ended_before_it_noted_the_request_asks_nothing_twice(
    running: Running,
) -> None:
    claim = await accepted(running, "ended-1")
    worker = Requesting(running.service, REGISTERS)
    await worker.turn()
    await running.service.pool.execute(
        "INSERT INTO claims_to_verify (claim, since) VALUES ($1, now())", claim
    )

    await Requesting(running.service, REGISTERS).turn()

    assert await names(running) == ["VerificationRequested.v1"] * 3
    assert await running.service.pool.fetchval(NOTHING) == 0


async def test_two_workers_record_each_answer_once(running: Running) -> None:
    await accepted(running, "answers-1")
    await Requesting(running.service, REGISTERS).turn()
    await counted(running, OPEN, 3)
    register = Counting("INST_REG", together=2)
    workers = [Asking(running.service, register) for _ in range(2)]

    await asyncio.gather(*(w.turn() for w in workers), return_exceptions=True)
    await counted(running, OPEN, 2)
    kept = await running.service.pool.fetchval("SELECT count(*) FROM register_answers")

    assert len(register.asked) == 2
    assert (await names(running)).count("VerificationAnswered.v1") == 1
    assert kept == 1


async def test_an_answer_that_the_read_table_does_not_show_yet_is_not_asked_again(
    running: Running,
) -> None:
    await accepted(running, "behind-1")
    await Requesting(running.service, REGISTERS).turn()
    await counted(running, OPEN, 3)
    register = Counting("INST_REG")
    worker = Asking(running.service, register)
    await worker.turn()
    await counted(running, OPEN, 2)
    await running.service.pool.execute("UPDATE verifications SET stage = 'asked'")

    await worker.turn()

    assert len(register.asked) == 1
    assert (await names(running)).count("VerificationAnswered.v1") == 1
