"""Every Kafka client setting that the ledger depends on, in one place, and what its errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, errors
from aiokafka.admin import AIOKafkaAdminClient

from shared.log.port import LogRefused, LogUnavailable, PositionLost


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings:
    """Units are in the names. A test reads the values back from the live clients."""

    bootstrap: tuple[str, ...]
    security_protocol: str = "PLAINTEXT"
    request_timeout_ms: int = 10_000
    retry_backoff_ms: int = 100
    metadata_max_age_ms: int = 60_000
    append_deadline_seconds: float = 30.0  # longer than a broker's restart after kill -9
    # One request carries one batch per partition: 96 x 512 KiB stay below the broker's 100 MiB.
    max_batch_bytes: int = 512 * 1024
    fetch_max_wait_ms: int = 250
    fetch_max_bytes: int = 16 * 1024 * 1024
    max_partition_fetch_bytes: int = 2 * 1024 * 1024
    silence_seconds: float = 20.0  # a partition that is behind and gives nothing for so long


def _client(settings: KafkaSettings) -> dict[str, Any]:
    return {
        "bootstrap_servers": list(settings.bootstrap),
        "security_protocol": settings.security_protocol,
        "request_timeout_ms": settings.request_timeout_ms,
        "retry_backoff_ms": settings.retry_backoff_ms,
        "metadata_max_age_ms": settings.metadata_max_age_ms,
    }


def producer(settings: KafkaSettings) -> AIOKafkaProducer:
    """Not started. Batches are built by the writer, so nothing lingers; partitions are explicit."""
    return AIOKafkaProducer(
        **_client(settings),
        acks="all",
        enable_idempotence=True,
        compression_type=None,  # would run on the event loop, and costs more than it saves
        linger_ms=0,
        max_batch_size=settings.max_batch_bytes,
        max_request_size=settings.max_batch_bytes,
    )


def consumer(settings: KafkaSettings, fetch_max_wait_ms: int) -> AIOKafkaConsumer:
    """Not started. No group, no commits: positions live in PostgreSQL beside their effects.

    read_uncommitted: nobody writes transactions here. A foreign open transaction would hide our
    own later records without a word; a foreign record is met by the chain and stops the reader.
    """
    return AIOKafkaConsumer(
        **_client(settings),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",  # a position that the log has lost is an error, never a jump
        isolation_level="read_uncommitted",
        check_crcs=True,
        fetch_min_bytes=1,
        fetch_max_wait_ms=fetch_max_wait_ms,
        fetch_max_bytes=settings.fetch_max_bytes,
        max_partition_fetch_bytes=settings.max_partition_fetch_bytes,
    )


def admin(settings: KafkaSettings) -> AIOKafkaAdminClient:
    """Not started."""
    return AIOKafkaAdminClient(**_client(settings))


REFUSALS = (
    errors.TopicAuthorizationFailedError,
    errors.ClusterAuthorizationFailedError,
    errors.AuthenticationFailedError,
    errors.SaslAuthenticationFailed,
    errors.MessageSizeTooLargeError,
    errors.RecordListTooLargeError,
    errors.RecordTooLargeError,
    errors.InvalidTopicError,
    errors.InvalidReplicationFactorError,
    errors.InvalidPartitionsError,
    errors.PolicyViolationError,
)


@contextmanager
def kafka_errors(doing: str) -> Iterator[None]:
    """Say an error of the client in the port's words; `doing` names the work, never content."""
    try:
        yield
    except errors.OffsetOutOfRangeError as error:
        raise PositionLost(f"{doing}: the log does not hold the offset ({error})") from error
    except REFUSALS as error:
        raise LogRefused(f"{doing}: {type(error).__name__}") from error
    except (errors.KafkaError, errors.ConsumerStoppedError, OSError) as error:
        raise LogUnavailable(f"{doing}: {type(error).__name__}: {error}") from error
