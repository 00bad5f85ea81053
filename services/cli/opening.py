"""What a command works with: the settings, the store and the log of an installation."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from services.cli.exits import Exit, Stop
from services.cli.installation import find
from services.cli.local import SERVICES, Local
from shared.clock import RealClock
from shared.log.open import open_log
from shared.log.port import Log, LogUnavailable
from shared.settings import PREFIX, Settings, SettingsRefused, read_settings
from shared.store.pool import open_pool
from shared.store.store import Store

POOL = 2


def settings_of(at: Path | None) -> dict[str, Settings]:
    """By service: the one of LEDGER_… variables, or all three of an installation on this machine.

    Raises Stop.
    """
    if at is None and f"{PREFIX}DATABASE_URL" in os.environ:
        settings = _read()
        name = settings.database_url.rpartition("/")[2].partition("?")[0]
        return {name: settings}
    local = Local.attach(Path(find(at).folder))
    return {name: _read(local.environment(name)) for name in SERVICES}


def from_settings(at: Path | None) -> bool:
    """Whether LEDGER_… variables name the log, and no folder was given."""
    return at is None and f"{PREFIX}LOG" in os.environ


def log_address(at: Path | None) -> str:
    """LEDGER_LOG, or the log of an installation on this machine. Raises Stop."""
    if from_settings(at):
        named = os.environ.get(f"{PREFIX}LOG", "")
        return _read().log if f"{PREFIX}DATABASE_URL" in os.environ else named
    return Local.attach(Path(find(at).folder)).log_url("audit")


@asynccontextmanager
async def opened_log(address: str) -> AsyncIterator[Log]:
    """Closed at the end. Raises Stop when it cannot be reached."""
    try:
        log = await open_log(address)
    except ValueError as wrong:
        raise Stop(
            Exit.USAGE, f"LEDGER_LOG: {wrong}.", "LEDGER_LOG 应以 kafka:// 或 postgresql:// 开头。"
        ) from wrong
    except (LogUnavailable, OSError, asyncpg.PostgresError) as away:
        raise Stop(
            Exit.UNREACHABLE,
            f"The log does not answer ({type(away).__name__}): check LEDGER_LOG and that it runs.",
            "日志服务没有响应：请检查 LEDGER_LOG 及其是否在运行。",
        ) from away
    try:
        yield log
    finally:
        await log.close()


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[Store]:
    """One service's events; closed at the end. Raises Stop when the database is away."""
    try:
        pool = await open_pool(settings.database_url, POOL)
    except (OSError, TimeoutError, asyncpg.PostgresError) as away:
        raise Stop(
            Exit.UNREACHABLE,
            f"The database does not answer ({type(away).__name__}): check LEDGER_DATABASE_URL.",
            "数据库没有响应：请检查 LEDGER_DATABASE_URL。",
        ) from away
    try:
        yield Store(pool, settings.partitions, RealClock().now)
    finally:
        await pool.close()


def _read(instead: Mapping[str, str] | None = None) -> Settings:
    try:
        if instead is None:
            return read_settings()
        with _environment(instead):
            return read_settings()
    except SettingsRefused as refused:
        said = "; ".join(str(refused).splitlines())
        raise Stop(
            Exit.USAGE,
            f"Settings are wrong or missing: {said}.",
            f"设置有误或缺失：{said}。",
        ) from refused


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Only these LEDGER_… variables, for a moment: settings are read from nowhere else."""
    own = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    for name in own:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]
        os.environ.update(own)
