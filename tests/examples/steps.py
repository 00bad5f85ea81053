"""Steps of a worked example over HTTP, each with what the policy document's reader expects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, Protocol

from tests.claims.filing import CONFIRMED, SHOWN, visit
from tests.examples.enterprise import Enterprise
from tests.faults.people import resident_number
from tests.installation import Answer, Person
from tests.payments.money import ACCOUNT
from tests.three import Finance, Three

_PERSONS = count(40_000)
_KEYS = count()
EMPLOYEE: Mapping[str, Any] = {
    "jurisdiction": "211402",
    "kind": "HLD.K.employee_skill",
    "group": "HLD.G.employee",
    "occupation": "6-11-01-03",
    "level": "L4",
    "certificate": {"type": "skill_level", "issued_on": "2020-05-10"},
    "training": {
        "starts_on": "2020-03-02", "ends_on": "2020-04-24", "institution": "52999999000000115P",
        "agreement": "HLD-AG-7", "paid_by": "individual",
    },
    "payee": {"kind": "individual"},
    "claimed_on": "2020-06-01",
}  # fmt: skip
APPRENTICE: Mapping[str, Any] = {
    **EMPLOYEE,
    "kind": "HLD.K.apprentice",
    "group": "HLD.G.apprentice",
    "certificate": {"type": "skill_level", "issued_on": "2020-10-12"},
    "training": {
        "starts_on": "2019-09-02", "ends_on": "2020-09-01", "institution": "52999999000000115P",
        "paid_by": "enterprise", "completed": True,
    },
    "payee": {"kind": "enterprise"},
    "claimed_on": "2020-11-02",
}  # fmt: skip
EVENTS = {"APPROVE": "ClaimApproved", "REJECT": "ClaimRejected", "HOLD": "ClaimHeld"}
PATHS = {"APPROVE": "approve", "REJECT": "reject", "HOLD": "hold"}


@dataclass
class World:
    """Who acts in an example, and what was filed in it so far, by name."""

    ledger: Three
    filer: Person
    employee: Person
    clerk: Person
    checker: Person
    inspector: Person
    approver: Person
    persons: dict[str, int] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    enterprise: Enterprise = field(init=False)
    """of the example's plan"""
    bureau: Finance | None = None
    """that pays the example's claims"""

    async def finance(self, fen: int) -> Finance:
        """The bureau, with a fund of its own that holds so much at first."""
        if self.bureau is None:
            self.bureau = await Finance.opened(self.ledger, f"EXAMPLE-{next(_KEYS)}", fen)
        return self.bureau

    def number(self, person: str) -> str:
        """The resident ID number of a made-up person, the same one inside an example."""
        return resident_number(self.persons.setdefault(person, next(_PERSONS)))

    def certificate(self, name: str) -> str:
        return f"HLD{self.persons.setdefault(f'certificate {name}', next(_PERSONS)):010d}"


class Step(Protocol):
    """One thing that somebody does, and what must come of it."""

    async def run(self, world: World) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A claim is filed, accepted, calculated, looked at and decided as the policy proposes."""

    name: str = "claim"
    person: str = "the person"
    certificate: str | None = "the certificate"
    by: Literal["filer", "employee"] = "filer"
    body: Mapping[str, Any] = field(default_factory=lambda: EMPLOYEE)
    said: Mapping[str, Any] = field(default_factory=dict)
    """what is said otherwise than in the body, by field; parts of it are joined"""
    expect: Literal["APPROVE", "REJECT", "HOLD"]
    yuan: int = 0
    payee: str | None = None
    reasons: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    """names of the earlier claims that stand in the way"""

    async def run(self, world: World) -> None:
        await self.judged(world, await self.filed(world))

    async def judged(self, world: World, claim_id: str) -> None:
        """Calculated and decided, as it is expected."""
        proposed = await _post(world.clerk, f"/claims/{claim_id}/propose", {})
        proposal = (await world.clerk.get(f"/claims/{claim_id}")).body["proposal"]
        decided = await self._decided(world, claim_id, proposal)
        shown = (await world.clerk.get(f"/claims/{claim_id}")).body

        assert (proposed["decision"], tuple(proposal.get("reasons", ()))) == (
            self.expect,
            self.reasons,
        )
        assert decided["event"] == EVENTS[self.expect]
        assert proposal["amount_fen"] == self.yuan * 100
        assert {*self.clauses} <= {one["clause"] for one in proposal.get("citations", ())}
        assert {*proposal.get("conflicts_with", ())} == {world.claims[name] for name in self.cites}
        if self.expect == "APPROVE":
            assert shown["approval"]["amount_fen"] == self.yuan * 100
            assert shown["approval"]["payee_kind"] == self.payee

    async def filed(self, world: World) -> str:
        """Filed and accepted: the claim's id."""
        filer = world.filer if self.by == "filer" else world.employee
        answer = await filer.post("/claims", self._body(world), key=_key())
        assert answer.status == 201, answer.body
        claim_id = str(answer.body["claim"])
        world.claims[self.name] = claim_id
        await _post(world.clerk, f"/claims/{claim_id}/accept", {"office": "OFFICE-1"})
        return claim_id

    def _body(self, world: World) -> dict[str, Any]:
        body = _joined(self.body, self.said)
        body["person"] = {
            "id_number": world.number(self.person), "name": "学员甲", "account": ACCOUNT,
        }  # fmt: skip
        if self.certificate is not None:
            body["certificate"]["number"] = world.certificate(self.certificate)
        else:
            body["plan"] = "plan-of-the-example"
            body["certificate"].pop("issued_on", None)
        return body

    async def _decided(
        self, world: World, claim_id: str, proposal: dict[str, Any]
    ) -> dict[str, Any]:
        shown = {name: proposal[name] for name in SHOWN}
        bodies: dict[str, dict[str, Any]] = {
            "APPROVE": shown,
            "REJECT": {"proposal_version": proposal["proposal_version"]},
            "HOLD": {},
        }
        if self.expect == "APPROVE":
            await _post(world.checker, f"/claims/{claim_id}/identity-check", CONFIRMED)
            await _post(world.inspector, "/inspections", visit(claim_id))
        decision = proposal["decision"]
        return await _post(
            world.approver, f"/claims/{claim_id}/{PATHS[decision]}", bodies[decision]
        )


@dataclass(frozen=True)
class Together:
    """All of the claims are filed before the first one is calculated."""

    claims: Sequence[Claimed]

    async def run(self, world: World) -> None:
        filed = [await one.filed(world) for one in self.claims]
        for one, claim_id in zip(self.claims, filed, strict=True):
            await one.judged(world, claim_id)


async def _post(person: Person, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    answer: Answer = await person.post(path, body, key=_key())
    assert answer.status in (200, 201), (path, answer.body)
    return dict(answer.body)


def _joined(body: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The body with other statements; None takes one away."""
    joined = {n: dict(v) if isinstance(v, Mapping) else v for n, v in body.items()}
    for name, value in said.items():
        joined[name] = _joined(joined[name], value) if isinstance(value, Mapping) else value
    return {name: value for name, value in joined.items() if value is not None}


def _key() -> str:
    return f"example-{next(_KEYS)}"
