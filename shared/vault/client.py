"""The vault's door for claims and payments: references, keys for sealing and reading, erasing."""

import asyncio
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import asyncpg
import msgspec

from shared.clock import Clock
from shared.store.coalesce import Coalescer
from shared.vault.cache import MAX_ENTRIES, Cache, Met
from shared.vault.ciphers import Ciphers, Hmac
from shared.vault.erasing import Erased, erase
from shared.vault.identity import ResidentId
from shared.vault.keys import Keys, fingerprints
from shared.vault.lookup import Found, find
from shared.vault.meeting import (
    REFER,
    Answers,
    Ask,
    Proposal,
    answers,
    arguments,
    asks_of,
    calls_of,
    propose,
    tombstones,
)
from shared.vault.sealing import PersonKey
from shared.vault.values import Kind, Value

MAX_CALLERS, MAX_WAITING = 256, 4096
MAX_VALUES, MAX_PERSONS = 10_000, 2000
MAX_ACTOR_CHARS = 64
SMALL = 100
"""values; who asks for more waits in a lane of its own: a roster does not hold up a claim"""
FRESH_SECONDS = 1.0
"""a cached answer is given only if the vault was heard of within this time: an erasure in another
process is seen no later"""
UNUSED_FOR = timedelta(days=1)
ATTEMPTS, PAUSE_SECONDS = 20, 0.05
"""an erasure in another process can spoil one attempt after the other; the pause, drawn at random
up to this long, lets it end"""

OTHER_KEYS, MEANWHILE, BURIED = "VA001", "VA003", "VA004"
DEADLOCK = "40P01"


class VaultKeysRefused(Exception):
    """The key file is not the one that this vault was filled with."""


class VaultBusy(Exception):
    """What was asked for was erased and met again under our hands, 20 times; ask later."""


class ActorRefused(ValueError):
    """Checked here, since in the database it would fail everybody's values of the same call."""


class TooMany(ValueError):
    """More values, persons or references than one call may have."""


class PurgeTooEarly(ValueError):
    """A reference may still be on its way into an event: unused means not met for a day."""


class Referred(msgspec.Struct, frozen=True):
    """`key` for persons only."""

    reference: str
    key: PersonKey | None


class OpenedNumbers(msgspec.Struct, frozen=True):
    """Numbers and keys by reference, in memory only."""

    persons: dict[str, str]
    certificates: dict[str, str]
    keys: dict[str, PersonKey]

    def __repr__(self) -> str:
        return f"OpenedNumbers({len(self.persons)} persons)"


class _Asked(msgspec.Struct, frozen=True):
    asks: Sequence[Ask]


class Vault:
    """One per process. A failure of the database reaches the caller; asking again is harmless."""

    def __init__(
        self, pool: asyncpg.Pool, keys: Keys, clock: Clock, max_cached: int = MAX_ENTRIES
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._ciphers = Ciphers(keys)
        self.plan_secret = self._ciphers.plan_secret
        self._prints = fingerprints(keys)
        self._kek_id = keys.kek_id
        self._cache = Cache(max_cached)
        self._heard_at = 0.0
        self._digest = Hmac(keys.idempotency)
        self._small, self._bulk = (
            Coalescer[_Asked, Answers](self._run, max_batch=n, max_waiting=MAX_WAITING)
            for n in (MAX_CALLERS, 1)
        )

    @classmethod
    async def connect(cls, dsn: str, keys: Keys, clock: Clock) -> "Vault":
        """Raises VaultKeysRefused if the vault was filled under other keys."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=4,
            timeout=10,
            command_timeout=30,
            reset=_keep,
            server_settings={"application_name": "vault", "lock_timeout": "5s"},
        )
        vault = cls(pool, keys, clock)
        try:
            await vault.check_keys()
        except BaseException:
            await pool.close()
            raise
        return vault

    async def close(self) -> None:
        await self._pool.close()
        self._cache.clear()

    async def check_keys(self) -> None:
        prints = self._prints
        generation = await self._fetchval(
            "SELECT vault.check_keys($1,$2,$3,$4,$5,$6)",
            prints.index,
            prints.previous_index,
            prints.tombstone,
            prints.idempotency,
            self._kek_id,
            prints.kek,
        )
        self._cache.see(generation)

    def digest(self, content: bytes) -> bytes:
        """32 bytes, HMAC under the idempotency key."""
        return self._digest(content)

    async def refer(self, values: Sequence[Value], *, actor: str) -> tuple[str, ...]:
        """References in the order of `values`; what was never met gets one. Raises TooMany beyond
        10,000 values, Overloaded (shared.store.coalesce) when 4,096 callers wait.
        """
        return tuple([met.reference for met in await self._meet(values, actor, sealing=False)])

    async def refer_for_sealing(
        self, values: Sequence[Value], *, actor: str
    ) -> tuple[Referred, ...]:
        """As refer(), with each person's data key. For a person known before, that is an opening
        with purpose `seal`; a key that this process still holds is not opened again.
        """
        met = await self._meet(values, actor, sealing=True)
        return tuple([_referred(value, one) for value, one in zip(values, met, strict=True)])

    async def find(self, number: ResidentId) -> Found | None:
        """The reference of a person who was met; needs the claims service's role."""
        return await find(self._pool, self._ciphers, self._prints, number.number)

    async def open_keys(
        self, persons: Sequence[str], *, purpose: str, actor: str
    ) -> tuple[PersonKey | None, ...]:
        """Keys for reading, None for an erased person; each opening is recorded."""
        if len(persons) > MAX_PERSONS:
            raise TooMany(f"{len(persons)} persons; at most {MAX_PERSONS} in one call")
        rows = await self._pool.fetch(
            "SELECT person, wrapped_key FROM vault.open_keys($1,$2,$3,$4)",
            self._clock.now(),
            [bytes.fromhex(person) for person in persons],
            purpose,
            actor,
        )
        found = {
            row[0].hex(): PersonKey(row[0].hex(), self._ciphers.unwrap(row[1], row[0]))
            for row in rows
        }
        return tuple([found.get(person) for person in persons])

    async def open_numbers(
        self, persons: Sequence[str], certificates: Sequence[str], *, purpose: str, actor: str
    ) -> OpenedNumbers:
        """Numbers by reference, for asking a register; each person's opening is recorded. Whoever
        was erased is missing, with the certificates that belonged to nobody else here asked for.
        Needs the claims service's role. Raises TooMany beyond 2,000.
        """
        if max(len(persons), len(certificates)) > MAX_PERSONS:
            raise TooMany(f"at most {MAX_PERSONS} in one call")
        rows = await self._pool.fetch(
            "SELECT * FROM vault.open_numbers($1,$2,$3,$4,$5)",
            self._clock.now(), _bytes(persons), _bytes(certificates), purpose, actor,
        )  # fmt: skip
        opened = OpenedNumbers({}, {}, {})
        for kind, reference, sealed, wrapped in rows:
            name = reference.hex()
            text = self._ciphers.open_value(sealed, Kind(kind))
            if kind == Kind.PERSON:
                opened.persons[name] = text
                opened.keys[name] = PersonKey(name, self._ciphers.unwrap(wrapped, reference))
            else:
                opened.certificates[name] = text
        return opened

    async def erase(self, number: ResidentId, *, keep_tombstone: bool, actor: str) -> Erased:
        """Index row, data key, sealed number, and what belongs to this person alone. Tombstones
        keep the references of the person and of certificates, for the no-repeat rule; accounts,
        phones and devices are not under that rule. Needs the claims service's role.
        """
        for _ in range(ATTEMPTS):
            try:
                erased = await erase(
                    self._pool, self._ciphers, self._prints, self._clock.now(),
                    number.number, keep_tombstone, actor,
                )  # fmt: skip
            except asyncpg.PostgresError as failed:
                if failed.sqlstate not in (MEANWHILE, DEADLOCK):
                    raise _named(failed) from failed
                await _pause()
            else:
                self._cache.clear()
                self._heard_at = 0.0
                return erased
        raise VaultBusy("erasing")

    async def candidates(self, before: datetime, limit: int = 1000) -> tuple[str, ...]:
        """References that this service met before `before` and that no event is known to use; look
        each up among the own events, then confirm() or purge() it. Raises PurgeTooEarly.
        """
        self._check_age(before)
        rows = await self._pool.fetch("SELECT reference FROM vault.unused($1,$2)", before, limit)
        return tuple([row[0].hex() for row in rows])

    async def confirm(self, references: Iterable[str]) -> int:
        """An event uses them: how many were not known to be used."""
        confirmed = await self._fetchval("SELECT vault.confirm($1)", _bytes(references))
        return int(confirmed)

    async def purge(self, references: Iterable[str], before: datetime) -> int:
        """No event of this service uses them: how many went. What was met since `before`, or by the
        other service too, stays. Raises PurgeTooEarly.
        """
        self._check_age(before)
        purged = await self._fetchval("SELECT vault.purge($1,$2)", _bytes(references), before)
        self._cache.clear()
        return int(purged)

    def _check_age(self, before: datetime) -> None:
        if before > self._clock.now() - UNUSED_FOR:
            raise PurgeTooEarly(f"`before` lies at least {UNUSED_FOR} back")

    async def _meet(self, values: Sequence[Value], actor: str, sealing: bool) -> list[Met]:
        if len(values) > MAX_VALUES:
            raise TooMany(f"{len(values)} values; at most {MAX_VALUES} in one call")
        if not 1 <= len(actor) <= MAX_ACTOR_CHARS or not actor.isprintable():
            raise ActorRefused("an opening needs an actor of 1 to 64 printable characters")
        asks = asks_of(self._ciphers, values, actor, sealing)
        generation = self._cache.generation
        found = self._cached(asks)
        missing = [ask for ask in asks if ask.key not in found]
        if missing or time.monotonic() - self._heard_at >= FRESH_SECONDS:
            answered = await self._ask(missing)
            if found and answered.generation != generation:
                # Somebody was erased: what the cache said may be no longer so.
                answered = await self._ask(asks)
            found.update(answered.met)
        return [found[ask.key] for ask in asks]

    async def _ask(self, asks: Sequence[Ask]) -> Answers:
        lane = self._small if len(asks) <= SMALL else self._bulk
        return await lane(_Asked(asks))

    def _cached(self, asks: Sequence[Ask]) -> dict[bytes, Met]:
        now = self._clock.now().timestamp()
        found: dict[bytes, Met] = {}
        for ask in asks:
            met = self._cache.get(ask.key, now)
            if met is not None and (met.secret is not None or not ask.sealing):
                found[ask.key] = met
        return found

    async def _run(self, waiting: Sequence[_Asked]) -> list[Answers]:
        met: dict[bytes, Met] = {}
        generations = []
        for call in calls_of(ask for asked in waiting for ask in asked.asks):
            answered = await self._call(call)
            generations.append(answered.generation)
            _join(met, answered.met)
        own = min(generations)  # an erasure between two calls: what is cached is looked at again
        return [Answers({ask.key: met[ask.key] for ask in asked.asks}, own) for asked in waiting]

    async def _call(self, asks: Sequence[Ask]) -> Answers:
        """One round trip; more only after an erasure."""
        buried: dict[bytes, bytes] = {}
        for _ in range(ATTEMPTS):
            persons, others = propose(self._ciphers, asks, buried)
            now, sent_at = self._clock.now(), time.monotonic()
            columns = arguments(self._ciphers, self._prints, now, persons, others)
            try:
                rows = await self._pool.fetch(REFER, *columns)
            except asyncpg.PostgresError as failed:
                if failed.sqlstate == BURIED:
                    buried = await self._buried(persons + others)
                elif failed.sqlstate not in (MEANWHILE, DEADLOCK):
                    raise _named(failed) from failed
                else:
                    await _pause()
                continue
            answered = answers(self._ciphers, persons + others, rows, now.timestamp())
            self._keep(answered, sent_at)
            return answered
        raise VaultBusy("meeting")

    async def _buried(self, proposals: Sequence[Proposal]) -> dict[bytes, bytes]:
        hmacs = tombstones(self._ciphers, proposals)
        kept = await self._pool.fetch("SELECT reference FROM vault.buried($1)", hmacs)
        pairs = zip(proposals, kept, strict=True)
        return {proposal.ask.key: row[0] for proposal, row in pairs if row[0] is not None}

    def _keep(self, answered: Answers, sent_at: float) -> None:
        if not self._cache.see(answered.generation):
            return
        self._heard_at = max(self._heard_at, sent_at)
        for key, met in answered.met.items():
            self._cache.put(key, met)

    async def _fetchval(self, query: str, *values: object) -> int:
        try:
            found = await self._pool.fetchval(query, *values)
        except asyncpg.PostgresError as failed:
            raise _named(failed) from failed
        return int(found)


def _join(met: dict[bytes, Met], more: Mapping[bytes, Met]) -> None:
    """An owner may go with two calls, but with one of them its key was asked for."""
    for key, one in more.items():
        if one.secret is not None or key not in met:
            met[key] = one


def _referred(value: Value, met: Met) -> Referred:
    if value.kind is not Kind.PERSON or met.secret is None:
        return Referred(met.reference, None)
    return Referred(met.reference, PersonKey(met.reference, met.secret))


def _named(failed: asyncpg.PostgresError) -> Exception:
    if failed.sqlstate == OTHER_KEYS:
        return VaultKeysRefused("the key file is not the one that this vault was filled with")
    return failed


def _bytes(references: Iterable[str]) -> list[bytes]:
    return [bytes.fromhex(reference) for reference in references]


async def _pause() -> None:
    await asyncio.sleep(random.uniform(0, PAUSE_SECONDS))  # noqa: S311


async def _keep(_: asyncpg.Connection) -> None:
    """No session state is used, so a connection goes back without a round trip."""
