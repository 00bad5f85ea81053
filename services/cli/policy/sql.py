"""`claims-ledger policy sql POLICY_ID`: the pack as one query for DuckDB over a table of cases."""

from typing import Annotated

import typer

from services.cli.exits import Exit, Stop
from shared.policy.checks.types import CLAIM_TYPES
from shared.policy.load import shipped
from shared.policy.sql.judge import case_columns, named_sql

PolicyId = Annotated[str, typer.Argument(metavar="POLICY_ID", help="e.g. HLD-2019-37")]
Schema = Annotated[
    bool, typer.Option("--schema", help="the table `cases` that the query reads, instead")
]


def sql(policy_id: PolicyId, schema: Schema = False) -> None:
    """Print a SELECT that judges every row of the table `cases` as `policy judge` does one."""
    pack = next((pack for pack in shipped() if pack.policy_id == policy_id), None)
    if pack is None:
        known = ", ".join(pack.policy_id for pack in shipped())
        raise Stop(
            Exit.USAGE,
            f"No pack is called {policy_id}; there are {known}.",
            f"没有名为 {policy_id} 的政策包；现有 {known}。",
        )
    if schema:
        columns = case_columns(pack, CLAIM_TYPES)
        rows = ",\n".join(f"  {name} {type_}" for name, type_ in columns.items())
        typer.echo(f"CREATE TABLE cases (\n{rows}\n);")
        return
    typer.echo(f"{named_sql(pack)};")
