"""`python -m tests.servers FOLDER`: PostgreSQL and Kafka stay up, so small test runs are fast."""

import asyncio
import signal
import sys
from pathlib import Path

from shared.postgres.server import Server
from tests.kafka_broker import Broker


async def serve(folder: Path) -> None:
    """Print the variables that make pytest use these servers, then wait for Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Server(folder / "postgres") as server, Broker(folder / "kafka") as broker:
        print(f"export LEDGER_TEST_POSTGRES={server.data_dir} LEDGER_TEST_KAFKA={broker.folder}")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
