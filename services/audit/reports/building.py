"""From a request's words to a report: place, form, period and seal checked, then the replay."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from aiohttp import web

from services.audit import problems
from services.audit.asof import NothingSealed, Seal, sealed_by
from services.audit.replay.typed import BeyondArchive
from services.audit.reports.forms import Form, FormNotListed, FormUnknown, released, required
from services.audit.reports.period import Period, PeriodRefused, parse_period
from services.audit.reports.places import where_of
from services.audit.reports.replay import Replayed
from services.audit.reports.report import FindingUnknown, Report, Where, report
from services.audit.reports.source import replayed
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.identity import Role
from shared.http.problems import Problem
from shared.http.route import ACTOR
from shared.service import Service

CLOSED = ("auditor", "evaluator")
"""audiences whose forms only auditors hand out"""
Listed = Callable[[], Mapping[str, Sequence[str]]]


class Builder:
    """One replay at a time in a process: it reads the whole archive."""

    def __init__(self, service: Service, listed: Listed) -> None:
        self._service = service
        self._listed = listed
        self._turn = asyncio.Lock()
        self.jurisdictions = Jurisdictions.released()

    def form(self, request: web.Request, name: str, place: str) -> Form:
        """As `readable`, and listed by the place's pack. Raises Problem."""
        form = self.readable(request, name, place)
        try:
            return required(name, place, self.listed_in(place))
        except FormNotListed:
            raise Problem(problems.REPORT_NOT_LISTED, form=form.id, place=place) from None

    def readable(self, request: web.Request, name: str, place: str) -> Form:
        """Raises Problem: no such form, not in this place, not for this role."""
        actor = request[ACTOR]
        today = self._service.clock.today()
        require_jurisdiction(actor, place, self.jurisdictions, today)
        try:
            form = released().form(name)
        except FormUnknown:
            raise Problem(codes.RESOURCE_UNKNOWN) from None
        auditors = {Role.AUDITOR, Role.AUDIT_APPROVER}
        if form.audience in CLOSED and not actor.roles & auditors:
            roles = ", ".join(sorted(role.value for role in auditors))
            raise Problem(codes.ROLE_REFUSED, roles=roles)
        return form

    def listed_in(self, place: str) -> Sequence[str]:
        """What the pack of the place, or of the city that it answers to, lists."""
        today = self._service.clock.today()
        return next(
            (
                forms
                for city, forms in self._listed().items()
                if self.jurisdictions.sees(city, place, today)
            ),
            (),
        )

    def period(self, text: str, form: Form | None = None) -> Period:
        """Raises Problem PERIOD_REFUSED."""
        try:
            return parse_period(text, form.period if form else "any")
        except PeriodRefused:
            raise Problem(problems.PERIOD_REFUSED, pointer="/period") from None

    async def seal(self, until: datetime | None) -> Seal:
        """Raises Problem NOTHING_SEALED."""
        try:
            return await sealed_by(self._service, until)
        except NothingSealed:
            raise Problem(problems.NOTHING_SEALED) from None

    def where(self, place: str, period: Period | None) -> Where:
        """The places of the period's last day; for a finding, of today."""
        today = self._service.clock.today()
        on = today if period is None or period.finding else period.last
        return where_of(place, on, self.jurisdictions)

    async def replayed(self, seal: Seal) -> Replayed:
        """Raises Problem: no archive here, or not yet as far as the seal."""
        folder = self._service.settings.archive_dir
        if folder is None:
            raise Problem(problems.NO_ARCHIVE)
        async with self._turn:
            return await _replayed(folder, seal)

    async def report(self, form: Form, place: str, period: Period, seal: Seal) -> Report:
        """Raises Problem."""
        done = await self.replayed(seal)
        try:
            where = self.where(place, period)
            return await asyncio.to_thread(report, form, where, period, seal, done)
        except FindingUnknown:
            raise Problem(codes.RESOURCE_UNKNOWN) from None


async def _replayed(folder: Path, seal: Seal) -> Replayed:
    try:
        return await asyncio.to_thread(replayed, folder, seal)
    except BeyondArchive:
        raise Problem(problems.ARCHIVE_BEHIND, retry_after_seconds=2) from None
