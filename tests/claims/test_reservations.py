"""Who holds which slot follows from the events alone, after any history."""

import random
from typing import Any

from services.claims.slots import slots_of
from shared.http.identity import Role
from shared.store.rebuild import reservations_from_events, restore_reservations
from shared.store.unit import Holder, SlotKey
from tests.claims.filing import Office, claim, roster, roster_row
from tests.claims.test_imports import HISTORY
from tests.installation import Answer, Running

FIRST = 50_000
STEPS = 150
NAMES = ("correct", "withdraw", "accept", "propose", "approve", "revoke", "return", "hold")


async def _table(claims: Running) -> dict[SlotKey, Holder]:
    rows = await claims.service.pool.fetch("SELECT kind, key, stream_id, note FROM reservations")
    return {(row[0], row[1]): Holder(row[2], row[3]) for row in rows}


class History:
    """Random commands by random persons on a few claims of a few persons; most are refused."""

    def __init__(self, claims: Running, seed: int) -> None:
        self._chance = random.Random(seed)
        self._seed = seed
        self._office = Office(claims)
        self._claims: list[str] = []
        self.events: list[str] = []

    async def step(self, number: int) -> None:
        key = f"random-{self._seed}-{number}"
        if not self._claims or self._chance.random() < 0.25:
            answer = await self._office.filer.post("/claims", self._body(), key=key)
            self._claims.append(answer.body["claim"])
        else:
            answer = await self._command(self._chance.choice(NAMES), key)
        if answer.status < 300:
            self.events.append(answer.body.get("event", "already"))

    def _body(self) -> dict[str, Any]:
        person = FIRST + self._chance.randrange(4)
        certificate = f"RANDOM-{self._seed}-{self._chance.randrange(8)}"
        return claim(person, certificate, level=self._chance.randrange(5))

    async def _command(self, name: str, key: str) -> Answer:
        path = f"/claims/{self._chance.choice(self._claims)}"
        office, reasons = self._office, {"reasons": ["PAPER_DOUBTED"]}
        body: dict[str, Any] = {
            "correct": {**self._body(), "reason": "typo"}, "withdraw": {"reason": "enough"},
            "accept": {"office": "OFFICE-1"}, "propose": {},
        }.get(name, reasons)  # fmt: skip
        who = office.filer if name in ("correct", "withdraw") else office.clerk
        if name == "approve":
            await office.look_at(path.rpartition("/")[2], key)
            shown = (await office.clerk.get(path)).body.get("proposal", {})
            body = {n: shown.get(n) or 1 for n in ("proposal_version", "amount_fen")}
            body["shown_sha256"] = shown.get("shown_sha256") or "0" * 64
        if name in ("approve", "revoke"):
            who = office.approver
        return await who.post(f"{path}/{name}", body, key=key)


async def test_reservations_rebuilt_from_events_equal_the_table_after_a_random_history(
    claims: Running,
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    history = History(claims, seed)
    for number in range(STEPS):
        await history.step(number)
    filed = roster([roster_row(FIRST + 100 + n) for n in range(5)])
    await Office(claims).filer.upload("/rosters", filed, key=f"roster-{seed}")

    assert {"ClaimCorrected", "ClaimWithdrawn"} <= set(history.events)
    assert await reservations_from_events(claims.service.store, slots_of) == await _table(claims)


async def test_reservations_of_old_decisions_and_of_what_came_after_are_rebuilt(
    claims: Running,
) -> None:
    operator = claims.person("operator-1", Role.OPERATOR)
    await operator.upload("/imports", HISTORY.read_bytes(), key="history-1")
    office = Office(claims)
    first = await office.approved(claim(FIRST + 900, level=0), "rebuilt-1")
    await office.approved(claim(FIRST + 901), "rebuilt-2")
    await office.approver.post(
        f"/claims/{first}/revoke", {"reasons": ["PAPER_FORGED"]}, key="rebuilt-3"
    )

    assert await reservations_from_events(claims.service.store, slots_of) == await _table(claims)


async def test_lost_and_wrong_reservations_are_restored_from_the_events(claims: Running) -> None:
    office = Office(claims)
    await office.approved(claim(FIRST + 950), "restored-1")
    before, pool = await _table(claims), claims.service.pool
    await pool.execute("DELETE FROM reservations WHERE kind = 'person-year'")
    await pool.execute("INSERT INTO reservations VALUES ('certificate', 'nobody', 'claim-0', '')")
    restored = await restore_reservations(claims.service.store, slots_of)

    assert restored.written > 0
    assert restored.removed == 1
    assert await _table(claims) == before
