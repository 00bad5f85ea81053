"""Payments from before the ledger, over HTTP: recorded as they were, every row answered."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import count, islice

import msgspec
from aiohttp import web

from services.payments.payout.decide import PAYOUT, Payout, import_payment
from services.payments.problems import PAYMENTS_FILE_REFUSED
from shared.events.base import PAYOUT_EVENTS, Sealed
from shared.events.envelope import Event, decode
from shared.events.payouts import PayoutImported
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions
from shared.http.commanding import COMMANDING, by, request_of, require_writable
from shared.http.files import (
    CSV,
    FILE_LIMIT,
    FileAnswerSchema,
    answer_file,
    read_upload,
    receive,
)
from shared.http.identity import Role, requires
from shared.http.route import ACTOR, Route
from shared.ids import new_event_id, old_claim_id, old_plan_id, payout_id
from shared.service import Service
from shared.store.commands import MAX_TRIES, By, Contended, Decision, Slot
from shared.store.store import Asked
from shared.store.unit import Appended, Unit
from shared.tables import history
from shared.tables.history import PaymentLine
from shared.tables.outcomes import RowOutcome, answer_of, refuse_row, refused_row
from shared.vault import values
from shared.vault.client import Referred
from shared.vault.identity import parse_resident_id
from shared.vault.sealing import seal

PAGE = 1_000
Numbered = tuple[int, PaymentLine]
IMPORT = "import"
"""kind of the slot that keeps one old payment from being taken over twice"""


class Payments:
    """Takes over old payments page by page."""

    def __init__(self, service: Service, by: By, sha256: str, allowed: frozenset[str]) -> None:
        self._service = service
        self._by = by
        self._sha256 = sha256
        self._allowed = allowed

    async def take_over(self, lines: Sequence[PaymentLine]) -> list[RowOutcome]:
        """One outcome per line, in the order of the file."""
        outcomes: list[RowOutcome] = []
        numbered = iter(_numbered(lines))
        while page := list(islice(numbered, PAGE)):
            outcomes += [
                refuse_row(line.row, "jurisdiction", codes.JURISDICTION_REFUSED)
                for _, line in page
                if line.jurisdiction not in self._allowed
            ]
            outcomes += await self._page([p for p in page if p[1].jurisdiction in self._allowed])
        return outcomes

    async def _page(self, page: Sequence[Numbered]) -> list[RowOutcome]:
        """What is not recorded yet, appended to its streams; again where others were first."""
        taken: set[int] = set()
        for _ in range(MAX_TRIES):
            units = await self._units(page, taken)
            if not units:
                return [self._told(line, line.row in taken) for _, line in page]
            outcomes = await self._service.store.append_batch([unit for _, unit in units])
            taken |= {
                row
                for (row, _), outcome in zip(units, outcomes, strict=True)
                if isinstance(outcome, Appended)
            }
            self._service.committed()
        raise Contended("payments are being taken over by others too")

    async def _units(self, page: Sequence[Numbered], taken: set[int]) -> list[tuple[int, Unit]]:
        """The lines that nobody has recorded, each as the next event of its stream."""
        store = self._service.store
        streams = tuple({stream_of(line) for _, line in page})
        slots = {
            line.row: (IMPORT, _name(line.jurisdiction, line.record, line.old_reference, order))
            for order, line in page
        }
        known = await store.read(Asked(streams, slots=tuple(slots.values())))
        fresh = [
            (order, line)
            for order, line in page
            if slots[line.row] not in known.holders and line.row not in taken
        ]
        ends = {s: _end(known.bodies.get(s, ())) for s in streams}
        units = []
        for facts, event_id, line in await self._facts(fresh):
            stream_id = stream_of(line)
            version, last = ends[stream_id]
            decision = Decision(
                import_payment(Payout(), facts).events, takes=[Slot(*slots[line.row])]
            )
            by = msgspec.structs.replace(self._by, jurisdiction=line.jurisdiction)
            unit = self._service.ledger.unit(
                PAYOUT, stream_id, version, decision, by, event_id=event_id, not_before=last
            )
            units.append((line.row, unit))
            ends[stream_id] = (version + 1, last)
        return units

    def _told(self, line: PaymentLine, fresh: bool) -> RowOutcome:
        return RowOutcome(
            row=line.row,
            outcome="imported" if fresh else "already",
            record=stream_of(line),
            warnings=line.warnings,
        )

    async def _facts(
        self, page: Sequence[Numbered]
    ) -> list[tuple[PayoutImported, str, PaymentLine]]:
        """The events, with references for persons and accounts: one call to the vault."""
        service = self._service
        assert service.vault is not None
        asked = [_values(line) for _, line in page]
        referred = iter(
            await service.vault.refer_for_sealing(
                [v for each in asked for v in each], actor=self._by.actor
            )
        )
        made = []
        for (order, line), each in zip(page, asked, strict=True):
            found = [next(referred) for _ in each]
            event_id = new_event_id(service.clock)
            person = found[0] if found else None
            facts = PayoutImported(
                kind=line.record,
                claim=_claim(line),
                person=person.reference if person else None,
                account=found[1].reference if len(found) > 1 else None,
                plan=old_plan_id(line.jurisdiction, line.plan) if line.plan else None,
                amount_fen=line.amount_fen,
                payee_kind=line.payee_kind,
                payee=line.payee,
                paid_on=line.paid_on,
                authorised_by=line.approved_by,
                released_by=line.released_by,
                base_fen=line.base_fen,
                order=order,
                old_reference=line.old_reference,
                import_sha256=self._sha256,
                import_row=line.row,
                sealed=_sealed(person, event_id, line),
            )
            made.append((facts, event_id, line))
        return made


def stream_of(line: PaymentLine) -> str:
    """All payments of a plan are one stream, since only inside a stream there is an order."""
    if line.record == "payout":
        return payout_id(old_claim_id(line.jurisdiction, line.old_reference))
    return f"advance-{old_plan_id(line.jurisdiction, line.plan or '')}"


def _claim(line: PaymentLine) -> str | None:
    if line.record != "payout":
        return None
    return old_claim_id(line.jurisdiction, line.old_reference)


def _numbered(lines: Iterable[PaymentLine]) -> Iterator[Numbered]:
    """Each line with which of its voucher's lines it is, from 1: what makes it the same payment in
    any other file. Rows that are refused, or stand elsewhere, change nothing.
    """
    counters: dict[tuple[str, str, str], count[int]] = {}
    for line in lines:
        voucher = (line.jurisdiction, line.record, line.old_reference)
        yield next(counters.setdefault(voucher, count(1))), line


def slots_of(event: Event) -> tuple[Sequence[Slot], Sequence[str]]:
    """The slot that an old payment holds for ever; reservations are rebuilt from these."""
    facts = event.facts
    if not isinstance(facts, PayoutImported):
        return (), ()
    return [
        Slot(IMPORT, _name(event.jurisdiction, facts.kind, facts.old_reference, facts.order))
    ], ()


def _name(jurisdiction: str, kind: str, old_reference: str, order: int) -> str:
    return f"{jurisdiction}/{kind}/{old_reference}/{order}"


def _end(bodies: Sequence[bytes]) -> tuple[int, datetime | None]:
    """The version and time of a stream's last event."""
    return len(bodies), decode(bodies[-1]).recorded_at if bodies else None


def _values(line: PaymentLine) -> list[values.Value]:
    if line.personal is None:
        return []
    owner = parse_resident_id(line.personal.id_number)
    said = [values.person(owner)]
    if line.personal.account:
        said.append(values.account(line.personal.account, owner))
    return said


def _sealed(person: Referred | None, event_id: str, line: PaymentLine) -> dict[str, Sealed]:
    if person is None or person.key is None or line.personal is None:
        return {}
    return {"name": seal(person.key, event_id, "name", line.personal.name)}


class ImportApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def history(self, request: web.Request) -> web.Response:
        """Old payments of a history file; its claims are for the claims service."""
        service = self._service
        require_writable(service)
        upload = await read_upload(request, history.COLUMNS, PAYMENTS_FILE_REFUSED)
        asked = request_of(request, service, lambda _: {}, upload.sha256.encode())
        if kept := await receive(service, asked, service.clock.now()):
            return kept
        today = service.clock.today()
        allowed = self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)
        taking = Payments(service, by(request, request[ACTOR].jurisdiction), upload.sha256, allowed)
        lines: list[PaymentLine] = []
        outcomes: list[RowOutcome] = []
        for line in history.read_history(upload):
            match line:
                case PaymentLine():
                    lines.append(line)
                case list():
                    outcomes.append(refused_row(line))
                case _:
                    outcomes.append(RowOutcome(row=line.row, outcome="not_for_this_service"))
        outcomes += await taking.take_over(lines)
        return await answer_file(service, asked, answer_of(upload, outcomes), PAYOUT_EVENTS)


def routes(service: Service) -> list[Route]:
    return [
        Route(
            method="POST", path="/imports", handler=ImportApi(service).history,
            roles=requires(Role.OPERATOR), stream=CSV, body_limit=FILE_LIMIT, idempotent=True,
            problems=(PAYMENTS_FILE_REFUSED, *COMMANDING), response=FileAnswerSchema(),
            en="Take over payments from before the ledger", zh="导入历史支付记录",
        )
    ]  # fmt: skip
