"""An instant on the command line: RFC 3339 with its zone, so that two machines mean the same."""

from datetime import UTC, datetime
from typing import Annotated

import typer


def parse_instant(text: str) -> datetime:
    """Aware UTC. Raises BadParameter for anything else, a time without zone among it."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("a time like 2020-07-01T00:00:00+08:00") from None
    if time.tzinfo is None:
        raise typer.BadParameter("the time needs its zone: Z or +08:00")
    return time.astimezone(UTC)


AsOf = Annotated[
    datetime | None,
    typer.Option(
        parser=parse_instant,
        metavar="TIME",
        help="as audit had sealed it by then, e.g. 2020-07-01T00:00:00+08:00",
    ),
]
