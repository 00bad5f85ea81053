"""What a replay found, as files that are the same to the byte whenever it is run again."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from shared.events.findings import FindingOpened

_LISTS = ("clause", "claims", "payouts", "persons", "not_evaluable")
_TEXTS = (
    "finding_id",
    "rule",
    "tier",
    "subject",
    "window_key",
    "rule_sha256",
    "evidence_sha256",
    "plan",
    "explanation_zh",
    "explanation_en",
)
_NUMBERS = ("rule_version", "amount_fen")
_EVIDENCE = pa.list_(
    pa.struct(
        [
            ("topic", pa.string()),
            ("partition", pa.int64()),
            ("seq", pa.int64()),
            ("event_id", pa.string()),
            ("stream", pa.string()),
        ]
    )
)
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        *((name, pa.int64()) for name in _NUMBERS),
        *((name, pa.list_(pa.string())) for name in _LISTS),
        ("evidence", _EVIDENCE),
    ]
)


class RuleRun(msgspec.Struct, frozen=True, kw_only=True):
    """One rule in one replay; a missing feed or an unjudged row keeps it from being clean."""

    rule: str
    version: str
    sha256: str
    parameters: dict[str, int]
    findings: int
    amount_fen: int
    missing_feeds: tuple[str, ...]
    unjudged: dict[str, int]
    outside: dict[str, int]
    """lines from before the ledger, by what they can never be judged for"""
    waiting: int
    """cases whose term still runs at the end of this prefix"""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A replay as a function of log prefix, rules and parameters: no clock, no machine in it."""

    until: dict[str, int]
    """`topic/partition` → last seq"""
    rule_pack_sha256: str
    events: int
    parked: int
    rules: tuple[RuleRun, ...]
    findings: int
    amount_fen: int
    findings_sha256: str

    @property
    def complete(self) -> bool:
        whole = all(not run.missing_feeds and not run.unjudged for run in self.rules)
        return whole and not self.parked

    @property
    def verdict(self) -> str:
        """`clean` only when nothing was found and nothing was missing."""
        if not self.complete:
            said = f"{self.findings} findings, complete except {', '.join(self._exceptions())}"
        elif self.findings or any(run.outside for run in self.rules):
            said = f"{self.findings} findings, complete"
        else:
            return "clean"
        return said + self._from_before()

    def _from_before(self) -> str:
        """What old books do not tell: no fault of this replay, and yet not clean."""
        said = [
            f"{run.rule} not evaluable ({what}) for {number}"
            for run in self.rules
            for what, number in run.outside.items()
        ]
        return f"; old books: {', '.join(said)}" if said else ""

    def _exceptions(self) -> list[str]:
        said = [f"{self.parked} parked"] if self.parked else []
        for run in self.rules:
            said += [f"{run.rule} not evaluable ({feed})" for feed in run.missing_feeds]
            said += [f"{run.rule} {n} rows without {what}" for what, n in run.unjudged.items()]
        return said


@dataclass(frozen=True, slots=True)
class Diff:
    """What another prefix, rule or parameter changes; sums in fen."""

    new: tuple[FindingOpened, ...]
    gone: tuple[FindingOpened, ...]
    changed: tuple[tuple[FindingOpened, FindingOpened], ...]

    @property
    def new_fen(self) -> int:
        return sum(one.amount_fen or 0 for one in self.new)

    @property
    def gone_fen(self) -> int:
        return sum(one.amount_fen or 0 for one in self.gone)

    @property
    def changed_fen(self) -> int:
        return sum((b.amount_fen or 0) - (a.amount_fen or 0) for a, b in self.changed)


def diff(a: Sequence[FindingOpened], b: Sequence[FindingOpened]) -> Diff:
    """From `a` to `b`, by finding id; changed when evidence or amount is another."""
    before, after = _by_id(a), _by_id(b)
    both = sorted(before.keys() & after.keys())
    return Diff(
        new=tuple(after[one] for one in sorted(after.keys() - before.keys())),
        gone=tuple(before[one] for one in sorted(before.keys() - after.keys())),
        changed=tuple(
            (before[one], after[one]) for one in both if _weight(before[one]) != _weight(after[one])
        ),
    )


def _by_id(findings: Sequence[FindingOpened]) -> Mapping[str, FindingOpened]:
    return {one.finding_id: one for one in findings}


def _weight(finding: FindingOpened) -> tuple[str, int | None]:
    return finding.evidence_sha256, finding.amount_fen


def write_findings(findings: Sequence[FindingOpened], out: Path) -> str:
    """findings.parquet and findings.csv, by finding id. Returns the SHA-256 of the CSV."""
    ordered = sorted(findings, key=lambda one: one.finding_id)
    rows = [msgspec.to_builtins(_full(one)) for one in ordered]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), out / "findings.parquet")
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(SCHEMA.names)
    writer.writerows([_cell(row[name]) for name in SCHEMA.names] for row in rows)
    encoded = text.getvalue().encode()
    (out / "findings.csv").write_bytes(encoded)
    return sha256(encoded).hexdigest()


def _full(finding: FindingOpened) -> dict[str, object]:
    # Fields equal to their default are written too: a column is never absent.
    return {name: getattr(finding, name) for name in SCHEMA.names}


def _cell(value: object) -> object:
    return msgspec.json.encode(value).decode() if isinstance(value, list) else value


def load_findings(out: Path) -> list[FindingOpened]:
    """The findings of an earlier replay, by finding id."""
    rows = pq.read_table(out / "findings.parquet", schema=SCHEMA).to_pylist()
    return [msgspec.convert(row, FindingOpened) for row in rows]
