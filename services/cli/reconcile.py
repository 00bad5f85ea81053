"""`claims-ledger reconcile`: PostgreSQL and the log side by side, byte for byte."""

from pathlib import Path

from services.cli.exits import Exit, Stop
from services.cli.installation import AtFolder
from services.cli.opening import opened_log, opened_store, settings_of
from services.cli.output import JsonFlag, console, say_json, table
from services.cli.signals import run
from shared.reconcile import Reconciled
from shared.reconcile import reconcile as compare


def reconcile(at: AtFolder = None, as_json: JsonFlag = False) -> None:
    """Compare every event of each service's database with the log, and say the first difference.

    Of all services of an installation here, or of the one that LEDGER_… names. Exit code 3: they
    differ (events that are not sent yet differ too: run it when nothing is being written).
    """
    results = run(_reconcile(at))
    if as_json:
        say_json(_document(results))
    else:
        _show(results)
    if not all(result.equal for result in results.values()):
        raise Stop(
            Exit.DISAGREE,
            "Log and database differ: stop writing and follow docs/operations.md, recovery.",
            "日志与数据库不一致：请停止写入，并按 docs/operations.md 处理。",
        )


async def _reconcile(at: Path | None) -> dict[str, Reconciled]:
    results = {}
    for name, settings in settings_of(at).items():
        async with opened_log(settings.log) as log, opened_store(settings) as store:
            results[name] = await compare(store, log)
    return results


def _document(results: dict[str, Reconciled]) -> object:
    return {
        "equal": all(result.equal for result in results.values()),
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
