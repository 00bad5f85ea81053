"""A service whose relay dies between the log's word and the saved number: argv SERVICE N WITNESS.

It runs the service as it is; only its relay is killed, by SIGKILL, at its N-th acknowledgement.
"""

import os
import signal
import sys
from pathlib import Path

from services.audit import app as audit
from services.claims import app as claims
from services.payments import app as payments
from shared.log.port import Log
from shared.process import main
from shared.relay import Relay
from shared.service import Build, Parts, Service
from shared.store.store import Store

BUILDS: dict[str, Build] = {
    "claims": claims.build,
    "payments": payments.build,
    "audit": audit.build,
}


class RelayThatDies(Relay):
    """Writes one line to the witness file and is gone."""

    def __init__(self, store: Store, log: Log, acknowledgements: int, witness: Path) -> None:
        super().__init__(store, log)
        self._left = acknowledgements
        self._witness = witness

    async def _acknowledged(self) -> None:
        self._left -= 1
        if self._left > 0:
            return
        with self._witness.open("a") as file:
            file.write(f"{os.getpid()}\n")
        os.kill(os.getpid(), signal.SIGKILL)


def run(name: str, acknowledgements: int, witness: Path) -> None:
    async def build(service: Service) -> Parts:
        service.relay = RelayThatDies(service.store, service.log, acknowledgements, witness)
        return await BUILDS[name](service)

    main(name, build)


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
