"""From the environment to a running service, and its exit status."""

import asyncio
import sys

import structlog
import uvloop

from shared.faults import TRANSIENT
from shared.log.port import LogRefused
from shared.log.verified import ForkFound
from shared.logs import configure
from shared.relay import EventsMissing, Fork, LogAhead
from shared.service import START_SECONDS, Build, run
from shared.settings import SettingsRefused, read_settings
from shared.store.heights import DatabaseWentBack
from shared.vault.client import VaultKeysRefused
from shared.vault.keys import KeyFileRefused

DISAGREE = (Fork, LogAhead, EventsMissing, ForkFound, DatabaseWentBack)
EXIT_SETTINGS, EXIT_LOG = 2, 3
"""wrong settings or keys; the log and the database disagree and a person must look"""

log = structlog.get_logger()


def main(name: str, build: Build) -> None:
    """Run until SIGTERM: 0. Settings or keys refused: 2. Log ahead or forked: 3. Else 1."""
    configure(name, sys.stderr.buffer)  # standard output says the port and nothing else
    try:
        settings = read_settings()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(settings, build, ready=_say_port))
    except (SettingsRefused, KeyFileRefused, VaultKeysRefused, LogRefused) as refused:
        print(refused, file=sys.stderr)
        raise SystemExit(EXIT_SETTINGS) from None
    except TRANSIENT as missing:
        log.critical("start_failed", cause=type(missing).__name__)
        print(
            f"Database or log did not answer within {START_SECONDS:.0f} s: see LEDGER_DATABASE_URL,"
            " LEDGER_VAULT_URL, LEDGER_LOG and docs/operations.md.",
            file=sys.stderr,
        )
        raise SystemExit(1) from None
    except ExceptionGroup as group:
        disagreement, others = group.split(DISAGREE)
        if disagreement is None or others is not None:
            raise
        for error in disagreement.exceptions:
            log.critical("log_disagrees", kind=type(error).__name__, detail=str(error))
        print(
            "The log and the database disagree: docs/operations.md says what to do.",
            file=sys.stderr,
        )
        raise SystemExit(EXIT_LOG) from None


def _say_port(port: int) -> None:
    """The first line on standard output: whoever started the process learns its port."""
    print(f"port {port}", flush=True)
