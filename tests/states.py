"""One table state × command per aggregate: `python -m tests.states [folder]` writes docs/states."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.events.base import Facts
from shared.store.commands import Decision, Refusal

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "states"
NOTHING = "–"
"""the command changes nothing: it may come again"""


@dataclass(frozen=True, slots=True)
class Table:
    """An aggregate in each of its states, and one lawful example of each command.

    `states` leaves none out of `stages`. A command takes the state and gives a decision, or raises
    a Refusal.
    """

    name: str
    words: str
    stages: Sequence[str]
    states: Mapping[str, Any]
    commands: Mapping[str, Callable[[Any], Decision]]

    def cell(self, state: str, command: str) -> str:
        """What follows: the events, the refusal's code, or that nothing changes."""
        try:
            decision = self.commands[command](self.states[state])
        except Refusal as refused:
            return f"`{refused.code}`"
        return ", ".join(_name(facts) for facts in decision.events) or NOTHING

    def markdown(self) -> str:
        head = ["state", *self.commands]
        lines = [f"# {self.name.title()}: state × command", "", self.words, ""]
        lines += [_row(head), _row(["---"] * len(head))]
        lines += [
            _row([f"**{state}**", *(self.cell(state, command) for command in self.commands)])
            for state in self.states
        ]
        lines += ["", "Written by `make docs`; a test runs every cell.", ""]
        return "\n".join(lines)


def _name(facts: Facts) -> str:
    return type(facts).__name__


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def read_cells(markdown: str) -> dict[tuple[str, str], str]:
    """What a checked-in table says, by state and command."""
    rows = [line.strip("| ").split(" | ") for line in markdown.splitlines() if line.startswith("|")]
    head, _, *body = rows
    return {
        (row[0].strip("*"), command): cell
        for row in body
        for command, cell in zip(head[1:], row[1:], strict=True)
    }


def tables() -> Sequence[Table]:
    """Every aggregate of the ledger."""
    from tests.audit.finding.states import FINDING_TABLE
    from tests.claims.claim.states import CLAIM_TABLE
    from tests.claims.notice.states import NOTICE_TABLE
    from tests.claims.plan.states import PLAN_TABLE, SESSION_TABLE
    from tests.claims.policy.states import POLICY_TABLE
    from tests.claims.verification.states import VERIFICATION_TABLE
    from tests.payments.advance.states import ADVANCE_TABLE
    from tests.payments.bank.states import BATCH_TABLE
    from tests.payments.fund.states import FUND_TABLE
    from tests.payments.payout.states import PAYOUT_TABLE
    from tests.payments.recovery.states import RECOVERY_TABLE

    return (
        *(CLAIM_TABLE, NOTICE_TABLE, PLAN_TABLE, SESSION_TABLE, POLICY_TABLE, VERIFICATION_TABLE),
        *(FUND_TABLE, PAYOUT_TABLE, BATCH_TABLE, ADVANCE_TABLE, RECOVERY_TABLE, FINDING_TABLE),
    )


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables():
        (folder / f"{table.name}.md").write_text(table.markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()
