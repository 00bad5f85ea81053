"""The public notice before the money: a clerk shows what was granted; it closes by itself."""

from collections.abc import Sequence

import msgspec

from services.cli.demo.desk import Desk
from services.cli.people import CLERKS

MOST = 1_000
"""claims of one notice"""


class _Published(msgspec.Struct, frozen=True):
    notice: str


async def show(desk: Desk, jurisdiction: str, claims: Sequence[str]) -> None:
    """What is granted in one place, a thousand claims a notice."""
    clerk = desk.at("claims", CLERKS[0])
    for n in range(0, len(claims), MOST):
        body = {"jurisdiction": jurisdiction, "claims": claims[n : n + MOST]}
        await clerk.post("/notices", f"notice-{claims[n]}", body, _Published)
