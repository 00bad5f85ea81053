"""`claims-ledger policy`: packs checked, compared, and what they decided explained."""

import typer

from services.cli.policy.check import check
from services.cli.policy.coverage import coverage
from services.cli.policy.diff import diff
from services.cli.policy.explain import explain
from services.cli.policy.judge import judge
from services.cli.policy.publishing import compare, propose, publish
from services.cli.policy.sql import sql

app = typer.Typer(help="Policy packs. 政策包。", no_args_is_help=True)
for command in (check, judge, coverage, sql, diff, explain, propose, compare, publish):
    app.command()(command)
