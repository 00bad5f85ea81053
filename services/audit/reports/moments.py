"""What columns count: one moment for each thing that happened, with its dimensions. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from services.audit.reports.cases import Case, day_of
from services.audit.reports.period import Period
from services.audit.reports.replay import Replayed
from shared.events.findings import FindingConfirmed, FindingOpened

HIGH_SKILLED = ("L3", "L2", "L1")
"""高技能人才: senior workers and above"""
SKILLED = ("L5", "L4", *HIGH_SKILLED)
STEPS = {"accepted": "submit-accept", "approved": "accept-decide", "rejected": "accept-decide",
         "paid": "approve-pay"}  # fmt: skip
_ONCE = ("held",)
"""person-times that count once a claim, however often it happened in the period"""
BEFORE = "before the ledger"


class Moment(NamedTuple):
    """`persons` person-times, `fen` money, `minutes` of a step that ended."""

    what: str
    day: date
    place: str = ""
    kind: str = ""
    group: str = ""
    occupation: str = ""
    level: str = ""
    institution: str = ""
    source: str = ""
    fund: str = ""
    step: str = ""
    programme: str = ""
    persons: int = 1
    fen: int = 0
    minutes: int = 0

    @property
    def month(self) -> str:
        return f"{self.day:%Y-%m}"


def moments_of(done: Replayed, places: frozenset[str], period: Period) -> Iterator[Moment]:
    """What happened in these places in the period."""
    certified: set[str] = set()
    for claim in sorted(done.cases):
        case = done.cases[claim]
        if case.place in places:
            yield from _of_case(case, period, certified)
    for movement in done.movements:
        if movement.place in places and period.holds(movement.day):
            source = done.sources.get((movement.place, movement.fund), BEFORE)
            yield Moment(
                movement.what, movement.day, movement.place, source=source,
                fund=movement.fund or BEFORE, fen=movement.fen,
            )  # fmt: skip
    yield from _of_courses(done, places, period)
    yield from _of_findings(done, places, period)


def _of_case(case: Case, period: Period, certified: set[str]) -> Iterator[Moment]:
    once: set[str] = set()
    for moved in case.moved:
        if not period.holds(moved.day) or moved.what in once:
            continue
        once |= {moved.what} & set(_ONCE)
        moment = Moment(
            moved.what, moved.day, case.place, case.kind, case.group, case.occupation, case.level,
            case.institution, programme=case.programme, fen=moved.fen,
        )  # fmt: skip
        yield moment
        if moved.minutes is not None and moved.what in STEPS:
            yield moment._replace(what="step", step=STEPS[moved.what], minutes=moved.minutes)
        first = moved.what == "approved" and case.certificate not in certified
        if first and case.certificate and case.level in SKILLED:
            certified.add(case.certificate)
            yield moment._replace(what="certified")
            if case.level in HIGH_SKILLED:
                yield moment._replace(what="high_skilled")


def _of_courses(done: Replayed, places: frozenset[str], period: Period) -> Iterator[Moment]:
    for plan in sorted(done.completed):
        ended = done.completed[plan]
        if ended.place in places and period.holds(ended.day):
            moment = Moment("", ended.day, ended.place, institution=ended.institution)
            yield moment._replace(what="enrolled", persons=ended.enrolled)
            yield moment._replace(what="finished", persons=ended.finished)
            yield moment._replace(what="passed", persons=ended.passed)


def _of_findings(done: Replayed, places: frozenset[str], period: Period) -> Iterator[Moment]:
    """By the institutions of the claims that a finding names; one moment for each of them."""
    for finding in sorted(done.findings):
        for event in done.findings[finding]:
            facts, day = event.facts, day_of(event.recorded_at)
            if not isinstance(facts, FindingOpened | FindingConfirmed) or not period.holds(day):
                continue
            what = "finding" if isinstance(facts, FindingOpened) else "confirmed"
            named = [done.cases[claim] for claim in facts.claims if claim in done.cases]
            for institution in sorted({case.institution for case in named if case.place in places}):
                yield Moment(what, day, event.jurisdiction, institution=institution)
