"""What audit hears becomes findings: hot rows, touched keys, the rules, and what is new in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.audit import hot_rows, streams, terms
from services.audit.finding.decide import FINDING, Finding, evolve, judge_finding, stream_of
from services.audit.hot_rows import MAX_ROWS, TooManyRows
from services.audit.judging import Judges
from services.audit.replay.keyed import HotRow, RuleKey, Work, gather, keys_of
from shared.events.envelope import Event, decode
from shared.events.findings import FindingOpened
from shared.http.access import Jurisdictions
from shared.inbox import Delivery, Effects
from shared.log.port import TopicPartition
from shared.service import Service
from shared.store.commands import By
from shared.store.store import Asked, Connection
from shared.store.unit import Unit

ACTOR = "system"
MAX_ENDED = 500
"""subjects of one round whose term a day ended"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules find for these subjects, and the events that the findings rest on."""

    subjects: frozenset[RuleKey]
    found: tuple[FindingOpened, ...]
    events: Mapping[str, Event]
    """event id → event of some finding's evidence"""


@dataclass(frozen=True, slots=True)
class _Known:
    """A finding's state, and when its newest event was recorded."""

    finding: Finding
    last: datetime | None


class Auditing:
    """The inbox's handler. All that it keeps is in the inbox's own transaction."""

    def __init__(self, service: Service, judges: Judges, max_rows: int = MAX_ROWS) -> None:
        self._service = service
        self._judges = judges
        self._max_rows = max_rows
        self._jurisdictions = Jurisdictions.released()

    async def apply(self, connection: Connection, deliveries: Sequence[Delivery]) -> Effects:
        """Events that no rule reads, findings among them, have no effect."""
        rules = self._judges.rules
        broken = await self._broken(connection, deliveries)
        keyed = [
            (d, keys_of(d.event, rules) | broken.get((d.at, d.record.seq), set()))
            for d in deliveries
        ]
        touching = [(delivery, keys) for delivery, keys in keyed if keys]
        if not touching:
            return Effects()
        await hot_rows.store(connection, touching)
        events = [delivery.event for delivery, _ in touching]
        also = frozenset[RuleKey]().union(*broken.values())
        verdicts = await self._verdicts(connection, events, also)
        ended = await terms.ended(connection, rules, terms.newest_day(events))
        for n in range(0, len(ended), MAX_ENDED):
            part = frozenset(ended[n : n + MAX_ENDED])
            verdicts += await self._verdicts(connection, (), part)
        units: dict[str, Unit] = {}
        for verdict in verdicts:
            units |= await self._units(connection, verdict, events)
        return Effects([units[finding_id] for finding_id in sorted(units)])

    async def _broken(
        self, connection: Connection, deliveries: Sequence[Delivery]
    ) -> dict[tuple[TopicPartition, int], set[RuleKey]]:
        """By its place, the key of an event that does not follow in its stream."""
        rule = next((r for r in self._judges.rules if r.follows_streams), None)
        if rule is None:
            return {}
        return {
            (TopicPartition(one.topic, one.partition), one.seq): {
                RuleKey(rule.id, f"{rule.header.subject}:{one.stream}")
            }
            for one in await streams.follow(connection, deliveries)
        }

    async def _verdicts(
        self,
        connection: Connection,
        events: Sequence[Event],
        also: frozenset[RuleKey],
    ) -> list[Verdict]:
        """One for the batch; of a batch with too many rows one for each half."""
        limit = self._max_rows if len(events) > 1 else None

        async def fetch(keys: frozenset[RuleKey]) -> list[HotRow]:
            return await hot_rows.fetch(connection, keys, limit)

        try:
            work = await gather(self._judges.rules, events, fetch, also)
        except TooManyRows:
            middle = len(events) // 2
            first = await self._verdicts(connection, events[:middle], also)
            return [*first, *await self._verdicts(connection, events[middle:], frozenset())]
        return [await self._verdict(connection, work)]

    async def _verdict(self, connection: Connection, work: Work) -> Verdict:
        """What the rules say, with the breaks of its streams; what waits is kept."""
        timed = {rule.id for rule in self._judges.rules if rule.timed}
        follows = {rule.id for rule in self._judges.rules if rule.follows_streams}
        named = [RuleKey(s.rule, s.key.partition(":")[2]) for s in work.subjects]
        broken = {key.key for key in named if key.rule in follows}
        work = replace(work, breaks=await streams.breaks(connection, broken))
        found, waiting = await self._judges.judge(work)
        await terms.keep(connection, [key for key in named if key.rule in timed], waiting)
        return verdict_of(work, found)

    async def _units(
        self, connection: Connection, verdict: Verdict, batch: Sequence[Event]
    ) -> dict[str, Unit]:
        """By finding id: what is new about the findings that were held or are found now."""
        subjects = [RuleKey(s.rule, s.key.partition(":")[2]) for s in verdict.subjects]
        before = await hot_rows.held(connection, subjects)
        await hot_rows.hold(connection, before, verdict.found)
        found = {one.finding_id: one for one in verdict.found}
        known = await self._load(before.keys() | found.keys())
        units: dict[str, Unit] = {}
        for finding_id, state in known.items():
            decision = judge_finding(state.finding, found.get(finding_id))
            if not decision.events:
                continue
            opened = found.get(finding_id)
            by = self._by(opened, verdict, state.finding, batch)
            units[finding_id] = self._service.ledger.unit(
                FINDING, stream_of(finding_id), state.finding.version, decision, by,
                not_before=state.last,
            )  # fmt: skip
        return units

    async def _load(self, finding_ids: Collection[str]) -> dict[str, _Known]:
        streams = tuple(stream_of(one) for one in finding_ids)
        bodies = (await self._service.store.read(Asked(streams))).bodies if streams else {}
        return {one: _folded(bodies.get(stream_of(one), ())) for one in sorted(finding_ids)}

    def _by(
        self,
        opened: FindingOpened | None,
        verdict: Verdict,
        finding: Finding,
        batch: Sequence[Event],
    ) -> By:
        """Caused by the batch's newest event in the evidence; a lapse by its newest event."""
        evidence = [verdict.events[e.event_id] for e in opened.evidence] if opened else []
        fresh = {event.id for event in evidence}
        cause = next((e for e in reversed(batch) if e.id in fresh), (*batch, *evidence)[-1])
        places = sorted({event.jurisdiction for event in evidence})
        return By(
            actor=ACTOR,
            jurisdiction=self._place_of(places) if places else finding.jurisdiction,
            correlation_id=cause.correlation_id,
            causation_id=cause.id,
        )

    def _place_of(self, places: Sequence[str]) -> str:
        """The lowest jurisdiction that sees all of them; the installation's where none does."""
        common = self._jurisdictions.common(places, self._service.clock.today())
        return common or self._service.settings.jurisdiction


def verdict_of(work: Work, found: Sequence[FindingOpened]) -> Verdict:
    """Only the rows that a finding cites are decoded."""
    cited = {(e.topic, e.partition, e.seq) for one in found for e in one.evidence}
    events = (decode(row.body) for row in work.rows if (row.topic, row.partition, row.seq) in cited)
    return Verdict(work.subjects, tuple(found), {event.id: event for event in events})


def _folded(bodies: Sequence[bytes]) -> _Known:
    finding, last = FINDING.initial, None
    for event in FINDING.events(bodies):
        finding, last = evolve(finding, event), event.recorded_at
    return _Known(finding, last)
