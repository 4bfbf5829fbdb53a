"""Something written to each server, by which one tells afterwards whether it is the same."""

import asyncio

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic


async def write_row(database_url: str, fact: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS facts (fact text)")
        await connection.execute("INSERT INTO facts VALUES (%s)", [fact])


async def read_rows(database_url: str) -> list[str]:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        return [fact for (fact,) in await (await connection.execute("SELECT fact FROM facts")).fetchall()]


async def write_record(bootstrap: str, fact: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("facts", num_partitions=1, replication_factor=1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        await producer.send_and_wait("facts", fact.encode())


async def read_record(bootstrap: str) -> str:
    async with AIOKafkaConsumer("facts", bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        record = await asyncio.wait_for(consumer.getone(), 20)
        return str(record.value, "utf-8")
