"""Facts that came before what they refer to: parked until it comes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.store.inserts import insertion, rows
from services.recognition.tables import PENDING_FACTS
from shared import envelope
from shared.db import run
from shared.envelope import Event

KEYS = sa.bindparam("keys", type_=pg.ARRAY(sa.Text))

TAKE_TURNS = sa.text(
    "SELECT pg_advisory_xact_lock(hashtextextended(key, 0))"
    " FROM (SELECT DISTINCT unnest(:keys) AS key ORDER BY 1) AS sorted"
).bindparams(KEYS)

PARK = sa.text(f"{insertion(PENDING_FACTS)} ON CONFLICT DO NOTHING")

RELEASE = sa.text(
    "DELETE FROM pending_facts WHERE waits_for = ANY (:keys) RETURNING event_id, type, body, traceparent"
).bindparams(KEYS)

COUNT_WAITING = sa.select(sa.func.count()).where(PENDING_FACTS.c.waits_for == sa.bindparam("key"))


async def take_turns(tx: AsyncConnection, keys: Iterable[str]) -> None:
    """Until this transaction ends nobody else brings, or parks for, what the keys stand for.

    Otherwise a fact that is parked at the very moment when what it waits for arrives would wait for ever.
    """
    await tx.execute(TAKE_TURNS, {"keys": list(keys)})


async def park(tx: AsyncConnection, waiting: Sequence[tuple[Event[Any], str]], at: datetime) -> None:
    """Keep events, each with the key of what it waits for."""
    if waiting:
        parked = (
            {
                "event_id": event.id,
                "type": event.type,
                "body": event.body.decode(),
                "waits_for": key,
                "traceparent": event.traceparent,
                "parked_at": at,
            }
            for event, key in waiting
        )
        await tx.execute(PARK, {PENDING_FACTS.name: rows(parked)})


async def release(tx: AsyncConnection, keys: Iterable[str]) -> list[Event[Any]]:
    """The events that waited for one of these, in the order in which they were said."""
    found = await run(tx, RELEASE, {"keys": list(keys)})
    return [
        replace(envelope.read(row.body.encode(), row.type), traceparent=row.traceparent)
        for row in sorted(found, key=lambda row: row.event_id)
    ]


async def count_waiting(tx: AsyncConnection, key: str) -> int:
    return (await tx.execute(COUNT_WAITING, {"key": key})).scalar_one()
