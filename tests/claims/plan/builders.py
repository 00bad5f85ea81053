"""Builders of plans: what is said, what happened, what is asked; a test names what it is about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from services.claims.plan import approval, decide
from services.claims.plan.attendance import SESSION, RecordSession, Session
from services.claims.plan.decide import PLAN, Plan
from services.claims.plan.earned import ClaimOfPlan, decide_plan, settle_plan
from services.claims.plan.roster import ListRoster, Part, list_roster
from shared.events.attendance import Presence
from shared.events.base import Facts
from shared.events.plans import PlanContent, PlanSubmitted, RosterEntry
from shared.policy.load import huludao
from shared.store.commands import Decision, Holders
from tests.folding import Happened, state_after

PACK = huludao()
STREAM, PLACE = "plan-1", "211402"
ENTERPRISE, INSTITUTION = "ENT-1", "INST-1"
FILER, CLERK, APPROVER, OTHER = "planner-1", "clerk-1", "approver-1", "somebody-else"
BASE_FEN = 2 * 500_000
FIRST, SECOND, STRANGER = "01" * 16, "02" * 16, "99" * 16
STARTS = datetime(2020, 3, 2, 1, 0, tzinfo=UTC)
ENDS = datetime(2020, 3, 2, 4, 0, tzinfo=UTC)

GOOD = PlanSubmitted(
    plan=STREAM,
    institution=INSTITUTION,
    organisation=ENTERPRISE,
    kind="HLD.K.apprentice",
    occupation="6-31-01-03",
    level="L4",
    class_type="apprentice",
    mode="work",
    starts_on=date(2020, 3, 1),
    ends_on=date(2021, 2, 28),
    planned_days=200,
    planned_minutes=96_000,
    persons=2,
    budget_fen=BASE_FEN,
    agreement="AG-1",
)


def content(**said: Any) -> PlanSubmitted:
    return msgspec.structs.replace(GOOD, **said)


def entry(person: str, row: int = 1, **said: Any) -> RosterEntry:
    facts = RosterEntry(
        row=row, person=person, change="enrolled", enrolled_on=date(2020, 3, 1),
        group="HLD.G.apprentice", name="c2VhbGVk",
    )  # fmt: skip
    return msgspec.structs.replace(facts, **said)


ROSTER = (entry(FIRST, 1), entry(SECOND, 2))


def listing(*entries: RosterEntry) -> ListRoster:
    """One part; its event id is made up."""
    return ListRoster((Part("0192aaaa-0000-7000-a000-00000000abcd", entries),))


def submitted(actor: str = FILER, **said: Any) -> Happened:
    return Happened(content(**said), actor)


def after(given: Sequence[Happened], decision: Decision, actor: str) -> list[Happened]:
    return [*given, *(Happened(facts, actor) for facts in decision.events)]


def listed(given: Sequence[Happened], *entries: RosterEntry) -> list[Happened]:
    return after(given, list_roster(state(*given), listing(*(entries or ROSTER))), FILER)


def accepted(given: Sequence[Happened]) -> list[Happened]:
    command = decide.AcceptPlan(CLERK, "OFFICE-1")
    return after(given, decide.accept_plan(state(*given), command), CLERK)


def approved(given: Sequence[Happened] | None = None, **said: Any) -> list[Happened]:
    given = accepted(listed([submitted()])) if given is None else given
    return after(given, approve(state(*given), **said), APPROVER)


def completed(given: Sequence[Happened] | None = None, passed: int = 2) -> list[Happened]:
    given = approved() if given is None else given
    return after(given, complete(state(*given), passed), FILER)


def decided(given: Sequence[Happened] | None, *claims: ClaimOfPlan) -> list[Happened]:
    given = completed() if given is None else given
    return after(given, settle_plan(state(*given), claims), "system")


def approve(plan: Plan, **said: Any) -> Decision:
    """Yes to what stands, unless told."""
    command = approval.ApprovePlan(
        **{
            "actor": APPROVER,
            "plan_version": plan.content_version,
            "roster_revision": plan.roster_revision,
            "base_fen": BASE_FEN,
            **said,
        }
    )
    return approval.approve_plan(plan, command, PACK)


def complete(plan: Plan, passed: int = 2, **said: Any) -> Decision:
    command = decide.CompletePlan(
        **{"ended_on": date(2021, 2, 28), "finished": passed, "passed": passed, **said}
    )
    return decide.complete_plan(plan, command)


def change(plan: Plan, holders: Holders | None = None, **said: Any) -> Decision:
    facts = content(**said)
    fields = {name: getattr(facts, name) for name in PlanContent.__struct_fields__}
    command = decide.ChangePlan(PlanContent(**fields), "fewer places")
    return decide.change_plan(plan, command, holders or {})


def cancel(plan: Plan) -> Decision:
    return decide.cancel_plan(plan, decide.CancelPlan("no room", "filer"))


def state(*given: Happened) -> Plan:
    return state_after(PLAN, given, STREAM)


def only(decision: Decision) -> Facts:
    [facts] = decision.events
    return facts


def claim(number: int, person: str = FIRST, state: Any = "approved", **said: Any) -> ClaimOfPlan:
    """A claim of the plan's own payee, 5,000.00 when approved."""
    amount_fen = 500_000 if state == "approved" else 0
    made = ClaimOfPlan(
        claim=f"claim-{number}",
        person=person,
        state=state,
        payee_kind="enterprise",
        payee=ENTERPRISE,
        amount_fen=amount_fen,
        settled_by_plan=state == "approved",
    )
    return replace(made, **said)


def settle(given: Sequence[Happened], *claims: ClaimOfPlan) -> list[Facts]:
    """What the system says when it looks at the plan with these claims."""
    return list(settle_plan(state(*given), claims).events)


def clerk_decides(given: Sequence[Happened], *claims: ClaimOfPlan) -> Decision:
    return decide_plan(state(*given), claims)


def session(**said: Any) -> RecordSession:
    facts = {
        "session": "S-1", "started_at": STARTS, "ended_at": ENDS, "mode": "work",
        "presences": (present(FIRST), present(SECOND)), **said,
    }  # fmt: skip
    return RecordSession(**facts)


def present(person: str, **said: Any) -> Presence:
    facts = Presence(person=person, status="present", credited_minutes=180)
    return msgspec.structs.replace(facts, **said)


def session_state(*given: Happened) -> Session:
    return state_after(SESSION, given, "session-1")
