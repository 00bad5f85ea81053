"""Write the example files and planted.json beside this file, or compare them (--check)."""

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from examples import apprentice_rows, history_rows, roster_rows
from examples.apprentice_rows import Class
from examples.history_rows import Entry
from examples.people import TARIFF_YUAN
from examples.register_books import books
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
PAID, RETURNED = 24, 2
"""payouts of the first batch, and which of them the bank sends back"""
ALLOCATED_FEN = 50_000_000
DOWN = "CERT_REG"


def files() -> dict[str, bytes]:
    """All files by name; the same bytes on every machine."""
    roster = roster_rows.roster(SEED)
    history = history_rows.history(SEED)
    classes = apprentice_rows.classes(SEED)
    key = {
        "seed": SEED,
        "roster": _roster_key(roster),
        "history": _history_key(history),
        "plans": [each.planted() for each in classes],
        "fund": _fund_key(roster, classes),
        "outage": {"register": DOWN, "waiting": sum(each.passed for each in classes)},
    }
    made = {
        "roster.csv": _csv(roster_rows.HEADER, (line.cells() for line in roster)),
        "history.csv": _csv(history_rows.HEADER, (tuple(e.cells.values()) for e in history)),
        "registers.json": books([line for line in roster if line.plant not in REFUSED], classes),
        "plans.json": _json([each.filed() for each in classes]),
        "planted.json": _json(key),
    }
    for each in classes:
        made[f"apprentices-{each.number}.csv"] = _csv(apprentice_rows.ROSTER_HEADER, each.roster())
        made[f"certificates-{each.number}.csv"] = _csv(
            apprentice_rows.CERTIFICATE_HEADER, each.certificates()
        )
    return made


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


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


def _fund_key(lines: Sequence[Line], classes: Sequence[Class]) -> dict[str, Any]:
    """Which payouts leave, which one comes back first, and what the fund holds at the end."""
    rows = [
        row
        for row, line in enumerate(lines, start=2)
        if line.jurisdiction == apprentice_rows.JURISDICTION
        and _outcome(line.plant) == "approved"
        and not line.payee
    ][:PAID]
    payouts = sum(TARIFF_YUAN[lines[row - 2].level] * 100 for row in rows)
    plans = [each.planted() for each in classes]
    due = [p["recovery_fen"] - p["received_fen"] for p in plans]
    out = sum(p["advance_fen"] + p["settlement_fen"] - p["received_fen"] for p in plans)
    return {
        "jurisdiction": apprentice_rows.JURISDICTION,
        "payouts": rows,
        "returned": rows[RETURNED],
        "payouts_fen": payouts,
        "allocated_fen": ALLOCATED_FEN,
        "available_fen": ALLOCATED_FEN - payouts - out,
        "payable_fen": 0,
        "transit_fen": 0,
        "spent_fen": payouts + out - sum(due),
        "receivable_fen": sum(due),
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
