"""Bringing facts back: dead letters after their cause is mended, or a topic's history from a moment on.

Both are safe to repeat: a dead letter is marked once it is handled, and the inbox eats what the service knows.
"""

from datetime import datetime
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared import dead_letters
from shared.db import SYSTEM, is_transient
from shared.kafka.sign_in import sign_in
from shared.service import Running

LOG = structlog.get_logger(__name__)


async def bring_back(running: Running, only: UUID | None = None) -> tuple[int, int]:
    """Handle one or all waiting dead letters again, each in its own transaction: (brought back, still dead)."""
    async with running.database.transaction(SYSTEM) as tx:
        letters = await dead_letters.waiting(tx, only)
    outcomes = [await _bring_back_one(running, letter.id) for letter in letters]
    return sum(outcomes), len(outcomes) - sum(outcomes)


async def _bring_back_one(running: Running, letter_id: UUID) -> bool:
    try:
        async with running.database.transaction(SYSTEM) as tx:
            for letter in await dead_letters.waiting(tx, letter_id):
                await running.intake.bring_back(tx, letter)
    except Exception as error:
        if is_transient(error):
            raise
        LOG.warning("still cannot be handled", dead_letter=str(letter_id), error=repr(error))
        return False
    return True


async def rewind(running: Running, since: datetime) -> int:
    """Set the consumer group back to a moment, so that `consume` reads on from there; the number of partitions moved.

    Never forward, past what was not heard yet. Where nothing is committed, `consume` begins with the first anyway.
    The group must not be consuming meanwhile: the broker refuses to move an active group's offsets.
    """
    platform = running.settings.platform
    consumer = AIOKafkaConsumer(
        bootstrap_servers=platform.kafka_bootstrap,
        group_id=f"{platform.kafka_prefix}acquis-{running.service.name}",
        enable_auto_commit=False,
        **sign_in(platform),
    )
    await consumer.start()
    try:
        topics = running.service.topics
        await consumer._client.set_topics(topics)  # noqa: SLF001 - loads the partitions without joining the group
        parts = [TopicPartition(topic, part) for topic in topics for part in consumer.partitions_for_topic(topic) or ()]
        found = await consumer.offsets_for_times(dict.fromkeys(parts, int(since.timestamp() * 1000)))
        consumer.assign(parts)
        heard = {part: await consumer.committed(part) or 0 for part in parts}
        moved = {part: at.offset for part, at in found.items() if at is not None and at.offset < heard[part]}
        if moved:
            await consumer.commit(moved)
        return len(moved)
    finally:
        await consumer.stop()
