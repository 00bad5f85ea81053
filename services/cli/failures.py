"""What the ledger's own refusals mean for whoever typed a command: an exit code, two sentences."""

import asyncpg

from services.audit.archive.files import ArchiveBusy, ArchiveDamaged
from services.audit.archive.verify import Fork as ArchiveFork
from services.cli.exits import Exit, Stop
from shared.events.envelope import Undecodable
from shared.log.port import LogRefused, LogUnavailable
from shared.log.verified import ForkFound
from shared.marks import EventsMissing, Fork, LogAhead
from shared.postgres.binaries import PostgresRefused
from shared.recover import LogIncomplete, NotAlone

DISAGREE = (Fork, LogAhead, EventsMissing, ForkFound, ArchiveFork, LogIncomplete)
AWAY = (LogUnavailable, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
BUSY = (NotAlone, ArchiveBusy)
REFUSED = (LogRefused, ArchiveDamaged, PostgresRefused, Undecodable)
KNOWN: tuple[type[Exception], ...] = (*DISAGREE, *AWAY, *BUSY, *REFUSED)


def stop_of(failed: Exception) -> Stop:
    """One of KNOWN as the end of a command. No value of an event and no address is repeated."""
    kind = type(failed).__name__
    match failed:
        case Fork() | LogAhead() | EventsMissing() | ForkFound() | ArchiveFork() | LogIncomplete():
            return Stop(
                Exit.DISAGREE,
                f"Log and database disagree ({kind}: {failed}): stop writing and follow"
                " docs/operations.md.",
                f"日志与数据库不一致（{kind}：{failed}）：请停止写入，按 docs/operations.md 处理。",
            )
        case NotAlone() | ArchiveBusy():
            return Stop(
                Exit.BUSY,
                f"Something else writes ({kind}: {failed}): stop it, then run this again.",
                f"另有程序正在写入（{kind}：{failed}）：请先停止它，再重试。",
            )
        case LogRefused() | ArchiveDamaged() | PostgresRefused() | Undecodable():
            return Stop(
                Exit.USAGE,
                f"This was refused ({kind}): {failed}.",
                f"操作被拒绝（{kind}）：{failed}。",
            )
        case _:
            return Stop(
                Exit.UNREACHABLE,
                f"The database or the log does not answer ({kind}): check that they run, and try"
                " again.",
                f"数据库或日志没有响应（{kind}）：请确认其正在运行后重试。",
            )
