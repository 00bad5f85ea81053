"""A policy in each of its states, and each command as a lawful person would give it."""

from collections.abc import Callable
from datetime import date, timedelta

from services.claims.policy import decide
from services.claims.policy.decide import POLICY, Known, Policy, Stage
from shared.events.policies import PolicyCompared
from shared.store.commands import Decision
from tests.claims.policy.versions import TODAY, pack_of
from tests.folding import Happened, events
from tests.states import Table

Step = Callable[[Policy], Decision]
STREAM = "policy-HLD-2019-37"
PACK, FILE, CARRIED = pack_of(2)
RELEASED = Known(1, "1" * 64, date.min)
SUMMARY = "5" * 64


def proposed(
    actor: str = "officer-1",
    version: int = 2,
    effective_from: date = TODAY + timedelta(days=30),
    *,
    retroactive: bool = False,
    reason: str = "",
    taken_by: str | None = None,
    released: Known | None = RELEASED,
) -> decide.ProposeVersion:
    pack, file, carried = (PACK, FILE, CARRIED) if version == 2 else pack_of(version)
    return decide.ProposeVersion(
        actor, pack, file, carried, effective_from, TODAY, retroactive, reason, released, taken_by
    )


def compared(version: int = 2, summary: str = SUMMARY) -> PolicyCompared:
    return PolicyCompared(
        policy_id=PACK.policy_id, version=version, content_sha256=PACK.content_sha256,
        run="comparison-1", judged=3, reached=3, gain=1, lose=1, stay=1, differ=2,
        old_fen=550_000, new_fen=560_000, lines_sha256="4" * 64, summary_sha256=summary,
    )  # fmt: skip


def published(
    actor: str = "officer-2", version: int = 2, content: str = "", summary: str = SUMMARY,
    today: date = TODAY,
) -> decide.PublishVersion:  # fmt: skip
    return decide.PublishVersion(
        actor, version, content or PACK.content_sha256, summary, PACK, today
    )


def propose(policy: Policy) -> Decision:
    return decide.propose_version(policy, proposed(version=_next(policy)))


def _next(policy: Policy) -> int:
    return 3 if policy.published else 2


def compare(policy: Policy) -> Decision:
    return decide.record_comparison(policy, compared())


def publish(policy: Policy) -> Decision:
    return decide.publish_version(policy, published())


def withdraw(policy: Policy) -> Decision:
    return decide.withdraw_proposal(policy, decide.EndProposal("officer-1", 2, "typing error"))


def refuse(policy: Policy) -> Decision:
    return decide.refuse_proposal(policy, decide.EndProposal("officer-2", 2, "too dear"))


def after(*steps: Step) -> Policy:
    """The policy after these commands of officer-1; four eyes are in the commands."""
    given: list[Happened] = []
    for step in steps:
        given += [Happened(facts, "officer-1") for facts in step(_folded(given)).events]
    return _folded(given)


def _folded(given: list[Happened]) -> Policy:
    policy = Policy()
    for event in events(given, STREAM, "211400"):
        policy = POLICY.evolve(policy, event)
    return policy


POLICY_TABLE = Table(
    "policy",
    "What becomes of each command in each state: the event, or the refusal. officer-1 proposes the"
    " next version and takes it back; officer-2 publishes and refuses.",
    [stage.value for stage in Stage],
    {
        "new": Policy(),
        "proposed": after(propose),
        "compared": after(propose, compare),
        "idle": after(propose, compare, publish),
    },
    {
        "propose": propose,
        "compare": compare,
        "publish": publish,
        "withdraw": withdraw,
        "refuse": refuse,
    },
)
