"""The outbox: facts written in the transaction that made them true, published afterwards by the relay.

Column names are Debezium's, so that its connector could take over. A statement trigger notifies the relay, which costs
the writer no round trip. Write only after the aggregate's row is locked: `id` then follows the order of the facts of
one aggregate, and the relay publishes in that order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import envelope, telemetry
from shared.contracts.registry import Fact
from shared.db import run
from shared.envelope import Event
from shared.problems import TooLarge

CHANNEL = "outbox"
LARGEST = 900_000
"""Bytes of an event; a larger one would be refused by the broker and hold up everything behind it."""


def table(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "outbox",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("aggregatetype", sa.Text, nullable=False),
        sa.Column("aggregateid", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("traceparent", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Index("outbox_unpublished", "id", postgresql_where=sa.text("published_at IS NULL")),
        sa.Index("outbox_published_at", "published_at", postgresql_where=sa.text("published_at IS NOT NULL")),
    )


@dataclass(frozen=True)
class Outgoing:
    """An outbox row as the relay needs it."""

    id: int
    event_id: str
    type: str
    key: str
    payload: str
    traceparent: str


ADD = sa.text(
    "INSERT INTO outbox (aggregatetype, aggregateid, type, payload, key, event_id, traceparent)"
    " SELECT * FROM unnest(:aggregatetype, :aggregateid, :type, :payload, :key, :event_id, :traceparent)"
).bindparams(
    *(sa.bindparam(name, type_=pg.ARRAY(sa.Text)) for name in ("aggregatetype", "aggregateid", "type", "payload")),
    sa.bindparam("key", type_=pg.ARRAY(sa.Text)),
    sa.bindparam("event_id", type_=pg.ARRAY(sa.Uuid)),
    sa.bindparam("traceparent", type_=pg.ARRAY(sa.Text)),
)

UNPUBLISHED = sa.text(
    "SELECT id, event_id::text AS event_id, type, key, payload, traceparent FROM outbox"
    " WHERE published_at IS NULL AND (:shards = 1 OR (hashtext(key) & 2147483647) % :shards = :shard)"
    " ORDER BY id LIMIT :at_most"
).bindparams(*(sa.bindparam(name, type_=sa.Integer) for name in ("shards", "shard", "at_most")))

MARK_PUBLISHED = sa.text("UPDATE outbox SET published_at = now() WHERE id = ANY(:ids)").bindparams(
    sa.bindparam("ids", type_=pg.ARRAY(sa.BigInteger))
)

BACKLOG = sa.text("SELECT count(*) AS size, min(created_at) AS oldest FROM outbox WHERE published_at IS NULL")

PRUNE = sa.text(
    "DELETE FROM outbox WHERE id IN"
    " (SELECT id FROM outbox WHERE published_at < :before ORDER BY published_at LIMIT :at_most)"
)


async def add(tx: AsyncConnection, facts: Iterable[Fact], *, cause: Event[Any] | None = None) -> None:
    """Say facts in this transaction; `cause` is the event that led to them, if not the request under way."""
    await add_events(tx, said(facts, cause=cause))


def said(facts: Iterable[Fact], *, cause: Event[Any] | None = None) -> list[Event[Any]]:
    """Facts in their envelopes, each continuing the trace of its cause and named after it."""
    if cause is None:
        return [envelope.write(fact, telemetry.current_traceparent()) for fact in facts]
    return [envelope.write(fact, cause.traceparent, cause.id) for fact in facts]


async def add_events(tx: AsyncConnection, events: Sequence[Event[Any]]) -> None:
    """One statement, however many events; `TooLarge` if one is too large to travel."""
    if not events:
        return
    if oversized := next((event for event in events if len(event.body) > LARGEST), None):
        raise TooLarge(f"{oversized.type} would have {len(oversized.body)} bytes; {LARGEST} are allowed.")
    columns = {
        "aggregatetype": [event.type.split(".")[1] for event in events],
        "aggregateid": [event.subject for event in events],
        "type": [event.type for event in events],
        "payload": [event.body.decode() for event in events],
        "key": [event.key for event in events],
        "event_id": [event.id for event in events],
        "traceparent": [event.traceparent for event in events],
    }
    await run(tx, ADD, columns)


async def unpublished(tx: AsyncConnection, *, at_most: int, shard: int = 0, shards: int = 1) -> list[Outgoing]:
    rows = await run(tx, UNPUBLISHED, {"at_most": at_most, "shard": shard, "shards": shards})
    return [Outgoing(*row) for row in rows]


async def mark_published(tx: AsyncConnection, ids: Sequence[int]) -> None:
    await run(tx, MARK_PUBLISHED, {"ids": list(ids)})


async def backlog(tx: AsyncConnection) -> tuple[int, datetime | None]:
    """How many facts wait, and since when the oldest does."""
    row = (await tx.execute(BACKLOG)).one()
    return row.size, row.oldest


async def prune(tx: AsyncConnection, before: datetime, at_most: int) -> int:
    """Forget some of what was published before a time, how many; the topics keep it."""
    return (await tx.execute(PRUNE, {"before": before, "at_most": at_most})).rowcount
