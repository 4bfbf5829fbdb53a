"""Publishing: pipelined, acknowledged by all replicas, in order."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

LOG = structlog.get_logger(__name__)
PATIENCE = 10.0
"""Seconds a batch may take to be acknowledged; the relay's transaction is open meanwhile, so it must be bounded."""
BATCH_BYTES = 128 * 1024
"""Of one partition in one request: eight times the library's, which costs a fifth less when the outbox is full."""


@dataclass(frozen=True)
class Message:
    topic: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]


class Producer:
    """Idempotent, `acks=all`. After any failure a fresh connection is made, so that nothing half sent arrives later."""

    def __init__(self, bootstrap: str, client: str, sign_in: Mapping[str, Any] | None = None) -> None:
        self._bootstrap, self._client, self._sign_in = bootstrap, client, sign_in or {}
        self._open: AIOKafkaProducer | None = None

    async def send(self, messages: Iterable[Message]) -> int:
        """Send in order and return how many of the first ones are acknowledged without a gap."""
        acknowledged = 0
        try:
            async with asyncio.timeout(PATIENCE):
                async for _ in self._receipts(messages):
                    acknowledged += 1
        except (KafkaError, OSError, TimeoutError) as error:
            LOG.warning("publishing failed", error=repr(error), acknowledged=acknowledged)
            await self.close()
        return acknowledged

    async def _receipts(self, messages: Iterable[Message]) -> AsyncIterator[RecordMetadata]:
        """Hand over everything first, then wait for one receipt after the other.

        What cannot be handed over, to a topic that does not exist, say, holds up what is behind it, not what is before.
        """
        producer = await self._opened()
        pending: list[asyncio.Future[RecordMetadata]] = []
        failure: Exception | None = None
        try:
            async with asyncio.timeout(PATIENCE / 2):
                await self._hand_over(producer, messages, pending)
        except (KafkaError, TimeoutError) as error:
            failure = error
        for receipt in pending:
            yield await receipt
        if failure:
            raise failure

    @staticmethod
    async def _hand_over(
        producer: AIOKafkaProducer, messages: Iterable[Message], pending: list[asyncio.Future[RecordMetadata]]
    ) -> None:
        for message in messages:
            receipt = await producer.send(message.topic, message.value, message.key, headers=message.headers)
            pending.append(receipt)

    async def close(self) -> None:
        if (producer := self._open) is not None:
            self._open = None
            await _abandon(producer)

    async def _opened(self) -> AIOKafkaProducer:
        if self._open is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                client_id=self._client,
                acks="all",
                enable_idempotence=True,
                max_batch_size=BATCH_BYTES,
                request_timeout_ms=int(PATIENCE * 1000),
                **self._sign_in,
            )
            try:
                await producer.start()
            except BaseException:
                await _abandon(producer)
                raise
            self._open = producer
        return self._open


async def _abandon(producer: AIOKafkaProducer) -> None:
    """Close it, and if its broker keeps it from flushing, drop what it holds: the relay will send that again."""
    with suppress(KafkaError, OSError, TimeoutError):
        await asyncio.wait_for(producer.stop(), timeout=2)
        return
    with suppress(KafkaError, OSError, TimeoutError):
        await producer._sender.close()  # noqa: SLF001 - stop() was cut off before it, and would now do nothing
        await producer.client.close()
