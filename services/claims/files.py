"""Rosters and old decisions over HTTP: every row of a file is answered, good ones are taken."""

from aiohttp import web

from services.claims.claim.filing import organisation_of
from services.claims.claim.routes import FILERS
from services.claims.intake import History, Roster
from services.claims.problems import FILE_REFUSED
from shared.events.base import CLAIM_EVENTS
from shared.http.access import Jurisdictions
from shared.http.commanding import COMMANDING, by, request_of, require_writable
from shared.http.files import CSV, FILE_LIMIT, FileAnswerSchema, answer_file, read_upload, receive
from shared.http.identity import Role, requires
from shared.http.route import ACTOR, Route
from shared.policy.occupations import occupations
from shared.service import Service
from shared.store.commands import Request
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
        asked = self._asked(request, upload)
        if kept := await receive(self._service, asked, self._service.clock.now()):
            return kept
        roster_id = f"roster-{asked.key.hex()[:32]}"
        acting = by(request, request[ACTOR].jurisdiction)
        filing = Roster(
            self._service,
            acting,
            organisation_of(request[ACTOR]),
            roster_id,
            self._allowed(request),
        )
        rows = roster.read_roster(
            upload, occupations=occupations(), claimed_on=self._service.clock.today()
        )
        said = answer_of(upload, await filing.file(rows), roster_id)
        return await answer_file(self._service, asked, said, CLAIM_EVENTS)

    async def history(self, request: web.Request) -> web.Response:
        """Old claims of a history file; its payments are for the payments service."""
        require_writable(self._service)
        upload = await read_upload(request, history.COLUMNS, FILE_REFUSED)
        asked = self._asked(request, upload)
        if kept := await receive(self._service, asked, self._service.clock.now()):
            return kept
        acting = by(request, request[ACTOR].jurisdiction)
        importing = History(self._service, acting, upload.sha256, self._allowed(request))
        lines: list[ClaimLine | list[RowError]] = []
        elsewhere: list[RowOutcome] = []
        for line in history.read_history(upload):
            if isinstance(line, PaymentLine):
                elsewhere.append(RowOutcome(row=line.row, outcome="not_for_this_service"))
            else:
                lines.append(line)
        said = answer_of(upload, await importing.take_over(lines) + elsewhere)
        return await answer_file(self._service, asked, said, CLAIM_EVENTS)

    def _asked(self, request: web.Request, upload: Upload) -> Request:
        return request_of(request, self._service, lambda _: {}, upload.sha256.encode())

    def _allowed(self, request: web.Request) -> frozenset[str]:
        today = self._service.clock.today()
        return self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)


def routes(service: Service) -> list[Route]:
    """The addresses that take files."""
    api = FilesApi(service)
    refused = (FILE_REFUSED, *COMMANDING)
    return [
        Route(
            method="POST", path="/rosters", handler=api.roster, roles=FILERS, stream=CSV,
            body_limit=FILE_LIMIT, idempotent=True, problems=refused, response=FileAnswerSchema(),
            en="File a roster of claims", zh="批量提交申请名册",
        ),
        Route(
            method="POST", path="/imports", handler=api.history, roles=requires(Role.OPERATOR),
            stream=CSV, body_limit=FILE_LIMIT, idempotent=True, problems=refused,
            response=FileAnswerSchema(), en="Take over decisions from before the ledger",
            zh="导入历史审批记录",
        ),
    ]  # fmt: skip
