"""`claims-ledger replay`: judge the whole log again, and compare with what streaming found."""

from pathlib import Path
from typing import Annotated

import typer

from services.audit.detectors.rules import load_rules
from services.audit.replaying import Compared, replay_and_compare
from services.cli.exits import Exit
from services.cli.installation import AtFolder, find
from services.cli.opening import from_settings, log_address, opened_log
from services.cli.output import JsonFlag, console, say_json, table
from services.cli.signals import run
from shared.money import yuan

OUT = Path("build/replay")


def replay(
    out: Annotated[
        Path | None, typer.Option(help="folder of archive and result; else beside the installation")
    ] = None,
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """Archive the log, judge all of it, and compare the findings with those of the stream.

    The result is byte-identical whenever it is run on the same log. Exit code 1: they differ, the
    stream is behind, or something could not be judged.
    """
    address = log_address(at)
    folder = out or _usual(at)
    found = run(_replay(address, folder))
    if as_json:
        say_json(document(found))
    else:
        _show(found, folder)
    if not found.equal or not found.report.complete:
        raise typer.Exit(Exit.DIFFERENT)


def _usual(at: Path | None) -> Path:
    """An archive belongs to one log: that of another installation would be a fork."""
    return OUT if from_settings(at) else Path(find(at).folder) / "replays"


async def _replay(address: str, out: Path) -> Compared:
    out.mkdir(parents=True, exist_ok=True)
    async with opened_log(address) as log:
        return await replay_and_compare(log, out / "archive", load_rules(), out / "findings")


def document(found: Compared) -> dict[str, object]:
    """What `--json` prints."""
    return {
        "verdict": found.report.verdict,
        "equal_to_stream": found.equal,
        "events": found.report.events,
        "findings": found.report.findings,
        "amount_fen": found.report.amount_fen,
        "findings_sha256": found.report.findings_sha256,
        "rules": list(found.report.rules),
        "differences": list(found.differences or ()),
        "behind": {f"{at.topic}/{at.partition}": n for at, n in sorted(found.behind.items())},
    }


def _show(found: Compared, out: Path) -> None:
    report = found.report
    rows = [(r.rule, r.version, r.findings, yuan(r.amount_fen)) for r in report.rules]
    screen = console()
    columns = ("rule", "version", "findings number", "stake ¥")
    screen.print(table("Full replay  全量重放", columns, rows))
    screen.print(f"{report.events} events, {report.verdict}; results in {out}", markup=False)
    screen.print(f"findings.csv SHA-256 {report.findings_sha256}", markup=False)
    if found.equal:
        screen.print("Equal to what the stream found. 与流式审计结果一致。")
    for one in found.differences or ():
        screen.print(f"{one.kind}: {one.rule} {one.finding}", markup=False)
    if found.differences is None or found.behind:
        screen.print("The stream has not judged all of it: is the audit service running?")
