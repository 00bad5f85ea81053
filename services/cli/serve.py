"""`claims-ledger serve`: one service with its settings, or a whole installation on this machine."""

import errno
import os
import socket
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli.exits import Exit, Stop
from services.cli.installation import SERVE, holding
from services.cli.local import SERVICES
from services.cli.output import JsonFlag, errors, say_json
from services.cli.signals import run, until_signal
from services.cli.up import up
from services.cli.welcome import welcome


class ServiceName(StrEnum):
    CLAIMS = SERVICES[0]
    PAYMENTS = SERVICES[1]
    AUDIT = SERVICES[2]


def serve(
    service: Annotated[
        ServiceName | None,
        typer.Argument(help="with LEDGER_… settings; none: all, on this machine"),
    ] = None,
    at: Annotated[Path, typer.Option(help="folder of the whole installation, kept")] = SERVE,
    as_json: JsonFlag = False,
) -> None:
    """Run one service until SIGTERM, or without a name an installation of its own until Ctrl-C."""
    if service is not None:
        _become(service)
    with holding(at):
        run(_serve(at, as_json=as_json))


def _become(service: ServiceName) -> None:
    """This process becomes the service: signals reach it, and nothing of ours stays in memory."""
    _port_is_free(os.environ.get("LEDGER_HOST", "127.0.0.1"), os.environ.get("LEDGER_PORT", "0"))
    os.execv(sys.executable, [sys.executable, "-m", f"services.{service.value}"])  # noqa: S606


def _port_is_free(host: str, port: str) -> None:
    """Raises Stop for a port that is taken; what is no port the settings refuse by themselves."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        return
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as taken:
            if taken.errno != errno.EADDRINUSE:
                return
            raise Stop(
                Exit.BUSY,
                f"Port {port} of {host} is taken: stop who listens there or set LEDGER_PORT.",
                f"{host} 的端口 {port} 已被占用：请停止占用它的程序，或修改 LEDGER_PORT。",
            ) from None


async def _serve(at: Path, *, as_json: bool) -> None:
    async with up(at, errors().print) as running:
        if as_json:
            say_json(running.installation)
        else:
            welcome(running.installation)
        await until_signal()
