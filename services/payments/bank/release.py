"""Releasing a batch: every order in one transaction, with the digest of the bank's file in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from services.payments import problems
from services.payments.bank import batch as rules
from services.payments.bank.batch import BATCH, Batch
from services.payments.bank.file import PaymentLine, digest, render
from services.payments.bank.hearing import Watermarks, seals_of, watermarks
from services.payments.bank.kinds import kind_of
from services.payments.bank.payable import NotPayable, Payable, Payment, Release, Seals
from services.payments.bank.payees import Opened, open_payees, read_by
from services.payments.fund.decide import FUND, require_payable
from services.payments.hands import require_new_hand
from services.payments.notice.before import waiting
from shared.events.batches import BatchReleased
from shared.events.envelope import decode
from shared.events.payouts import SealOfAudit
from shared.http.problems import CATALOGUE, FieldRefusal, Problem
from shared.http.problems import Refusal as Words
from shared.ids import fund_id, new_event_id
from shared.service import Service
from shared.store.commands import (
    MAX_TRIES,
    By,
    Contended,
    Decision,
    Done,
    IdempotencyKeyReused,
    Refusal,
    Request,
    finished,
)
from shared.store.store import Asked
from shared.store.unit import Appended, Unit

NO_SEALS = Seals("", {})


@dataclass(frozen=True, slots=True)
class Chosen:
    """One order of the batch as it stands now."""

    kind: Payable[Any]
    state: Any
    payment: Payment
    version: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Sealing:
    """How the batch is let go: by audit's word, or by two persons."""

    judged: tuple[SealOfAudit, ...]
    overridden_by: tuple[str, ...]


class Releasing:
    """Releases one batch for one person."""

    def __init__(self, service: Service, by: By) -> None:
        self._service = service
        self._by = by

    async def release(
        self, asked: Request, batch_id: str, ids: Sequence[str], overridden: bool
    ) -> Done:
        """All orders or none. Raises Refusal or Problem that names the orders that stop it."""
        service = self._service
        for _ in range(MAX_TRIES):
            known = await service.store.read(Asked((*ids, batch_id), asked.key))
            if known.answered:
                return _stored(known.answered, asked)
            batch = BATCH.fold(known.bodies.get(batch_id, ()))
            chosen = self._chosen(ids, known.bodies)
            await self._noticed([c.payment for c in chosen])
            sealing = await self._sealing(batch, [c.payment for c in chosen], overridden)
            units = await self._units(asked, batch_id, batch, chosen, sealing)
            try:
                outcomes = await service.store.append_together(units)
            except asyncpg.UniqueViolationError:
                continue  # somebody else was first: look again
            done = finished(outcomes[0], units[0])
            if done and (done.replayed or all(isinstance(o, Appended) for o in outcomes)):
                return done
        raise Contended(batch_id)

    def _chosen(self, ids: Sequence[str], bodies: Mapping[str, Sequence[bytes]]) -> list[Chosen]:
        """Raises Problem with every order that may not leave, and why."""
        chosen: list[Chosen] = []
        refused: list[FieldRefusal] = []
        for n, stream_id in enumerate(ids):
            try:
                chosen.append(self._one(stream_id, bodies.get(stream_id, ())))
            except Refusal as no:
                refused.append(FieldRefusal(f"/payables/{n}", _words(no)))
        _require_none(refused)
        rules.require_one_fund(self._by.jurisdiction, [c.payment for c in chosen])
        return chosen

    async def _noticed(self, payments: Sequence[Payment]) -> None:
        """Raises Problem with every order whose claims still wait for their public notice."""
        why = await waiting(self._service.pool, payments)
        _require_none(
            [
                FieldRefusal(f"/payables/{n}", _words(no))
                for n, no in enumerate(why)
                if no is not None
            ]
        )

    def _one(self, stream_id: str, bodies: Sequence[bytes]) -> Chosen:
        kind = kind_of(stream_id)
        if kind is None or not bodies:
            raise NotPayable(state="unknown")
        state = kind.aggregate.fold(bodies)
        payment = kind.payment(state, stream_id)
        require_new_hand(payment.hands, self._by.actor)
        return Chosen(kind, state, payment, len(bodies), decode(bodies[-1]).recorded_at)

    async def _sealing(
        self, batch: Batch, payments: Sequence[Payment], overridden: bool
    ) -> Sealing:
        """The fund is open, and audit has judged, or two persons go without it."""
        service, first = self._service, payments[0]
        fund = FUND.fold(await service.store.load(fund_id(first.jurisdiction, first.fund)))
        require_payable(fund, first.fund, None, service.clock.today())
        marks = await watermarks(service.pool)
        if overridden:
            now = service.clock.now()
            both = rules.overriders(batch, self._by.actor, payments, marks, now)
            return Sealing((), both)
        if batch.stage is not rules.Stage.NEW:
            raise rules.OverrideUnusable
        _require_judged(payments, marks)
        return Sealing(rules.seals_of_audit(payments, marks), ())

    async def _units(
        self, asked: Request, batch_id: str, batch: Batch, chosen: Sequence[Chosen],
        sealing: Sealing,
    ) -> list[Unit]:  # fmt: skip
        """The batch's own event with the stored answer first, then each order's."""
        service, actor = self._service, self._by.actor
        opened, persons = await self._payees(chosen)
        lines = [
            PaymentLine(
                n, c.payment.instruction, c.payment.payee or payee.fields.get("name", ""),
                payee.fields.get("account", ""), c.payment.amount_fen,
            )
            for n, (c, payee) in enumerate(zip(chosen, opened, strict=True), start=1)
        ]  # fmt: skip
        sha256 = digest(render(lines))
        released = BatchReleased(
            fund=chosen[0].payment.fund,
            orders=tuple(c.payment.stream_id for c in chosen),
            amount_fen=sum(c.payment.amount_fen for c in chosen),
            lines=len(chosen),
            bank_file_sha256=sha256,
            judged=sealing.judged,
            overridden_by=sealing.overridden_by,
        )
        units = [
            service.ledger.unit(
                BATCH, batch_id, batch.version,
                Decision([*read_by(persons, actor, batch_id), released]), self._by, request=asked,
            )
        ]  # fmt: skip
        for line, c, payee in zip(lines, chosen, opened, strict=True):
            event_id = new_event_id(service.clock)
            order = Release(
                batch=batch_id, line=line.line, instruction=line.instruction,
                bank_file_sha256=sha256, judged=sealing.judged,
                overridden_by=sealing.overridden_by, sealed=payee.sealed_for(event_id),
            )  # fmt: skip
            units.append(
                service.ledger.unit(
                    c.kind.aggregate, c.payment.stream_id, c.version,
                    c.kind.instruct(c.state, order), self._by, event_id=event_id,
                    not_before=c.last,
                )
            )  # fmt: skip
        return units

    async def _payees(self, chosen: Sequence[Chosen]) -> tuple[list[Opened], list[str]]:
        """Raises Problem with each order whose payee was erased, or whose account nobody named."""
        service = self._service
        assert service.vault is not None
        claims = {c.payment.claim for c in chosen if c.payment.seals is None and c.payment.claim}
        kept = await seals_of(service.pool, claims)
        seals = [c.payment.seals or kept.get(c.payment.claim or "", NO_SEALS) for c in chosen]
        opened, persons = await open_payees(service.vault, seals, self._by.actor)
        found: list[Opened] = []
        refused: list[FieldRefusal] = []
        for n, (one, payee) in enumerate(zip(chosen, opened, strict=True)):
            if payee is None:
                refused.append(FieldRefusal(f"/payables/{n}", Words(problems.PAYEE_ERASED)))
            elif one.payment.payee is None and "account" not in payee.fields:
                refused.append(FieldRefusal(f"/payables/{n}", Words(problems.ACCOUNT_MISSING)))
            else:
                found.append(payee)
        _require_none(refused)
        return found, persons


def _words(no: Refusal) -> Words:
    return Words(CATALOGUE[no.code], {**no.facts, "clause": no.clause})


def _require_none(refused: Sequence[FieldRefusal]) -> None:
    """Raises Problem that names up to 50 orders and counts all."""
    if refused:
        errors = tuple(refused[:50])
        raise Problem(problems.BATCH_REFUSED, errors=errors, count=len(refused))


def _require_judged(payments: Sequence[Payment], marks: Watermarks) -> None:
    """Raises Problem that names how far audit must come for each order that it has not judged."""
    behind = [
        FieldRefusal(
            f"/payables/{n}",
            Words(
                problems.APPROVAL_NOT_JUDGED,
                {
                    "topic": at.topic,
                    "partition": at.partition,
                    "needed": at.seq,
                    "judged": marks.seqs.get((at.topic, at.partition), 0),
                },
            ),
        )
        for n, payment in enumerate(payments)
        for at in rules.not_judged(payment, marks)
    ]
    if behind:
        raise Problem(
            problems.AUDIT_BEHIND, errors=tuple(behind[:50]), count=len(behind),
            retry_after_seconds=2,
        )  # fmt: skip


def _stored(answered: tuple[bytes, Any], asked: Request) -> Done:
    digest_, replay = answered
    if digest_ != asked.digest:
        raise IdempotencyKeyReused
    return Done(replay.answer, replay.position, replayed=True)
