"""An address names its log, and is never repeated in an error."""

import pytest

from shared.log.kafka import KafkaLog
from shared.log.open import open_log
from shared.log.port import LogRefused
from shared.log.postgres import PostgresLog
from tests.databases import Databases
from tests.kafka_broker import Broker


async def test_kafka_and_postgresql_are_told_apart_by_their_address(
    kafka: Broker, databases: Databases
) -> None:
    one = await open_log(f"kafka://{kafka.bootstrap},{kafka.bootstrap}")
    other = await open_log((await databases("log")).owner_dsn)
    assert (type(one), type(other)) == (KafkaLog, PostgresLog)
    await one.close()
    await other.close()


@pytest.mark.parametrize("url", ["http://u:secret@x/", "kafka://", "", "u:secret@x:9092"])
async def test_another_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="kafka:// or postgresql://") as refused:
        await open_log(url)
    assert "secret" not in str(refused.value)


async def test_a_wrong_password_is_refused_and_not_shown(databases: Databases) -> None:
    right = (await databases("log")).dsn("claims_service")
    head, _, tail = right.partition("@")
    wrong = f"{head.rpartition(':')[0]}:not-the-secret@{tail}"
    with pytest.raises(LogRefused, match="password authentication failed") as refused:
        await open_log(wrong)
    assert "not-the-secret" not in str(refused.value)
