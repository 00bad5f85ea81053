"""Where the services are and with which token: an installation on this machine, or named ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import aiohttp
import typer

from services.cli.client import Client
from services.cli.exits import Exit, Stop
from services.cli.installation import find
from services.cli.people import Person

TokenFile = Annotated[
    Path | None, typer.Option("--token-file", help="file with the token to use; never an argument")
]
MAX_TOKEN_BYTES = 8_192


@dataclass(frozen=True, slots=True)
class Reach:
    """`urls` by name of the service; `token` None: that of the usual person."""

    urls: dict[str, str]
    tokens: dict[str, str]
    token: str | None

    def client(self, session: aiohttp.ClientSession, service: str, who: Person) -> Client:
        """Raises Stop when no address or no token is known."""
        token = self.token or self.tokens.get(who.sub)
        if service not in self.urls or token is None:
            raise Stop(
                Exit.USAGE,
                f"No address or token for the {service} service: give --{service} and --token-file,"
                " or --at an installation that runs here.",
                f"缺少 {service} 服务的地址或令牌：请给出 --{service} 与 --token-file，"
                "或用 --at 指定本机系统。",
            )
        return Client(session, self.urls[service], token)


def reach(at: Path | None, named: dict[str, str | None], token_file: Path | None) -> Reach:
    """Addresses that were named come first. Raises Stop."""
    urls = {service: url.rstrip("/") for service, url in named.items() if url}
    token = _token(token_file) if token_file else None
    if urls:
        return Reach(urls, {}, token)
    installation = find(at)
    return Reach(installation.services, installation.tokens, token)


def _token(file: Path) -> str:
    try:
        with file.open(encoding="ascii") as content:
            return content.read(MAX_TOKEN_BYTES).strip()
    except (OSError, UnicodeDecodeError) as wrong:
        raise Stop(
            Exit.USAGE,
            f"The token cannot be read from {file}: {type(wrong).__name__}.",
            f"无法从 {file} 读取令牌：{type(wrong).__name__}。",
        ) from wrong
