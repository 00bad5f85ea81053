"""Write roster.csv, history.csv and planted.json beside this file, or compare them (--check)."""

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from examples import history_rows, roster_rows
from examples.history_rows import Entry
from examples.roster_rows import Line

SEED = 20190731
FOLDER = Path(__file__).parent
REFUSED = frozenset(
    {
        "ID_CHECK_DIGIT",
        "OCCUPATION_UNKNOWN",
        "LEVEL_MISSING",
        "ID_15_DIGITS",
        "FULL_WIDTH",
        "FORMULA",
    }
)
REJECTED = frozenset({"POLICY_NOT_IN_FORCE", "NO_AGREEMENT", "DUP_OCC_LEVEL", "LIMIT_YEAR"})
FINDINGS = ("A1", "C1", "D5", "F1")


def files() -> dict[str, bytes]:
    """The three files by name; the same bytes on every machine."""
    roster = roster_rows.roster(SEED)
    history = history_rows.history(SEED)
    key = {"seed": SEED, "roster": _roster_key(roster), "history": _history_key(history)}
    return {
        "roster.csv": _csv(roster_rows.HEADER, (line.cells() for line in roster)),
        "history.csv": _csv(history_rows.HEADER, (tuple(e.cells.values()) for e in history)),
        "planted.json": msgspec.json.format(msgspec.json.encode(key), indent=1) + b"\n",
    }


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def _roster_key(lines: Sequence[Line]) -> dict[str, Any]:
    """What must become of each planted row if claims are decided in the order of the file."""
    planted = [
        {
            "row": row,
            "outcome": _outcome(line.plant),
            "code": line.plant if line.plant.isupper() else None,
            "group": line.group or None,
            "with_rows": _others(lines, row, line),
        }
        for row, line in enumerate(lines, start=2)
        if line.plant
    ]
    # Both claims stand open, so the audit finds the pair too, and nothing may be paid on them.
    pair = [row for row, line in enumerate(lines, start=2) if line.plant == "CERT_TWO_PERSONS"]
    outcomes = Counter(_outcome(line.plant) for line in lines)
    codes = Counter(line.plant for line in lines if line.plant.isupper())
    return {
        "rows": len(lines),
        "submitted": len(lines) - outcomes["refused"] - outcomes["already"],
        "outcomes": dict(sorted(outcomes.items())),
        "codes": dict(sorted(codes.items())),
        "planted": planted,
        "findings": [{"rule": "C1", "rows": pair}],
        "held_payouts": pair,
    }


def _outcome(plant: str) -> str:
    if plant in REFUSED:
        return "refused"
    if plant in REJECTED:
        return "rejected"
    return {"already": "already", "CERT_TWO_PERSONS": "held"}.get(plant, "approved")


def _others(lines: Sequence[Line], row: int, line: Line) -> list[int]:
    return [
        number
        for number, other in enumerate(lines, start=2)
        if line.group and other.group == line.group and number != row
    ]


def _history_key(entries: Sequence[Entry]) -> dict[str, Any]:
    """Which rows each finding must name, and which rows only look like one."""
    groups: dict[str, list[int]] = {}
    for row, entry in enumerate(entries, start=2):
        if entry.plant:
            groups.setdefault(entry.group, []).append(row)
    records = Counter(entry.cells["record"] for entry in entries)
    return {
        "rows": len(entries),
        "records": dict(sorted(records.items())),
        "refused": 0,
        "findings": [
            {"rule": rule, "rows": rows, "references": _references(entries, rows)}
            for rule in FINDINGS
            for rows in groups.values()
            if entries[rows[0] - 2].plant == rule
        ],
        "innocent": [
            {"story": story, "rows": rows}
            for story, rows in groups.items()
            if entries[rows[0] - 2].innocent
        ],
    }


def _references(entries: Sequence[Entry], rows: Sequence[int]) -> list[str]:
    return [entries[row - 2].cells["old_reference"] for row in rows]


def main(arguments: Sequence[str]) -> int:
    """0 when written or equal; 1 when --check finds a file that differs."""
    made = files()
    if "--check" not in arguments:
        for name, content in made.items():
            (FOLDER / name).write_bytes(content)
        return 0
    different = [name for name, content in made.items() if not _same(FOLDER / name, content)]
    for name in different:
        print(f"{name} is not what make_examples writes; run: python -m examples.make_examples")
    return 1 if different else 0


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
