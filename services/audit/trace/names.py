"""Which records, persons and funds an event names: what a trace is followed by. Pure."""

from collections.abc import Iterator

from shared.events.certificates import GradeEdited
from shared.events.envelope import Event
from shared.ids import fund_id

MAX_NAMES = 2_000
"""of one event; the largest, a roster or a bulk screen, names 500"""

_ONE = (
    "claim", "plan", "payout", "person", "batch", "recovery", "finding", "verification", "notice",
    "statement", "difference", "subject", "supersedes", "against", "bulk_screen",
)  # fmt: skip
_MANY = ("claims", "payouts", "persons", "conflicts_with", "upheld", "open", "sampled")
_PERSONS = ("entries", "presences", "results", "after")
"""lists whose items carry a person: rosters, sessions and their corrections, examinations"""


def names_of(event: Event) -> frozenset[str]:
    """The stream itself, and all that the event points to; at most 2,000."""
    found = {event.subject}
    for name in _named(event):
        if len(found) == MAX_NAMES:
            break
        found.add(name)
    return frozenset(found)


def _named(event: Event) -> Iterator[str]:
    facts = event.facts
    for field in _ONE:
        if value := getattr(facts, field, None):
            yield value
    for field in _MANY:
        listed = getattr(facts, field, ())
        if isinstance(listed, tuple):  # elsewhere the word counts: a plan's `persons`
            yield from listed
    if fund := getattr(facts, "fund", None):
        yield fund_id(event.jurisdiction, fund)
    for field in _PERSONS:
        listed = getattr(facts, field, ())
        if isinstance(listed, tuple):  # elsewhere `after` is one account
            for item in listed:
                yield item.person
    if isinstance(facts, GradeEdited):
        yield facts.after.person


def family(name: str) -> frozenset[str]:
    """A claim and its payout share their number, and so do a plan and its money."""
    kind, _, number = name.partition("-")
    if kind in ("claim", "payout"):
        return frozenset({f"claim-{number}", f"payout-{number}"})
    if kind in ("plan", "advance"):
        return frozenset({f"plan-{number}", f"advance-{number}"})
    return frozenset({name})
