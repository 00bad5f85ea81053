"""`claims-ledger policy check PACK`: each mistake of a pack with its place, code and reason."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.cli.exits import Exit
from services.cli.output import JsonFlag, console, say_json
from services.cli.policy.files import text_in
from services.cli.policy.judge import Lang
from services.cli.policy.told import told_line
from shared.policy.document import PackError, PackRefused
from shared.policy.load import warned_pack
from shared.policy.pack import Pack

PackFile = Annotated[Path, typer.Argument(metavar="PACK", help="file of the pack (YAML)")]


def check(pack: PackFile, lang: Lang = "both", as_json: JsonFlag = False) -> None:
    """Read a pack and say all that is wrong with it. Exit code 1: it cannot judge.

    A warning is something that is seldom meant; the pack is sound all the same, exit code 0.
    """
    try:
        sound, warnings = warned_pack(text_in(pack), pack.name)
    except PackRefused as refused:
        complain(pack, refused, as_json, lang)
        raise typer.Exit(Exit.DIFFERENT) from None
    if as_json:
        say_json({**_summary(sound), "errors": [], "warnings": _listed(warnings)})
        return
    _say(pack, warnings, "warning ", lang)
    counted = _summary(sound)
    said = f"{counted['rules']} rules, {counted['kinds']} kinds, sound"
    console().print(f"{sound.policy_id} version {sound.version}: {said}", markup=False)


def complain(pack: Path, refused: PackRefused, as_json: bool, lang: Lang = "both") -> None:
    """Each mistake on a line of its own: file:line:column, code, what is wrong, path."""
    if as_json:
        say_json({"errors": _listed(refused.errors), "warnings": []})
        return
    _say(pack, refused.errors, "", lang)


def _summary(sound: Pack) -> dict[str, object]:
    return {
        "policy_id": sound.policy_id,
        "version": sound.version,
        "content_sha256": sound.content_sha256,
        "rules": sum(len(kind.gates) + len(kind.payees) + 1 for kind in sound.content.kinds),
        "kinds": len(sound.kinds),
    }


def _listed(errors: Sequence[PackError]) -> list[dict[str, object]]:
    return [
        {
            "line": one.line,
            "column": one.column,
            "path": one.path,
            "code": one.code,
            "zh": one.zh,
            "en": one.what,
        }
        for one in errors
    ]


def _say(pack: Path, errors: Sequence[PackError], kind: str, lang: str) -> None:
    for error in errors:
        line = told_line(pack, error, lang, kind=kind)
        console().print(line, markup=False, highlight=False, soft_wrap=True)
