"""Publishing: pipelined, acknowledged by all replicas, in order."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

LOG = structlog.get_logger(__name__)
PATIENCE = 10.0
"""Seconds a batch may take to be acknowledged; the relay's transaction is open meanwhile, so it must be bounded."""


@dataclass(frozen=True)
class Message:
    topic: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]


class Producer:
    """Idempotent, `acks=all`. After any failure a fresh connection is made, so that nothing half sent arrives later."""

    def __init__(self, bootstrap: str, client: str) -> None:
        self._bootstrap, self._client = bootstrap, client
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
        """Hand over everything first, then wait for one receipt after the other."""
        producer = await self._opened()
        pending = [
            await producer.send(message.topic, message.value, message.key, headers=message.headers)
            for message in messages
        ]
        for receipt in pending:
            yield await receipt

    async def close(self) -> None:
        if (producer := self._open) is not None:
            self._open = None
            with suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(producer.stop(), timeout=2)

    async def _opened(self) -> AIOKafkaProducer:
        if self._open is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                client_id=self._client,
                acks="all",
                enable_idempotence=True,
                request_timeout_ms=int(PATIENCE * 1000),
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._open = producer
        return self._open
