"""What examples/planted.json says must become of the example files."""

from pathlib import Path
from typing import Any

import msgspec

from services.cli.exits import Exit, Stop


class PlantedRow(msgspec.Struct, frozen=True):
    row: int
    outcome: str
    code: str | None = None
    group: str | None = None
    with_rows: tuple[int, ...] = ()


class PlantedFinding(msgspec.Struct, frozen=True):
    """A finding that must come, and the rows of the same file that it is about."""

    rule: str
    rows: tuple[int, ...]


class RosterKey(msgspec.Struct, frozen=True):
    rows: int
    submitted: int
    outcomes: dict[str, int]
    planted: tuple[PlantedRow, ...]
    findings: tuple[PlantedFinding, ...]
    held_payouts: tuple[int, ...]
    """rows whose payout a finding holds"""


class HistoryKey(msgspec.Struct, frozen=True):
    rows: int
    records: dict[str, int]
    refused: int
    findings: tuple[PlantedFinding, ...]


class PlanKey(msgspec.Struct, frozen=True):
    """What a plan must come to, in fen; `received_fen` is what came in of its recovery."""

    passed: int
    base_fen: int
    advance_fen: int
    earned_fen: int
    settlement_fen: int
    recovery_fen: int
    received_fen: int


class FundKey(msgspec.Struct, frozen=True):
    """What the fund must hold, in fen; `payouts` are rows of the roster, one comes `returned`."""

    jurisdiction: str
    payouts: tuple[int, ...]
    returned: int
    payouts_fen: int
    allocated_fen: int
    available_fen: int
    payable_fen: int
    transit_fen: int
    spent_fen: int
    receivable_fen: int


class OutageKey(msgspec.Struct, frozen=True):
    """The register that goes down, and how many claims wait for it."""

    register: str
    waiting: int


class Key(msgspec.Struct, frozen=True):
    """The whole key; what it does not name is an approved claim or an imported line."""

    roster: RosterKey
    history: HistoryKey
    plans: tuple[PlanKey, ...]
    fund: FundKey
    outage: OutageKey

    @property
    def passed(self) -> int:
        """claims of all plans"""
        return sum(plan.passed for plan in self.plans)


class PlanFiles(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as its enterprise files it, and the account that its money goes to."""

    enterprise: str
    holder: str
    account: str
    handler: str
    roster: Path
    certificates: Path
    plan: dict[str, Any]


class Example(msgspec.Struct, frozen=True):
    """The files of one scenario; `registers` are the books of the simulated registers."""

    roster: Path
    history: Path
    registers: Path
    plans: tuple[PlanFiles, ...]
    key: Key


def example(folder: Path) -> Example:
    """Raises Stop when a file is missing or cannot be read."""
    files = [folder / name for name in ("roster.csv", "history.csv", "registers.json")]
    try:
        key = msgspec.json.decode((folder / "planted.json").read_bytes(), type=Key)
        plans = _plans(folder)
        for file in (*files, *(one.roster for one in plans), *(one.certificates for one in plans)):
            file.stat()
    except (OSError, msgspec.DecodeError) as wrong:
        raise Stop(
            Exit.USAGE,
            f"The example files cannot be read ({wrong}): run `python -m examples.make_examples`.",
            f"示例文件无法读取（{wrong}）：请执行 python -m examples.make_examples。",
        ) from wrong
    roster, history, registers = files
    return Example(roster, history, registers, plans, key)


def _plans(folder: Path) -> tuple[PlanFiles, ...]:
    """With the paths of their files."""

    def decode(kind: type, value: object) -> object:
        return folder / str(value) if kind is Path else value

    content = (folder / "plans.json").read_bytes()
    return msgspec.json.decode(content, type=tuple[PlanFiles, ...], dec_hook=decode)
