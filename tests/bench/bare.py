"""The yardstick: the same commits and hops as Acquis, written by hand on asyncpg and aiokafka, and nothing besides.

Three processes, as Acquis has them in the benchmark: `python -m tests.bench.bare assessment|recognition|notifications`.
No rules, no explanations, no health, no metrics, no retries: only what any correct chain must do, in micro-batches.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg  # type: ignore[import-untyped]  # it publishes no types
import httpx2
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

SCHEMA = {
    "assessment": """
        CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL,
            payload text NOT NULL, published_at timestamptz);
        CREATE INDEX ON outbox (id) WHERE published_at IS NULL;""",
    "recognition": """
        CREATE TABLE inbox (event_id text PRIMARY KEY);
        CREATE TABLE ledger (id uuid PRIMARY KEY, learner text NOT NULL, position int NOT NULL, previous text NOT NULL,
            hash text NOT NULL, UNIQUE (learner, position));
        CREATE TABLE decisions (id uuid PRIMARY KEY, learner text NOT NULL, trace text NOT NULL);
        CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL,
            payload text NOT NULL, published_at timestamptz);
        CREATE INDEX ON outbox (id) WHERE published_at IS NULL;""",
    "notifications": """
        CREATE TABLE inbox (event_id text PRIMARY KEY);
        CREATE TABLE feed (event_id text PRIMARY KEY, payload text NOT NULL);
        CREATE TABLE deliveries (event_id text PRIMARY KEY, delivered_at timestamptz);
        CREATE INDEX ON deliveries (event_id) WHERE delivered_at IS NULL;""",
}
TRANSCRIPTS, CREDITS = "transcripts", "credits"
NO_SCAN = {"enable_seqscan": "off"}
AT_ONCE = 32
BATCH = 1_000


def event(learner: str) -> tuple[str, str]:
    """Key and payload of an issued transcript."""
    return learner, json.dumps({"id": str(uuid4()), "learner_id": learner, "filler": "x" * 1_200})


@contextlib.asynccontextmanager
async def listening(url: str, channel: str) -> AsyncIterator[asyncio.Event]:
    woken = asyncio.Event()
    connection = await asyncpg.connect(url)
    await connection.add_listener(channel, lambda *_: woken.set())
    try:
        yield woken
    finally:
        await connection.close()


async def wait(woken: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(woken.wait(), 1)
    woken.clear()


async def relay(url: str, bootstrap: str, topic: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    connection = await asyncpg.connect(url, server_settings=NO_SCAN)
    async with listening(url, "outbox") as woken:
        while True:
            async with connection.transaction():
                rows = await connection.fetch(
                    "SELECT id, key, payload FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT $1", BATCH
                )
                sent = [await producer.send(topic, row["payload"].encode(), row["key"].encode()) for row in rows]
                for receipt in sent:
                    await receipt
                if rows:
                    ids = [row["id"] for row in rows]
                    await connection.execute("UPDATE outbox SET published_at = now() WHERE id = ANY($1)", ids)
            if len(rows) < BATCH:
                await wait(woken)


async def batches(bootstrap: str, topic: str) -> AsyncIterator[list[dict[str, Any]]]:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=topic, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    while True:
        found = await consumer.getmany(timeout_ms=1000, max_records=BATCH)
        if found:
            yield [json.loads(record.value) for records in found.values() for record in records]
            background.add(asyncio.create_task(consumer.commit()))


background: set[asyncio.Task[None]] = set()


async def recognise(url: str, bootstrap: str, topic: str) -> None:
    connection = await asyncpg.connect(url)
    async for events in batches(bootstrap, topic):
        async with connection.transaction():
            fresh = await connection.fetch(
                "INSERT INTO inbox SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING event_id",
                [heard["id"] for heard in events],
            )
            new = {row["event_id"] for row in fresh}
            learners = [heard["learner_id"] for heard in events if heard["id"] in new]
            heads = await connection.fetch(
                "SELECT DISTINCT ON (learner) learner, position, hash FROM ledger WHERE learner = ANY($1)"
                " ORDER BY learner, position DESC",
                learners,
            )
            await write_credits(connection, learners, {row["learner"]: (row["position"], row["hash"]) for row in heads})


async def write_credits(connection: Any, learners: Sequence[str], heads: dict[str, tuple[int, str]]) -> None:
    entries, said = [], []
    for learner in learners:
        position, previous = heads.get(learner, (0, "0" * 64))
        digest = hashlib.sha256(f"{previous}{learner}{position}".encode()).hexdigest()
        entries.append((uuid4(), learner, position + 1, previous, digest))
        said.append((learner, json.dumps({"id": str(uuid4()), "learner_id": learner, "filler": "x" * 1_000})))
    ids, names, positions, previous_, hashes = zip(*entries, strict=True) if entries else ((), (), (), (), ())
    await connection.execute(
        "INSERT INTO ledger SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[])",
        ids, names, positions, previous_, hashes,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO decisions SELECT *, $3 FROM unnest($1::uuid[], $2::text[])", ids, names, "x" * 1_000
    )
    keys, payloads = zip(*said, strict=True) if said else ((), ())
    await connection.execute(
        "INSERT INTO outbox (key, payload) SELECT * FROM unnest($1::text[], $2::text[])", keys, payloads
    )
    await connection.execute("NOTIFY outbox")


async def note(url: str, bootstrap: str, topic: str) -> None:
    connection = await asyncpg.connect(url)
    async for events in batches(bootstrap, topic):
        ids, payloads = [heard["id"] for heard in events], [json.dumps(heard) for heard in events]
        async with connection.transaction():
            await connection.execute("INSERT INTO inbox SELECT unnest($1::text[]) ON CONFLICT DO NOTHING", ids)
            await connection.execute(
                "INSERT INTO feed SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING", ids, payloads
            )
            await connection.execute("INSERT INTO deliveries SELECT unnest($1::text[]) ON CONFLICT DO NOTHING", ids)
            await connection.execute("NOTIFY deliveries")


async def deliver(url: str, target: str) -> None:
    connection = await asyncpg.connect(url, server_settings=NO_SCAN)
    async with listening(url, "deliveries") as woken, httpx2.AsyncClient() as http:
        while True:
            due = await connection.fetch(
                "SELECT event_id, payload FROM deliveries JOIN feed USING (event_id)"
                " WHERE delivered_at IS NULL ORDER BY event_id LIMIT $1",
                AT_ONCE,
            )
            await asyncio.gather(*(http.post(target, content=row["payload"]) for row in due))
            if due:
                ids = [row["event_id"] for row in due]
                await connection.execute("UPDATE deliveries SET delivered_at = now() WHERE event_id = ANY($1)", ids)
            else:
                await wait(woken)


async def post(target: str, number: int) -> None:
    """Not part of the chain: only the posts of the deliveries, of the same size and by the client that Acquis has."""
    numbers = iter(range(number))

    async def one_after_the_other(http: aiohttp.ClientSession) -> None:
        for each in numbers:
            body = json.dumps({"learner_id": str(each), "filler": "x" * 1_200})
            async with http.post(target, data=body.encode()) as response:
                await response.read()

    async with aiohttp.ClientSession() as http:
        await asyncio.gather(*(one_after_the_other(http) for _ in range(AT_ONCE)))


async def main(part: str) -> None:
    bootstrap, prefix = os.environ["BARE_KAFKA"], os.environ["BARE_PREFIX"]
    url, target = os.environ[f"BARE_{part.upper()}_URL"], os.environ["BARE_TARGET"]
    match part:
        case "assessment":
            await relay(url, bootstrap, prefix + TRANSCRIPTS)
        case "recognition":
            await asyncio.gather(
                recognise(url, bootstrap, prefix + TRANSCRIPTS), relay(url, bootstrap, prefix + CREDITS)
            )
        case "notifications":
            await asyncio.gather(note(url, bootstrap, prefix + CREDITS), deliver(url, target))


if __name__ == "__main__":
    uvloop.run(post(sys.argv[2], int(sys.argv[3])) if sys.argv[1] == "post" else main(sys.argv[1]))
