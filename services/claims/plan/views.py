"""What readers ask of plans: the worklist, one plan's roster and claims, what it waits for."""

from collections.abc import Collection, Mapping, Sequence

import asyncpg
import msgspec

from services.claims.claim.planned import NO_PLAN, PlanOfClaim
from services.claims.document.papers import papers_shown
from services.claims.plan.decide import Plan, Stage
from services.claims.plan.earned import ClaimOfPlan, waiting_for
from services.claims.plan.tariff import Terms
from shared.http.access import Owned
from shared.store.store import Connection

MAX_PAGE = 200
_COLUMNS = (
    "stream_id, jurisdiction, stage, kind, occupation, level, starts_on, ends_on, institution,"
    " organisation, filed_by, persons, enrolled, budget_fen, base_fen, payee_kind, payee, fund,"
    " version, changed_at"
)
_SELECT = f"SELECT {_COLUMNS} FROM plans_in_hand "  # noqa: S608 - column names of ours
_OF_PLAN = """
       coalesce(t.change = 'enrolled', false) AS on_roster
  FROM plan_claims c LEFT JOIN plan_trainees t ON (t.plan, t.person) = (c.plan, c.person)
 WHERE c.plan = $1
"""
_CLAIM = "c.claim, c.person, c.state, c.payee_kind, c.payee, c.amount_fen, c.settled_by_plan,"
_CLAIMS = f"SELECT {_CLAIM} c.stage,{_OF_PLAN} AND c.claim > $2 ORDER BY c.claim LIMIT $3"
_ALL_CLAIMS = f"SELECT {_CLAIM} c.hands,{_OF_PLAN} ORDER BY c.claim"
_PLANS_OF = """
SELECT w.plan, w.person, p.stage, p.jurisdiction, p.kind, p.occupation, p.level, p.payee_kind, p.payee,
       EXISTS (SELECT FROM plan_trainees t WHERE (t.plan, t.person, t.change)
                                               = (p.stream_id, w.person, 'enrolled')) AS on_roster
  FROM unnest($1::text[], $2::text[]) AS w(plan, person)
  JOIN plans_in_hand p ON p.stream_id = w.plan
"""  # noqa: E501
_NEXT: Mapping[Stage, str] = {
    Stage.RETURNED: "correction",
    Stage.ACCEPTED: "approval",
    Stage.APPROVED: "completion",
}


async def worklist(
    pool: asyncpg.Pool, jurisdictions: Sequence[str], stage: str | None, after: str, limit: int
) -> list[asyncpg.Record]:
    """Plans of these jurisdictions after a plan id, in the order of ids; at most 200."""
    return await pool.fetch(
        _SELECT + "WHERE jurisdiction = ANY($1) AND ($2::text IS NULL OR stage = $2)"
        " AND stream_id > $3 ORDER BY stream_id LIMIT $4",
        list(jurisdictions), stage, after, min(limit, MAX_PAGE),
    )  # fmt: skip


async def own_plans(
    pool: asyncpg.Pool, organisation: str, stage: str | None, after: str, limit: int
) -> list[asyncpg.Record]:
    """Plans that this organisation filed or trains for; at most 200."""
    return await pool.fetch(
        _SELECT + "WHERE (organisation = $1 OR institution = $1)"
        " AND ($2::text IS NULL OR stage = $2) AND stream_id > $3 ORDER BY stream_id LIMIT $4",
        organisation, stage, after, min(limit, MAX_PAGE),
    )  # fmt: skip


async def trainees(
    pool: asyncpg.Pool, plan_id: str, after: str, limit: int
) -> list[asyncpg.Record]:
    """Who is or was on the roster, in the order of references; at most 200."""
    return await pool.fetch(
        "SELECT person, row_no AS row, change, enrolled_on, person_group AS group, employer,"
        " revision FROM plan_trainees WHERE plan = $1 AND person > $2 ORDER BY person LIMIT $3",
        plan_id, after, min(limit, MAX_PAGE),
    )  # fmt: skip


async def claims_page(
    pool: asyncpg.Pool, plan_id: str, after: str, limit: int
) -> list[asyncpg.Record]:
    """Claims that name the plan, in the order of ids; at most 200."""
    return await pool.fetch(_CLAIMS, plan_id, after, min(limit, MAX_PAGE))


async def claims_of(connection: "Connection | asyncpg.Pool", plan_id: str) -> list[ClaimOfPlan]:
    """Every claim that names the plan, as the read tables show it."""
    return [ClaimOfPlan(**dict(row)) for row in await connection.fetch(_ALL_CLAIMS, plan_id)]


async def claims_of_persons(
    pool: asyncpg.Pool, plan_id: str, persons: Sequence[str]
) -> tuple[str, ...]:
    """Claims of these persons that name the plan; at most 1,000."""
    rows = await pool.fetch(
        "SELECT claim FROM plan_claims WHERE plan = $1 AND person = ANY($2) ORDER BY claim"
        " LIMIT 1000",
        plan_id,
        list(persons),
    )
    return tuple(row["claim"] for row in rows)


async def plan_of(pool: asyncpg.Pool, plan_id: str, person: str) -> PlanOfClaim:
    """The plan that a claim for this person names, as the read tables show it."""
    return (await plans_of(pool, {(plan_id, person)})).get((plan_id, person), NO_PLAN)


async def plans_of(
    pool: asyncpg.Pool, asked: Collection[tuple[str, str]]
) -> dict[tuple[str, str], PlanOfClaim]:
    """The same by plan and person, in one round trip; a plan that is not there is left out."""
    if not asked:
        return {}
    plans, persons = (list(column) for column in zip(*asked, strict=True))
    found = {}
    for row in await pool.fetch(_PLANS_OF, plans, persons):
        said = dict(row)
        key = (said.pop("plan"), said.pop("person"))
        found[key] = PlanOfClaim(**said)
    return found


def owned(plan: Plan) -> Owned:
    """Whose the plan is: its place, who filed it, and who trains."""
    content = plan.content
    orgs = (content.organisation, content.institution) if content else ()
    return Owned(plan.jurisdiction, frozenset(plan.filed_by), frozenset(filter(None, orgs)))


def shown(
    stream_id: str, plan: Plan, claims: Sequence[ClaimOfPlan], terms: Terms | None
) -> dict[str, object]:
    """The plan for a reader; `terms` is what an approval would pin as things stand."""
    assert plan.content is not None
    said: dict[str, object | None] = {
        "plan": stream_id,
        "stage": plan.stage.value,
        "version": plan.version,
        "jurisdiction": plan.jurisdiction,
        "filed_by": list(plan.filed_by),
        "accepted_by": plan.accepted_by,
        "plan_version": plan.content_version,
        "roster_revision": plan.roster_revision,
        "enrolled": len(plan.roster),
        "content": msgspec.to_builtins(plan.content),
        "waits_for": waits_for(plan, claims),
        "documents": papers_shown(plan.papers),
        "terms": msgspec.to_builtins(terms) if terms else None,
        "approval": msgspec.to_builtins(plan.approval),
        "completion": msgspec.to_builtins(plan.completion),
        "decided": msgspec.to_builtins(plan.decided),
    }
    return {name: value for name, value in said.items() if value is not None}


def waits_for(plan: Plan, claims: Sequence[ClaimOfPlan]) -> list[dict[str, object]]:
    """What must still happen, as codes with a count where there is something to count."""
    if plan.stage is Stage.SUBMITTED:
        return [{"what": "acceptance" if plan.roster else "roster"}]
    if step := _NEXT.get(plan.stage):
        return [{"what": step}]
    if plan.stage not in (Stage.COMPLETED, Stage.DECIDED):
        return []
    return [{"what": what, "count": n} for what, n in waiting_for(plan, claims).items()]


def page(name: str, key: str, rows: Sequence[asyncpg.Record]) -> dict[str, object]:
    """One page; `next`, where there is one, is what to ask after for the following page."""
    found = [{k: v for k, v in row.items() if v is not None} for row in rows]
    if name == "plans":
        found = [{"plan" if k == "stream_id" else k: v for k, v in row.items()} for row in found]
    return {name: found, "next": found[-1][key]} if found else {name: found}
