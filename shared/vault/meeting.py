"""One call of refer(): what many callers ask as sorted columns, what the vault answers per ask."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import asyncpg
import msgspec

from shared.vault.cache import Met
from shared.vault.ciphers import NONCE_BYTES, SECRET_BYTES, Ciphers
from shared.vault.keys import Fingerprints
from shared.vault.values import Kind, Value

MAX_VALUES_PER_CALL = 2000
REFERENCE_BYTES = 16
_RANDOM_BYTES = REFERENCE_BYTES + SECRET_BYTES + 2 * NONCE_BYTES

REFER = (
    "SELECT place, reference, wrapped_key, generation FROM vault.refer("
    "$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18)"
)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One value under its HMAC; `sealing` asks for the person's data key too."""

    hmac: bytes
    value: Value
    actor: str
    owner: bytes | None = None
    sealing: bool = False

    @property
    def key(self) -> bytes:
        """The same certificate under another owner is another question."""
        return self.hmac if self.owner is None else self.hmac + self.owner

    def __repr__(self) -> str:
        return f"Ask({self.value!r})"


class Proposal(msgspec.Struct, frozen=True):
    """What a value gets if it is new; `secret` and `wrapped` for persons only."""

    ask: Ask
    reference: bytes
    secret: bytes | None
    wrapped: bytes
    sealed: bytes

    def __repr__(self) -> str:
        return f"Proposal({self.ask!r})"


class Answers(msgspec.Struct, frozen=True):
    """By `Ask.key`."""

    met: Mapping[bytes, Met]
    generation: int


def asks_of(ciphers: Ciphers, values: Sequence[Value], actor: str, sealing: bool) -> list[Ask]:
    owners: dict[str, bytes] = {}

    def of_person(number: str) -> bytes:
        known = owners.get(number)
        if known is None:
            known = owners[number] = ciphers.index(Kind.PERSON, number)
        return known

    asks = []
    for value in values:
        if value.kind is Kind.PERSON:
            hmac = of_person(value.text)
            asks.append(Ask(hmac=hmac, value=value, actor=actor, sealing=sealing))
        else:
            hmac = ciphers.index(value.kind, value.text)
            owner = None if value.owner is None else of_person(value.owner)
            asks.append(Ask(hmac=hmac, value=value, actor=actor, owner=owner))
    return asks


def calls_of(asks: Iterable[Ask]) -> list[list[Ask]]:
    """Distinct asks in calls of at most 2,000; an owner always goes with what it owns."""
    calls: list[dict[bytes, Ask]] = [{}]
    for ask in asks:
        call = calls[-1]
        if len(call) + 2 > MAX_VALUES_PER_CALL:
            call = {}
            calls.append(call)
        if ask.owner is not None and ask.owner not in call:
            call[ask.owner] = _owner_of(ask, ask.owner)
        known = call.get(ask.key)
        if known is None or (ask.sealing and not known.sealing):
            call[ask.key] = ask
    return [list(call.values()) for call in calls]


def _owner_of(ask: Ask, hmac: bytes) -> Ask:
    number = ask.value.owner or ""
    return Ask(hmac=hmac, value=Value(kind=Kind.PERSON, text=number), actor=ask.actor)


def propose(
    ciphers: Ciphers, asks: Iterable[Ask], buried: Mapping[bytes, bytes]
) -> tuple[list[Proposal], list[Proposal]]:
    """Persons and belongings, each sorted by HMAC; `buried` are references that tombstones keep."""
    ordered = sorted(asks, key=lambda ask: ask.hmac)
    persons = [ask for ask in ordered if ask.value.kind is Kind.PERSON]
    others = [ask for ask in ordered if ask.value.kind is not Kind.PERSON]
    chances = _chances(len(ordered))
    return (
        [_new_person(ciphers, ask, buried.get(ask.key), next(chances)) for ask in persons],
        [_new_belonging(ciphers, ask, buried.get(ask.key), next(chances)) for ask in others],
    )


def _chances(count: int) -> Iterator[bytes]:
    """Random bytes for `count` proposals by one system call."""
    random = os.urandom(count * _RANDOM_BYTES)
    return (random[at : at + _RANDOM_BYTES] for at in range(0, len(random), _RANDOM_BYTES))


def _new_person(ciphers: Ciphers, ask: Ask, buried: bytes | None, random: bytes) -> Proposal:
    reference = buried or random[:16]
    secret = random[16:48]
    wrapped = ciphers.wrap(random[48:60], secret, reference)
    sealed = ciphers.seal_value(random[60:], Kind.PERSON, ask.value.text)
    return Proposal(ask, reference, secret, wrapped, sealed)


def _new_belonging(ciphers: Ciphers, ask: Ask, buried: bytes | None, random: bytes) -> Proposal:
    sealed = ciphers.seal_value(random[60:], ask.value.kind, ask.value.text)
    return Proposal(ask, buried or random[:16], None, b"", sealed)


def tombstones(ciphers: Ciphers, proposals: Iterable[Proposal]) -> list[bytes]:
    return [ciphers.tombstone(p.ask.value.kind, p.ask.value.text) for p in proposals]


def _previous(ciphers: Ciphers, proposals: Iterable[Proposal]) -> list[bytes]:
    """HMACs under the leaked key; none while the index is not re-keyed: nothing is looked up."""
    if not ciphers.rekeying:
        return []
    return [ciphers.previous(p.ask.value.kind, p.ask.value.text) for p in proposals]


def arguments(
    ciphers: Ciphers,
    prints: Fingerprints,
    now: datetime,
    persons: Sequence[Proposal],
    others: Sequence[Proposal],
) -> tuple[object, ...]:
    """Columns of REFER."""
    return (
        now,
        prints.index,
        prints.previous_index,
        [p.ask.hmac for p in persons],
        _previous(ciphers, persons),
        tombstones(ciphers, persons),
        [p.reference for p in persons],
        [p.wrapped for p in persons],
        [p.sealed for p in persons],
        [p.ask.sealing for p in persons],
        [p.ask.actor for p in persons],
        [int(p.ask.value.kind) for p in others],
        [p.ask.hmac for p in others],
        _previous(ciphers, others),
        tombstones(ciphers, others),
        [p.reference for p in others],
        [p.sealed for p in others],
        [p.ask.owner for p in others],
    )


def answers(
    ciphers: Ciphers,
    proposals: Sequence[Proposal],
    rows: Sequence[asyncpg.Record],
    now: float,
) -> Answers:
    """What the vault knew before; what it did not mention is new, as proposed."""
    known = {row[0]: row for row in rows}
    met: dict[bytes, Met] = {}
    for place, proposal in enumerate(proposals, 1):
        row = known.get(place)
        if row is None:
            met[proposal.ask.key] = Met(proposal.reference.hex(), proposal.secret, now)
            continue
        reference, wrapped = row[1], row[2]
        secret = None if wrapped is None else ciphers.unwrap(wrapped, reference)
        met[proposal.ask.key] = Met(reference.hex(), secret, now)
    return Answers(met, known[0][3])
