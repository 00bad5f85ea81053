"""What readers ask of versions: the policies, a proposal's comparison, the claims that differ."""

from collections.abc import Collection, Sequence
from hashlib import sha256

import asyncpg
import msgspec

from services.claims.policy.comparing import Line
from services.claims.policy.decide import Policy, Stage
from shared.events.envelope import Event
from shared.events.policies import (
    KindCompared,
    PolicyCompared,
    PolicyProposalRefused,
    PolicyProposalWithdrawn,
    PolicyProposed,
)
from shared.events.references import PolicyPublished
from shared.policy.pack import Pack
from shared.policy.standing import EVER, Version
from shared.store.store import Connection

MAX_PAGE = 200
DIGESTED = 1_000
"""lines read at once for the digest"""
_STAGES: dict[type, Stage] = {
    PolicyProposed: Stage.PROPOSED,
    PolicyCompared: Stage.COMPARED,
    PolicyPublished: Stage.IDLE,
    PolicyProposalWithdrawn: Stage.IDLE,
    PolicyProposalRefused: Stage.IDLE,
}


class Run(msgspec.Struct, frozen=True):
    """How far one comparison is. `after`: the last claim that was judged."""

    run: str
    total: int
    after: str
    judged: int
    done: bool


_SEEN = """
INSERT INTO policies_seen (policy_id, jurisdiction, stage) VALUES ($1, $2, $3)
ON CONFLICT (policy_id) DO UPDATE SET stage = excluded.stage
"""
_BEGIN = """
INSERT INTO policy_comparisons (run, proposal, total, begun_at) VALUES ($1, $2, $3, $4)
"""
_NEWEST = """
SELECT run, total, after_claim AS after, judged, done FROM policy_comparisons
 WHERE proposal = $1 ORDER BY begun_at DESC, run DESC LIMIT 1
"""
_MOVE = """
UPDATE policy_comparisons SET after_claim = $3, judged = judged + $4, done = $5
 WHERE run = $1 AND after_claim = $2 AND NOT done RETURNING 1
"""
_KIND = """
INSERT INTO policy_comparison_kinds AS k
       (run, kind, judged, reached, gain, lose, stay, differ, old_fen, new_fen)
VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (run, kind) DO UPDATE SET judged = k.judged + 1, reached = k.reached + $3,
    gain = k.gain + $4, lose = k.lose + $5, stay = k.stay + $6, differ = k.differ + $7,
    old_fen = k.old_fen + $8, new_fen = k.new_fen + $9
"""
_LINE = """
INSERT INTO policy_comparison_lines (run, claim, kind, reached, old_decision, new_decision, old_fen,
                                     new_fen, old_reasons, new_reasons)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_LINES = """
SELECT claim, kind, reached, old_decision, new_decision, old_fen, new_fen, old_reasons, new_reasons
  FROM policy_comparison_lines WHERE run = $1 AND claim > $2 ORDER BY claim LIMIT $3
"""
_KINDS = """
SELECT kind, judged, gain, lose, stay, differ, old_fen, new_fen
  FROM policy_comparison_kinds WHERE run = $1 ORDER BY kind
"""
_REACHED = "SELECT coalesce(sum(reached), 0)::bigint FROM policy_comparison_kinds WHERE run = $1"
_SEEN_IN = """
SELECT policy_id, jurisdiction, stage FROM policies_seen WHERE jurisdiction = ANY($1)
 ORDER BY policy_id
"""


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """The stage of each policy that has events of its own."""
    for event in events:
        stage = _STAGES.get(type(event.facts))
        if stage is not None:
            policy_id = event.facts.policy_id  # type: ignore[attr-defined]
            await connection.execute(_SEEN, policy_id, event.jurisdiction, stage.value)


async def begin(connection: Connection, run: Run, proposal: str, begun_at: object) -> None:
    await connection.execute(_BEGIN, run.run, proposal, run.total, begun_at)


async def newest_run(pool: asyncpg.Pool, proposal: str) -> Run | None:
    """The run of this proposal that was begun last."""
    row = await pool.fetchrow(_NEWEST, proposal)
    return None if row is None else Run(*row)


async def add(connection: Connection, run: Run, lines: Sequence[Line], last: str | None) -> bool:
    """These claims were judged; `last` None: there are no more. False: somebody was first."""
    moved = await connection.fetch(
        _MOVE, run.run, run.after, last or run.after, len(lines), last is None
    )
    if not moved:
        return False
    await connection.executemany(_KIND, [(run.run, *_counted(line)) for line in lines])
    differing = [(run.run, *_row(line)) for line in lines if line.differs]
    await connection.executemany(_LINE, differing)
    return True


def _counted(line: Line) -> tuple[str | int, ...]:
    gain, lose = int(line.gained_fen > 0), int(line.gained_fen < 0)
    return (
        line.kind, int(line.reached), gain, lose, 1 - gain - lose, int(line.differs),
        line.old.amount_fen, line.new.amount_fen,
    )  # fmt: skip


def _row(line: Line) -> tuple[object, ...]:
    old, new = line.old, line.new
    return (
        line.claim, line.kind, line.reached, old.decision, new.decision, old.amount_fen,
        new.amount_fen, list(old.reasons), list(new.reasons),
    )  # fmt: skip


async def lines(pool: asyncpg.Pool, run: str, after: str, limit: int) -> list[dict[str, object]]:
    """The claims that differ, after this one, in the order of their ids."""
    rows = await pool.fetch(_LINES, run, after, limit)
    return [dict(row) for row in rows]


async def kinds(pool: asyncpg.Pool, run: str) -> tuple[tuple[KindCompared, ...], int]:
    """The counts by kind, and how many claims lie in the new version's days."""
    rows = await pool.fetch(_KINDS, run)
    return tuple(KindCompared(**row) for row in rows), int(await pool.fetchval(_REACHED, run))


async def lines_sha256(pool: asyncpg.Pool, run: str) -> str:
    """Over all lines in their order, each as JSON and framed by its length."""
    digest, after = sha256(), ""
    while found := await lines(pool, run, after, DIGESTED):
        for line in found:
            said = msgspec.json.encode(line, order="sorted")
            digest.update(f"{len(said)}:".encode() + said)
        after = str(found[-1]["claim"])
    return digest.hexdigest()


class InStage(msgspec.Struct, frozen=True):
    """How far a policy with events of its own is."""

    policy_id: str
    jurisdiction: str
    stage: str


async def stages(pool: asyncpg.Pool, jurisdictions: Sequence[str]) -> list[InStage]:
    """Policies of these cities with events of their own."""
    return [InStage(*row) for row in await pool.fetch(_SEEN_IN, list(jurisdictions))]


def listed(
    newest: Sequence[Pack], found: Sequence[InStage], seen: Collection[str]
) -> list[dict[str, object]]:
    """The newest version of each policy, and those of which only a proposal is there."""
    stage = {one.policy_id: one.stage for one in found}
    said: list[dict[str, object]] = [
        {
            "policy": pack.policy_id,
            "jurisdiction": pack.content.jurisdiction.code,
            "stage": stage.pop(pack.policy_id, Stage.IDLE.value),
            "version": pack.version,
            "content_sha256": pack.content_sha256,
        }
        for pack in newest
        if pack.content.jurisdiction.code in seen
    ]
    return said + [
        {"policy": one.policy_id, "jurisdiction": one.jurisdiction, "stage": one.stage}
        for one in found
        if one.policy_id in stage
    ]


def shown(policy_id: str, policy: Policy, versions: Sequence[Version]) -> dict[str, object]:
    """The versions with their days, half open, and what is proposed."""
    said: dict[str, object] = {
        "policy": policy_id,
        "stage": policy.stage.value,
        "versions": [_version(one, later) for one, later in _with_later(versions)],
    }
    if policy.proposal is not None:
        said["proposal"] = _proposal(policy)
    return said


def _with_later(versions: Sequence[Version]) -> list[tuple[Version, Version | None]]:
    """Each version with the one that ends its days: the earliest of those with higher numbers."""
    return [
        (one, min(versions[n + 1 :], key=lambda later: later.effective_from, default=None))
        for n, one in enumerate(versions)
    ]


def _version(one: Version, later: Version | None) -> dict[str, object]:
    said: dict[str, object] = {
        "version": one.number,
        "content_sha256": one.pack.content_sha256,
        "published": one.published,
    }
    if one.effective_from != EVER:
        said["effective_from"] = one.effective_from
    if later is not None:
        said["until_before"] = later.effective_from
    return said


def _proposal(policy: Policy) -> dict[str, object]:
    assert policy.proposal is not None
    facts, compared = policy.proposal.facts, policy.proposal.compared
    said: dict[str, object] = {
        "version": facts.version,
        "content_sha256": facts.content_sha256,
        "file_sha256": facts.file_sha256,
        "effective_from": facts.effective_from,
        "retroactive": facts.retroactive,
        "reason": facts.reason,
        "proposed_by": policy.proposal.proposed_by,
    }
    if compared is not None:
        said["comparison"] = summary(compared)
    return said


def summary(compared: PolicyCompared) -> dict[str, object]:
    """The comparison without what names the proposal."""
    said = dict(msgspec.to_builtins(compared))
    for name in ("policy_id", "version", "content_sha256"):
        said.pop(name)
    return {"kinds": [], **said}
