"""The same rules over the touched keys only: small work tables, the same SQL, the same findings."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import NamedTuple, Self
from uuid import UUID

import msgspec
import pyarrow as pa

from services.audit.archive.columns import connection, envelope_sql
from services.audit.detectors.rules import Rule, load_views
from services.audit.replay.breaks import TABLE as BREAKS_TABLE
from services.audit.replay.columns import empty_sql, table_of, typed_sql
from services.audit.replay.judge import Judgement, Parameters, Waiting, create_views, judge
from shared.events.base import Facts
from shared.events.catalogue import REGISTRY
from shared.events.days import DayOpened
from shared.events.envelope import Event, decode
from shared.events.findings import FindingOpened


class RuleKey(NamedTuple):
    """What a rule is judged by, e.g. ("A1", "person:…"): the key of the hot rows."""

    rule: str
    key: str


class HotRow(NamedTuple):
    """One event under a key: where it stands in the log, and its exact bytes."""

    topic: str
    partition: int
    seq: int
    body: bytes


class Break(NamedTuple):
    """One event that does not follow the one before it in its stream."""

    topic: str
    partition: int
    seq: int
    event_id: str
    stream: str
    version: int
    before_version: int


@dataclass(frozen=True, slots=True)
class Work:
    """All rows of the touched keys, and the (rule, subject) pairs that are to be judged anew."""

    rows: tuple[HotRow, ...]
    subjects: frozenset[RuleKey]
    breaks: tuple[Break, ...] = ()
    """of the subjects that are streams"""


DAYS = RuleKey("", "days")
"""all opened days: every rule with a term reads them"""


Fetch = Callable[[frozenset[RuleKey]], Awaitable[Sequence[HotRow]]]


class _Identity(msgspec.Struct):
    id: str


_IDENTITY = msgspec.json.Decoder(_Identity)
_PLACE = ("topic", "partition_no", "seq", "event_id")
_INCOMING = pa.schema(
    [
        ("topic", pa.string()),
        ("partition_no", pa.int64()),
        ("seq", pa.int64()),
        ("event_id", pa.binary()),
        ("body", pa.binary()),
    ]
)


def keys_of(event: Event, rules: Sequence[Rule]) -> set[RuleKey]:
    """Under which keys the event is kept as a hot row; empty when no rule reads its type."""
    facts, found = event.facts, set()
    for rule, name, field in _readers(tuple(rules)).get(type(facts), ()):
        value = event.subject if field == "stream" else getattr(facts, field, None)
        if value is not None:
            found.add(RuleKey(rule, f"{name}:{value}"))
    if isinstance(facts, DayOpened) and any(rule.timed for rule in rules):
        found.add(DAYS)
    return found


@lru_cache(maxsize=64)
def _readers(rules: tuple[Rule, ...]) -> Mapping[type[Facts], Sequence[tuple[str, str, str]]]:
    """By event class: (rule id, key kind, field) of each key. Asked once for every event."""
    found: dict[type[Facts], list[tuple[str, str, str]]] = {}
    for rule in rules:
        for name, types in rule.header.keys.items():
            for kind, fields in types.items():
                keys = [(rule.id, name, field) for field in fields.split()]
                found.setdefault(REGISTRY[kind].facts, []).extend(keys)
    return found


async def gather(
    rules: Sequence[Rule],
    batch: Iterable[Event],
    fetch: Fetch,
    also: frozenset[RuleKey] = frozenset(),
) -> Work:
    """The work of one micro-batch; its own hot rows must be stored before. `also`: subjects that
    are to be judged whatever the batch holds, since their term ended.

    `fetch` returns all rows of the keys, in any order, doubles allowed; it is called at most four
    times: a claim that changes its certificate touches the old number too, whether a claim counts
    is told by rows that do not carry the certificate, and terms are told by the opened days.
    """
    keys = frozenset(key for event in batch for key in keys_of(event, rules))
    touched = (keys - {DAYS}) | also
    rows = _by_place(await fetch(touched)) if touched else {}
    linked = [rule for rule in rules if len(rule.header.keys) > 1]
    near = _near(rows, linked)
    subjects = _subjects(touched, rules) | _subjects(_all(near.values()), linked)
    if other := subjects - touched:
        more = _by_place(await fetch(other))
        near |= _near({place: row for place, row in more.items() if place not in near}, linked)
        rows |= more
    around = _all(found for found in near.values() if found & subjects)
    if missing := around - subjects - touched:
        rows |= _by_place(await fetch(missing - _subjects(missing, linked)))
    timed = {rule.id for rule in rules if rule.timed}
    if any(subject.rule in timed for subject in subjects):
        rows |= _by_place(await fetch(frozenset({DAYS})))
    return Work(tuple(rows[place] for place in sorted(rows)), subjects)


Place = tuple[str, int, int]


def _by_place(rows: Iterable[HotRow]) -> dict[Place, HotRow]:
    return {(row.topic, row.partition, row.seq): row for row in rows}


def _near(rows: Mapping[Place, HotRow], linked: Sequence[Rule]) -> dict[Place, frozenset[RuleKey]]:
    """The keys of each row under the rules that look from one key to another."""
    if not linked:
        return {}
    return {place: frozenset(keys_of(decode(row.body), linked)) for place, row in rows.items()}


def _all(keys: Iterable[frozenset[RuleKey]]) -> frozenset[RuleKey]:
    return frozenset[RuleKey]().union(*keys)


def _subjects(keys: Iterable[RuleKey], rules: Sequence[Rule]) -> frozenset[RuleKey]:
    kinds = {(rule.id, rule.header.subject) for rule in rules}
    return frozenset(key for key in keys if (key.rule, key.key.partition(":")[0]) in kinds)


class Keyed:
    """The rules' work tables in an in-memory DuckDB; one thread at a time, closed at exit."""

    def __init__(self, rules: Sequence[Rule], parameters: Parameters) -> None:
        self._rules = tuple(rules)
        self._parameters = parameters
        self._views = load_views().of(self._rules)
        self._types = frozenset(self._views.types)
        self._filled = self._types
        self._context = connection(threads=1, memory="512MB")

    def __enter__(self) -> Self:
        self._database = self._context.__enter__()
        self._fill(Work((), frozenset()))  # every table stands, empty, before its views
        create_views(self._database, self._views, ())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._context.__exit__(kind, error, trace)

    def judge(self, work: Work, missing: Mapping[str, Sequence[str]] | None = None) -> Judgement:
        """What the rules find for the subjects of `work`, by rule, subject and window key: exactly
        what a full replay of the same prefix finds for them. What was open and is not here lapsed.
        """
        self._fill(work)
        found: list[FindingOpened] = []
        waiting: set[Waiting] = set()
        for rule in self._rules:
            subjects = _values(work.subjects, rule)
            if subjects:
                codes = (missing or {}).get(rule.id, ())
                said = judge(self._database, rule, self._parameters, codes)
                found += [finding for finding in said.findings if finding.subject in subjects]
                waiting |= {case for case in said.waiting if case.subject in subjects}
        return Judgement(found, frozenset(waiting))

    def _fill(self, work: Work) -> None:
        """The tables are made anew: one that is only emptied keeps what it held, batch for batch,
        and memory grows with the log.
        """
        self._database.register("incoming", _arrow(work.rows))
        try:
            self._make("part", envelope_sql("incoming", _PLACE))
        finally:
            self._database.unregister("incoming")
        found = self._database.execute("SELECT DISTINCT type FROM part").fetchall()
        present = frozenset(kind for (kind,) in found) & self._types
        for kind in sorted(self._filled - present):
            self._database.execute(empty_sql(REGISTRY[kind]))
        for kind in sorted(present):
            self._make(table_of(kind), typed_sql(REGISTRY[kind], "part"))
        for view in self._views.views:
            if view.types & (self._filled ^ present):
                self._database.execute(view.over(present))
        self._filled = present
        if any(rule.follows_streams for rule in self._rules):
            self._database.execute(BREAKS_TABLE)
        for one in work.breaks:
            self._database.execute("INSERT INTO log_breaks VALUES (?, ?, ?, ?, ?, ?, ?)", one)

    def _make(self, table: str, select: str) -> None:
        self._database.execute(f"CREATE OR REPLACE TABLE {table} AS {select}")


def _values(subjects: Collection[RuleKey], rule: Rule) -> frozenset[str]:
    return frozenset(key.partition(":")[2] for name, key in subjects if name == rule.id)


def _arrow(rows: Sequence[HotRow]) -> pa.Table:
    columns = [
        [row.topic for row in rows],
        [row.partition for row in rows],
        [row.seq for row in rows],
        [UUID(_IDENTITY.decode(row.body).id).bytes for row in rows],
        [row.body for row in rows],
    ]
    arrays = [
        pa.array(column, field.type) for column, field in zip(columns, _INCOMING, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=_INCOMING)
