"""Packs and claims of an installation on this machine, read and never written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from services.claims.packs import Policies
from services.claims.policy.comparing import Between, Line, compared, next_claims
from services.cli.exits import Exit, Stop
from services.cli.opening import opened_store, settings_of
from services.cli.output import errors
from shared.policy.pack import Pack
from shared.service import Service, opened


async def pack_here(at: Path | None, policy_id: str, version: int) -> Pack:
    """A version that stands in the installation. Raises Stop when it knows none."""
    async with opened_store(settings_of(at)["claims"]) as store:
        standing = await Policies(store).now()
    for one in standing.versions.get(policy_id, ()):
        if one.number == version:
            return one.pack
    raise Stop(
        Exit.USAGE,
        f"{policy_id}@{version} neither came with this release nor was published in the"
        " installation: give the pack's file.",
        f"{policy_id}@{version} 既非随程序发布，也未在本系统发布：请给出政策包文件。",
    )


async def recorded_lines(folder: Path, old: Pack, new: Pack) -> list[Line]:
    """Every recorded claim of the new pack's places under both packs, with a word of progress."""
    async with _claims(folder) as service:
        between = Between(
            old_of=lambda _content, _place: old,
            new=new,
            effective_from=date.min,
            today=service.clock.today(),
        )
        lines: list[Line] = []
        after = ""
        while claims := await next_claims(service.pool, new, after):
            lines += await compared(service, claims, between)
            after = claims[-1]
            errors().print(f"{len(lines)} judged…", end="\r")
        return lines


@asynccontextmanager
async def _claims(folder: Path) -> AsyncIterator[Service]:
    async with opened(settings_of(folder)["claims"]) as service:
        yield service
