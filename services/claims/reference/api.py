"""Reference data over HTTP: bring a file, confirm it by a second person, look at what counts."""

import asyncio
from collections.abc import Callable

import msgspec
from aiohttp import web
from msgspec.structs import replace

from services.claims.packs import packs
from services.claims.problems import FILE_REFUSED, IMPORT_DAY_NEEDED
from services.claims.reference import decide, institutions, views
from services.claims.reference.confirming import confirm_register
from services.claims.reference.contents import (
    content_of,
    keep,
    layers_in_force,
    rows_by_hash,
    states_of,
)
from services.claims.reference.decide import REFERENCE, Reference, stream_of
from services.claims.reference.schemas import MAX_ERRORS
from shared.events.base import CLAIM_EVENTS
from shared.events.tables import ReferenceProposed
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.answers import answer
from shared.http.commanding import (
    Said,
    answered,
    by,
    execute,
    request_of,
    require_writable,
)
from shared.http.files import answer_file, read_upload, receive
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY, QUERY
from shared.policy.formats import TableFormat, formats
from shared.policy.layers import Layer, TableRow, standing
from shared.service import Service
from shared.store.commands import By, Contended, Decision, Holders
from shared.store.store import Asked
from shared.store.unit import Appended
from shared.tables.problems import RowError
from shared.tables.reader import Upload
from shared.tables.reference import Scope, Taken, columns_of, read_reference, snapshot_of

MAX_TRIES = 3
MAX_KEPT_BYTES = 64 * 1024 * 1024
"""rows of one import as they are kept; migration 0140 has the same number"""
Run = Callable[[Reference, Holders], Decision]
SOURCE = "UPLOAD"


class Anywhere:
    """Every place: whose the rows are was judged when the file came first."""

    def __contains__(self, area: object) -> bool:
        return True


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of a file."""

    table: str
    outcome: str
    proposal: str | None = None
    sha256: str
    encoding: str
    rows: int
    wrong: int
    errors: tuple[RowError, ...]


class ReferencesApi:
    """Handlers of one process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def bring(self, request: web.Request) -> web.Response:
        """Read a file whole. The same file under the same key is answered the same again."""
        service, query, table = self._service, request[QUERY], self._table(request)
        require_writable(service)
        jurisdiction = query["jurisdiction"]
        self._require(request, jurisdiction)
        if query["mode"] != "add" and query["valid_from"] is None:
            raise Problem(IMPORT_DAY_NEEDED, pointer="/valid_from")
        upload = await read_upload(request, columns_of(table.id), FILE_REFUSED, workbooks=True)
        said = f"{upload.sha256}\n{table.id}\n{request.query_string}"
        asked = request_of(request, service, lambda _: {}, said.encode())
        if kept := await receive(service, asked, service.clock.now()):
            return kept
        became = await self._bring(table, upload, self._scope(request), by(request, jurisdiction))
        return await answer_file(service, asked, became, CLAIM_EVENTS)

    async def _bring(self, table: TableFormat, upload: Upload, scope: Scope, acting: By) -> Outcome:
        """Tried again when something else was brought or confirmed meanwhile."""
        told = Outcome(
            table=table.id, outcome="refused", sha256=upload.sha256, encoding=upload.encoding,
            rows=upload.row_count, wrong=0, errors=(),
        )  # fmt: skip
        for _ in range(MAX_TRIES):
            state, version = await self._state(table.id)
            await self._restore(table, upload, state)
            layers = await layers_in_force(self._service, state)
            others = await asyncio.to_thread(standing, layers)
            taken = await asyncio.to_thread(read_reference, upload, table, scope, others)
            facts, rows = self._facts(table, upload, taken, scope)
            if known := decide.same_import(state, facts, scope.jurisdiction):
                return replace(told, outcome="already", proposal=known)
            if taken.errors:
                first = taken.errors[:MAX_ERRORS]
                return replace(told, wrong=len(taken.errors), errors=first)
            if len(rows) > MAX_KEPT_BYTES:
                raise Problem(codes.BODY_TOO_LARGE, limit_bytes=MAX_KEPT_BYTES)
            if table.id == institutions.TABLE:
                new = self._layer(facts, taken, scope)
                await asyncio.to_thread(institutions.news, layers, new, upload.sha256)
            contents = {facts.snapshot_sha256: upload.data, facts.rows_sha256: rows}
            await keep(self._service.pool, contents, self._service.clock.now())
            unit = self._service.ledger.unit(
                REFERENCE, stream_of(table.id), version, decide.propose_import(facts), acting
            )
            if isinstance(await self._service.store.append(unit), Appended):
                self._service.committed()
                return replace(told, outcome="proposed", proposal=unit.events[0].event_id)
        raise Contended(table.id)

    async def _restore(self, table: TableFormat, upload: Upload, state: Reference) -> None:
        """The same file again puts back what a recovered database has lost of it; nothing else."""
        if await content_of(self._service.pool, upload.sha256) is not None:
            return
        for jurisdiction, facts in decide.imports_of(state, upload.sha256):
            scope = Scope(
                jurisdiction=jurisdiction, areas=Anywhere(), valid_from=facts.valid_from,
                valid_to=facts.valid_to, replaces=facts.replaces,
            )  # fmt: skip
            taken = await asyncio.to_thread(read_reference, upload, table, scope, ())
            rows, rows_sha256 = snapshot_of(table, taken.rows)
            if rows_sha256 == facts.rows_sha256:
                contents = {upload.sha256: upload.data, rows_sha256: rows}
                await keep(self._service.pool, contents, self._service.clock.now())

    async def confirm(self, request: web.Request) -> web.Response:
        proposal, actor = request.match_info["proposal"], request[ACTOR].sub
        rows = await self._rows(request, proposal)

        def run(state: Reference, _: Holders) -> Decision:
            if proposal in state.brought and not {*decide.snapshots_of(state)} <= rows.keys():
                raise Contended(proposal)  # something was brought meanwhile
            return decide.confirm_import(state, decide.ConfirmImport(actor, proposal, rows))

        if request.match_info["table"] != institutions.TABLE:
            return await self._run(request, proposal, run)
        command = decide.ConfirmImport(actor, proposal, rows)
        return await self._confirm_register(request, command, run)

    async def _confirm_register(
        self, request: web.Request, command: decide.ConfirmImport, run: Run
    ) -> web.Response:
        service, table = self._service, self._table(request)
        require_writable(service)
        state, _ = await self._state(table.id)
        acting = self._acting(request, state, command.proposal)
        asked = request_of(request, service, _told(table))
        done = await confirm_register(service, command, lambda s: run(s, {}), acting, asked)
        return await answered(service, done)

    async def decline(self, request: web.Request) -> web.Response:
        proposal, actor = request.match_info["proposal"], request[ACTOR].sub
        command = decide.DeclineImport(actor, proposal, request[BODY]["reason"])
        return await self._run(request, proposal, lambda s, _: decide.decline_import(s, command))

    async def list(self, request: web.Request) -> web.Response:
        states = await states_of(self._service, formats())
        return answer(views.references_shown(states))

    async def rows(self, request: web.Request) -> web.Response:
        """The rows that count on a day."""
        table, query = self._table(request), request[QUERY]
        state, _ = await self._state(table.id)
        layers = await layers_in_force(self._service, state)
        said = await asyncio.to_thread(
            views.rows_shown, table, layers, query["on"], query["after"] or 0, query["limit"] or 50
        )
        return answer(said)

    async def file(self, request: web.Request) -> web.Response:
        """A file that was brought, byte for byte as it came."""
        state, _ = await self._state(self._table(request).id)
        sha256 = request.match_info["digest"]
        named = {one.facts.snapshot_sha256 for one in state.brought.values()}
        named |= {one.facts.snapshot_sha256 for one in state.in_force}
        content = await content_of(self._service.pool, sha256) if sha256 in named else None
        if content is None:
            raise Problem(codes.RESOURCE_UNKNOWN)
        return web.Response(body=content, content_type="application/octet-stream")

    async def _rows(self, request: web.Request, proposal: str) -> dict[str, tuple[TableRow, ...]]:
        state, _ = await self._state(self._table(request).id)
        if proposal not in state.brought:
            return {}
        return dict(await rows_by_hash(self._service.pool, decide.snapshots_of(state)))

    async def _run(self, request: web.Request, proposal: str, run: Run) -> web.Response:
        table = self._table(request)
        state, _ = await self._state(table.id)
        return await execute(
            request, self._service, REFERENCE, stream_of(table.id), run,
            self._acting(request, state, proposal), _told(table),
        )  # fmt: skip

    def _acting(self, request: web.Request, state: Reference, proposal: str) -> By:
        """Whoever decides on an import does so for the place that it was brought for."""
        waiting = state.brought.get(proposal)
        jurisdiction = waiting.jurisdiction if waiting else request[ACTOR].jurisdiction
        self._require(request, jurisdiction)
        return by(request, jurisdiction)

    async def _state(self, table: str) -> tuple[Reference, int]:
        streams = (stream_of(table),)
        bodies = (await self._service.store.read(Asked(streams))).bodies.get(streams[0], ())
        return REFERENCE.fold(bodies), len(bodies)

    def _facts(
        self, table: TableFormat, upload: Upload, taken: Taken, scope: Scope
    ) -> tuple[ReferenceProposed, bytes]:
        rows, rows_sha256 = snapshot_of(table, taken.rows)
        facts = ReferenceProposed(
            table=table.id, reference=table.register, snapshot_sha256=upload.sha256,
            rows_sha256=rows_sha256, rows=len(taken.rows), valid_from=taken.valid_from,
            valid_to=scope.valid_to, replaces=scope.replaces, source=SOURCE,
            received_at=self._service.clock.now(),
        )  # fmt: skip
        return facts, rows

    def _layer(self, facts: ReferenceProposed, taken: Taken, scope: Scope) -> Layer:
        return Layer(
            table=facts.table, reference="", jurisdiction=scope.jurisdiction,
            valid_from=facts.valid_from, valid_to=facts.valid_to, replaces=facts.replaces,
            rows=taken.rows,
        )  # fmt: skip

    def _scope(self, request: web.Request) -> Scope:
        query, today = request[QUERY], self._service.clock.today()
        own = query["jurisdiction"]
        pack = packs().get(own)
        below = pack.jurisdictions if pack and pack.content.jurisdiction.code == own else ()
        return Scope(
            jurisdiction=own,
            areas=frozenset({own, *below, *self._jurisdictions.seen_by(own, today)}),
            valid_from=query["valid_from"],
            valid_to=query["valid_to"],
            replaces=query["mode"] != "add",
        )

    def _table(self, request: web.Request) -> TableFormat:
        """Raises Problem for a table that no policy looks anything up in."""
        table = formats().get(request.match_info["table"])
        if table is None:
            raise Problem(codes.RESOURCE_UNKNOWN)
        return table

    def _require(self, request: web.Request, place: str) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], place, self._jurisdictions, today)


def _told(table: TableFormat) -> Said:
    return lambda decision: {"table": table.id, "event": type(decision.events[-1]).__name__}
