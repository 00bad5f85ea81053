"""A claim in each of its states, and each command as another person would give it."""

from datetime import UTC, datetime

from services.claims.claim import approval, decide, exceptions
from services.claims.claim.decide import Claim, Stage
from services.claims.document import decide as papers
from services.claims.handling import decide as handling
from tests.claims.claim.builders import (
    CHECKER,
    CLERK,
    INSPECTOR,
    LIMIT,
    PACK,
    PLACE,
    STREAM,
    TODAY,
    accepted,
    approve,
    approved,
    asked_exception,
    content,
    correction,
    held,
    imported,
    old_decision,
    proposed,
    refusing,
    rejected,
    returned,
    revoked,
    state,
    stopped,
    submitted,
    withdrawn,
)
from tests.claims.document.builders import attach, withdraw
from tests.states import Table

BEFORE = (submitted(), accepted())
STATES = {
    "new": Claim(),
    "submitted": state(submitted()),
    "returned": state(submitted(), returned()),
    "accepted": state(*BEFORE),
    "proposed to approve": state(*BEFORE, proposed()),
    "proposed to reject": state(*BEFORE, refusing()),
    "held": state(*BEFORE, held()),
    "held, exception asked for": state(*BEFORE, stopped(), asked_exception()),
    "approved": state(*BEFORE, proposed(), approved()),
    "rejected": state(*BEFORE, refusing(), rejected()),
    "withdrawn": state(submitted(), withdrawn()),
    "revoked": state(*BEFORE, proposed(), approved(), revoked()),
    "imported": state(imported()),
}
OTHER = "approver-2"
NOW = datetime(2020, 6, 2, 8, 0, tzinfo=UTC)

CLAIM_TABLE = Table(
    "claim",
    "What becomes of each command in each state: the event, or the refusal. Commands come from a"
    " person who has not acted on the claim; nobody else holds its slots; an approver says what the"
    " newest proposal says.",
    [stage.value for stage in Stage],
    STATES,
    {
        "submit": lambda claim: decide.submit_claim(claim, content(), PLACE),
        "correct": correction,
        "withdraw": lambda c: decide.withdraw_claim(c, decide.WithdrawClaim("second thoughts")),
        "accept": lambda c: decide.accept_claim(c, decide.AcceptClaim(CLERK, "OFFICE-1")),
        "return": lambda c: decide.return_claim(c, decide.ReturnClaim(CLERK, ("PAPER_MISSING",))),
        "propose": lambda c: approval.propose_claim(
            c, approval.ProposeClaim(STREAM, TODAY), PACK, {}
        ),
        "approve": lambda c: approve(c, actor=OTHER),
        "reject": lambda c: approval.reject_claim(c, approval.RejectClaim(OTHER, 3)),
        "ask for an exception": lambda c: exceptions.propose_exception(
            c, exceptions.ProposeException(CLERK, LIMIT, "a fourth course"), PACK
        ),
        "approve the exception": lambda c: exceptions.approve_exception(
            c, exceptions.ApproveException(OTHER, LIMIT, "agreed")
        ),
        "refuse the exception": lambda c: exceptions.refuse_exception(
            c, exceptions.RefuseException(OTHER, LIMIT, "not agreed")
        ),
        "hold": lambda c: decide.hold_claim(c, decide.HoldClaim(CLERK, ("PAPER_DOUBTED",))),
        "revoke": lambda c: approval.revoke_approval(
            c, approval.RevokeApproval(OTHER, ("PAPER_FORGED",))
        ),
        "assign": lambda c: handling.assign_claim(
            c, handling.AssignClaim("clerk-7", "OFFICE-1", "rota")
        ),
        "check identity": lambda c: handling.check_identity(
            c, handling.CheckIdentity(CHECKER, "in_person", "confirmed")
        ),
        "inspect": lambda c: handling.inspect_claim(
            c, handling.RecordInspection(INSPECTOR, NOW, NOW, (), "in_order"), STREAM
        ),
        "attach a document": lambda c: papers.attach_to_claim(c, attach(2), STREAM),
        "withdraw a document": lambda c: papers.withdraw_from_claim(c, withdraw(), STREAM),
        "import": lambda c: decide.import_claim(c, old_decision()),
    },
)
