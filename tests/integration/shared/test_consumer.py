import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import dead_letters
from shared.db import SYSTEM, Database
from shared.envelope import Event
from shared.kafka import Consumer, Intake
from shared.settings import PlatformSettings
from shared.telemetry import Metrics
from shared.topics import create_topics
from tests.support.delivery import TYPE, MakeRelay, fact, say
from tests.support.notebook import PATIENCE_SECONDS, Notebook, until_noted

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

TOPIC = "acquis.catalogue.v1"


@asynccontextmanager
async def consuming(
    database: Database, platform: PlatformSettings, notebook: Notebook, metrics: Metrics | None = None
) -> AsyncIterator[Consumer]:
    metrics = metrics or Metrics("test")
    consumer = Consumer(
        platform.kafka_bootstrap,
        f"{platform.kafka_prefix}group",
        [platform.kafka_prefix + TOPIC],
        Intake(database, {TYPE: notebook.note}, metrics),
        metrics,
    )
    running = asyncio.create_task(consumer.run())
    try:
        yield consumer
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def publish(database: Database, make_relay: MakeRelay, *facts: Any) -> None:
    await say(database, *facts)
    await make_relay().publish()


async def test_what_is_published_is_taken_in(database: Database, platform: PlatformSettings, make_relay: MakeRelay):
    key, notebook = uuid4(), Notebook()
    await publish(database, make_relay, *(fact(key, number) for number in range(1, 101)))
    async with consuming(database, platform, notebook) as consumer:
        await until_noted(database, key, list(range(1, 101)))
        assert consumer.is_alive()
    assert len(notebook.batches) < 100  # in batches


async def test_a_member_that_stopped_goes_on_where_it_was(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay
):
    key, later = uuid4(), Notebook()
    await publish(database, make_relay, fact(key, 1))
    async with consuming(database, platform, Notebook()):
        await until_noted(database, key, [1])
    await publish(database, make_relay, fact(key, 2))
    async with consuming(database, platform, later):
        await until_noted(database, key, [1, 2])
    assert sum(later.batches) == 1


async def test_a_lost_database_connection_costs_time_but_no_event(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay
):
    key, notebook = uuid4(), Notebook(interruption=sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
    await publish(database, make_relay, *(fact(key, number) for number in range(1, 11)))
    async with consuming(database, platform, notebook):
        await until_noted(database, key, list(range(1, 11)))
    assert notebook.interruption is None


async def test_members_may_come_and_go_without_gap_or_double(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay
):
    keys = [uuid4() for _ in range(20)]
    async with consuming(database, platform, Notebook()):
        await publish(database, make_relay, *(fact(key, 1) for key in keys))
        async with consuming(database, platform, Notebook()):
            await publish(database, make_relay, *(fact(key, 2) for key in keys))
            await asyncio.gather(*(until_noted(database, key, [1, 2]) for key in keys[:4]))
        await publish(database, make_relay, *(fact(key, 3) for key in keys))
        for key in keys:
            await until_noted(database, key, [1, 2, 3])


async def test_a_record_without_a_readable_type_is_parked_and_the_partition_goes_on(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay
):
    key = uuid4()
    async with AIOKafkaProducer(bootstrap_servers=platform.kafka_bootstrap) as producer:
        for part in range(2):
            headers = [("ce_type", None)]
            await producer.send_and_wait(platform.kafka_prefix + TOPIC, b"what?", partition=part, headers=headers)
    await publish(database, make_relay, fact(key))
    async with consuming(database, platform, Notebook()):
        await until_noted(database, key, [1])
    async with database.transaction(SYSTEM) as tx:
        assert len(await dead_letters.waiting(tx)) == 2


async def test_offsets_are_committed_so_that_the_lag_of_the_group_ends(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay
):
    key = uuid4()
    await publish(database, make_relay, fact(key))
    async with consuming(database, platform, Notebook()):
        await until_noted(database, key, [1])
    parts = [TopicPartition(platform.kafka_prefix + TOPIC, part) for part in range(2)]
    group = AIOKafkaConsumer(bootstrap_servers=platform.kafka_bootstrap, group_id=f"{platform.kafka_prefix}group")
    await group.start()
    try:
        assert sum([await group.committed(part) or 0 for part in parts]) == 1
    finally:
        await group.stop()


class DatabaseAway(Notebook):
    async def note(self, tx: AsyncConnection, events: Sequence[Event[Any]]) -> None:  # noqa: ARG002 - as a handler is called
        raise ConnectionError


def lags(metrics: Metrics) -> list[float]:
    """Those that a member reports, one for each partition."""
    return [sample.value for metric in metrics.lag.collect() for sample in metric.samples]


async def until_lags(metrics: Metrics, partitions: int, total: int = 0) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (len(lags(metrics)), sum(lags(metrics))) != (partitions, total):  # noqa: ASYNC110 - a gauge tells of no event
            await asyncio.sleep(0.02)


async def test_what_cannot_be_taken_in_is_counted_as_lag(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay
):
    metrics = Metrics("test")
    await publish(database, make_relay, *(fact(uuid4()) for _ in range(20)))
    async with consuming(database, platform, DatabaseAway(), metrics):
        await until_lags(metrics, partitions=2, total=20)


async def test_the_lag_of_a_partition_is_told_by_the_member_that_has_it(database: Database, platform: PlatformSettings):
    first, second = Metrics("test"), Metrics("test")
    async with consuming(database, platform, Notebook(), first):
        await until_lags(first, partitions=2)
        async with consuming(database, platform, Notebook(), second):
            await asyncio.gather(until_lags(first, partitions=1), until_lags(second, partitions=1))
        await until_lags(first, partitions=2)


async def test_topics_are_created_once_kept_for_ever_and_never_by_accident(platform: PlatformSettings):
    assert await create_topics(platform) == []
    admin = AIOKafkaAdminClient(bootstrap_servers=platform.kafka_bootstrap)
    await admin.start()
    try:
        topics = {name for name in await admin.list_topics() if name.startswith(platform.kafka_prefix)}
    finally:
        await admin.close()
    assert {name.removeprefix(platform.kafka_prefix) for name in topics} == {
        "acquis.assessment.v1",
        "acquis.catalogue.v1",
        "acquis.learning-agreement.v1",
        "acquis.memorandum.v1",
        "acquis.notifications.v1",
        "acquis.public.v1",
        "acquis.recognition.v1",
    }
