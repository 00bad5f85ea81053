"""`claims-ledger recover`: what the log has and a restored database lost, taken back."""

from dataclasses import dataclass
from pathlib import Path

from services.claims.slots import slots_of as slots_of_claims
from services.cli.exits import Exit, Stop
from services.cli.installation import AtFolder
from services.cli.opening import opened_log, opened_store, settings_of
from services.cli.output import JsonFlag, console, say_json, table
from services.cli.signals import run
from services.payments.slots import slots_of as slots_of_payments
from shared.books import book
from shared.recover import Recovered
from shared.recover import recover as take_back
from shared.store.journal import Books
from shared.store.rebook import restore_journal
from shared.store.rebuild import SlotsOf

SLOTS: dict[str, SlotsOf] = {
    "claims": slots_of_claims,
    "payments": slots_of_payments,
    "audit": lambda _: ((), ()),
}
BOOKS: dict[str, Books] = {"payments": book}


@dataclass(frozen=True, slots=True)
class Restored:
    """What one service's database got back; `lines` of its journal, where it has one."""

    taken: Recovered
    lines: int


def recover(at: AtFolder = None, as_json: JsonFlag = False) -> None:
    """Take events back from the log into the database of the service that LEDGER_… names.

    The service must be stopped. Runs again without harm. Exit code 3: they contradict each other;
    5: something still writes.
    """
    results = run(_recover(at))
    if as_json:
        say_json({name: _document(result) for name, result in results.items()})
        return
    rows = [
        (name, sum(r.taken.events.values()), r.taken.reservations.written,
         r.taken.reservations.removed, r.taken.reservations.held, r.lines)
        for name, r in results.items()
    ]  # fmt: skip
    columns = (
        "service", "events number", "slots mended number", "freed number", "held number",
        "journal lines number",
    )  # fmt: skip
    console().print(table("Taken back from the log  从日志取回", columns, rows))


async def _recover(at: Path | None) -> dict[str, Restored]:
    results = {}
    for name, settings in settings_of(at).items():
        if name not in SLOTS:
            raise Stop(
                Exit.USAGE,
                f"LEDGER_DATABASE_URL names {name}: it must name claims, payments or audit.",
                f"LEDGER_DATABASE_URL 指向 {name}：应为 claims、payments 或 audit。",
            )
        async with opened_log(settings.log) as log, opened_store(settings) as store:
            taken = await take_back(store, log, SLOTS[name])
            lines = await restore_journal(store, BOOKS[name]) if name in BOOKS else 0
            results[name] = Restored(taken, lines)
    return results


def _document(result: Restored) -> object:
    taken = result.taken
    return {
        "events": {f"{at.topic}/{at.partition}": n for at, n in sorted(taken.events.items())},
        "heads": {f"{at.topic}/{at.partition}": n for at, n in sorted(taken.heads.items())},
        "reservations": taken.reservations,
        "journal_lines": result.lines,
    }
