"""What must be true after all the kills: each check is one promise of the ledger."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.claims.slots import slots_of
from shared.events.base import CLAIM_EVENTS, FINDING_EVENTS, TOPICS
from shared.events.claims import ClaimApproved, ClaimSubmitted
from shared.events.envelope import Event, decode
from shared.events.payouts import PayoutScheduled
from shared.ids import payout_id
from shared.log.port import Log, TopicPartition
from shared.store.rebuild import reservations_from_events
from shared.store.store import Store
from tests.faults.client import Answer, Ask, Client
from tests.faults.held import Line, LogHeld, in_database, in_log

READ_BY_PAYMENTS = (CLAIM_EVENTS, FINDING_EVENTS)
REPEATED = 300
"""requests sent once more at the end, spread over the run"""


@dataclass(frozen=True, slots=True)
class Found:
    """How much was looked at."""

    claim_events: int
    payout_events: int
    approved: int
    copies: int
    repeated: int


@dataclass(frozen=True, slots=True)
class Ended:
    """An installation at rest."""

    claims: Store
    payments: Store
    log: Log
    client: Client
    rosters: Sequence[tuple[int, Answer]]


async def check(ended: Ended) -> Found:
    """AssertionError names the promise that was broken."""
    log = await in_log(ended.log, TOPICS)
    claims, payments = await in_database(ended.claims), await in_database(ended.payments)
    same_bytes(log, claims | payments)
    each_once(log)
    answers_stand(log, ended.client.answered)
    rosters_stand(log, ended.rosters)
    await nothing_waits(ended.payments.pool, {at: len(x) for at, x in log.lines.items()})
    approved = one_payout_each(log)
    await reservations_follow(ended.claims)
    repeated = await same_answers(ended.client)
    return Found(
        sum(map(len, claims.values())), sum(map(len, payments.values())),
        approved, log.copies, repeated,
    )  # fmt: skip


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
    """Each 2xx to a command names the number of its event, and that event is of that claim."""
    places: Counter[tuple[TopicPartition, int]] = Counter()
    for ask, answer in answered:
        if ask.path == "/rosters":
            continue
        at = answer.at
        place = TopicPartition(at.topic, at.partition)
        assert at.seq <= len(log.lines[place]), f"answered and not in the log: {answer.position}"
        event = decode(log.lines[place][at.seq - 1][2])
        assert event.subject == answer.told["claim"], f"another claim stands at {answer.position}"
        assert type(event.facts).__name__ == answer.told["event"]
        places[place, at.seq] += 1
    assert all(number == 1 for number in places.values()), "two requests were told the same number"


def rosters_stand(log: LogHeld, rosters: Sequence[tuple[int, Answer]]) -> None:
    """Each row of each roster was filed under the id that was told, once."""
    filed = Counter(e.subject for e in events(log) if isinstance(e.facts, ClaimSubmitted))
    assert all(number == 1 for number in filed.values()), "a claim was filed twice"
    for rows, answer in rosters:
        told = answer.told["outcomes"]
        assert [outcome["row"] for outcome in told] == list(
            range(told[0]["row"], rows + told[0]["row"])
        )
        assert {outcome["outcome"] for outcome in told} == {"submitted"}
        assert len({outcome["record"] for outcome in told}) == rows
        assert all(filed[outcome["record"]] == 1 for outcome in told)


def one_payout_each(log: LogHeld) -> int:
    """Each approved claim has one payout of the same amount, and nothing else has one."""
    approved = Counter(
        (payout_id(e.subject), e.facts.amount_fen)
        for e in events(log) if isinstance(e.facts, ClaimApproved)
    )  # fmt: skip
    scheduled = Counter(
        (e.subject, e.facts.amount_fen)
        for e in events(log) if isinstance(e.facts, PayoutScheduled)
    )  # fmt: skip
    assert all(number == 1 for number in approved.values()), "a claim was approved twice"
    assert scheduled == approved, (
        f"approved, no payout: {approved - scheduled}; no approval: {scheduled - approved}"
    )
    return approved.total()


async def reservations_follow(claims: Store) -> None:
    """What is held is what the events say."""
    computed = await reservations_from_events(claims, slots_of)
    rows = await claims.pool.fetch("SELECT kind, key, stream_id, note FROM reservations")
    held = {(kind, key): (stream_id, note) for kind, key, stream_id, note in rows}
    assert held == computed, "reservations differ from the events"


async def nothing_waits(payments: asyncpg.Pool, ends: Mapping[TopicPartition, int]) -> None:
    """Payments has read everything, in order; no stream is parked or waits."""
    rows = await payments.fetch("SELECT topic, partition_no, seq FROM inbox_positions")
    read = {TopicPartition(topic, partition_no): seq for topic, partition_no, seq in rows}
    wanted = {at: seq for at, seq in ends.items() if at.topic in READ_BY_PAYMENTS}
    assert read == wanted, "payments has not read to the end"
    kept = await payments.fetch("SELECT topic, seq, cause, detail, for_stream FROM inbox_pending")
    assert not kept, f"events are parked or wait: {list(map(tuple, kept))}"


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
    return [decode(body) for lines in log.lines.values() for _, _, body in lines]
