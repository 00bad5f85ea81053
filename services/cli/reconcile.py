"""`claims-ledger reconcile`: database and log byte for byte, journal and events fen for fen."""

from dataclasses import asdict
from pathlib import Path

from services.cli.exits import Exit, Stop
from services.cli.installation import AtFolder
from services.cli.opening import opened_log, opened_store, settings_of
from services.cli.output import JsonFlag, console, say_json, table
from services.cli.recover import BOOKS
from services.cli.signals import run
from shared.reconcile import Reconciled
from shared.reconcile import reconcile as compare
from shared.store.rebook import JournalCompared, compare_journal


def reconcile(at: AtFolder = None, as_json: JsonFlag = False) -> None:
    """Compare every event of each service's database with the log, and say the first difference;
    compare the journal of payments with what its events book.

    Of all services of an installation here, or of the one that LEDGER_… names. Exit code 3: they
    differ (events that are not sent yet differ too: run it when nothing is being written).
    """
    results, journals = run(_reconcile(at))
    if as_json:
        say_json(_document(results, journals))
    else:
        _show(results)
        _show_journals(journals)
    if not _equal(results, journals):
        raise Stop(
            Exit.DISAGREE,
            "Log, database or journal differ: stop writing; follow docs/operations.md, recovery.",
            "日志、数据库或账目不一致：请停止写入，并按 docs/operations.md 处理。",
        )


Results = tuple[dict[str, Reconciled], dict[str, JournalCompared]]


async def _reconcile(at: Path | None) -> Results:
    results: dict[str, Reconciled] = {}
    journals: dict[str, JournalCompared] = {}
    for name, settings in settings_of(at).items():
        async with opened_log(settings.log) as log, opened_store(settings) as store:
            results[name] = await compare(store, log)
            if name in BOOKS:
                journals[name] = await compare_journal(store, BOOKS[name])
    return results, journals


def _equal(results: dict[str, Reconciled], journals: dict[str, JournalCompared]) -> bool:
    return all(r.equal for r in results.values()) and all(j.equal for j in journals.values())


def _document(results: dict[str, Reconciled], journals: dict[str, JournalCompared]) -> object:
    return {
        "equal": _equal(results, journals),
        "journals": {name: {"equal": j.equal, **asdict(j)} for name, j in journals.items()},
        "services": {
            name: {
                "equal": result.equal,
                "partitions": [
                    {"topic": at.topic, "partition": at.partition, "database": part.database,
                     "log": part.log, "copies": part.copies}
                    for at, part in sorted(result.partitions.items())
                ],
                "differences": list(result.differences),
            }
            for name, result in results.items()
        },
    }  # fmt: skip


def _show(results: dict[str, Reconciled]) -> None:
    rows = [
        (
            name,
            sum(part.database for part in result.partitions.values()),
            sum(part.log for part in result.partitions.values()),
            sum(part.copies for part in result.partitions.values()),
            "equal 一致" if result.equal else "different 不一致",
        )
        for name, result in results.items()
    ]
    out = console()
    out.print(
        table(
            "PostgreSQL and log, byte for byte  数据库与日志逐字节核对",
            ("service", "database number", "log number", "copies number", "result"),
            rows,
        )
    )
    for name, result in results.items():
        for one in result.differences:
            out.print(f"{name}: {one.topic}/{one.partition}/{one.seq}: {one.what}", markup=False)


def _show_journals(journals: dict[str, JournalCompared]) -> None:
    columns = (
        "service", "lines number", "missing number", "extra number", "accounts wrong number",
        "plans wrong number", "sum number", "result",
    )  # fmt: skip
    rows = [
        (
            name, j.lines, j.missing, j.extra, j.balances, j.rooms, j.sum_fen,
            "equal 一致" if j.equal else "different 不一致",
        )
        for name, j in journals.items()
    ]  # fmt: skip
    console().print(table("Journal and events, fen for fen  账目与事件逐分核对", columns, rows))
