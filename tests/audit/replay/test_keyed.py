"""The stream judges as the replay does: random histories in micro-batches against a full replay."""

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from services.audit.archive.catch_up import catch_up
from services.audit.detectors.rules import load_rules
from services.audit.replay.full import replay
from services.audit.replay.keyed import DAYS, HotRow, Keyed, RuleKey, Work, gather, keys_of
from services.audit.replay.report import load_findings
from services.audit.terms import ANY_DAY, newest_day
from shared.events.envelope import Event, decode
from shared.events.findings import FindingOpened
from tests.audit import money
from tests.audit.histories import PARTITIONS, History, log_of, ref
from tests.audit.random_histories import random_history

RULES = tuple(rule for rule in load_rules() if rule.streams and not rule.follows_streams)
"""what does not follow in its stream is kept by the service: its own test compares that"""


@dataclass
class HotRows:
    """Rows by key, as the stream's table holds them."""

    rows: dict[RuleKey, list[HotRow]] = field(default_factory=dict)
    fetches: int = 0

    def store(self, row: HotRow) -> None:
        for key in keys_of(decode(row.body), RULES):
            self.rows.setdefault(key, []).append(row)

    async def fetch(self, keys: frozenset[RuleKey]) -> Sequence[HotRow]:
        self.fetches += 1
        return [row for key in keys for row in self.rows.get(key, [])]


@dataclass
class Stream:
    """Open findings by id, kept current batch by batch."""

    keyed: Keyed
    hot: HotRows = field(default_factory=HotRows)
    open: dict[str, FindingOpened] = field(default_factory=dict)
    waiting: dict[RuleKey, str] = field(default_factory=dict)

    async def take(self, batch: Sequence[HotRow]) -> Work:
        for row in batch:
            self.hot.store(row)
        events = [decode(row.body) for row in batch]
        work = await self._judge(events, frozenset())
        day = newest_day(events)
        ended = frozenset(k for k, due in self.waiting.items() if day and due < day.isoformat())
        if ended:
            await self._judge([], ended)
        return work

    async def _judge(self, events: Sequence[Event], also: frozenset[RuleKey]) -> Work:
        work = await gather(RULES, events, self.hot.fetch, also)
        judged = {(key.rule, key.key.partition(":")[2]) for key in work.subjects}
        found, waiting = self.keyed.judge(work)
        for key in work.subjects:
            self.waiting.pop(key, None)
        subject = {rule.id: rule.header.subject for rule in RULES}
        for case in waiting:
            key = RuleKey(case.rule, f"{subject[case.rule]}:{case.subject}")
            self.waiting[key] = case.due_on or ANY_DAY
        self.open = {
            one.finding_id: one
            for one in self.open.values()
            if (one.rule, one.subject) not in judged
        }
        self.open |= {one.finding_id: one for one in found}
        return work


def rows_of(history: History) -> list[HotRow]:
    told = log_of(History()).tell(PARTITIONS, *history.events)
    return [HotRow(at.topic, at.partition, record.seq, record.body) for at, record in told]


def interleaved(chance: random.Random, rows: Sequence[HotRow]) -> list[HotRow]:
    """Each partition in its order; between partitions nothing is ordered."""
    waiting: dict[tuple[str, int], deque[HotRow]] = {}
    for row in rows:
        waiting.setdefault((row.topic, row.partition), deque()).append(row)
    turns = [(row.topic, row.partition) for row in chance.sample(rows, len(rows))]
    return [waiting[turn].popleft() for turn in turns]


@pytest.mark.parametrize("seed", [0, 1, 2, 4, 5])
async def test_streaming_in_micro_batches_equals_the_full_replay(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    history = random_history(chance, 350)
    rows = interleaved(chance, rows_of(history))
    with Keyed(RULES, {}) as keyed:
        stream = Stream(keyed)
        while rows:
            size = chance.randint(1, 25)
            batch, rows = rows[:size], rows[size:]
            await stream.take(batch)
    await catch_up(log_of(history), tmp_path / "archive")
    replay(tmp_path / "archive", RULES, {}, None, tmp_path / "out")

    expected = load_findings(tmp_path / "out")
    assert sorted(stream.open.values(), key=lambda one: one.finding_id) == expected
    assert {one.rule for one in expected} == {"A1", "C1", "D4", "D5", "D7", "D9", "F1"}


async def test_a_finding_lapses_when_its_ground_goes(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1")
    history.approved("claim-2")
    history.withdrawn("claim-2")
    first, second, third = rows_of(history)
    with Keyed(RULES, {}) as keyed:
        stream = Stream(keyed)
        await stream.take([first])
        assert not stream.open
        await stream.take([second])
        assert [one.rule for one in stream.open.values()] == ["A1"]
        await stream.take([third])
        assert not stream.open


async def test_a_corrected_certificate_is_judged_again_under_its_old_number() -> None:
    history = History()
    history.submitted("claim-1", certificate=ref(9))
    history.submitted("claim-2", certificate=ref(9), person=ref(2))
    history.corrected("claim-2", certificate=ref(10), person=ref(2))
    rows = sorted(rows_of(history), key=lambda row: decode(row.body).recorded_at)
    with Keyed(RULES, {}) as keyed:
        stream = Stream(keyed)
        await stream.take(rows[:2])
        assert [one.subject for one in stream.open.values()] == [ref(9)]
        work = await stream.take(rows[2:])
    assert not stream.open
    assert RuleKey("C1", f"certificate:{ref(9)}") in work.subjects
    assert stream.hot.fetches <= 6


def test_the_work_tables_hold_one_batch_however_many_came_before() -> None:
    history = random_history(random.Random(1), 250)
    works = [Work((row,), frozenset()) for row in rows_of(history)]
    with Keyed(RULES, {}) as keyed:
        keyed.judge(works[0])
        keyed.judge(works[0])
        first = _held_bytes(keyed)
        for work in works:
            keyed.judge(work)
        keyed.judge(works[0])
        assert _held_bytes(keyed) <= first


def _held_bytes(keyed: Keyed) -> int:
    asked = "SELECT sum(memory_usage_bytes)::BIGINT FROM duckdb_memory()"
    ((held,),) = keyed._database.execute(asked).fetchall()
    return int(held)


def test_an_event_that_no_rule_reads_has_no_key() -> None:
    history = History()
    history.payment_imported("payout-1", "payout", 100)

    assert keys_of(history.events[0], RULES) == set()


def test_an_opened_day_is_kept_for_the_rules_with_a_term_alone() -> None:
    history = History()
    money.day_opened(history, date(2021, 9, 1))

    assert keys_of(history.events[0], RULES) == {DAYS}
    assert keys_of(history.events[0], [rule for rule in RULES if not rule.timed]) == set()


def test_every_event_gives_the_keys_of_the_rules_that_read_it() -> None:
    history = History()
    history.imported("claim-1", certificate=ref(9))

    assert keys_of(history.events[0], RULES) == {
        RuleKey("A1", f"person:{ref(1)}"),
        RuleKey("C1", f"certificate:{ref(9)}"),
        RuleKey("C1", "claim:claim-1"),
        RuleKey("D4", "claim:claim-1"),
        RuleKey("F1", "case:claim-1"),
    }
