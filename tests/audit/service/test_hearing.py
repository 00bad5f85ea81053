"""What audit hears, on a real log and database: opened, lapsed, opened again, and no echo."""

import asyncio
import threading
import time
from dataclasses import replace

import pytest
from msgspec.structs import replace as with_values

from services.audit.finding.decide import (
    FINDING,
    DecideOutcome,
    Finding,
    Outcome,
    ProposeOutcome,
    Stage,
    decide_outcome,
    propose_outcome,
)
from services.audit.judging import Judges, NotForTheStream
from services.audit.replay.judge import Judgement
from services.audit.replay.keyed import RuleKey, Work
from services.audit.watermark import STREAM, Watermark
from shared.events.base import FINDING_EVENTS
from shared.events.cases import Judged
from shared.events.envelope import decode
from shared.settings import SettingsRefused
from shared.store.commands import By, Decision
from tests.audit.histories import History
from tests.audit.service.installation import RULES, Audit

WITHIN_SECONDS = 2.0
"""a second is the aim; a busy machine of tests is given two"""


def granted(*claims: str) -> History:
    history = History()
    for claim in claims:
        history.approved(claim)
    return history


async def only(audit: Audit) -> tuple[str, Finding]:
    [(stream, finding)] = (await audit.findings()).items()
    return stream, finding


async def decided(audit: Audit, outcome: Outcome) -> None:
    """Two persons end the only finding, as the routes do."""
    stream, finding = await only(audit)
    proposal = propose_outcome(finding, ProposeOutcome("auditor-1", outcome, "papers seen"))
    await append(audit, stream, "auditor-1", proposal)
    _, finding = await only(audit)
    decision = decide_outcome(finding, DecideOutcome("auditor-2", outcome))
    await append(audit, stream, "auditor-2", decision)


async def append(audit: Audit, stream: str, actor: str, decision: Decision) -> None:
    _, finding = await only(audit)
    by = By(actor=actor, jurisdiction=finding.jurisdiction, correlation_id="test")
    unit = audit.service.ledger.unit(FINDING, stream, finding.version, decision, by)
    await audit.service.store.append(unit)


async def test_a_finding_opens_lapses_and_opens_again_on_one_stream(audit: Audit) -> None:
    history = granted("claim-1", "claim-2")
    history.revoked("claim-2")
    history.approved("claim-2")
    for event in history.events:
        await audit.say(event)
        await audit.hear()
    stream, finding = await only(audit)
    assert finding.stage is Stage.OPENED
    assert finding.opened is not None
    assert stream == f"finding-{finding.opened.finding_id[:32]}"
    assert await audit.kinds() == ["FindingOpened", "FindingLapsed", "FindingOpened"]


async def test_a_dismissed_finding_comes_back_only_on_other_evidence(audit: Audit) -> None:
    history = granted("claim-1", "claim-2")
    await audit.say(*history.events)
    await audit.hear()
    await decided(audit, "dismiss")
    history.approved("claim-3", occupation="4-07-01-01")  # the same person, judged again
    await audit.say(*history.events[2:])
    await audit.hear()
    assert (await only(audit))[1].stage is Stage.DISMISSED
    history.approved("claim-4")
    await audit.say(history.events[-1])
    await audit.hear()
    _, finding = await only(audit)
    assert finding.stage is Stage.OPENED
    assert finding.opened is not None
    assert finding.opened.claims == ("claim-1", "claim-2", "claim-4")


async def test_a_confirmed_finding_does_not_lapse(audit: Audit) -> None:
    history = granted("claim-1", "claim-2")
    await audit.say(*history.events)
    await audit.hear()
    await decided(audit, "confirm")
    history.revoked("claim-2")
    await audit.say(history.events[-1])
    await audit.hear()
    assert (await only(audit))[1].stage is Stage.CONFIRMED


async def test_one_event_of_each_finding_stands_in_the_log_after_a_new_reader(
    audit: Audit,
) -> None:
    history = granted("claim-1", "claim-2")
    await audit.say(*history.events)
    await audit.hear()
    # As after a restored database: everything is heard again.
    await audit.service.pool.execute(
        "UPDATE inbox_positions SET seq = 0, log_offset = 0, chain = ''"
    )
    await audit.restart()
    await audit.hear()
    assert await audit.kinds() == ["FindingOpened"]


async def test_the_watermark_follows_others_and_not_itself(audit: Audit) -> None:
    assert not await audit.judged()
    await audit.say(*granted("claim-1", "claim-2").events)
    await audit.hear()
    assert await audit.judged()
    for _ in range(3):
        await audit.hear()
        assert not await audit.judged()
    [judged] = [e for e in await audit.own_events() if e.subject == STREAM]
    assert isinstance(judged.facts, Judged)
    assert judged.facts.findings == 1
    said = {(p.topic, p.partition): p.seq for p in judged.facts.positions}
    told = {at: record.seq for at, record in audit.said.items()}
    assert {at: said[at] for at in told} == told
    # The findings that follow from these events are named by the same watermark.
    _, finding = await only(audit)
    assert finding.version == sum(n for (topic, _), n in said.items() if topic == FINDING_EVENTS)


async def covered(audit: Audit) -> bool:
    """Does the newest watermark name all that others have said?"""
    bodies = await audit.service.store.load(STREAM)
    newest = decode(bodies[-1]).facts if bodies else None
    if not isinstance(newest, Judged):
        return False
    said = {(p.topic, p.partition): p.seq for p in newest.positions}
    return all(said[at] == record.seq for at, record in audit.said.items())


async def test_the_watermark_is_there_within_a_second_of_the_judging(audit: Audit) -> None:
    watermark = asyncio.create_task(Watermark(audit.service, audit.judges).run())
    for event in granted("claim-1", "claim-2", "claim-3").events:
        await audit.say(event)
        await audit.hear()
        deadline = time.monotonic() + WITHIN_SECONDS
        while not await covered(audit):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
    watermark.cancel()
    await asyncio.wait([watermark])
    bodies = await audit.service.store.load(STREAM)
    assert len(bodies) == 3


async def test_the_watermark_tells_of_streams_that_stand_still(audit: Audit) -> None:
    history = granted("claim-1")
    await audit.say(*history.events)
    poison = b'{"specversion":"1.0","type":"Nothing.v9","subject":"claim-9"}'
    await audit.say_bodies(
        ("claim-9", "claim-events.v1", "0192aaaa-0000-7000-a000-0000000000ff", poison)
    )
    await audit.hear()
    await audit.judged()
    [judged] = [e for e in await audit.own_events() if e.subject == STREAM]
    assert isinstance(judged.facts, Judged)
    assert judged.facts.parked == 1


async def test_a_finding_says_which_event_led_to_it(audit: Audit) -> None:
    history = granted("claim-1", "claim-2")
    for event in history.events:
        await audit.say(event)
        await audit.hear()
    [opened] = await audit.own_events()
    assert opened.causation_id == history.events[-1].id
    assert (opened.actor, opened.jurisdiction) == ("system", "211400")


async def test_more_partitions_than_a_watermark_can_name_are_refused(audit: Audit) -> None:
    settings = replace(audit.service.settings, partitions=101)
    with pytest.raises(SettingsRefused):
        Watermark(replace(audit.service, settings=settings), audit.judges)


def test_a_rule_over_findings_is_not_for_the_stream() -> None:
    header = with_values(RULES[0].header, feeds=(FINDING_EVENTS,))
    with pytest.raises(NotForTheStream):
        Judges([replace(RULES[0], header=header)], {})


async def test_judging_leaves_the_event_loop_free_and_closes_behind_the_last_work() -> None:
    before = set(threading.enumerate())
    judges = Judges(RULES, {})
    work = Work((), frozenset({RuleKey("A1", "person:" + "a" * 32)}))
    judging = asyncio.create_task(judges.judge(work))
    turns = 0
    while not judging.done():
        turns += 1
        await asyncio.sleep(0.001)
    assert await judging == Judgement([], frozenset())
    assert turns > 3
    judges.close()
    new = set(threading.enumerate()) - before
    assert not [thread for thread in new if thread.name.startswith("judges")]
