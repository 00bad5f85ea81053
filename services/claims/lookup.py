"""From an ID number to the person's reference: in a body, never in a URL, and each look is told."""

import orjson
from aiohttp import web

from services.claims.claim.views import VIEW
from services.claims.notice.listing import load_named
from services.claims.notice.page import STAR, masked
from services.claims.sight import until_caught_up
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions
from shared.http.answers import answer_bytes
from shared.http.commanding import COMMANDING, by, require_writable
from shared.http.fields import Identifier, ResidentNumber, Schema, StrictBoolean, StrictString
from shared.http.identity import Role, requires
from shared.http.position import ANSWER_HEADER
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY, Route
from shared.reading import CLAIMS_READINGS, record_reading
from shared.service import Service
from shared.store.commands import By
from shared.vault.identity import parse_resident_id
from shared.vault.sealing import open_sealed

READERS = requires(Role.CLERK, Role.APPROVER, Role.AUDITOR, Role.AUDIT_APPROVER)


class LookupSchema(Schema):
    """Whose file is wanted, and what for."""

    id_number = ResidentNumber(zh="身份证号码", en="resident ID number, 18 digits")
    purpose = Identifier(64, zh="用途代码", en="code of the purpose; stands in the record")
    show_name = StrictBoolean(required=False, zh="显示全名，默认只显示姓", en="the whole name")


class LookupAnswer(Schema):
    """`person` leads to the file in audit; `name` is masked unless the whole one was asked for."""

    person = Identifier(32)
    name = StrictString(120, required=False, zh="已删除者无姓名", en="none for an erased person")
    erased = StrictBoolean()


class LookupApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def look_up(self, request: web.Request) -> web.Response:
        """A person of another city is as unknown as nobody. First the event, then the name; the
        same request again is one more look.
        """
        service, body, actor = self._service, request[BODY], request[ACTOR]
        require_writable(service)
        assert service.vault is not None
        found = await service.vault.find(parse_resident_id(body["id_number"]))
        seen = self._jurisdictions.seen_by(actor.jurisdiction, service.clock.today())
        if found is None:
            raise Problem(codes.RESOURCE_UNKNOWN)
        await until_caught_up(service, VIEW)
        rows = await service.pool.fetch(_RECORDS, found.reference, sorted(seen))
        if not rows:
            raise Problem(codes.RESOURCE_UNKNOWN)
        acting = by(request, rows[0]["jurisdiction"])
        position = await record_reading(
            service.ledger, CLAIMS_READINGS, acting, persons=[found.reference],
            purpose=body["purpose"], fields=["number", "name"],
        )  # fmt: skip
        service.committed()
        named = [row["stream_id"] for row in rows]
        name = None if found.erased else await self._name(found.reference, named, acting)
        if name is not None and not body["show_name"]:
            name = masked(name)
        said = {"person": found.reference, "name": name, "erased": name is None}
        return answer_bytes(orjson.dumps(said), headers={ANSWER_HEADER: str(position)})

    async def _name(self, person: str, claims: list[str], acting: By) -> str | None:
        """As the newest claim says it; None where the key is gone, a star where none was said."""
        assert self._service.vault is not None
        [key] = await self._service.vault.open_keys([person], purpose="file", actor=acting.actor)
        if key is None:
            return None
        named = await load_named(self._service, claims)
        for claim in claims:
            one = named.get(claim)
            if one is not None and one.name is not None:
                return open_sealed(key, one.event_id, "name", one.name)
        return STAR


_RECORDS = """
SELECT stream_id, jurisdiction FROM claims_in_hand
 WHERE person = $1 AND jurisdiction = ANY($2::text[])
UNION SELECT p.stream_id, p.jurisdiction FROM plan_trainees t JOIN plans_in_hand p
    ON p.stream_id = t.plan
 WHERE t.person = $1 AND p.jurisdiction = ANY($2::text[])
 ORDER BY stream_id DESC LIMIT 100
"""


def routes(service: Service) -> list[Route]:
    return [
        Route(
            method="POST", path="/persons/lookup", handler=LookupApi(service).look_up,
            roles=READERS, request=LookupSchema(), idempotent=True, response=LookupAnswer(),
            problems=(*COMMANDING, codes.RESOURCE_UNKNOWN),
            en="Find a person's reference by ID number", zh="按身份证号查找人员档案编号",
        )
    ]  # fmt: skip
