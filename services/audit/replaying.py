"""The whole history judged again, and held against what the stream has said of the same events."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.audit.archive.columns import connection, files_sql
from services.audit.archive.files import Cover, covers, reading
from services.audit.archiving import archived_when_free
from services.audit.detectors.rules import Rule
from services.audit.finding.decide import Finding, Stage, evolve, judge_finding, stream_of
from services.audit.replay.full import replay
from services.audit.replay.judge import Parameters
from services.audit.replay.report import Report, load_findings
from services.audit.replay.typed import Vector, vector_of
from services.audit.watermark import STREAM, others_of
from services.audit.watermark import vector_of as judged_of
from shared.events.base import FINDING_EVENTS
from shared.events.envelope import Event, decode
from shared.events.findings import FindingKeys, FindingOpened
from shared.events.partition import partition_of
from shared.log.port import Log, TopicPartition

WAIT_SECONDS = 60.0
"""how long the stream may take to judge what the log held when the replay was asked for"""
_PAUSE_SECONDS = 0.25
_ROWS_AT_ONCE = 1_000

Kind = Literal["missing", "gone", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding on which replay and stream disagree.

    `missing`: the replay finds it and the stream does not hold it. `gone`: the stream holds it and
    the replay does not find it. `changed`: on other evidence or another amount.
    """

    kind: Kind
    rule: str
    finding: str
    finding_id: str
    subject: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A replay beside the stream at one prefix of the log."""

    report: Report
    until: Vector
    findings: Sequence[FindingOpened]
    differences: Sequence[Difference] | None
    """None: the stream has judged nothing yet, so there was nothing to compare"""
    behind: Mapping[TopicPartition, int]
    """events that the stream had not judged in time; they are in neither of the two"""

    @property
    def equal(self) -> bool:
        """True when both were compared over all that the log held, and say the same."""
        return self.differences == () and not self.behind


async def replay_and_compare(
    log_: Log,
    archive: Path,
    rules: Sequence[Rule],
    out: Path,
    parameters: Parameters | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> Compared:
    """Catch up the archive, wait for the stream's watermark, replay up to it, compare.

    The watermark names the findings that belong to it too, so a busy system is compared exactly.
    A stream that has judged nothing is not waited for longer than that either; then all of the
    archive is replayed. Raises ForkFound, ArchiveBusy, ArchiveDamaged, LogUnavailable.
    """
    await archived_when_free(log_, archive)
    wanted = others_of(vector_of(archive))
    partitions = await log_.partitions(FINDING_EVENTS)
    judged = await _watermark(log_, archive, partitions, wanted, wait_seconds)
    until = judged or vector_of(archive)
    report = await asyncio.to_thread(
        replay, archive, rules, parameters or {}, _present(until, archive), out
    )
    findings = await asyncio.to_thread(load_findings, out)
    differences = None
    if judged:
        stream = await asyncio.to_thread(stream_findings, archive, judged)
        streamed = {rule.id for rule in rules if rule.streams}
        differences = differences_of([f for f in findings if f.rule in streamed], stream)
    return Compared(report, until, findings, differences, _behind(wanted, judged))


async def _watermark(
    log_: Log, archive: Path, partitions: int, wanted: Vector, wait_seconds: float
) -> Vector:
    """The newest watermark whose findings are all archived; waits until it covers `wanted`."""
    deadline = time.monotonic() + wait_seconds
    usable: Vector = {}
    while True:
        judged = await asyncio.to_thread(newest_judged, archive, partitions)
        if judged and not _behind(judged, vector_of(archive)):
            usable = judged
        if not _behind(wanted, usable) or time.monotonic() > deadline:
            return usable
        await asyncio.sleep(_PAUSE_SECONDS)
        await archived_when_free(log_, archive)


def _present(until: Vector, archive: Path) -> Vector:
    """A partition that the watermark does not name is known to be empty then."""
    return {at: until.get(at, 0) for at in vector_of(archive)}


def _behind(wanted: Vector, reached: Vector) -> dict[TopicPartition, int]:
    missing = {at: seq - reached.get(at, 0) for at, seq in sorted(wanted.items())}
    return {at: number for at, number in missing.items() if number > 0}


def newest_judged(archive: Path, partitions: int) -> Vector:
    """What the newest Judged event in the archive says; empty without one."""
    at = TopicPartition(FINDING_EVENTS, partition_of(STREAM, partitions))
    with reading(archive):
        for file in reversed(covers(archive).get(at, Cover((), ())).files):
            select = f"WHERE subject = '{STREAM}' ORDER BY seq DESC LIMIT 1"
            for event in _events([file.path], select):
                return judged_of(event)
    return {}


def stream_findings(archive: Path, until: Vector) -> dict[str, Finding]:
    """Each finding by its stream, as the events of the archive up to `until` leave it."""
    found: dict[str, Finding] = {}
    with reading(archive):
        for at, known in covers(archive).items():
            last = until.get(at, 0)
            if at.topic != FINDING_EVENTS or not last or not known.files:
                continue
            # One partition holds whole streams, in their order.
            paths = [file.path for file in known.files if file.first <= last]
            for event in _events(paths, f"WHERE subject <> '{STREAM}' AND seq <= {last}"):
                if isinstance(event.facts, FindingKeys):
                    before = found.get(event.subject, Finding())
                    found[event.subject] = evolve(before, event)
    return found


def _events(paths: Sequence[Path], select: str) -> Iterator[Event]:
    with connection(memory="512MB") as database:
        result = database.execute(f"SELECT body FROM {files_sql(paths)} {select}")  # noqa: S608
        while rows := result.fetchmany(_ROWS_AT_ONCE):
            for (body,) in rows:
                yield decode(body)


def differences_of(
    findings: Sequence[FindingOpened], stream: Mapping[str, Finding]
) -> tuple[Difference, ...]:
    """Where judging a finding again would say something new: the very rule that the stream uses.

    So what two persons confirmed or dismissed on the same evidence is no difference.
    """
    replayed = {stream_of(one.finding_id): one for one in findings}
    differences = []
    for finding in sorted(replayed.keys() | stream.keys()):
        state, found = stream.get(finding, Finding()), replayed.get(finding)
        if judge_finding(state, found).events:
            differences.append(_difference(finding, state, found))
    return tuple(differences)


def _difference(finding: str, state: Finding, found: FindingOpened | None) -> Difference:
    said = found or state.opened
    assert said is not None  # a stream's finding was opened, any other one was found
    held = state.stage not in (Stage.NEW, Stage.LAPSED)
    kind: Kind = "gone" if found is None else "changed" if held else "missing"
    return Difference(kind, said.rule, finding, said.finding_id, said.subject)
