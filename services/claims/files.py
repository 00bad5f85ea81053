"""Rosters and old decisions over HTTP: every row of a file is answered, good ones are taken."""

import msgspec
from aiohttp import web

from services.claims.claim.api import FILERS, organisation_of
from services.claims.intake import History, Roster
from services.claims.problems import FILE_REFUSED
from shared.http.access import Jurisdictions
from shared.http.answers import answer_bytes
from shared.http.commanding import by, request_of, require_writable
from shared.http.files import CSV, FILE_LIMIT, read_upload, receive
from shared.http.identity import Role, requires
from shared.http.route import ACTOR, Route
from shared.policy.occupations import occupations
from shared.service import Service
from shared.tables import history, roster
from shared.tables.history import ClaimLine, PaymentLine
from shared.tables.outcomes import RowOutcome, answer_of
from shared.tables.problems import RowError
from shared.tables.reader import Upload


class FilesApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def roster(self, request: web.Request) -> web.Response:
        """Claims, one a row. The same file under the same key is answered the same again."""
        require_writable(self._service)
        upload = await read_upload(request, roster.COLUMNS, FILE_REFUSED)
        key = await self._received(request, upload)
        roster_id = f"roster-{key.hex()[:32]}"
        acting = by(request, request[ACTOR].jurisdiction)
        filing = Roster(
            self._service, acting, organisation_of(request), roster_id, self._allowed(request)
        )
        rows = roster.read_roster(
            upload, occupations=occupations(), claimed_on=self._service.clock.today()
        )
        answer = answer_of(upload, await filing.file(rows), roster_id)
        return answer_bytes(msgspec.json.encode(answer))

    async def history(self, request: web.Request) -> web.Response:
        """Old claims of a history file; its payments are for the payments service."""
        require_writable(self._service)
        upload = await read_upload(request, history.COLUMNS, FILE_REFUSED)
        await self._received(request, upload)
        acting = by(request, request[ACTOR].jurisdiction)
        importing = History(self._service, acting, upload.sha256, self._allowed(request))
        lines: list[ClaimLine | list[RowError]] = []
        elsewhere: list[RowOutcome] = []
        for line in history.read_history(upload):
            if isinstance(line, PaymentLine):
                elsewhere.append(RowOutcome(row=line.row, outcome="not_for_this_service"))
            else:
                lines.append(line)
        answer = answer_of(upload, await importing.take_over(lines) + elsewhere)
        return answer_bytes(msgspec.json.encode(answer))

    async def _received(self, request: web.Request, upload: Upload) -> bytes:
        asked = request_of(request, self._service, lambda _: {}, upload.sha256.encode())
        await receive(self._service, asked, self._service.clock.now())
        return asked.key

    def _allowed(self, request: web.Request) -> frozenset[str]:
        today = self._service.clock.today()
        return self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)


def routes(service: Service) -> list[Route]:
    api = FilesApi(service)
    return [
        Route(
            method="POST", path="/rosters", handler=api.roster, roles=FILERS, stream=CSV,
            body_limit=FILE_LIMIT, idempotent=True, problems=(FILE_REFUSED,),
            en="File a roster of claims", zh="批量提交申请名册",
        ),
        Route(
            method="POST", path="/imports", handler=api.history, roles=requires(Role.OPERATOR),
            stream=CSV, body_limit=FILE_LIMIT, idempotent=True, problems=(FILE_REFUSED,),
            en="Take over decisions from before the ledger", zh="导入历史审批记录",
        ),
    ]  # fmt: skip
