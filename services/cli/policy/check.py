"""`claims-ledger policy check PACK`: each mistake of a pack with its place, code and reason."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from services.cli.exits import Exit
from services.cli.output import JsonFlag, console, say_json
from services.cli.policy.files import pack_in
from shared.policy.document import PackRefused

PackFile = Annotated[Path, typer.Argument(metavar="PACK", help="file of the pack (YAML)")]


def check(pack: PackFile, as_json: JsonFlag = False) -> None:
    """Read a pack and say all that is wrong with it. Exit code 1: it cannot judge."""
    try:
        sound = pack_in(pack)
    except PackRefused as refused:
        complain(pack, refused, as_json)
        raise typer.Exit(Exit.DIFFERENT) from None
    rules = sum(len(kind.gates) + len(kind.payees) + 1 for kind in sound.content.kinds)
    said = {
        "policy_id": sound.policy_id,
        "version": sound.version,
        "content_sha256": sound.content_sha256,
        "rules": rules,
        "kinds": len(sound.kinds),
    }
    if as_json:
        say_json({**said, "errors": []})
        return
    counted = f"{rules} rules, {len(sound.kinds)} kinds, sound"
    console().print(f"{sound.policy_id} version {sound.version}: {counted}", markup=False)


def complain(pack: Path, refused: PackRefused, as_json: bool) -> None:
    """Each mistake on a line of its own: file:line:column, code, what is wrong."""
    if as_json:
        say_json({"errors": [msgspec.to_builtins(error) for error in refused.errors]})
        return
    for error in refused.errors:
        place = f"{pack}:{error.line}:{error.column}"
        console().print(f"{place}: {error.code}: {error.what}", markup=False, soft_wrap=True)
