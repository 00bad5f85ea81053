"""A person's file over HTTP: who may read it, as of when; each reading is an event first."""

import re
from dataclasses import dataclass

import msgspec
import orjson
from aiohttp import web

from services.audit import problems
from services.audit.asof import NothingSealed, Seal, sealed_by
from services.audit.finding.sight import Sight
from services.audit.person.file import PersonFile, file_of
from services.audit.person.finding import gather
from services.audit.person.table import csv_file
from services.audit.reports.cells import CONTENT_TYPE
from services.audit.trace.index import Found
from shared.events.persons import PersonalDataRead, PersonErased
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions
from shared.http.answers import answer_bytes, wait_until_visible
from shared.http.commanding import COMMANDING, by, require_writable
from shared.http.fields import AwareTime, Choice, Identifier, Schema
from shared.http.identity import Role, requires
from shared.http.position import ANSWER_HEADER
from shared.http.problems import Problem
from shared.http.route import ACTOR, QUERY, Route
from shared.reading import AUDIT_READINGS, record_reading
from shared.service import Service
from shared.store.commands import UnknownStream

READERS = requires(Role.CLERK, Role.APPROVER, Role.AUDITOR, Role.AUDIT_APPROVER)
FIELDS = ("courses", "certificates", "claims", "payouts")
_ABOUT_DATA = (PersonErased, PersonalDataRead)
_REFERENCE = re.compile(r"[0-9a-f]{32}")


class FileQuery(Schema):
    as_of = AwareTime(required=False, zh="截至时点", en="as audit had sealed it by then")
    format = Choice("json", "csv", required=False)
    purpose = Identifier(64, required=False, zh="用途代码", en="stands in the record; default file")


@dataclass(frozen=True, slots=True)
class _Read:
    """A file, and the place of its newest event that the reader sees."""

    file: PersonFile
    jurisdiction: str


class PersonFileApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._find = Found(service.pool, service.log)
        self._jurisdictions = Jurisdictions.released()

    async def show(self, request: web.Request) -> web.Response:
        """The reading is committed before anything is shown."""
        require_writable(self._service)
        query = request[QUERY]
        seal = await self._seal(request)
        read = await self._read(request, seal)
        position = await record_reading(
            self._service.ledger, AUDIT_READINGS, by(request, read.jurisdiction),
            persons=[read.file.person], purpose=query["purpose"] or "file", fields=FIELDS,
        )  # fmt: skip
        self._service.committed()
        headers = {ANSWER_HEADER: str(position)}
        if query["format"] == "csv":
            body = csv_file(read.file)
            return web.Response(body=body, content_type=CONTENT_TYPE, headers=headers)
        said = {"as_of": seal.at.isoformat() if seal else None, "seal": seal and seal.digest}
        body = orjson.dumps({**said, **msgspec.to_builtins(read.file)})
        return answer_bytes(body, headers=headers)

    async def _seal(self, request: web.Request) -> Seal | None:
        """Without `as_of`: all that audit has heard."""
        as_of = request[QUERY]["as_of"]
        if as_of is None:
            await wait_until_visible(request, Sight(self._service).current)
            return None
        try:
            return await sealed_by(self._service, as_of)
        except NothingSealed:
            raise Problem(problems.NOTHING_SEALED) from None

    async def _read(self, request: web.Request, seal: Seal | None) -> _Read:
        """Raises UnknownStream, and Problem 403 when every event lies in other places."""
        person = request.match_info["person"]
        if not _REFERENCE.fullmatch(person):
            raise UnknownStream(person)
        gathered = await gather(person, self._find, seal)
        if not gathered.entries:
            raise UnknownStream(person)
        today = self._service.clock.today()
        seen = self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)
        own = [entry for entry in gathered.entries if entry.event.jurisdiction in seen]
        if not own:
            raise Problem(codes.JURISDICTION_REFUSED)
        newest = max(own, key=lambda entry: (entry.event.recorded_at, entry.place))
        others = [entry for entry in gathered.entries if entry.event.jurisdiction not in seen]
        # An erasure is of the whole installation: whoever reads the file must learn of it.
        erased = [entry for entry in others if isinstance(entry.event.facts, PersonErased)]
        told = [entry for entry in others if not isinstance(entry.event.facts, _ABOUT_DATA)]
        file = file_of(person, [*own, *erased], gathered.whole and not told)
        return _Read(file, newest.event.jurisdiction)


def routes(service: Service) -> list[Route]:
    return [
        Route(
            method="GET", path="/persons/{person}/file", handler=PersonFileApi(service).show,
            roles=READERS, query=FileQuery(), reads_own_writes=True,
            problems=(
                *COMMANDING, codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED,
                problems.NOTHING_SEALED,
            ),
            en="A person's file: courses, certificates, claims, payouts",
            zh="人员培训档案：课程、证书、申领与拨付",
        )
    ]  # fmt: skip
