"""The consumer loop: poll, take in, note the offset; stay and try again when the database or the broker is away."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from shared.db import is_transient
from shared.kafka.intake import Intake, Record
from shared.telemetry import Metrics

LOG = structlog.get_logger(__name__)
POLL_SECONDS = 1.0
TEND_SECONDS = 1.0
"""Offsets are committed and the lag is looked at as often."""
GOODBYE_SECONDS = 5.0
STALLED_AFTER = 60.0
"""Seconds without any answer from the broker for an assigned partition after which the group is joined afresh."""
LONGEST_WAIT = 30.0

Batch = Mapping[TopicPartition, Sequence[ConsumerRecord]]


class StalledError(KafkaError):  # type: ignore[misc]  # aiokafka publishes no types
    """Partitions are assigned, but the broker has not answered for one of them for too long."""


class Consumer:
    """One member of a service's consumer group.

    Offsets are committed after the database, in the background and once a second: a commit costs more than the work on
    one event, and the inbox eats whatever is delivered again.
    """

    def __init__(
        self,
        bootstrap: str,
        group: str,
        topics: Iterable[str],
        intake: Intake,
        metrics: Metrics,
        *,
        batch: int = 500,
        sign_in: Mapping[str, Any] | None = None,
    ) -> None:
        self._bootstrap, self._group, self._topics, self._batch = bootstrap, group, list(topics), batch
        self._sign_in = sign_in or {}
        self._intake, self._metrics = intake, metrics
        self._positions: dict[TopicPartition, int] = {}
        self._uncommitted: dict[TopicPartition, int] = {}
        self._committing: asyncio.Task[None] | None = None
        self._polled = time.monotonic()
        self._tended = 0.0

    def is_alive(self) -> bool:
        """Whether the loop polled lately; a stalled assignment is left by the loop itself."""
        return time.monotonic() - self._polled < STALLED_AFTER + LONGEST_WAIT

    async def run(self) -> None:
        """Consume until cancelled."""
        failures = 0
        while True:
            try:
                async with self._joined() as consumer:
                    failures = 0
                    await self._consume(consumer)
            except (KafkaError, OSError, TimeoutError) as error:
                failures += 1
                LOG.warning("broker not usable, joining again", error=repr(error), failures=failures)
                self._polled = time.monotonic()
                await asyncio.sleep(backoff(failures))

    async def _consume(self, consumer: AIOKafkaConsumer) -> None:
        failures = 0
        while True:
            batch: Batch = await consumer.getmany(timeout_ms=int(POLL_SECONDS * 1000), max_records=self._batch)
            self._polled = time.monotonic()
            if self._polled - self._tended > TEND_SECONDS:
                self._tended = self._polled
                self._watch(consumer)
                self._commit_behind(consumer)
            if not batch:
                continue
            self._positions |= {part: records[0].offset for part, records in batch.items()}
            try:
                await self._intake.take_in(_records(batch))
            except Exception as error:
                if not is_transient(error):
                    raise
                failures += 1
                LOG.warning("database not usable, trying again", error=repr(error), failures=failures)
                _seek_back(consumer, batch)
                await asyncio.sleep(backoff(failures))
            else:
                failures = 0
                offsets = {part: records[-1].offset + 1 for part, records in batch.items()}
                self._positions |= offsets
                self._uncommitted |= offsets

    def _commit_behind(self, consumer: AIOKafkaConsumer) -> None:
        """Commit offsets in the background, one commit at a time."""
        if self._uncommitted and (self._committing is None or self._committing.done()):
            offsets, self._uncommitted = self._uncommitted, {}
            self._committing = asyncio.create_task(_commit(consumer, offsets), name="commit offsets")

    def _watch(self, consumer: AIOKafkaConsumer) -> None:
        """Report the lag, and leave an assignment for which the broker has stopped answering.

        A partition that another member has now is that member's to report.
        """
        longest_ago = (time.time() - STALLED_AFTER) * 1000
        assigned = consumer.assignment()
        self._positions = {part: position for part, position in self._positions.items() if part in assigned}
        self._metrics.lag.clear()
        for part in assigned:
            with suppress(IllegalStateError):  # revoked meanwhile
                answered, end = consumer.last_poll_timestamp(part), consumer.highwater(part)
                if answered is not None and answered < longest_ago:
                    raise StalledError(f"no answer for {part} since {answered}")
                if end is not None:
                    lag = max(0, end - self._positions.get(part, end))
                    self._metrics.lag.labels(part.topic, part.partition).set(lag)

    @asynccontextmanager
    async def _joined(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            *self._topics,
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            client_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            fetch_max_wait_ms=250,
            heartbeat_interval_ms=300,
            metadata_max_age_ms=30_000,
            **self._sign_in,
        )
        try:
            await consumer.start()
            yield consumer
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await self._say_goodbye(consumer)

    async def _say_goodbye(self, consumer: AIOKafkaConsumer) -> None:
        if self._committing is not None:
            await self._committing
        await _commit(consumer, self._uncommitted)
        self._uncommitted = {}
        await consumer.stop()


def backoff(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling up to half a minute, with jitter."""
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret
    return jitter * min(LONGEST_WAIT, 0.1 * float(2 ** min(failures, 10)))


def _records(batch: Batch) -> list[Record]:
    return [
        Record(record.topic, record.partition, record.offset, _type(record.headers), record.value or b"")
        for records in batch.values()
        for record in records
    ]


def _type(headers: Iterable[tuple[str, bytes | None]]) -> str | None:
    return next((value.decode(errors="replace") for name, value in headers if name == "ce_type" and value), None)


def _seek_back(consumer: AIOKafkaConsumer, batch: Batch) -> None:
    for part, records in batch.items():
        with suppress(IllegalStateError):  # no longer ours: whoever has it now reads it again
            consumer.seek(part, records[0].offset)


async def _commit(consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
    ours = {part: offset for part, offset in offsets.items() if part in consumer.assignment()}
    if not ours:
        return
    try:
        await consumer.commit(ours)
    except (KafkaError, OSError, TimeoutError) as error:
        LOG.info("offsets not committed, the inbox will eat the repeats", error=repr(error))
