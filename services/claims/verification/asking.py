"""One register is asked what is open: in batches, again after a failure, each answer kept once."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from services.claims.verification import evidence, silence
from services.claims.verification.decide import (
    SYSTEM,
    VERIFICATION,
    AnswerVerification,
    Stage,
    Verification,
    answer_verification,
    ask_again,
)
from shared.events.envelope import decode
from shared.ids import new_event_id
from shared.reading import CLAIMS_READINGS, record_reading
from shared.registers.port import (
    MAX_QUESTIONS,
    Answered,
    Question,
    Register,
    RegisterSilent,
    Why,
)
from shared.service import Service
from shared.store.commands import By
from shared.store.store import Asked
from shared.store.unit import Appended, Unit
from shared.vault.client import OpenedNumbers

PURPOSE = "verification"
OPEN = (Stage.ASKED, Stage.ASKED_AGAIN)
CORRECTIONS_SECONDS = 60.0
"""between two looks at what the register has corrected, while it answers"""
UNANSWERED_SECONDS, LONGEST_UNANSWERED_SECONDS = 2.0, 300.0
"""before one question is asked again that its register left open; doubled each time"""
MAX_LATER = 10_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Open:
    """One question without an answer, as its stream says."""

    stream_id: str
    state: Verification
    bodies: Sequence[bytes]


class Asking:
    """Asks one register. Progress is in events; a crash asks again and records nothing twice."""

    def __init__(
        self, service: Service, register: Register, corrections_seconds: float = CORRECTIONS_SECONDS
    ) -> None:
        self._service = service
        self._register = register
        self._every = corrections_seconds
        self._looked_at = float("-inf")
        self._later: dict[str, tuple[float, int]] = {}

    async def turn(self) -> int:
        """How many answers were recorded. Raises RegisterSilent after noting it down.

        While the register is silent it is first asked for its corrections, which names nobody.
        """
        found = await self._next()
        due = time.monotonic() - self._looked_at >= self._every
        try:
            if due or (found and await silence.is_silent(self._service, self._register.code)):
                await self._corrections()
            answered = await self._ask(found) if found else 0
        except RegisterSilent as silent:
            await silence.begins(self._service, self._register.code, silent.why)
            raise
        if found or due:
            await silence.ends(self._service, self._register.code)
        return answered

    async def _next(self) -> list[Open]:
        """The oldest open questions, a batch of them, but for those to be asked later."""
        now = time.monotonic()
        later = [stream_id for stream_id, (at, _) in self._later.items() if at > now]
        rows = await self._service.pool.fetch(_OPEN, self._register.code, later, MAX_QUESTIONS)
        return await self._load([row["stream_id"] for row in rows])

    async def _load(self, streams: Sequence[str]) -> list[Open]:
        """The events decide, not the read table, which may be behind."""
        if not streams:
            return []
        bodies = (await self._service.store.read(Asked(tuple(streams)))).bodies
        found = [Open(s, VERIFICATION.fold(bodies[s]), bodies[s]) for s in streams if s in bodies]
        return [one for one in found if one.state.stage in OPEN]

    async def _ask(self, found: Sequence[Open]) -> int:
        opened = await self._opened(found)
        questions = [q for one in found if (q := _question(one, opened)) is not None]
        said = await self._register.ask(questions) if questions else ()
        recorded = await self._record(found, said, opened)
        answered = {answer.id for answer in said}
        asked = {question.id for question in questions}
        for one in found:
            if one.stream_id in answered:
                self._later.pop(one.stream_id, None)
            else:
                why = Why.SLOW if one.stream_id in asked else Why.ERASED
                await self._postpone(one.stream_id, why)
        return recorded

    async def _opened(self, found: Sequence[Open]) -> OpenedNumbers:
        """Numbers of those who are asked about; the event that they are read comes first."""
        keys = [one.state.keys for one in found if one.state.keys is not None]
        persons = sorted({key.person for key in keys if key.person is not None})
        certificates = sorted({key.certificate for key in keys if key.certificate is not None})
        if not persons:
            return OpenedNumbers({}, {}, {})
        service = self._service
        assert service.vault is not None
        by = By(
            actor=SYSTEM,
            jurisdiction=service.settings.jurisdiction,
            correlation_id=new_event_id(service.clock),
        )
        fields = ("id_number", "certificate_number") if certificates else ("id_number",)
        await record_reading(
            service.ledger, CLAIMS_READINGS, by, persons=persons, purpose=PURPOSE, fields=fields,
            subject=f"register-{self._register.code}",
        )  # fmt: skip
        return await service.vault.open_numbers(
            persons, certificates, purpose=PURPOSE, actor=SYSTEM
        )

    async def _record(
        self, found: Sequence[Open], said: Sequence[Answered], opened: OpenedNumbers
    ) -> int:
        """Answers and their evidence in one transaction; one that somebody else recorded first is
        left as it is.
        """
        by_stream = {one.stream_id: one for one in found}
        made = [self._unit(by_stream[answer.id], answer, opened) for answer in said]
        if not made:
            return 0
        service, recorded = self._service, 0
        async with service.pool.acquire() as connection, connection.transaction():
            outcomes = await service.store.append_within(connection, [unit for unit, _ in made])
            for (unit, kept), outcome in zip(made, outcomes, strict=True):
                if isinstance(outcome, Appended):
                    event = unit.events[0]
                    now = service.clock.now()
                    await evidence.keep(connection, event.event_id, event.stream_id, kept, now)
                    recorded += 1
        service.store.seen(p for o in outcomes if isinstance(o, Appended) for p in o.positions)
        service.committed()
        log.info("register_answered", register=self._register.code, answers=recorded)
        return recorded

    def _unit(
        self, one: Open, said: Answered, opened: OpenedNumbers
    ) -> tuple[Unit, evidence.Evidence]:
        service, keys = self._service, one.state.keys
        assert keys is not None
        event_id = new_event_id(service.clock)
        key = opened.keys[keys.person] if keys.person is not None else None
        kept = evidence.evidence_of(said.raw, event_id, key)
        command = AnswerVerification(
            actor=SYSTEM,
            outcome=said.outcome,
            facts=said.facts,
            valid_at=said.valid_at,
            received_at=service.clock.now(),
            source=self._register.code,
            commitment=kept.commitment,
            evidence_sha256=kept.sha256,
        )
        decision = answer_verification(one.state, command)
        unit = service.ledger.unit(
            VERIFICATION, one.stream_id, len(one.bodies), decision, _by(one), event_id=event_id,
            not_before=decode(one.bodies[-1]).recorded_at,
        )  # fmt: skip
        return unit, kept

    async def _postpone(self, stream_id: str, why: Why) -> None:
        _, tries = self._later.get(stream_id, (0.0, 0))
        pause = min(UNANSWERED_SECONDS * (1 << min(tries, 20)), LONGEST_UNANSWERED_SECONDS)
        if why is Why.ERASED:
            pause = LONGEST_UNANSWERED_SECONDS
        if len(self._later) >= MAX_LATER:  # asked too early, never forgotten
            self._later.clear()
        self._later[stream_id] = (time.monotonic() + pause, tries + 1)
        await silence.postponed(self._service, stream_id, why)

    async def _corrections(self) -> None:
        """What the register would answer otherwise now is asked again."""
        after = await silence.corrections_after(self._service, self._register.code)
        page = await self._register.corrected(after)
        bodies = (await self._service.store.read(Asked(page.ids))).bodies if page.ids else {}
        for stream_id, own in bodies.items():
            await self._ask_again(stream_id, own)
        if page.next != after:
            await silence.corrections_read(self._service, self._register.code, page.next)
        self._looked_at = time.monotonic()

    async def _ask_again(self, stream_id: str, bodies: Sequence[bytes]) -> None:
        """A register may change only what it was asked."""
        state = VERIFICATION.fold(bodies)
        own = state.keys is not None and state.keys.register == self._register.code
        if not own or state.stage is not Stage.ANSWERED:
            return
        unit = self._service.ledger.unit(
            VERIFICATION, stream_id, len(bodies), ask_again(state),
            _by(Open(stream_id, state, bodies)), not_before=decode(bodies[-1]).recorded_at,
        )  # fmt: skip
        await self._service.store.append(unit)  # lost to another process: it asks again instead
        self._service.committed()


def _question(one: Open, opened: OpenedNumbers) -> Question | None:
    """None for a person who was erased: nobody can ask about them any more."""
    keys = one.state.keys
    assert keys is not None
    number = opened.persons.get(keys.person) if keys.person is not None else None
    paper = opened.certificates.get(keys.certificate) if keys.certificate is not None else None
    gone = (keys.person is not None and number is None) or (
        keys.certificate is not None and paper is None
    )
    if gone:
        return None
    return Question(
        id=one.stream_id,
        question=keys.question,
        as_of=keys.as_of,
        until=keys.until,
        id_number=number,
        certificate_number=paper,
        institution=keys.organisation,
    )


def _by(one: Open) -> By:
    """The answer belongs to where the question came from first."""
    asked = decode(one.bodies[-1])
    return By(
        actor=SYSTEM,
        jurisdiction=one.state.jurisdictions[0],
        correlation_id=asked.correlation_id,
        causation_id=asked.id,
    )


_OPEN = """
SELECT stream_id FROM verifications
 WHERE register = $1 AND stage <> 'answered' AND channel = 'http' AND stream_id <> ALL($2)
 ORDER BY since, stream_id LIMIT $3
"""
