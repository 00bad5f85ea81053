"""One claim as reports count it: what happened on which day, and what was paid. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from shared.clock import SHANGHAI
from shared.events.claims import (
    ApprovalRevoked,
    ClaimAccepted,
    ClaimApproved,
    ClaimContent,
    ClaimHeld,
    ClaimImported,
    ClaimKeys,
    ClaimRejected,
    ClaimWithdrawn,
)
from shared.events.envelope import Event
from shared.events.payouts import (
    PayoutImported,
    PayoutKeys,
    PayoutPaid,
    PayoutReturned,
    PayoutReversed,
)

Payee = tuple[str, str | None]


class Moved(NamedTuple):
    """`what` happened to a claim on a day of Asia/Shanghai; `minutes` since the step began."""

    what: str
    day: date
    fen: int = 0
    minutes: int | None = None


class Settled(NamedTuple):
    """A plan's settlement with one payee: paid, or taken as a debt where advances were larger."""

    at: datetime
    day: date


@dataclass(slots=True)
class Case:
    """`place` is the claim's jurisdiction; `amount_fen` what stands approved; `standing` whether
    a payment stands with the payee.
    """

    claim: str
    place: str = ""
    kind: str = ""
    person: str = ""
    occupation: str = ""
    level: str = ""
    institution: str = ""
    certificate: str = ""
    group: str = ""
    programme: str = ""
    plan: str = ""
    state: str = "submitted"
    amount_fen: int = 0
    applied_at: datetime | None = None
    step_at: datetime | None = None
    approved_at: datetime | None = None
    by_plan: Payee | None = None
    """the plan's payee, where the plan's settlement pays the claim"""
    standing: bool = False
    moved: list[Moved] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """One event of the claim or of its payout, in the order of its stream."""
        facts = event.facts
        if isinstance(facts, ClaimKeys):
            self._name(event, facts)
            self._claim(event, facts)
        elif isinstance(facts, PayoutKeys):
            self._payout(event, facts)

    def settle(self, settled: list[Settled]) -> None:
        """Paid by the first settlement of its plan after the approval."""
        approved = self.approved_at
        if self.by_plan is None or approved is None:
            return
        for one in sorted(settled):
            if one.at >= approved:
                self.standing = True
                self.moved.append(Moved("paid", one.day, self.amount_fen, _since(approved, one.at)))
                return

    def days(self, what: str) -> Iterator[date]:
        return (moved.day for moved in self.moved if moved.what == what)

    def _name(self, event: Event, facts: ClaimKeys) -> None:
        self.place, self.kind, self.person = event.jurisdiction, facts.kind, facts.person
        self.occupation, self.level = facts.occupation, facts.level
        self.institution = facts.institution or self.institution
        self.certificate = facts.certificate or self.certificate
        self.plan = facts.plan or self.plan
        self.group = getattr(facts, "group", None) or self.group
        self.programme = getattr(facts, "programme", None) or self.programme

    def _claim(self, event: Event, facts: ClaimKeys) -> None:
        at = event.recorded_at
        match facts:
            case ClaimContent():
                if self.applied_at is None:
                    self.applied_at = at
                    self._move("applied", at)
                self.state, self.step_at = "submitted", at
            case ClaimAccepted():
                self._step("accepted", at)
            case ClaimHeld():
                self._move("held", at)
                self.state = "held"
            case ClaimApproved():
                self._step("approved", at, facts.amount_fen)
                self.amount_fen, self.approved_at = facts.amount_fen, at
                if facts.settled_by_plan:
                    self.by_plan = (facts.payee_kind, facts.payee)
            case ClaimRejected():
                self._step("rejected", at)
            case ClaimWithdrawn():
                self._move("withdrawn", at)
                self.state = "withdrawn"
            case ApprovalRevoked():
                self._move("revoked", at, facts.amount_fen)
                self.state, self.amount_fen, self.approved_at = "revoked", 0, None
            case ClaimImported():
                self._import(facts)
            case _:
                return

    def _import(self, facts: ClaimImported) -> None:
        """Decided before the ledger: the old books' days count."""
        self.state = facts.decision
        self.moved.append(Moved("applied", facts.claimed_on or facts.decided_on))
        if facts.decision == "approved":
            self.amount_fen = facts.amount_fen
        self.moved.append(Moved(facts.decision, facts.decided_on, self.amount_fen))

    def _payout(self, event: Event, facts: PayoutKeys) -> None:
        match facts:
            case PayoutPaid(amount_fen=fen, paid_on=day):
                since = self.approved_at
                minutes = _since(since, event.recorded_at) if since else None
                self.moved.append(Moved("paid", day, fen, minutes))
                self.standing = True
            case PayoutImported(kind="payout", amount_fen=fen, paid_on=day):
                self.moved.append(Moved("paid", day, fen))
                self.standing = True
            case PayoutReturned(amount_fen=fen, returned_on=day) if self.standing:
                self._back(day, fen)
            case PayoutReversed(amount_fen=fen, reversed_on=day):
                self._back(day, fen)
            case _:
                return

    def _back(self, day: date, fen: int) -> None:
        self.moved.append(Moved("reversed", day, fen))
        self.standing = False

    def _move(self, what: str, at: datetime, fen: int = 0) -> None:
        """A claim that is held twice in one report is one held claim: see moments."""
        self.moved.append(Moved(what, day_of(at), fen))

    def _step(self, what: str, at: datetime, fen: int = 0) -> None:
        """A step that ended, and how long it took since the one before."""
        minutes = None if self.step_at is None else _since(self.step_at, at)
        self.moved.append(Moved(what, day_of(at), fen, minutes))
        self.state, self.step_at = what, at


def day_of(at: datetime) -> date:
    """The calendar day in Asia/Shanghai, which policies speak of."""
    return at.astimezone(SHANGHAI).date()


def _since(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds()) // 60
