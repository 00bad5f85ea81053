"""`claims-ledger token`: a token of the local issuer, for development only."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.installation import AtFolder, find
from services.cli.local import AUDIENCE, ISSUER
from services.cli.output import JsonFlag, say_json
from shared.http.identity import Role
from shared.http.issuer import LocalIssuer
from shared.settings import Environment

MAX_HOURS = 24


def token(
    role: Annotated[Role, typer.Argument(help="what the person may do")],
    sub: Annotated[str, typer.Option("--as", help="who acts; the actor of the events")] = "",
    org: Annotated[str, typer.Option(help="institution or office")] = "",
    jurisdiction: Annotated[str, typer.Option(help="GB/T 2260 code")] = "211400",
    hours: Annotated[int, typer.Option(min=1, max=MAX_HOURS)] = 8,
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """Print a token for one role at a local installation. Production has its own issuer."""
    folder = Path(find(at).folder) / "issuer"
    issuer = LocalIssuer(folder, ISSUER, AUDIENCE, Environment.DEVELOPMENT)
    who = sub or f"{role.value}-1"
    made = issuer.mint(who, [role], jurisdiction, org, seconds=hours * 3600)
    if as_json:
        say_json({"sub": who, "role": role.value, "token": made, "seconds": hours * 3600})
    else:
        print(made)
