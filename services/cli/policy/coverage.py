"""`claims-ledger policy coverage`: each rule of a document and the pack's entries for it."""

import typer

from services.cli.exits import Exit
from services.cli.output import console
from services.cli.policy.judge import PackFiles
from shared.policy.coverage import Covered, covered, plain_of
from shared.policy.load import PACKS, parse_pack


def coverage(pack: PackFiles = []) -> None:  # noqa: B006  typer copies it
    """Print every rule, its scope and its entries. Exit code 1: a rule in scope has none."""
    open_ = 0
    for file in pack or sorted(PACKS.glob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        rules = covered(parse_pack(text, file.name).content, plain_of(text, file.name))
        lacking = [one for one in rules if one.scope != "out" and not one.entries]
        for rule in rules:
            console().print(_line(rule), markup=False, highlight=False, soft_wrap=True)
        said = f"{file.name}: {len(rules)} rules, {len(lacking)} in scope without an entry"
        console().print(said, markup=False, highlight=False)
        open_ += len(lacking)
    if open_:
        raise typer.Exit(Exit.DIFFERENT)


def _line(rule: Covered) -> str:
    return f"{rule.rule}  {rule.scope}  {', '.join(rule.entries) or '-'}"
