"""One service process under a supervisor: whatever ends it, it is started again."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from services.cli.local import Local
from shared.postgres.server import free_port
from tests.faults.waiting import until

ROOT = Path(__file__).resolve().parents[2]
PAUSE_SECONDS = 0.2
MAX_DYING_SECONDS = 90.0


class Supervised:
    """Keeps its port over restarts, so that clients find it again."""

    def __init__(self, local: Local, name: str, parts: str) -> None:
        self.name = name
        self.parts = parts
        self.port = free_port() if "site" in parts else 0
        self.ends: list[int] = []
        self.witness = local.folder / f"witness-{name}"
        self._local = local
        self._dies_at: int | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep(), name=f"{self.name}-{self.parts}")

    async def stop(self) -> None:
        """End it and let it be."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def kill(self) -> bool:
        """SIGKILL by its number; False when it was down just then."""
        process = self._process
        if process is None or process.returncode is not None:
            return False
        os.kill(process.pid, signal.SIGKILL)
        return await process.wait() == -signal.SIGKILL

    async def die_between(self, acknowledgements: int) -> bool:
        """The next run is killed between an acknowledgement and the saved number.

        True when the one that ran until now was killed for it. Raises NeverCame.
        """
        seen = self.witnessed()
        self._dies_at = acknowledgements
        killed = await self.kill()
        await until(lambda: self.witnessed() > seen, MAX_DYING_SECONDS, f"death of {self.name}")
        return killed

    def witnessed(self) -> int:
        """How often it was killed between the two."""
        return len(self.witness.read_text().split()) if self.witness.exists() else 0

    async def _keep(self) -> None:
        while True:
            seen = self.witnessed()
            self._process = await spawn(
                self._local, self.name, self.parts, self._command(), self.port
            )
            self.ends.append(await self._process.wait())
            if self.witnessed() > seen:
                self._dies_at = None
            await asyncio.sleep(PAUSE_SECONDS)

    def _command(self) -> Sequence[str]:
        if self._dies_at is None:
            return ("-m", f"services.{self.name}")
        return dying(self.name, self._dies_at, self.witness)


async def spawn(
    local: Local, name: str, parts: str, command: Sequence[str], port: int = 0
) -> asyncio.subprocess.Process:
    """One run of one service; what it says goes to its log file in the installation's folder."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LEDGER_")}
    environment = {**clean, **local.environment(name, parts), "LEDGER_PORT": str(port)}
    log_file = local.folder / f"{name}-{parts.replace(',', '-')}.log"
    with log_file.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=ROOT, env=environment,
            stdout=asyncio.subprocess.DEVNULL, stderr=output,
        )  # fmt: skip


def dying(name: str, acknowledgements: int, witness: Path) -> Sequence[str]:
    """The service with a relay that is killed at this acknowledgement, before it saves."""
    return ("-m", "tests.faults.relay_that_dies", name, str(acknowledgements), str(witness))
