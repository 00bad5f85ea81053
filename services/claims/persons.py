"""The right to be forgotten: a person's key and index row go, and an event says that they went."""

import orjson
from aiohttp import web
from msgspec import to_builtins

from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import Event
from shared.events.persons import PersonErased
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.commanding import COMMANDING, answered, by, request_of, require_writable
from shared.http.fields import (
    CalendarDate,
    Identifier,
    ResidentNumber,
    Schema,
    StrictBoolean,
    StrictInteger,
)
from shared.http.identity import Role, requires
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY, Route
from shared.service import Service
from shared.store.commands import (
    Aggregate,
    By,
    Decision,
    Done,
    IdempotencyKeyReused,
    Request,
    finished,
)
from shared.store.store import Asked
from shared.vault.identity import ResidentId, parse_resident_id
from shared.vault.values import person

_BEGIN = """
INSERT INTO erasures_begun (key, digest, person) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_BEGUN = "SELECT person FROM erasures_begun WHERE key = $1 AND digest = $2"


def _count(version: int, event: Event) -> int:
    return event.version


ERASURES: Aggregate[int] = Aggregate("/claims", CLAIM_EVENTS, 0, _count)


class ErasureSchema(Schema):
    """Who is to be forgotten, and on what ground."""

    id_number = ResidentNumber(zh="身份证号码", en="resident ID number, 18 digits")
    ground = Identifier(64, zh="依据", en="code of the ground")
    keep_tombstone = StrictBoolean(
        zh="保留去标识引用，使一人一次的限制仍然有效", en="keep the rule of no second subsidy"
    )
    requested_on = CalendarDate(required=False)


class ErasureAnswer(Schema):
    """`person` is the reference that events keep; nothing leads from it to anybody."""

    person = Identifier(32)
    persons = StrictInteger(en="1, or 0 when a broken attempt had erased already", zh="人数")
    belongings = StrictInteger(en="accounts, phones, certificates", zh="账号、电话、证书数")
    tombstones = StrictInteger(zh="保留的引用数", en="references kept for the rule")


class PersonsApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def erase(self, request: web.Request) -> web.Response:
        """Everywhere in the installation: so only who sees all of it may ask for it."""
        service, body, actor = self._service, request[BODY], request[ACTOR]
        require_writable(service)
        assert service.vault is not None
        top = service.settings.jurisdiction
        require_jurisdiction(actor, top, self._jurisdictions, service.clock.today())
        asked = request_of(request, service, lambda _: {})
        done = await self._before(asked)
        if done is None:
            number = parse_resident_id(body["id_number"])
            reference = await self._begun(asked, number, actor.sub)
            erased = await service.vault.erase(
                number, keep_tombstone=body["keep_tombstone"], actor=actor.sub
            )
            facts = PersonErased(
                person=reference,
                ground=body["ground"],
                tombstone=body["keep_tombstone"],
                requested_on=body["requested_on"],
                approved_by=actor.sub,
            )
            said = orjson.dumps({"person": reference, **to_builtins(erased)})
            answering = Request(asked.key, asked.digest, lambda _: said)
            done = await self._record(answering, facts, by(request, top))
        return await answered(service, done)

    async def _before(self, asked: Request) -> Done | None:
        """What the same request was answered. Raises IdempotencyKeyReused for another body."""
        known = await self._service.store.read(Asked(idempotency_key=asked.key))
        if known.answered is None:
            return None
        digest, kept = known.answered
        if digest != asked.digest:
            raise IdempotencyKeyReused
        return Done(kept.answer, kept.position)

    async def _begun(self, asked: Request, number: ResidentId, actor: str) -> str:
        """The person's reference, kept before the erasure: after a crash nobody else knows it.

        Raises IdempotencyKeyReused for a key that came with another body.
        """
        assert self._service.vault is not None
        pool = self._service.pool
        reference: str | None = await pool.fetchval(_BEGUN, asked.key, asked.digest)
        if reference is None:
            [met] = await self._service.vault.refer([person(number)], actor=actor)
            await pool.execute(_BEGIN, asked.key, asked.digest, met)
            reference = await pool.fetchval(_BEGUN, asked.key, asked.digest)
        if reference is None:
            raise IdempotencyKeyReused
        return reference

    async def _record(self, asked: Request, facts: PersonErased, acting: By) -> Done:
        """The event, in a stream of the person's own."""
        stream_id = f"person-{facts.person}"
        store, ledger = self._service.store, self._service.ledger
        version = len(await store.load(stream_id))
        unit = ledger.unit(ERASURES, stream_id, version, Decision([facts]), acting, request=asked)
        done = finished(await store.append(unit), unit)
        if done is None:
            raise Problem(codes.STILL_RUNNING)
        return done


def routes(service: Service) -> list[Route]:
    """The addresses about persons."""
    return [
        Route(
            method="POST", path="/persons/erase", handler=PersonsApi(service).erase,
            roles=requires(Role.OPERATOR), request=ErasureSchema(), idempotent=True,
            response=ErasureAnswer(), problems=(*COMMANDING, codes.JURISDICTION_REFUSED),
            en="Erase a person's data", zh="删除个人信息",
        )
    ]  # fmt: skip
