"""What is measured, on either side in the same way."""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.contracts.assessment import TranscriptIssued
from tests.bench.chains import PROJECT, Chain
from tests.bench.receiver import Receiver
from tests.bench.sides import Side, ask

PATIENCE_SECONDS = 300
LOOK_AGAIN_SECONDS = 0.1
LAST_IS_PUBLISHED = "SELECT published_at IS NOT NULL FROM outbox ORDER BY id DESC LIMIT 1"

Transcripts = Sequence[TranscriptIssued]


@dataclass(frozen=True)
class Latency:
    p50: float
    """Milliseconds from the commit of a transcript to the arrival."""
    p99: float
    cpu: float
    """CPU seconds of the chain per thousand."""


@dataclass(frozen=True)
class Backlog:
    published: float
    """Credits a second until all ledger entries are committed and published."""
    cpu: float


async def latency(side: Side, chain: Chain, receiver: Receiver, transcripts: Transcripts, rate: int) -> Latency:
    """Say so many a second, each in a transaction of its own, whatever becomes of those before."""
    cpu, before = chain.cpu_seconds(), len(receiver.arrived)
    said = await _say_steadily(side, transcripts, rate)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await receiver.wait_for(before + len(transcripts))
    took = [(receiver.arrived[str(learner)] - at) * 1000 for learner, at in said.items()]
    used = (chain.cpu_seconds() - cpu) * 1000 / len(transcripts)
    return Latency(statistics.median(took), _p99(took), used)


async def backlog(side: Side, chain: Chain, receiver: Receiver, transcripts: Transcripts) -> Backlog:
    """Say all in one transaction and wait until nothing is left to do."""
    cpu, before = chain.cpu_seconds(), len(receiver.arrived)
    entries = await ask(side, "recognition", side.entries)
    await side.say(transcripts)
    begun = time.perf_counter()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await _until(side, "recognition", f"SELECT ({side.entries}) = {entries + len(transcripts)}")
        await _until(side, "recognition", LAST_IS_PUBLISHED)
        published = len(transcripts) / (time.perf_counter() - begun)
        await receiver.wait_for(before + len(transcripts))
    used = (chain.cpu_seconds() - cpu) * 1000 / len(transcripts)
    return Backlog(published, used)


async def webhooks(side: Side, receiver: Receiver) -> float:
    """Deliveries a second when all that were made are due again at once."""
    number = len(receiver.arrived)
    receiver.forget()
    await side.queue_webhooks_again()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await receiver.wait_for(number)
    return receiver.rate()


async def outbox_hop(side: Side, bootstrap: str, transcripts: Transcripts, rate: int) -> float:
    """The median in milliseconds from the commit of a transcript to its arrival at a consumer."""
    arrived: dict[str, float] = {}
    async with _reading(bootstrap, side.transcripts_topic(relay_alone=True)) as consumer:
        reading = asyncio.create_task(_note(consumer, arrived, len(transcripts)))
        said = await _say_steadily(side, transcripts, rate)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await reading
    return statistics.median((arrived[str(learner)] - at) * 1000 for learner, at in said.items())


async def outbox_drain(side: Side, transcripts: Transcripts) -> float:
    """Rows of one transaction that the relay publishes a second."""
    await side.say(transcripts)
    begun = time.perf_counter()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await _until(side, "assessment", LAST_IS_PUBLISHED)
    return len(transcripts) / (time.perf_counter() - begun)


async def bare_posts(receiver: Receiver, number: int) -> float:
    """Posts a second of a loop that does nothing else."""
    posting = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bare", "post", receiver.url, str(number), cwd=PROJECT
    )
    await posting.wait()
    return receiver.rate()


async def _say_steadily(side: Side, transcripts: Transcripts, rate: int) -> dict[UUID, float]:
    """Learner → when the transcript was committed."""
    said: dict[UUID, float] = {}

    async def say(transcript: TranscriptIssued) -> None:
        await side.say([transcript])
        said[transcript.learner_id] = time.perf_counter()

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, transcript in enumerate(transcripts):
            await asyncio.sleep(begun + number / rate - time.perf_counter())
            group.create_task(say(transcript))
    return said


async def _until(side: Side, service: str, condition: str) -> None:
    while not await ask(side, service, condition):  # noqa: ASYNC110 - the database tells us of no event
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


@asynccontextmanager
async def _reading(bootstrap: str, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer at the end of a topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        await consumer._client.set_topics([topic])  # noqa: SLF001 - loads the partitions without joining a group
        parts = [TopicPartition(topic, part) for part in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(parts)
        await consumer.seek_to_end(*parts)
        yield consumer
    finally:
        await consumer.stop()


async def _note(consumer: AIOKafkaConsumer, arrived: dict[str, float], number: int) -> None:
    """When the record of each learner came, until there are so many."""
    while len(arrived) < number:
        record = await consumer.getone()
        arrived[record.key.decode()] = time.perf_counter()


def _p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[98]
