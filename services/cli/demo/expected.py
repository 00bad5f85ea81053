"""What examples/planted.json says must become of the two files."""

from pathlib import Path

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


class Key(msgspec.Struct, frozen=True):
    """The whole key; what it does not name is an approved claim or an imported line."""

    roster: RosterKey
    history: HistoryKey


class Example(msgspec.Struct, frozen=True):
    """The files of one scenario."""

    roster: Path
    history: Path
    key: Key


def example(folder: Path) -> Example:
    """Raises Stop when a file is missing or the key cannot be read."""
    roster, history = folder / "roster.csv", folder / "history.csv"
    try:
        key = msgspec.json.decode((folder / "planted.json").read_bytes(), type=Key)
        for file in (roster, history):
            file.stat()
    except (OSError, msgspec.DecodeError) as wrong:
        raise Stop(
            Exit.USAGE,
            f"The example files cannot be read ({wrong}): run `python -m examples.make_examples`.",
            f"示例文件无法读取（{wrong}）：请执行 python -m examples.make_examples。",
        ) from wrong
    return Example(roster, history, key)
