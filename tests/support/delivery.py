"""What tests of the delivery of facts stand on: delivery tables, topics of their own, sample facts."""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from deploy.local.servers import Servers
from shared import envelope, outbox
from shared.contracts.catalogue import ComparabilityWithdrawn
from shared.contracts.registry import Fact
from shared.db import SYSTEM, Database
from shared.envelope import Event
from shared.kafka import Producer, Record
from shared.migrations import delivery
from shared.relay import CONNECTION_OPTIONS, Relay
from shared.settings import PlatformSettings
from shared.telemetry import Metrics
from shared.topics import create_topics
from tests.support.databases import throwaway_database

TYPE = "acquis.comparability.withdrawn.v1"
TRACEPARENT = f"00-{'a' * 32}-{'b' * 16}-01"
NOTES = "CREATE TABLE notes (key uuid NOT NULL, number integer NOT NULL, UNIQUE (key, number));"


@pytest_asyncio.fixture(loop_scope="session")
async def database(infrastructure: Servers) -> AsyncIterator[Database]:
    """Delivery tables, and a table `notes` that a handler may write to."""
    async with throwaway_database(infrastructure.database_url) as made:
        ddl = delivery.OUTBOX + delivery.INBOX + delivery.DEAD_LETTERS + NOTES
        grant = f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {made.role};"
        async with await psycopg.AsyncConnection.connect(made.owner_url) as connection:
            await connection.execute((ddl + grant).encode())
        opened = Database(made.url, pool=5)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def platform(infrastructure: Servers) -> PlatformSettings:
    """Topics that no other test uses."""
    made = PlatformSettings(
        kafka_bootstrap=infrastructure.kafka_bootstrap,
        kafka_prefix=f"test-{secrets.token_hex(4)}-",
        kafka_partitions=2,
    )
    await create_topics(made)
    return made


def fact(key: UUID | None = None, number: int = 1) -> ComparabilityWithdrawn:
    return ComparabilityWithdrawn(
        comparability_id=key or uuid4(),
        version=number,
        home_unit_id=uuid4(),
        host_unit_id=uuid4(),
        declared_by=uuid4(),
        withdrawn_on=date(2026, 9, 1),
    )


def event(key: UUID | None = None, number: int = 1) -> Event[Any]:
    return envelope.write(fact(key, number), TRACEPARENT)


def record(of: Event[Any] | bytes, position: int = 0, type_: str | None = TYPE) -> Record:
    return Record("topic", 0, position, type_, of if isinstance(of, bytes) else of.body)


MakeRelay = Callable[..., Relay]


@pytest_asyncio.fixture(loop_scope="session")
async def make_relay(database: Database, platform: PlatformSettings) -> AsyncIterator[MakeRelay]:
    """Relays with connections of their own, closed in the end."""
    made: list[Relay] = []

    def make(**settings: Any) -> Relay:
        bootstrap = settings.pop("bootstrap", platform.kafka_bootstrap)
        producer = settings.pop("producer", None) or Producer(bootstrap, "test-relay")
        own = Database(database.url, pool=2, options=CONNECTION_OPTIONS)
        metrics = settings.pop("metrics", None) or Metrics("test")
        made.append(Relay(own, producer, metrics, prefix=platform.kafka_prefix, **settings))
        return made[-1]

    yield make
    for relay in made:
        await relay.close()


async def say(database: Database, *facts: Fact) -> None:
    async with database.transaction(SYSTEM) as tx:
        await outbox.add(tx, facts)


async def waiting(database: Database) -> int:
    async with database.transaction(SYSTEM) as tx:
        return (await outbox.backlog(tx))[0]


async def published(platform: PlatformSettings, at_least: int) -> list[ConsumerRecord]:
    """Everything on the catalogue topic, once there are so many records."""
    topic = f"{platform.kafka_prefix}acquis.catalogue.v1"
    consumer = AIOKafkaConsumer(bootstrap_servers=platform.kafka_bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, part) for part in range(platform.kafka_partitions)])
        found: list[ConsumerRecord] = []
        while len(found) < at_least:
            for records in (await consumer.getmany(timeout_ms=5_000)).values():
                found.extend(records)
        return found
    finally:
        await consumer.stop()


def numbers(records: Sequence[ConsumerRecord], key: UUID) -> list[int]:
    """The versions of one aggregate's facts in the order in which they arrived."""
    return [envelope.read(found.value).data.version for found in records if found.key == str(key).encode()]
