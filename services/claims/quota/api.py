"""Quotas over HTTP: an officer sets the whole table; audit shows how far it is reached."""

from typing import Any

from aiohttp import web

from services.claims.quota import refusals
from services.claims.quota.decide import (
    QUOTAS,
    SetQuotas,
    Share,
    UnitKind,
    set_quotas,
    stream_of,
    warning_of,
)
from shared.events.base import MAX_FEN
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.commanding import COMMANDING, by
from shared.http.fields import (
    CalendarDate,
    Choice,
    Fen,
    Identifier,
    Items,
    Nested,
    Schema,
    StrictBoolean,
    StrictInteger,
    StrictString,
)
from shared.http.identity import Role, requires
from shared.http.route import ACTOR, BODY, Route
from shared.http.starting import start
from shared.service import Service
from shared.store.commands import Decision

MAX_UNITS, MAX_KINDS, MAX_PERSONS = 200, 50, 100_000_000


class ShareSchema(Schema):
    unit = Identifier(64, zh="单位代码", en="district or institution")
    unit_kind = Choice("district", "institution", required=False)
    persons = StrictInteger(1, MAX_PERSONS, zh="任务人次", en="person-times")
    budget_fen = Fen(MAX_FEN, required=False)


class QuotasSchema(Schema):
    """A table of targets; `persons` is the total that the units share."""

    place = Identifier(6, pattern=r"[0-9]{6}", zh="地区代码", en="jurisdiction")
    from_day = CalendarDate()
    to_day = CalendarDate()
    persons = StrictInteger(1, MAX_PERSONS, zh="总任务人次", en="person-times in all")
    units = Items(Nested(ShareSchema()), MAX_UNITS, required=False)
    kinds = Items(Identifier(64), MAX_KINDS, required=False)
    clause = Identifier(64, required=False, zh="依据条款", en="clause of the document")
    note = StrictString(500, required=False, zh="不得含个人信息", en="no personal data")
    incomplete = StrictBoolean(required=False, zh="分解尚未完成", en="not all units are known yet")


class QuotasAnswer(Schema):
    quota = Identifier(120)
    units = StrictInteger(zh="写入的单位数", en="units whose number is new")
    warning = Identifier(64, required=False)


class QuotasApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def set(self, request: web.Request) -> web.Response:
        """The place must be the officer's own or answer to it."""
        body = request[BODY]
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], body["place"], self._jurisdictions, today)
        command = SetQuotas(
            place=body["place"], from_day=body["from_day"], to_day=body["to_day"],
            persons=body["persons"], shares=[_share(unit) for unit in body["units"] or ()],
            kinds=tuple(sorted(set(body["kinds"] or ()))), clause=body["clause"],
            note=body["note"] or "", incomplete=bool(body["incomplete"]),
        )  # fmt: skip
        stream_id = stream_of(command.place, command.from_day, command.to_day, command.kinds)

        def said(decision: Decision) -> object:
            told = {"quota": stream_id, "units": len(decision.events)}
            warning = warning_of(command)
            return {**told, "warning": warning} if warning else told

        return await start(
            request, self._service, QUOTAS, stream_id, lambda quotas: set_quotas(quotas, command),
            by(request, command.place), said,
        )  # fmt: skip


def _share(unit: dict[str, Any]) -> Share:
    kind: UnitKind = unit["unit_kind"] or "district"
    return Share(unit["unit"], kind, unit["persons"], unit["budget_fen"])


def routes(service: Service) -> list[Route]:
    return [
        Route(
            method="POST", path="/quotas", handler=QuotasApi(service).set,
            roles=requires(Role.APPROVER), request=QuotasSchema(), response=QuotasAnswer(),
            idempotent=True, status=201,
            problems=(
                *COMMANDING, codes.JURISDICTION_REFUSED, refusals.QUOTA_DAYS_REFUSED,
                refusals.QUOTA_UNIT_TWICE, refusals.QUOTA_SUM_DIFFERS, refusals.QUOTA_UNCHANGED,
            ),
            en="Set a table of targets", zh="下达任务分配表",
        )
    ]  # fmt: skip
