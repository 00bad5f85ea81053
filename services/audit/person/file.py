"""One person's file out of the events: courses, certificates, claims, decisions, money. Pure.

Nothing in it is a name or a number of anybody: the person, a certificate and an account are
references, and of those only the person's stands here in full (HLD-9-1, JN-18-3, WH-15-2).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from services.audit.person.courses import Course, courses_of
from services.audit.person.money import Paid, paid_of
from services.audit.trace.follow import Entry
from services.audit.trace.names import family
from shared.clock import SHANGHAI
from shared.events.certificates import CertificateIssued
from shared.events.claims import (
    ApprovalRevoked,
    ClaimAccepted,
    ClaimApproved,
    ClaimContent,
    ClaimHeld,
    ClaimImported,
    ClaimKeys,
    ClaimProposed,
    ClaimRejected,
    ClaimReturned,
    ClaimWithdrawn,
)
from shared.events.envelope import Event
from shared.events.handling import IdentityChecked
from shared.events.persons import PersonalDataRead, PersonErased

SHOWN_DIGITS = 8
"""of a certificate's reference: enough to tell two apart"""


class Certificate(msgspec.Struct, frozen=True, omit_defaults=True):
    """`certificate` is the beginning of its reference; `source` issued or claimed."""

    certificate: str
    source: str
    occupation: str
    level: str
    certificate_type: str
    issued_on: str | None = None
    issuer: str | None = None


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event of a claim: who, when, what came of it."""

    at: str
    event: str
    actor: str
    amount_fen: int | None = None
    reasons: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


class ClaimOf(msgspec.Struct, frozen=True, omit_defaults=True):
    """`state` follows from the last event that moved it."""

    claim: str
    jurisdiction: str
    kind: str
    occupation: str
    level: str
    state: str
    amount_fen: int
    steps: tuple[Step, ...]
    institution: str | None = None
    plan: str | None = None


class Reading(msgspec.Struct, frozen=True):
    """Somebody opened this person's data."""

    at: str
    reader: str
    purpose: str


class PersonFile(msgspec.Struct, frozen=True):
    """All that the ledger holds of one person, up to the seal; `whole` False when there is more."""

    person: str
    erased_on: str | None
    courses: tuple[Course, ...]
    certificates: tuple[Certificate, ...]
    claims: tuple[ClaimOf, ...]
    payouts: tuple[Paid, ...]
    readings: tuple[Reading, ...]
    whole: bool = True


def links_of(person: str, entries: Iterable[Entry]) -> frozenset[str]:
    """Streams whose own story belongs to the file; other persons' claims are not among them."""
    found: set[str] = set()
    for entry in entries:
        facts = entry.event.facts
        if plan := getattr(facts, "plan", None):
            found.add(plan)
        if entry.event.subject.startswith("recovery-"):
            found.add(entry.event.subject)
        claim = entry.event.subject if isinstance(facts, ClaimKeys) else None
        if claim is not None and getattr(facts, "person", None) == person:
            found |= family(claim)
    return frozenset(found)


def file_of(person: str, entries: Sequence[Entry], whole: bool = True) -> PersonFile:
    """The same events give the same file, whatever order they come in."""
    events = sorted({e.event.id: e.event for e in entries}.values(), key=_order)
    claims = _claims(person, events)
    return PersonFile(
        person=person,
        erased_on=next((_day(e.recorded_at) for e in events if _erases(e, person)), None),
        courses=courses_of(person, events),
        certificates=_certificates(person, events),
        claims=claims,
        payouts=paid_of(person, {claim.claim for claim in claims}, events),
        readings=tuple(
            Reading(e.recorded_at.isoformat(), e.facts.reader, e.facts.purpose)
            for e in events
            if isinstance(e.facts, PersonalDataRead) and person in e.facts.persons
        ),
        whole=whole,
    )


_STATES: dict[type, str] = {
    ClaimAccepted: "accepted", ClaimReturned: "returned", ClaimProposed: "proposed",
    ClaimApproved: "approved", ClaimRejected: "rejected", ClaimHeld: "held",
    ClaimWithdrawn: "withdrawn", ApprovalRevoked: "revoked", IdentityChecked: "",
}  # fmt: skip
"""'' leaves the state as it was"""


def _claims(person: str, events: Sequence[Event]) -> tuple[ClaimOf, ...]:
    stories: dict[str, list[Event]] = {}
    for event in events:
        if isinstance(event.facts, ClaimKeys) and event.facts.person == person:
            stories.setdefault(event.subject, []).append(event)
    return tuple(_claim(claim, stories[claim]) for claim in sorted(stories))


def _claim(claim: str, events: Sequence[Event]) -> ClaimOf:
    state, amount = "submitted", 0
    for event in events:
        facts = event.facts
        moved = "submitted" if isinstance(facts, ClaimContent) else _STATES.get(type(facts), "")
        state = facts.decision if isinstance(facts, ClaimImported) else moved or state
        if isinstance(facts, ClaimApproved | ClaimImported):
            amount = facts.amount_fen if state == "approved" else 0
        elif isinstance(facts, ApprovalRevoked):
            amount = 0
    last = events[-1].facts
    assert isinstance(last, ClaimKeys)
    return ClaimOf(
        claim, events[0].jurisdiction, last.kind, last.occupation, last.level, state, amount,
        tuple(_step(event) for event in events), last.institution, last.plan,
    )  # fmt: skip


def _step(event: Event) -> Step:
    facts = event.facts
    return Step(
        event.recorded_at.isoformat(),
        type(facts).__name__,
        event.actor,
        getattr(facts, "amount_fen", None),
        tuple(getattr(facts, "reasons", ())),
        tuple(one.clause for one in getattr(facts, "citations", ())),
    )


def _certificates(person: str, events: Sequence[Event]) -> tuple[Certificate, ...]:
    """What an issuer reported comes before what a claim says of the same certificate."""
    found: dict[str, Certificate] = {}
    for event in events:
        facts = event.facts
        if getattr(facts, "person", None) != person:
            continue
        if isinstance(facts, CertificateIssued):
            found[facts.certificate] = Certificate(
                _masked(facts.certificate), "issued", facts.occupation, facts.level,
                facts.certificate_type, _text(facts.issued_on), facts.issuer,
            )  # fmt: skip
        elif isinstance(facts, ClaimContent | ClaimImported) and facts.certificate:
            claimed = Certificate(
                _masked(facts.certificate), "claimed", facts.occupation, facts.level,
                facts.certificate_type, _text(facts.certificate_issued_on),
                facts.certificate_issuer,
            )  # fmt: skip
            found.setdefault(facts.certificate, claimed)
    return tuple(found[reference] for reference in sorted(found))


def _masked(reference: str) -> str:
    return reference[:SHOWN_DIGITS] + "…"


def _erases(event: Event, person: str) -> bool:
    return isinstance(event.facts, PersonErased) and event.facts.person == person


def _day(at: datetime) -> str:
    return at.astimezone(SHANGHAI).date().isoformat()


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _order(event: Event) -> tuple[object, ...]:
    return event.recorded_at, event.subject, event.version
