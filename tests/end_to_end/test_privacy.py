"""Planted personal values pass through the whole installation and stand nowhere in the clear."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from services.cli.local import Local
from shared.clock import RealClock
from shared.events.claims import ClaimContent, ClaimImported
from shared.events.envelope import Event, decode
from shared.http.identity import Role
from shared.log.chain import GENESIS, link
from shared.vault import keys as vault_keys
from shared.vault.client import Vault
from shared.vault.sealing import open_sealed
from tests.end_to_end.planted import (
    ROSTER_HEADER,
    Planted,
    archived,
    dump,
    files_below,
    found_in,
)
from tests.faults.people import CONFIRMED, claim, visit
from tests.installation import Answer, Person
from tests.kafka_broker import Broker

PARTITIONS = 2
SECONDS = 60.0
FILED, LISTED, OLD = Planted(1, "璟"), Planted(2, "璋"), Planted(3, "琰")
PERSONS = [FILED, LISTED, OLD]
ERASED, STAYS = FILED, LISTED


@dataclass
class Place:
    """The installation, its broker, and every answer that was given."""

    local: Local
    kafka: Broker
    urls: dict[str, str]
    session: aiohttp.ClientSession
    since: float
    """what was not written after this time holds nothing planted"""
    answers: list[Answer] = field(default_factory=list)

    async def ask(
        self,
        service: str,
        role: Role,
        path: str,
        key: str,
        body: Any,
        at: str = "211400",
        number: int = 1,
    ) -> Answer:
        token = self.local.token(f"{role}-{number}", role, "INST-1", at)
        person = Person(self.urls[service], self.session, token)
        if isinstance(body, bytes):
            answer = await person.upload(path, body, key=key)
        else:
            answer = await person.post(path, body, key=key)
        self.answers.append(answer)
        return answer

    async def events(self, name: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.local.dsns[name].owner_dsn)
        try:
            return await connection.fetch(
                "SELECT topic, partition_no, seq, event_id, body FROM events"
                " ORDER BY topic, partition_no, seq"
            )
        finally:
            await connection.close()

    async def everywhere(self) -> AsyncIterator[tuple[str, bytes]]:
        """All that is kept: answers, tables, PostgreSQL's files, segments, Parquet, log files."""
        yield (
            "answers",
            b"\n".join(f"{answer.body} {dict(answer.headers)}".encode() for answer in self.answers),
        )
        async for name, content in dump(self.local.dsns):
            yield name, content
        connection = await asyncpg.connect(self.local.dsns["claims"].admin_dsn)
        await connection.execute("CHECKPOINT")
        await connection.close()
        cluster = Path(self.local.server.data_dir) / "cluster"
        for folder in (cluster, self.local.folder / "archive", self.kafka.folder):
            for file, content in files_below(folder, self.since):
                yield str(file), content
        for file in self.local.folder.glob("*.log"):
            yield str(file), file.read_bytes()
        yield "archive", archived(self.local.folder / "archive")


@pytest.fixture(scope="module")
async def place(scratch: Path) -> AsyncIterator[Place]:
    async with Broker(scratch / "privacy-kafka") as kafka:
        local = Local(scratch / "privacy", f"kafka://{kafka.bootstrap}", PARTITIONS)
        await local.start()
        services = await asyncio.gather(
            *(local.serve(name) for name in ("claims", "payments", "audit"))
        )
        try:
            async with aiohttp.ClientSession() as session:
                urls = {service.name: service.url for service in services}
                yield Place(local, kafka, urls, session, time.time() - 1)
        finally:
            for service in services:
                await service.kill()
            await local.stop()


def filed(person: Planted) -> dict[str, Any]:
    body = claim(0, person.certificate)
    return {
        **body,
        "person": {
            "id_number": person.number, "name": person.name, "phone": person.phone,
            "account": person.account,
        },
    }  # fmt: skip


def history() -> bytes:
    """The example's first claim and its payment, told of a planted person."""
    lines = Path("examples/history.csv").read_text(encoding="utf-8").splitlines()
    payment = next(line for line in lines if line.startswith("payout"))
    rows = OLD.old_rows(lines[1], payment, lines[1].split(",")[4])
    return "\n".join([lines[0], *rows, ""]).encode()


async def _good(place: Place) -> None:
    """One claim to its approval, one roster, one history: all of it is taken."""
    answer = await place.ask("claims", Role.INSTITUTION, "/claims", "p-1", filed(FILED))
    path = f"/claims/{answer.body['claim']}"
    await place.ask("claims", Role.CLERK, f"{path}/accept", "p-2", {"office": "OFFICE-1"})
    proposed = await place.ask("claims", Role.CLERK, f"{path}/propose", "p-3", {})
    shown = {"proposal_version": 3, "amount_fen": 200_000}
    shown["shown_sha256"] = proposed.body["shown_sha256"]
    look = visit(answer.body["claim"])
    await place.ask("claims", Role.CLERK, f"{path}/identity-check", "p-7", CONFIRMED, number=2)
    await place.ask("claims", Role.INSPECTOR, "/inspections", "p-8", look)
    await place.ask("claims", Role.APPROVER, f"{path}/approve", "p-4", shown)
    table = "\n".join([ROSTER_HEADER, LISTED.row(), ""]).encode()
    await place.ask("claims", Role.INSTITUTION, "/rosters", "p-5", table)
    for service in ("claims", "payments"):
        await place.ask(service, Role.OPERATOR, "/imports", "p-6", history())

    assert [answer.status for answer in place.answers] == [201, *[200] * 8]
    assert [a.body["counts"].get("refused", 0) for a in place.answers[6:]] == [0, 0, 0]


async def _bad(place: Place) -> None:
    """The same values where they do not belong: every answer is a refusal."""
    before, body = len(place.answers), filed(FILED)
    for n, wrong in enumerate(
        (
            {**body, "person": {**body["person"], "id_number": FILED.number[:-1] + "0"}},
            {**body, "person": {**body["person"], "account": f"{FILED.account} x"}},
            {**body, "level": FILED.name, "group": FILED.number, FILED.phone: 1, FILED.name: 1},
            {**body, "plan": FILED.number, "kind": FILED.certificate},
        )
    ):
        await place.ask("claims", Role.INSTITUTION, "/claims", f"bad-{n}", wrong)
    row = LISTED.row().replace("四级", LISTED.name)
    for n, table in enumerate((f"{ROSTER_HEADER},{LISTED.number}\n", f"{LISTED.name},{row}\n")):
        await place.ask("claims", Role.INSTITUTION, "/rosters", f"bad-t{n}", table.encode())
    assert all(answer.status >= 400 for answer in place.answers[before:])
    bad_row = "\n".join([ROSTER_HEADER, row, ""]).encode()
    await place.ask("claims", Role.INSTITUTION, "/rosters", "bad-row", bad_row)
    assert place.answers[-1].body["counts"] == {"refused": 1}


async def _settled(place: Place) -> None:
    """Return when the archive has every event of claims and payments."""
    async with asyncio.timeout(SECONDS):
        while True:
            bodies = [
                row["body"] for name in ("claims", "payments") for row in await place.events(name)
            ]
            kept = archived(place.local.folder / "archive")
            if len(bodies) >= 8 and all(body in kept for body in bodies):
                return
            await asyncio.sleep(0.2)


async def _found(place: Place) -> list[str]:
    return [
        f"{where}: {what}"
        async for where, content in place.everywhere()
        for what in await asyncio.to_thread(found_in, content)
    ]


async def test_nothing_that_was_planted_stands_anywhere_in_the_clear(place: Place) -> None:
    await _good(place)
    await _bad(place)
    await _settled(place)

    assert await _found(place) == []


async def test_the_search_would_find_what_stands_there(place: Place) -> None:
    """A claim's id stands in tables, files, segments, archive and answers: the search sees it."""
    row = (await place.events("claims"))[0]
    wanted = decode(row["body"]).id.encode()
    found = {where async for where, content in place.everywhere() if wanted in content}

    assert any(str(place.kafka.folder) in where for where in found)
    assert any("/cluster/" in where for where in found)
    assert "archive" in found
    for person, value in ((p, v) for p in PERSONS for v in p.values):
        for spelling in ("utf-8", "utf-16-le"):
            planted = value.encode(spelling)
            assert found_in(b"xx" + planted.hex().encode()), person.number
            for shift in range(3):
                assert found_in(base64.b64encode(b"x" * shift + planted + b"yyy"))


async def _opened(place: Place, event: Event) -> str | None:
    """The sealed name of an event, or None when its key is gone."""
    facts = event.facts
    assert isinstance(facts, ClaimContent | ClaimImported)
    keys = vault_keys.load(place.local.keys_file)
    dsn = place.local.dsns["vault"].service_dsn("claims_service")
    vault = await Vault.connect(dsn, keys, RealClock())
    try:
        [key] = await vault.open_keys([facts.person], purpose="check", actor="tester")
        return open_sealed(key, event.id, "name", facts.sealed["name"]) if key else None
    finally:
        await vault.close()


async def _sealed_events(place: Place) -> list[Event]:
    events = [decode(row["body"]) for row in await place.events("claims")]
    return [e for e in events if isinstance(e.facts, ClaimContent | ClaimImported)]


async def test_an_erased_person_is_readable_nowhere_and_everything_else_still_holds(
    place: Place,
) -> None:
    before = {name: await place.events(name) for name in ("claims", "payments")}
    names = [await _opened(place, event) for event in await _sealed_events(place)]
    said = {"id_number": ERASED.number, "ground": "PIPL-47", "keep_tombstone": False}
    answer = await place.ask("claims", Role.OPERATOR, "/persons/erase", "erase", said, at="210000")
    await _settled(place)
    after = {name: await place.events(name) for name in ("claims", "payments")}
    names_now = [await _opened(place, event) for event in await _sealed_events(place)]

    assert answer.status == 200, answer.body
    assert names.count(ERASED.name) == 1
    assert names_now == [None if name == ERASED.name else name for name in names]
    assert STAYS.name in names_now
    assert OLD.name in names_now
    assert len(after["claims"]) == len(before["claims"]) + 1
    assert set(before["claims"]) <= set(after["claims"])
    assert after["payments"] == before["payments"]
    assert await _chains_hold(place)
    assert await _found(place) == []
    assert await _number_of_persons(place) == len(PERSONS) - 1


async def _number_of_persons(place: Place) -> int:
    connection = await asyncpg.connect(place.local.dsns["vault"].owner_dsn)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM vault.persons"))
    finally:
        await connection.close()


async def _chains_hold(place: Place) -> bool:
    """Each saved batch has the chain that follows from the events, from the first one on."""
    for name in ("claims", "payments"):
        chains: dict[tuple[str, int, int], bytes] = {}
        last: dict[tuple[str, int], bytes] = {}
        for row in await place.events(name):
            at = (row["topic"], row["partition_no"])
            event_id = row["event_id"].bytes
            last[at] = link(last.get(at, GENESIS), row["seq"], event_id, row["body"])
            chains[(*at, row["seq"])] = last[at]
        connection = await asyncpg.connect(place.local.dsns[name].owner_dsn)
        saved = await connection.fetch(
            "SELECT topic, partition_no, last_seq, chain FROM relay_batches"
        )
        await connection.close()
        if not saved or any(chains[(r[0], r[1], r[2])] != r["chain"] for r in saved):
            return False
    return True
