"""The events of a prefix of the log, folded once into all that the report forms count. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from services.audit.reports.cases import Case, Payee, Settled, day_of
from shared.events.advances import AdvancePaid, AdvanceReturned
from shared.events.base import BY_CLASS, Facts
from shared.events.claims import (
    ApprovalRevoked,
    ClaimAccepted,
    ClaimApproved,
    ClaimCorrected,
    ClaimHeld,
    ClaimImported,
    ClaimKeys,
    ClaimRejected,
    ClaimSubmitted,
    ClaimWithdrawn,
)
from shared.events.envelope import Event
from shared.events.findings import FindingKeys
from shared.events.funds import FundAllocated, FundOpened
from shared.events.payouts import (
    PayoutImported,
    PayoutKeys,
    PayoutPaid,
    PayoutReturned,
    PayoutReversed,
)
from shared.events.plans import PlanCompleted
from shared.events.references import QuotaSet
from shared.events.settlements import RecoveryOpened, RecoveryReceived, SettlementPaid

_READ: tuple[type[Facts], ...] = (
    ClaimSubmitted, ClaimCorrected, ClaimAccepted, ClaimHeld, ClaimApproved, ClaimRejected,
    ClaimWithdrawn, ApprovalRevoked, ClaimImported, PayoutPaid, PayoutReturned, PayoutReversed,
    PayoutImported, AdvancePaid, AdvanceReturned, SettlementPaid, RecoveryOpened,
    RecoveryReceived, FundOpened, FundAllocated, PlanCompleted, QuotaSet,
)  # fmt: skip
FINDINGS = tuple(kind.key for facts, kind in BY_CLASS.items() if issubclass(facts, FindingKeys))
TYPES: tuple[str, ...] = tuple(sorted({*(BY_CLASS[facts].key for facts in _READ), *FINDINGS}))
"""the event types that reports read; all others are skipped before they are decoded"""


class Movement(NamedTuple):
    """One event that moved money of a fund; `what` as a column counts it."""

    what: str
    day: date
    place: str
    fund: str
    fen: int
    record: str
    event: str
    event_id: str
    actor: str
    authorised_by: str = ""
    released_by: str = ""
    bank_reference: str = ""


class Completed(NamedTuple):
    """What an institution says of a course that ended."""

    day: date
    place: str
    institution: str
    enrolled: int
    finished: int
    passed: int


class Quota(NamedTuple):
    """A target in force; `clause` where the document gives it."""

    unit: str
    unit_kind: str
    first: date
    last: date
    persons: int
    place: str
    kinds: tuple[str, ...]
    whole: bool
    clause: str


@dataclass(slots=True)
class Replayed:
    """What the events add up to. About 1 KB a claim; bounded by the claims of the installation."""

    cases: dict[str, Case] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)
    completed: dict[str, Completed] = field(default_factory=dict)
    quotas: dict[tuple[object, ...], Quota] = field(default_factory=dict)
    sources: dict[tuple[str, str], str] = field(default_factory=dict)
    """(place, fund) → source of the money"""
    findings: dict[str, list[Event]] = field(default_factory=dict)
    parked: int = 0
    """events that nobody can read: complete except for these"""
    settled: dict[tuple[str, Payee], list[Settled]] = field(
        default_factory=lambda: defaultdict(list)
    )


def replay(events: Iterable[Event]) -> Replayed:
    """Streams in their own order; between streams any order gives the same."""
    done = Replayed()
    payouts: list[tuple[str, Event]] = []
    for event in events:
        _take(done, event)
        if isinstance(event.facts, PayoutKeys) and event.facts.claim is not None:
            payouts.append((event.facts.claim, event))
    for claim, event in payouts:  # after the claims: how long a payment took is since the approval
        _case(done, claim).take(event)
    for case in done.cases.values():
        if case.by_plan is not None:
            case.settle(done.settled.get((case.plan, case.by_plan), []))
    return done


def _take(done: Replayed, event: Event) -> None:
    facts = event.facts
    if isinstance(facts, ClaimKeys):
        _case(done, event.subject).take(event)
    elif isinstance(facts, FindingKeys):
        done.findings.setdefault(event.subject, []).append(event)
    elif isinstance(facts, QuotaSet):
        _set(done, event, facts)
    else:
        _money(done, event)
        _plan(done, event)


def _case(done: Replayed, claim: str) -> Case:
    return done.cases.setdefault(claim, Case(claim))


def _set(done: Replayed, event: Event, quota: QuotaSet) -> None:
    """The newest number for a unit, a period and kinds is the one in force."""
    key = (event.jurisdiction, quota.unit, quota.whole, quota.from_day, quota.to_day, quota.kinds)
    done.quotas[key] = Quota(
        quota.unit, quota.unit_kind, quota.from_day, quota.to_day, quota.persons,
        event.jurisdiction, quota.kinds, quota.whole, quota.clause or "",
    )  # fmt: skip


def _plan(done: Replayed, event: Event) -> None:
    day = day_of(event.recorded_at)
    match event.facts:
        case PlanCompleted() as ended:
            done.completed[event.subject] = Completed(
                ended.ended_on, event.jurisdiction, ended.institution or "", ended.enrolled,
                ended.finished, ended.passed,
            )  # fmt: skip
        case SettlementPaid(plan=plan, payee_kind=kind, payee=payee, paid_on=paid_on):
            done.settled[plan, (kind, payee)].append(Settled(event.recorded_at, paid_on))
        case RecoveryOpened(cause="settlement", plan=str(plan), payee_kind=kind, payee=payee):
            done.settled[plan, (kind, payee)].append(Settled(event.recorded_at, day))
        case _:
            return


def _money(done: Replayed, event: Event) -> None:
    """What entered and left a fund, on the day that the bank or the budget says."""
    match event.facts:
        case FundOpened(fund=fund, source=source):
            done.sources[event.jurisdiction, fund] = source
        case FundAllocated(fund=fund, amount_fen=fen, allocated_on=on):
            _moved(done, event, "allocated", on, fund, fen)
        case PayoutPaid(fund=fund, amount_fen=fen, paid_on=on):
            _moved(done, event, "spent", on, fund, fen)
        case PayoutImported(amount_fen=fen, paid_on=on, kind=kind):
            what = "advanced" if kind == "advance" else "spent"
            _moved(done, event, what, on, "", fen)
        case SettlementPaid(fund=fund, settlement_fen=fen, paid_on=on) if fen:
            _moved(done, event, "spent", on, fund, fen)
        case AdvancePaid(fund=fund, advance_fen=fen, paid_on=on):
            _moved(done, event, "advanced", on, fund, fen)
        case AdvanceReturned(fund=str(fund), advance_fen=fen, returned_on=on):
            _moved(done, event, "advance_back", on, fund, fen)
        case RecoveryReceived(fund=fund, received_fen=fen, received_on=on):
            _moved(done, event, "recovered", on, fund, fen)
        case PayoutReversed(fund=str(fund), amount_fen=fen, reversed_on=on, recovery=None):
            _moved(done, event, "recovered", on, fund, fen)
        case _:
            return


def _moved(done: Replayed, event: Event, what: str, day: date, fund: str, fen: int) -> None:
    facts = event.facts
    done.movements.append(
        Movement(
            what, day, event.jurisdiction, fund, fen, event.subject, type(facts).__name__,
            event.id, event.actor, getattr(facts, "authorised_by", None) or "",
            getattr(facts, "released_by", None) or "", getattr(facts, "bank_reference", "") or "",
        )
    )  # fmt: skip
