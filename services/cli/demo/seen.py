"""What the demonstration ended with: the answers, all events, and what the two proofs say."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.audit.replaying import Compared
from services.cli.demo.story import Answers
from services.cli.reading import Entry
from shared.events.envelope import Event
from shared.events.findings import FindingDismissed, FindingLapsed, FindingOpened
from shared.events.payouts import PayoutHeld, PayoutPaid, PayoutReleased, PayoutScheduled
from shared.events.verifications import RegisterOutageRecorded
from shared.reconcile import Reconciled
from shared.store.rebook import JournalCompared
from shared.tables.outcomes import FileAnswer


@dataclass(frozen=True, slots=True)
class Hold:
    """A payout that a finding keeps from leaving."""

    payout: str
    finding: str
    rule: str
    scheduled: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """`replayed` is a full replay of the same log beside what the stream found."""

    answers: Answers
    entries: Sequence[Entry]
    reconciled: Mapping[str, Reconciled]
    replayed: Compared
    journals: Mapping[str, JournalCompared] = field(default_factory=dict)

    def counts(self) -> Counter[tuple[str, str]]:
        """Number of events by topic and type."""
        return Counter((e.at.topic, type(e.event.facts).__name__) for e in self.entries)

    def findings(self) -> dict[str, FindingOpened]:
        """By stream: what streaming found and nobody ended."""
        found: dict[str, FindingOpened] = {}
        for entry in self.entries:
            match entry.event.facts:
                case FindingOpened() as opened:
                    found[entry.event.subject] = opened
                case FindingLapsed() | FindingDismissed():
                    found.pop(entry.event.subject, None)
        return found

    def outages(self) -> list[RegisterOutageRecorded]:
        """When registers were silent."""
        facts = (entry.event.facts for entry in self.entries)
        return [one for one in facts if isinstance(one, RegisterOutageRecorded)]

    def paid_fen(self) -> int:
        """Payouts that the bank has paid."""
        facts = (entry.event.facts for entry in self.entries)
        return sum(one.amount_fen for one in facts if isinstance(one, PayoutPaid))

    def receivable_fen(self) -> int:
        """Advances that were neither earned nor demanded, and what is still owed of demands."""
        plans = self.answers.plans.plans if self.answers.plans else []
        advances = sum(plan.money.receivable_fen for plan in plans if plan.money)
        return advances + sum(plan.debt.balance_fen for plan in plans if plan.debt)

    def missing_fen(self) -> int:
        """What was allocated and is neither in the fund nor spent nor owed: 0."""
        if self.answers.fund is None:
            return 0
        held = self.answers.fund.balances
        there = held.available + held.payable + held.transit + held.spent + held.written_off
        return -held.source - there - self.receivable_fen()

    def holds(self) -> list[Hold]:
        """Payouts that a finding holds, by payout and finding."""
        held: dict[tuple[str, str], str] = {}
        scheduled = set()
        for event in _in_order(self.entries):
            match event.facts:
                case PayoutHeld(cause="finding", finding=str(finding), rule=rule):
                    held[event.subject, finding] = rule or ""
                case PayoutReleased(cause="finding", finding=str(finding)):
                    held.pop((event.subject, finding), None)
                case PayoutScheduled():
                    scheduled.add(event.subject)
        return [
            Hold(payout, finding, rule, payout in scheduled)
            for (payout, finding), rule in sorted(held.items())
        ]


def _in_order(entries: Sequence[Entry]) -> list[Event]:
    """Inside a stream as it happened; between streams there is no order."""
    return sorted((e.event for e in entries), key=lambda event: (event.subject, event.version))


def records(answer: FileAnswer) -> dict[int, str]:
    """Row → the claim, payout or advance that it is."""
    return {o.row: o.record for o in answer.outcomes if o.record is not None}
