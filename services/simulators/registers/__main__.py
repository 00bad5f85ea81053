"""`python -m services.simulators.registers BOOKS`: made-up registers for demos and tests."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from aiohttp import web

from services.simulators.registers.books import Books, read_books
from services.simulators.registers.site import Simulator
from shared.registers.secrets import SecretsRefused, read_secrets

LOOPBACK = "127.0.0.1"


def main(
    books: Annotated[
        Path, typer.Argument(help="YAML or JSON: insured, certificates, agreements, noted")
    ],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")] = 0,
    secrets: Annotated[Path | None, typer.Option(help="one `REGISTER secret` a line")] = None,
) -> None:
    """Answer every register that the policies ask from a file of books, on this machine only.

    Standard output says the port. Exit code 2 for books or secrets that cannot be read.
    """
    try:
        shelf = read_books(books.read_bytes())
        known = read_secrets(secrets) if secrets else {}
    except (OSError, msgspec.DecodeError, SecretsRefused) as refused:
        typer.echo(f"{books}: {refused}", err=True)
        raise typer.Exit(2) from None
    asyncio.run(_serve(shelf, known, port))


async def _serve(books: Books, secrets: Mapping[str, str], port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(
        Simulator(books, secrets).app(), access_log=None, handle_signals=False, shutdown_timeout=1
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port)
        await site.start()
        typer.echo(f"port {site.port}")
        await stop.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    typer.run(main)
