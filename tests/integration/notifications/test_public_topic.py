"""What everybody may see on a topic of its own, read by the example of a consumer: on real Kafka."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from deploy import public_consumer
from services.notifications.public_topic import PublicTopic
from shared.contracts import public
from shared.kafka.producer import Message, Producer
from shared.service import Running
from shared.settings import PlatformSettings
from tests.support.delivery import fact
from tests.support.notifications import hear, review

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest_asyncio.fixture(loop_scope="session")
async def public_topic(
    running: Running, owner: psycopg.AsyncConnection, platform: PlatformSettings
) -> AsyncIterator[PublicTopic]:
    assert "pass on" in {worker.name for worker in running.service.workers}
    await owner.execute("UPDATE relayed SET position = 0")
    made = PublicTopic(platform)
    yield made
    await made.close()


async def taken_in(platform: PlatformSettings, file: Path) -> list[tuple[str, bytes]]:
    """What the example consumer has in its file after it was run: ids and bytes."""
    given = ["--bootstrap", platform.kafka_bootstrap, "--group", f"{platform.kafka_prefix}ministry", "--until-quiet"]
    topic = ["--topic", platform.kafka_prefix + public.TOPIC, "--file", str(file)]
    await public_consumer.consume(public_consumer.arguments().parse_args([*given, *topic]))
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT id, event FROM events ORDER BY id").fetchall()


async def test_a_consumer_outside_gets_what_everybody_may_see_once_and_nothing_else(
    running: Running, public_topic: PublicTopic, platform: PlatformSettings, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(public_consumer, "NO_MORE_AFTER_SECONDS", 1.0)
    first, _, second = await hear(running, fact(), review(), fact())
    while await public_topic.run(running):
        pass
    expected = [(str(event.id), event.body) for event in (first, second)]
    assert await taken_in(platform, tmp_path / "events") == expected

    again = Message(platform.kafka_prefix + public.TOPIC, first.key.encode(), first.body, [])
    sending = Producer(platform.kafka_bootstrap, "test")
    await sending.send([again])
    await sending.close()
    [third] = await hear(running, fact())
    await public_topic.run(running)
    assert await taken_in(platform, tmp_path / "events") == [*expected, (str(third.id), third.body)]


async def test_what_the_broker_did_not_take_is_sent_when_it_is_back(
    running: Running, public_topic: PublicTopic, platform: PlatformSettings, owner: psycopg.AsyncConnection
):
    nowhere = PublicTopic(platform.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"}))
    await hear(running, review(), fact())
    assert await nowhere.run(running) == 0
    await nowhere.close()
    assert await _position(owner) == 0
    assert await public_topic.run(running) > 0
    assert await _position(owner) == await _head(owner)


async def test_one_process_at_a_time_passes_on(
    running: Running, public_topic: PublicTopic, owner: psycopg.AsyncConnection
):
    await hear(running, fact())
    async with owner.transaction():
        await owner.execute("SELECT FROM relayed FOR UPDATE")
        assert await public_topic.run(running) == 0
    assert await public_topic.run(running) > 0


async def _position(owner: psycopg.AsyncConnection) -> int:
    [row] = await (await owner.execute("SELECT position FROM relayed")).fetchall()
    return int(row[0])


async def _head(owner: psycopg.AsyncConnection) -> int:
    [row] = await (await owner.execute("SELECT max(position) FROM feed")).fetchall()
    return int(row[0])
