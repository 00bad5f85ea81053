"""`claims-ledger findings`: what the audit found, as an auditor sees it."""

from typing import Annotated

import msgspec
import typer

from services.cli.client import session
from services.cli.exits import Exit
from services.cli.installation import AtFolder
from services.cli.output import JsonFlag, console, say_json, table
from services.cli.people import AUDITOR
from services.cli.reach import Reach, TokenFile, reach
from services.cli.signals import run
from shared.money import yuan

PAGE, MAX_PAGES = 200, 500
Filter = Annotated[str | None, typer.Option(help="only these")]


class Finding(msgspec.Struct, frozen=True):
    """One line of the auditors' worklist."""

    finding: str
    rule: str
    tier: str
    stage: str
    jurisdiction: str
    explanation_zh: str
    explanation_en: str
    clauses: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    plan: str | None = None
    amount_fen: int | None = None
    opened_at: str | None = None


class _Page(msgspec.Struct, frozen=True):
    findings: list[Finding]
    next: str | None = None


def findings(
    rule: Filter = None,
    state: Filter = None,
    audit: Annotated[
        str | None, typer.Option(help="address of the service, instead of --at")
    ] = None,
    token_file: TokenFile = None,
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """List findings with clause and stake. Exit code 1 when there is one."""
    found = run(_findings(reach(at, {"audit": audit}, token_file), rule, state))
    if as_json:
        say_json({"findings": found})
    else:
        columns = ("finding", "rule", "state", "clause", "stake ¥", "说明", "explanation")
        rows = [
            (f.finding, f.rule, f.stage, "\n".join(f.clauses), yuan(f.amount_fen or 0),
             f.explanation_zh.partition("证据：")[0], f.explanation_en.partition(" Evidence:")[0])
            for f in found
        ]  # fmt: skip
        console().print(table("Findings  审计发现", columns, rows))
    if found:
        raise typer.Exit(Exit.DIFFERENT)


async def _findings(where: Reach, rule: str | None, state: str | None) -> list[Finding]:
    filters = "".join(f"&{k}={v}" for k, v in (("rule", rule), ("state", state)) if v)
    found: list[Finding] = []
    async with session() as http:
        auditor = where.client(http, "audit", AUDITOR)
        for _ in range(MAX_PAGES):
            after = f"&after={found[-1].finding}" if found else ""
            page = await auditor.get(f"/findings?limit={PAGE}{filters}{after}", _Page)
            found += page.findings
            if len(page.findings) < PAGE:
                break
    return found
