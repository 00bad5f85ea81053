"""What must be true after all the kills: each check is one promise of the ledger."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from services.audit.detectors.rules import load_rules
from services.audit.replaying import replay_and_compare
from services.claims.plan.attendance import session_id
from services.claims.slots import slots_of
from shared.events.base import TOPICS
from shared.events.claims import ClaimApproved, ClaimSubmitted
from shared.events.envelope import Event, decode
from shared.events.payouts import PayoutScheduled
from shared.ids import payout_id
from shared.log.port import Log, TopicPartition
from shared.store.rebuild import reservations_from_events
from shared.store.store import Store
from tests.faults.client import Answer, Ask, Client
from tests.faults.held import HEARS, Line, LogHeld, in_database, in_log, kept_by
from tests.faults.money import Money, money_holds

REPEATED = 300
"""requests sent once more at the end, spread over the run"""
SUBJECTS = ("claim", "notice", "plan", "fund", "payout", "batch", "advance")
"""names under which an answer tells the record of the command"""


@dataclass(frozen=True, slots=True)
class Found:
    """How much was looked at."""

    events: Mapping[str, int]
    """by service"""
    approved: int
    copies: int
    repeated: int
    findings: int
    money: Money


@dataclass(slots=True)
class Ended:
    """An installation at rest; `stores` by service."""

    stores: Mapping[str, Store]
    log: Log
    client: Client
    rosters: Sequence[tuple[int, Answer]]
    folder: Path
    behind: str | None = None


async def check(ended: Ended) -> Found:
    """AssertionError names the promise that was broken."""
    log = await in_log(ended.log, TOPICS)
    held = {name: await in_database(store) for name, store in ended.stores.items()}
    same_bytes(log, {at: lines for each in held.values() for at, lines in each.items()})
    each_once(log)
    said = events(log)
    answers_stand(log, ended.client.answered)
    rosters_stand(said, ended.rosters)
    for name in HEARS:
        await nothing_waits(name, ended.stores[name].pool, log)
    approved = one_payout_each(said)
    await reservations_follow(ended.stores["claims"])
    money = await money_holds(ended.stores["payments"], said)
    findings = await findings_replay(ended)
    repeated = await same_answers(ended.client)
    counts = {name: sum(map(len, lines.values())) for name, lines in held.items()}
    return Found(counts, approved, log.copies, repeated, findings, money)


def same_bytes(log: LogHeld, database: Mapping[TopicPartition, Sequence[Line]]) -> None:
    """Databases and log: the same numbers from 1 on, ids and bytes."""
    assert not log.gaps, f"numbers are missing in the log: {log.gaps}"
    for at, lines in database.items():
        numbers = [seq for seq, _, _ in lines]
        assert numbers == list(range(1, len(lines) + 1)), f"numbers of {at} have a gap"
        assert log.lines[at] == lines, f"database and log differ at {at}"
    silent = [at for at, lines in log.lines.items() if at not in database and lines]
    assert not silent, f"events that no database holds: {silent}"


def each_once(log: LogHeld) -> None:
    """No event id stands under two numbers."""
    ids = Counter(event_id for lines in log.lines.values() for _, event_id, _ in lines)
    twice = [UUID(bytes=event_id) for event_id, number in ids.items() if number > 1]
    assert not twice, f"events under two numbers: {twice}"


def answers_stand(log: LogHeld, answered: Sequence[tuple[Ask, Answer]]) -> None:
    """Each 2xx to a command names the number of its event, and that event is of that record."""
    places: Counter[tuple[TopicPartition, int]] = Counter()
    for _, answer in answered:
        if "event" not in answer.told:
            continue  # of many records: each of these has an outcome of its own
        at = answer.at
        place = TopicPartition(at.topic, at.partition)
        assert at.seq <= len(log.lines[place]), f"answered and not in the log: {answer.position}"
        event = decode(log.lines[place][at.seq - 1][2])
        assert _is_of(event, answer.told), f"another record stands at {answer.position}"
        assert type(event.facts).__name__ == answer.told["event"]
        places[place, at.seq] += 1
    assert all(number == 1 for number in places.values()), "two requests were told the same number"


def _is_of(event: Event, told: Mapping[str, Any]) -> bool:
    """Whether the event belongs to what the answer named."""
    if "recovery" in told:  # a debt stands in the stream of what it comes from
        return bool(getattr(event.facts, "recovery", None) == told["recovery"])
    if "session" in told:
        return event.subject == session_id(told["plan"], told["session"])
    return event.subject in [told[name] for name in SUBJECTS if name in told]


def rosters_stand(said: Sequence[Event], rosters: Sequence[tuple[int, Answer]]) -> None:
    """Each row of each roster was filed under the id that was told, once."""
    filed = Counter(e.subject for e in said if isinstance(e.facts, ClaimSubmitted))
    assert all(number == 1 for number in filed.values()), "a claim was filed twice"
    for rows, answer in rosters:
        told = answer.told["outcomes"]
        assert [outcome["row"] for outcome in told] == list(
            range(told[0]["row"], rows + told[0]["row"])
        )
        assert {outcome["outcome"] for outcome in told} == {"submitted"}
        assert len({outcome["record"] for outcome in told}) == rows
        assert all(filed[outcome["record"]] == 1 for outcome in told)


def one_payout_each(said: Sequence[Event]) -> int:
    """Each approved claim that its plan does not settle has one payout of the same amount, and
    nothing else has one; gives how many claims were approved.
    """
    every = [(e.subject, e.facts) for e in said if isinstance(e.facts, ClaimApproved)]
    approved = Counter(
        (payout_id(claim), facts.amount_fen) for claim, facts in every if not facts.settled_by_plan
    )
    scheduled = Counter(
        (e.subject, e.facts.amount_fen) for e in said if isinstance(e.facts, PayoutScheduled)
    )
    twice = [claim for claim, number in Counter(claim for claim, _ in every).items() if number > 1]
    assert not twice, f"approved twice: {twice}"
    assert scheduled == approved, (
        f"approved, no payout: {approved - scheduled}; no approval: {scheduled - approved}"
    )
    return len(every)


async def reservations_follow(claims: Store) -> None:
    """What is held is what the events say."""
    computed = await reservations_from_events(claims, slots_of)
    rows = await claims.pool.fetch("SELECT kind, key, stream_id, note FROM reservations")
    held = {(kind, key): (stream_id, note) for kind, key, stream_id, note in rows}
    assert held == computed, "reservations differ from the events"


async def nothing_waits(name: str, pool: asyncpg.Pool, log: LogHeld) -> None:
    """The service has read everything, in order; no stream is parked or waits."""
    rows = await pool.fetch("SELECT topic, partition_no, seq FROM inbox_positions")
    read = {TopicPartition(topic, partition_no): seq for topic, partition_no, seq in rows}
    wanted = {at: len(lines) for at, lines in log.lines.items() if at.topic in HEARS[name]}
    assert read == wanted, f"{name} has not read to the end"
    kept = await kept_by(pool)
    assert not kept, f"{name} keeps {kept}"


async def findings_replay(ended: Ended) -> int:
    """What audit found while it was killed is what the whole history, judged again, says."""
    found = await replay_and_compare(
        ended.log, ended.folder / "replayed", load_rules(), ended.folder / "findings"
    )
    assert not found.behind, f"audit has not judged {found.behind}"
    assert found.equal, f"audit and replay differ: {found.differences}"
    return len(found.findings)


async def same_answers(client: Client) -> int:
    """A request that comes once more with its key is told what it was told before."""
    answered = list(client.answered)
    step = max(1, len(answered) // REPEATED)
    chosen = answered[::step]
    for ask, before in chosen:
        again = await client.ask(ask)
        assert again == before, f"{ask.path} is answered otherwise"
    del client.answered[len(answered) :]
    return len(chosen)


def events(log: LogHeld) -> list[Event]:
    """Every event, stream by stream in its order."""
    return [decode(body) for lines in log.lines.values() for _, _, body in lines]
