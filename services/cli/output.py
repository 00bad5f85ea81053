"""What commands print: tables for people, one JSON document for programs, never both."""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

JsonFlag = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]
WIDTH = 150
"""columns where the output is no terminal"""


def console() -> Console:
    """Standard output; as wide as the terminal, or WIDTH in a file or pipe."""
    return Console(width=_width(sys.stdout.isatty()), highlight=False)


def errors() -> Console:
    """Standard error: progress and what went wrong."""
    return Console(stderr=True, width=_width(sys.stderr.isatty()), highlight=False)


def _width(terminal: bool) -> int | None:
    """None: rich asks the terminal, or COLUMNS."""
    return None if terminal or "COLUMNS" in os.environ else WIDTH


def say_json(document: object) -> None:
    """One document, keys as they stand, two spaces deep."""
    print(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Cells as text; a column whose name ends in `¥`, `number` or `seq` is right-aligned."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="")
    for column in columns:
        numeric = column.endswith(("¥", "number", "seq"))
        made.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        made.add_row(*("" if cell is None else str(cell).replace("[", r"\[") for cell in row))
    return made
