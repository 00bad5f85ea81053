"""Which log an address names: `kafka://host:port[,host:port]` or `postgresql://…`."""

from urllib.parse import urlsplit

from shared.log.kafka import KafkaLog
from shared.log.kafka_client import KafkaSettings
from shared.log.port import Log
from shared.log.postgres import PostgresLog


async def open_log(url: str) -> Log:
    """Connect. Raises ValueError for another kind of address, LogUnavailable, LogRefused.

    An address may hold a password, so no error repeats it.
    """
    parts = urlsplit(url)
    if parts.scheme == "kafka" and parts.netloc:
        return await KafkaLog.open(KafkaSettings(bootstrap=tuple(parts.netloc.split(","))))
    if parts.scheme in ("postgresql", "postgres"):
        return await PostgresLog.open(url)
    raise ValueError("the log's address begins with kafka:// or postgresql://")
