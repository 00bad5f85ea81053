"""Nothing answered is lost and nothing happens twice, whatever is killed, on both logs."""

from pathlib import Path

import pytest

from tests.faults.crash import EMBEDDED, SMALL, crash, fresh_seed
from tests.faults.kills import Kind


@pytest.mark.timeout(400)
async def test_every_answer_stands_exactly_once_on_kafka(scratch: Path) -> None:
    seed = fresh_seed()
    print(f"TEST_SEED={seed}")
    report = await crash(scratch / "crash-kafka", SMALL, seed, print)

    assert report.killed.total() >= 20
    assert report.killed[Kind.BROKER] >= 3
    assert report.killed[Kind.DATABASE] >= 3
    assert report.killed[Kind.BETWEEN] >= 3
    assert report.found.approved > 0
    assert report.found.repeated > 0


@pytest.mark.timeout(300)
async def test_every_answer_stands_exactly_once_on_the_postgresql_log(scratch: Path) -> None:
    seed = fresh_seed()
    print(f"TEST_SEED={seed}")
    report = await crash(scratch / "crash-postgres", EMBEDDED, seed, print)

    assert report.killed.total() >= sum(EMBEDDED.values())
    assert report.killed[Kind.DATABASE] >= 3
    assert report.killed[Kind.BETWEEN] >= 2
    assert report.found.approved > 0
