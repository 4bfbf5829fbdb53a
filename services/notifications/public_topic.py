"""What everybody may see, passed on to a topic of its own: for consumers outside that have Kafka already."""

from collections.abc import Sequence

from services.notifications import store
from services.notifications.store import Public
from shared import envelope
from shared.contracts import public
from shared.db import SYSTEM
from shared.kafka import Producer
from shared.kafka.producer import Message
from shared.kafka.sign_in import sign_in
from shared.service import Running
from shared.settings import PlatformSettings

AT_ONCE = 1_000


class PublicTopic:
    """Follows the feed. One process at a time does; what was sent but not noted is sent again: at least once."""

    def __init__(self, platform: PlatformSettings) -> None:
        self._topic = platform.kafka_prefix + public.TOPIC
        self._producer = Producer(platform.kafka_bootstrap, "acquis-notifications-public", sign_in(platform))

    async def run(self, running: Running) -> int:
        """Pass on the next stretch of the feed; how far that leads, 0 also if the broker did not take all of it."""
        async with running.database.transaction(SYSTEM) as tx:
            position = await store.hold_position(tx, public.TOPIC)
            if position is None:
                return 0
            stretch = await store.read_public(tx, position, AT_ONCE)
            sent = await self._send(stretch.entries)
            complete = sent == len(stretch.entries)
            reached = stretch.end if complete else [position, *(entry.position for entry in stretch.entries)][sent]
            if reached != position:
                await store.save_position(tx, public.TOPIC, reached)
        running.metrics.work.labels("pass on", "published").inc(sent)
        return reached - position if complete else 0

    async def close(self) -> None:
        await self._producer.close()

    async def _send(self, entries: Sequence[Public]) -> int:
        """How many of the first ones the broker has; it is not bothered where there is nothing to send."""
        return await self._producer.send([self._message(entry) for entry in entries]) if entries else 0

    def _message(self, entry: Public) -> Message:
        return Message(
            topic=self._topic,
            key=entry.key.encode(),
            value=entry.body,
            headers=envelope.headers(str(entry.event_id), entry.type, entry.traceparent),
        )
