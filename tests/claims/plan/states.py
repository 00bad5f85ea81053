"""A plan and a session in each of their states, and each command as another person gives it."""

from services.claims.document import decide as papers
from services.claims.plan import approval, attendance, decide
from services.claims.plan.attendance import CorrectSession, Session, record_session
from services.claims.plan.attendance import Stage as SessionStage
from services.claims.plan.decide import Plan, Stage
from services.claims.plan.earned import decide_plan
from services.claims.plan.roster import list_roster
from tests.claims.document.builders import attach, withdraw
from tests.claims.plan.builders import (
    CLERK,
    FIRST,
    OTHER,
    PLACE,
    SECOND,
    STREAM,
    accepted,
    after,
    approve,
    approved,
    cancel,
    change,
    claim,
    complete,
    completed,
    content,
    decided,
    entry,
    listed,
    listing,
    present,
    session,
    session_state,
    state,
    submitted,
)
from tests.folding import Happened
from tests.states import Table

LISTED = listed([submitted()])
ACCEPTED = accepted(LISTED)
RETURN = decide.ReturnPlan(OTHER, ("PAPER_MISSING",))
REJECT = approval.RejectPlan(OTHER, ("NO_NEED",))
RETURNED = after(ACCEPTED, decide.return_plan(state(*ACCEPTED), RETURN), OTHER)
REJECTED = after(ACCEPTED, approval.reject_plan(state(*ACCEPTED), REJECT), OTHER)
CANCELLED = after(approved(), cancel(state(*approved())), CLERK)
CLAIMS = (claim(1), claim(2, SECOND))

PLAN_TABLE = Table(
    "plan",
    "What becomes of each command in each state: the event, or the refusal. Commands come from a"
    " person who has not acted on the plan; an approver says what is shown; two claims of the two"
    " trainees are approved; a list enrols the same two with another group.",
    [stage.value for stage in Stage],
    {
        "new": Plan(),
        "submitted": state(submitted()),
        "listed": state(*LISTED),
        "returned": state(*RETURNED),
        "accepted": state(*ACCEPTED),
        "approved": state(*approved()),
        "changed": state(*after(approved(), change(state(*approved()), level="L3"), "planner-1")),
        "rejected": state(*REJECTED),
        "cancelled": state(*CANCELLED),
        "completed": state(*completed()),
        "decided": state(*decided(None, *CLAIMS)),
    },
    {
        "submit": lambda plan: decide.submit_plan(plan, content(), PLACE),
        "change": lambda plan: change(plan, level="L3"),
        "list": lambda plan: list_roster(
            plan, listing(entry(FIRST, 1, group="OTHER"), entry(SECOND, 2, group="OTHER"))
        ),
        "accept": lambda plan: decide.accept_plan(plan, decide.AcceptPlan(OTHER, "OFFICE-1")),
        "return": lambda plan: decide.return_plan(plan, RETURN),
        "approve": lambda plan: approve(plan, actor=OTHER),
        "reject": lambda plan: approval.reject_plan(plan, REJECT),
        "cancel": cancel,
        "record attendance": lambda plan: record_session(Session(), plan, session()),
        "complete": complete,
        "attach a document": lambda plan: papers.attach_to_plan(plan, attach(2), STREAM),
        "withdraw a document": lambda plan: papers.withdraw_from_plan(plan, withdraw(), STREAM),
        "decide": lambda plan: decide_plan(plan, CLAIMS[:1]),
    },
)


def _recorded() -> list[Happened]:
    decision = record_session(Session(), state(*approved()), session())
    return [Happened(facts, "planner-1") for facts in decision.events]


SESSION_TABLE = Table(
    "session",
    "The list of one session of an approved plan. The same list again is known; a correction"
    " changes one presence.",
    [stage.value for stage in SessionStage],
    {"new": Session(), "recorded": session_state(*_recorded())},
    {
        "record": lambda s: record_session(s, state(*approved()), session()),
        "record another list": lambda s: record_session(
            s, state(*approved()), session(presences=(present(FIRST),))
        ),
        "correct": lambda s: attendance.correct_session(
            s,
            state(*approved()),
            CorrectSession(presences=(present(FIRST, credited_minutes=60),), reason="left early"),
        ),
    },
)
