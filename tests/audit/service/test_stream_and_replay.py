"""The process judges a real log as the full replay does: the same findings, the same ids."""

import random
from pathlib import Path

import pytest

from services.audit.finding.decide import (
    Finding,
    Stage,
    stream_of,
)
from services.audit.replaying import Difference, differences_of, replay_and_compare
from tests.audit.histories import History
from tests.audit.random_histories import random_history
from tests.audit.service.findings import after, confirmed, dismissed, found
from tests.audit.service.installation import RULES, Audit, audit_on
from tests.databases import Databases


@pytest.mark.parametrize(("seed", "steps", "max_rows"), [(11, 400, 20_000), (3, 200, 60)])
async def test_the_process_finds_what_the_full_replay_finds(
    seed: int, steps: int, max_rows: int, databases: Databases, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    events = random_history(chance, steps).events
    async with audit_on(databases, tmp_path, max_rows) as audit:
        while events:
            size = chance.randint(1, 60)
            await audit.say(*events[:size])
            events = events[size:]
            await audit.hear()
            if chance.random() < 0.4:
                await audit.judged()
            if chance.random() < 0.3:
                await audit.restart()
        await audit.judged()

        compared = await replay_and_compare(
            audit.service.log, audit.folder / "archive", RULES, tmp_path / "out"
        )
        standing = await audit.findings()

    assert compared.differences == ()
    assert compared.equal
    open_ids = {f.opened.finding_id for f in standing.values() if f.opened and is_open(f)}
    assert open_ids == {one.finding_id for one in compared.findings}
    assert {one.rule for one in compared.findings} >= {"A1", "C1", "D4", "D5", "D7", "F1", "G1"}
    by_stream = {stream_of(one.finding_id): one for one in compared.findings}
    assert all(standing[stream].opened == one for stream, one in by_stream.items())


def is_open(finding: Finding) -> bool:
    return finding.stage is Stage.OPENED


async def test_events_that_nobody_judged_yet_are_told_and_not_compared(
    audit: Audit, tmp_path: Path
) -> None:
    history = History()
    history.imported("claim-1")
    history.imported("claim-2")
    history.imported("claim-3")
    await audit.say(*history.events[:2])
    await audit.hear()
    await audit.judged()
    await audit.say(history.events[2])

    compared = await replay_and_compare(
        audit.service.log, audit.folder / "archive", RULES, tmp_path / "out", wait_seconds=0.5
    )

    assert compared.differences == ()
    assert sum(compared.behind.values()) == 1
    assert not compared.equal
    assert [one.claims for one in compared.findings] == [("claim-1", "claim-2")]


async def test_without_a_stream_there_is_a_replay_and_no_comparison(
    audit: Audit, tmp_path: Path
) -> None:
    history = History()
    history.imported("claim-1")
    history.imported("claim-2")
    await audit.say(*history.events)

    compared = await replay_and_compare(
        audit.service.log, audit.folder / "archive", RULES, tmp_path / "out", wait_seconds=0
    )

    assert compared.differences is None
    assert not compared.equal
    assert [one.rule for one in compared.findings] == ["A1"]


async def test_a_finding_that_the_stream_lost_is_a_difference(audit: Audit, tmp_path: Path) -> None:
    history = History()
    history.imported("claim-1")
    history.imported("claim-2")
    history.imported("claim-3", person="b" * 32, certificate="c" * 32)
    await audit.say(history.events[0])
    await audit.hear()
    await audit.service.pool.execute("DELETE FROM hot_keys")
    await audit.say(*history.events[1:])
    await audit.hear()
    await audit.judged()

    compared = await replay_and_compare(
        audit.service.log, audit.folder / "archive", RULES, tmp_path / "out"
    )

    assert compared.differences is not None
    assert [(one.kind, one.rule) for one in compared.differences] == [("missing", "A1")]
    assert not compared.equal


def test_what_people_closed_on_the_same_evidence_is_no_difference() -> None:
    one = found()
    stream = stream_of(one.finding_id)
    assert differences_of([one], {stream: after(one, dismissed())}) == ()
    assert differences_of([one], {stream: after(one, confirmed())}) == ()
    assert differences_of([], {stream: after(one, dismissed())}) == ()


def test_gone_changed_and_missing_are_told_apart() -> None:
    one, other = found(), found(evidence=2)
    stream = stream_of(one.finding_id)
    kinds = [
        differences_of([], {stream: after(one)}),
        differences_of([other], {stream: after(one)}),
        differences_of([other], {stream: after(one, confirmed())}),
        differences_of([one], {}),
    ]
    assert [[d.kind for d in each] for each in kinds] == [
        ["gone"],
        ["changed"],
        ["changed"],
        ["missing"],
    ]
    assert kinds[0] == (Difference("gone", "A1", stream, one.finding_id, one.subject),)
