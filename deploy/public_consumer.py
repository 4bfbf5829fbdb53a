"""An example of a consumer outside: reads the public topic into a SQLite file, each event once.

What everybody may see of Acquis is on the topic `acquis.public.v1`; docs/kafka.md says how to get access. One file,
which needs the package aiokafka alone: take it as a beginning of your own.
"""

import argparse
import asyncio
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.helpers import create_ssl_context

TABLE = "CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT, subject TEXT, sequence TEXT, event BLOB)"
ADD = "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)"
NO_MORE_AFTER_SECONDS = 5.0


async def consume(wanted: argparse.Namespace) -> int:
    """Take in what comes; with `until_quiet`, until nothing does. How many events were new."""
    consumer = AIOKafkaConsumer(
        wanted.topic,
        bootstrap_servers=wanted.bootstrap,
        group_id=wanted.group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,  # the offset is committed after the events, never before
        isolation_level="read_committed",
        **credentials(wanted),
    )
    new = 0
    with closing(sqlite3.connect(wanted.file)) as database:
        database.execute(TABLE)
        async with consumer:
            while batch := await next_batch(consumer, for_ever=not wanted.until_quiet):
                new += keep(database, batch)
                await consumer.commit()
                print(f"{new} new events in {wanted.file}", flush=True)  # noqa: T201 - it talks to a person
    return new


async def next_batch(consumer: AIOKafkaConsumer, *, for_ever: bool) -> list[ConsumerRecord]:
    while True:
        found = await consumer.getmany(timeout_ms=int(NO_MORE_AFTER_SECONDS * 1000), max_records=500)
        if found or not for_ever:
            return [record for records in found.values() for record in records]


def keep(database: sqlite3.Connection, records: Sequence[ConsumerRecord]) -> int:
    """Store the events in one transaction; one that is there already changes nothing. How many were new."""
    before = database.total_changes
    with database:
        database.executemany(ADD, (row(record.value) for record in records))
    return database.total_changes - before


def row(value: bytes) -> tuple[Any, ...]:
    """Only what this program looks at is read: fields and types that it does not know do not trouble it."""
    event = json.loads(value)
    return event["id"], event["type"], event["subject"], event["sequence"], value


def credentials(wanted: argparse.Namespace) -> dict[str, Any]:
    """SCRAM over TLS, as the brokers of an installation ask for it; nothing on one's own machine."""
    if not wanted.username:
        return {}
    return {
        "security_protocol": "SASL_SSL",
        "ssl_context": create_ssl_context(cafile=wanted.ca),
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": wanted.username,
        "sasl_plain_password": wanted.password_file.read_text().strip(),
    }


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python deploy/public_consumer.py", description=__doc__)
    parser.add_argument("--bootstrap", required=True, help="brokers, host:port separated by commas")
    parser.add_argument("--group", required=True, help="consumer group; begins with the name of your user")
    parser.add_argument("--topic", default="acquis.public.v1", help="%(default)s if not given")
    parser.add_argument("--file", type=Path, default=Path("acquis-public.sqlite"), help="%(default)s if not given")
    parser.add_argument("--username", help="for SASL SCRAM over TLS; without it the connection is in clear")
    parser.add_argument("--password-file", type=Path, help="the file that holds the password, and nothing else")
    parser.add_argument("--ca", help="certificates of the authority that signed the brokers', if not a public one")
    parser.add_argument("--until-quiet", action="store_true", help="end when nothing comes any more")
    return parser


def main(given: Sequence[str] | None = None) -> None:
    parser = arguments()
    wanted = parser.parse_args(given)
    if wanted.username and not wanted.password_file:
        parser.error("--username needs --password-file")
    asyncio.run(consume(wanted))


if __name__ == "__main__":
    main()
