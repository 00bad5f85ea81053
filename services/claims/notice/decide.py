"""A public notice (公示): a masked list is shown, objections come, then it is closed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from services.claims.claim.decide import other_person
from services.claims.claim.refusals import NotInThisState
from services.claims.notice.refusals import (
    NoticeNotOver,
    NotListed,
    ObjectionAnsweredBefore,
    ObjectionUnknown,
)
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import Event
from shared.events.notices import (
    NoticeClosed,
    NoticePublished,
    ObjectionAnswered,
    ObjectionFiled,
)
from shared.events.persons import PersonalDataRead
from shared.store.commands import Aggregate, Decision, Slot

LISTED = "noticed"
"""kind of the slot that keeps a claim from standing in two open notices"""
PART = 500
"""claims of one NoticePublished: keeps it far below 256 KiB"""
MAX_CLAIMS = 1_000
MAX_OBJECTIONS = 1_000
Channel = Literal["counter", "hotline", "online", "letter"]


class Stage(StrEnum):
    NEW = "new"
    PUBLISHED = "published"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Objection:
    """`outcome` None: not answered yet."""

    claim: str
    filed_by: str
    outcome: Literal["upheld", "dismissed"] | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice's events add up to."""

    stage: Stage = Stage.NEW
    version: int = 0
    jurisdiction: str = ""
    claims: tuple[str, ...] = ()
    published_on: date = date.min
    closes_on: date = date.min
    closed_on: date | None = None
    amount_fen: int = 0
    objections: Mapping[str, Objection] = field(default_factory=dict)
    """by number, in the order in which they came"""


@dataclass(frozen=True, slots=True)
class PublishNotice:
    """`days`: calendar days that the pack names, the day of publication counted as the first.

    `read`: whose names were opened to make the page, which stands in the log.
    """

    claims: tuple[str, ...]
    amount_fen: int
    published_on: date
    days: int
    clause: str
    page_sha256: str
    read: PersonalDataRead


@dataclass(frozen=True, slots=True)
class FileObjection:
    claim: str
    filed_on: date
    channel: Channel
    ground: str


@dataclass(frozen=True, slots=True)
class AnswerObjection:
    actor: str
    objection: str
    outcome: Literal["upheld", "dismissed"]
    answered_on: date
    reasons: tuple[str, ...] = ()
    note: str = ""


def evolve(notice: Notice, event: Event) -> Notice:
    """The notice after one more event. Never refuses."""
    notice = replace(notice, version=event.version, jurisdiction=event.jurisdiction)
    match event.facts:
        case NoticePublished() as facts:
            return replace(
                notice, stage=Stage.PUBLISHED, claims=(*notice.claims, *facts.claims),
                published_on=facts.published_on, closes_on=facts.closes_on,
                amount_fen=facts.amount_fen,
            )  # fmt: skip
        case ObjectionFiled() as facts:
            filed = Objection(facts.claim, event.actor)
            return replace(notice, objections={**notice.objections, facts.objection: filed})
        case ObjectionAnswered() as facts:
            told = replace(notice.objections[facts.objection], outcome=facts.outcome)
            return replace(notice, objections={**notice.objections, facts.objection: told})
        case NoticeClosed() as facts:
            return replace(notice, stage=Stage.CLOSED, closed_on=facts.closed_on)
        case _:
            return notice


NOTICE: Aggregate[Notice] = Aggregate("/claims", CLAIM_EVENTS, Notice(), evolve)


def publish_notice(notice: Notice, command: PublishNotice, stream_id: str) -> Decision:
    """HLD-13-1. A claim stands in one open notice at a time."""
    _expect(notice, "publish", Stage.NEW)
    listed = sorted(command.claims)
    pages = [tuple(listed[n : n + PART]) for n in range(0, len(listed), PART)]
    published = [
        NoticePublished(
            notice=stream_id,
            claims=page,
            part=n,
            parts=len(pages),
            claims_sha256=digest_of(listed),
            amount_fen=command.amount_fen,
            published_on=command.published_on,
            closes_on=command.published_on + timedelta(days=command.days),
            clause=command.clause,
            page_sha256=command.page_sha256,
        )
        for n, page in enumerate(pages, start=1)
    ]
    return Decision([command.read, *published], takes=[Slot(LISTED, claim) for claim in listed])


def digest_of(claims: Sequence[str]) -> str:
    """SHA-256 over the sorted ids, each on a line of its own."""
    return sha256("".join(f"{claim}\n" for claim in sorted(claims)).encode()).hexdigest()


def file_objection(notice: Notice, command: FileObjection, stream_id: str) -> Decision:
    """Anybody may object while the notice is open; who took it down is the event's actor."""
    _expect(notice, "object to", Stage.PUBLISHED)
    if command.claim not in notice.claims:
        raise NotListed(claim=command.claim)
    filed = ObjectionFiled(
        notice=stream_id,
        claim=command.claim,
        objection=f"objection-{len(notice.objections) + 1}",
        filed_on=command.filed_on,
        channel=command.channel,
        ground=command.ground,
    )
    return Decision([filed])


def answer_objection(notice: Notice, command: AnswerObjection, stream_id: str) -> Decision:
    """Another person than the one who took it down; also after the notice was closed."""
    _expect(notice, "answer an objection of", Stage.PUBLISHED, Stage.CLOSED)
    objection = notice.objections.get(command.objection)
    if objection is None:
        raise ObjectionUnknown(objection=command.objection)
    if objection.outcome is not None:
        raise ObjectionAnsweredBefore(objection=command.objection)
    other_person(command.actor, [objection.filed_by])
    answered = ObjectionAnswered(
        notice=stream_id,
        claim=objection.claim,
        objection=command.objection,
        outcome=command.outcome,
        answered_on=command.answered_on,
        filed_by=objection.filed_by,
        reasons=command.reasons,
        note=command.note,
    )
    return Decision([answered])


def close_notice(notice: Notice, on: date, stream_id: str) -> Decision:
    """Not before its day: who was shown on the first day may be objected to until then."""
    _expect(notice, "close", Stage.PUBLISHED)
    if on < notice.closes_on:
        raise NoticeNotOver(closes_on=notice.closes_on.isoformat())
    closed = NoticeClosed(
        notice=stream_id,
        closed_on=on,
        objections=len(notice.objections),
        upheld=_claims_with(notice, "upheld"),
        open=_claims_with(notice, None),
    )
    return Decision([closed], frees=[Slot(LISTED, claim) for claim in notice.claims])


def _claims_with(notice: Notice, outcome: str | None) -> tuple[str, ...]:
    found = (o.claim for o in notice.objections.values() if o.outcome == outcome)
    return tuple(dict.fromkeys(found))


def _expect(notice: Notice, command: str, *stages: Stage) -> None:
    if notice.stage not in stages:
        raise NotInThisState(command=command, state=notice.stage.value)
