"""Events that come twice, in another order, or cannot be understood."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from deploy.local.demo.client import until
from deploy.local.demo.mobility import FAMILY_NAME
from tests.support.exactly_once import expect_exactly_once, play
from tests.support.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio, pytest.mark.xdist_group("stage")]


async def everything_said(stage: Stage) -> list[ConsumerRecord]:
    """Every record of every topic of the stage."""
    platform = stage.services.services["recognition"].settings.platform
    consumer = AIOKafkaConsumer(bootstrap_servers=platform.kafka_bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        topics = [topic for topic in await consumer.topics() if topic.startswith(platform.kafka_prefix)]
        parts = [TopicPartition(topic, part) for topic in topics for part in range(platform.kafka_partitions)]
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        found: list[ConsumerRecord] = []
        while len(found) < sum(ends.values()):
            for records in (await consumer.getmany(timeout_ms=1_000)).values():
                found.extend(records)
        return found
    finally:
        await consumer.stop()


@asynccontextmanager
async def producer(stage: Stage) -> AsyncIterator[AIOKafkaProducer]:
    platform = stage.services.services["recognition"].settings.platform
    async with AIOKafkaProducer(bootstrap_servers=platform.kafka_bootstrap) as opened:
        yield opened


async def say_again(stage: Stage, records: Sequence[ConsumerRecord]) -> None:
    async with producer(stage) as sender:
        for record in records:
            await sender.send_and_wait(record.topic, record.value, record.key, headers=list(record.headers))


async def taken_in(stage: Stage, service: str) -> int:
    """How many records the service's group has behind it."""
    settings = stage.services.services[service].settings.platform
    group = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap, group_id=f"{settings.kafka_prefix}acquis-{service}"
    )
    await group.start()
    try:
        topics = stage.services.services[service].service.topics
        parts = [TopicPartition(topic, part) for topic in topics for part in range(settings.kafka_partitions)]
        return sum([await group.committed(part) or 0 for part in parts])
    finally:
        await group.stop()


async def test_the_whole_history_again_twice_and_shuffled_changes_nothing(stage: Stage):
    story = await play(await stage.story())
    await expect_exactly_once(stage, story)
    record, history = await story.record(), await everything_said(stage)
    again = [*history, *history]
    random.Random(3).shuffle(again)  # noqa: S311 - any order, and the same one each time
    before = await taken_in(stage, "recognition")
    await say_again(stage, again)
    heard = sum(record.topic in stage.services.services["recognition"].service.topics for record in again)

    async def all_taken_in() -> bool | None:
        return await taken_in(stage, "recognition") >= before + heard or None

    await until(all_taken_in)
    assert (await story.record()).body == record.body
    await expect_exactly_once(stage, story)


async def test_a_poison_event_is_parked_and_the_story_goes_on(stage: Stage):
    story = await stage.story()
    topic = f"{stage.services.services['recognition'].settings.platform.kafka_prefix}acquis.assessment.v1"
    async with producer(stage) as sender:
        headers = [("ce_type", b"acquis.transcript.issued.v1")]
        for part in range(3):
            await sender.send_and_wait(topic, b"\x00 this is no event", partition=part, headers=headers)
    await play(story)
    record = await story.record()
    assert len(record["credits"]) == 1
    parked = await stage.dead_letters()
    assert {name: len(letters) for name, letters in parked.items()} == {"recognition": 3, "notifications": 3}
    assert all("UnreadableEventError" in letter.reason for letters in parked.values() for letter in letters)
    await stage.put_away(parked)


async def test_no_name_of_a_learner_leaves_the_service_that_keeps_it(stage: Stage):
    story = await play(await stage.story())
    await expect_exactly_once(stage, story)
    name = f"{FAMILY_NAME}-{story.told.learner_number}".encode()
    (kept,) = await stage.rows(
        "agreements", "SELECT family_name FROM learners WHERE id = :id", id=story.told.learner_id
    )
    assert kept.family_name.encode() == name
    assert not [record for record in await everything_said(stage) if name in record.value]
    assert not [webhook for webhook in stage.receiver.received if name in webhook.body]
    assert not [log for log in stage.logs() if name in log]
