"""A finding in each of its states, and each command as a second auditor would give it."""

from services.audit.finding.decide import (
    DecideOutcome,
    Finding,
    ProposeOutcome,
    Stage,
    decide_outcome,
    judge_finding,
    propose_outcome,
)
from tests.audit.service.findings import after, confirmed, dismissed, found, lapsed, proposed
from tests.states import NOTHING, Table

STATES = {
    "new": Finding(),
    "opened": after(found()),
    "proposed to confirm": after(found(), proposed("confirm")),
    "proposed to dismiss": after(found(), proposed("dismiss")),
    "confirmed": after(found(), proposed("confirm"), confirmed()),
    "dismissed": after(found(), proposed("dismiss"), dismissed()),
    "lapsed": after(found(), lapsed()),
}
OTHER = "auditor-2"

FINDING_TABLE = Table(
    "finding",
    "What becomes of each judgement of the rules, and of each command, in each state: the event,"
    f" the refusal, or nothing ({NOTHING}). Commands come from an auditor who has not proposed.",
    [stage.value for stage in Stage],
    STATES,
    {
        "the rule holds": lambda f: judge_finding(f, found()),
        "it holds on other evidence": lambda f: judge_finding(f, found(evidence=3)),
        "it holds no more": lambda f: judge_finding(f, None),
        "propose": lambda f: propose_outcome(f, ProposeOutcome(OTHER, "dismiss", "papers seen")),
        "confirm": lambda f: decide_outcome(f, DecideOutcome(OTHER, "confirm")),
        "dismiss": lambda f: decide_outcome(f, DecideOutcome(OTHER, "dismiss")),
    },
)
