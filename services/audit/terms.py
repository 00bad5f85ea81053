"""Cases whose term still runs, and which of them a newly opened day ends."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from services.audit.detectors.rules import Rule
from services.audit.replay.judge import Waiting
from services.audit.replay.keyed import RuleKey
from shared.events.days import DayOpened
from shared.events.envelope import Event
from shared.store.store import Connection

ANY_DAY = ""
"""stands for a term that the next day ends, whichever it is"""


def newest_day(events: Iterable[Event]) -> date | None:
    """The latest day that one of these events opens."""
    return max((e.facts.day for e in events if isinstance(e.facts, DayOpened)), default=None)


async def ended(connection: Connection, rules: Sequence[Rule], day: date | None) -> list[RuleKey]:
    """The subjects whose term a day ends; each is judged, and then waits no more or anew."""
    if day is None:
        return []
    kinds = {rule.id: rule.header.subject for rule in rules}
    rows = await connection.fetch(_ENDED, day.isoformat())
    return [RuleKey(rule, f"{kinds[rule]}:{subject}") for rule, subject in rows if rule in kinds]


async def keep(
    connection: Connection, judged: Collection[RuleKey], waiting: Collection[Waiting]
) -> None:
    """Let `waiting` be what waits of the judged (rule, subject) pairs."""
    if judged:
        ordered = sorted(judged)
        await connection.execute(_FORGET, [k.rule for k in ordered], [k.key for k in ordered])
    if waiting:
        rows = sorted(waiting, key=lambda case: case[:2])
        await connection.execute(
            _KEEP,
            [case.rule for case in rows],
            [case.subject for case in rows],
            [case.due_on or ANY_DAY for case in rows],
        )


_ENDED = "SELECT rule, subject FROM subjects_waiting WHERE due_on < $1 ORDER BY rule, subject"
_FORGET = """
DELETE FROM subjects_waiting w USING unnest($1::text[], $2::text[]) AS g(rule, subject)
 WHERE (w.rule, w.subject) = (g.rule, g.subject)
"""
_KEEP = """
INSERT INTO subjects_waiting (rule, subject, due_on)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
"""
