"""The relay: publishes the outbox in order, one active relay a shard."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import get_type_hints

import sqlalchemy as sa
import structlog
from pydantic_core import from_json

from shared import clock, envelope, outbox
from shared.contracts.registry import FACTS
from shared.db import SYSTEM, Database, is_transient, run, wait_until_woken
from shared.kafka.consumer import backoff
from shared.kafka.producer import Message, Producer
from shared.outbox import Outgoing
from shared.telemetry import Metrics

LOG = structlog.get_logger(__name__)
POLL_SECONDS = 1.0
MEASURE_SECONDS = 5.0
STUCK_AFTER = 90.0
CONNECTION_OPTIONS = "-c synchronous_commit=off"
"""Marks that a crash of the database forgets are made again, after the facts were sent again."""
GIVE_REASONS = frozenset(type_ for type_, fact in FACTS.items() if "reasons" in get_type_hints(fact))
TRY_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(hashtext('acquis relay'), :shard) AS held")


class Relay:
    """Sends unpublished facts, awaits the acknowledgements and marks the acknowledged prefix, in one transaction.

    The transaction holds an advisory lock, so a second relay stands by; when the active one dies, its lock goes with
    its connection. What was sent but not marked is sent again: consumers have an inbox.
    """

    def __init__(
        self,
        database: Database,
        producer: Producer,
        metrics: Metrics,
        *,
        prefix: str = "",
        batch: int = 1_000,
        shard: int = 0,
        shards: int = 1,
    ) -> None:
        self._database, self._producer, self._metrics = database, producer, metrics
        self._prefix, self._batch, self._shard, self._shards = prefix, batch, shard, shards
        self._moved = time.monotonic()
        self._measured = 0.0

    def is_alive(self) -> bool:
        """Whether the loop went round lately, be it to find the broker away."""
        return time.monotonic() - self._moved < STUCK_AFTER

    async def run(self) -> None:
        """Publish until cancelled."""
        failures = 0
        try:
            async with self._database.listen(outbox.CHANNEL) as woken:
                while True:
                    self._moved = time.monotonic()
                    published = await self._try_to_publish()
                    failures = failures + 1 if published is None else 0
                    if failures:
                        await asyncio.sleep(backoff(failures))
                    elif published != self._batch:
                        await wait_until_woken(woken, POLL_SECONDS)
        finally:
            await self.close()

    async def close(self) -> None:
        await self._producer.close()
        await self._database.close()

    async def publish(self) -> int | None:
        """Publish one batch; None if the broker did not take all of it."""
        async with self._database.transaction(SYSTEM) as tx:
            [lock] = await run(tx, TRY_LOCK, {"shard": self._shard})
            if not lock.held:
                return 0
            waiting = await outbox.unpublished(tx, at_most=self._batch, shard=self._shard, shards=self._shards)
            if not waiting:
                return 0
            acknowledged = await self._producer.send([self._message(fact) for fact in waiting])
            await outbox.mark_published(tx, [fact.id for fact in waiting[:acknowledged]])
        self._count(waiting[:acknowledged])
        return acknowledged if acknowledged == len(waiting) else None

    async def _try_to_publish(self) -> int | None:
        try:
            published = await self.publish()
            await self._measure()
        except Exception as error:
            if not is_transient(error):
                raise
            LOG.warning("database not usable, trying again", error=repr(error))
            return None
        return published

    def _message(self, fact: Outgoing) -> Message:
        return Message(
            topic=self._prefix + FACTS[fact.type].DECLARED.topic,
            key=fact.key.encode(),
            value=fact.payload.encode(),
            headers=envelope.headers(fact.event_id, fact.type, fact.traceparent),
        )

    def _count(self, published: Sequence[Outgoing]) -> None:
        for type_, number in Counter(fact.type for fact in published).items():
            self._metrics.published.labels(type_).inc(number)
        for fact in published:
            for reason in _reasons(fact):
                self._metrics.reasons.labels(fact.type, reason).inc()

    async def _measure(self) -> None:
        if time.monotonic() - self._measured < MEASURE_SECONDS:
            return
        async with self._database.transaction(SYSTEM) as tx:
            size, oldest = await outbox.backlog(tx)
        self._metrics.outbox_size.set(size)
        self._metrics.outbox_age.set((clock.now() - oldest).total_seconds() if oldest else 0)
        self._measured = time.monotonic()


def _reasons(fact: Outgoing) -> list[str]:
    return from_json(fact.payload)["data"]["reasons"] if fact.type in GIVE_REASONS else []
