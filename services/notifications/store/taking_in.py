"""Appending to the feed: every event as it came, and a delivery to each subscription that is entitled to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.audience import Audience
from services.notifications.domain.entitlement import entitled
from services.notifications.store.listeners import LISTENER, listener
from shared.db import run
from shared.envelope import Event


@dataclass(frozen=True)
class Addressed:
    event: Event[Any]
    audience: Audience


# Released only once the transaction is committed and seen, so positions are committed in their order.
ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtext('acquis feed'))")

# Lists of lists cannot be unnested, so each list of institutions travels as one text.
COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "event_id": sa.Uuid(),
    "type": sa.Text(),
    "subject": sa.Text(),
    "key": sa.Text(),
    "sequence": sa.Integer(),
    "time": sa.DateTime(timezone=True),
    "traceparent": sa.Text(),
    "body": sa.LargeBinary(),
    "everyone": sa.Boolean(),
    "institution_ids": sa.Text(),
    "country": sa.Text(),
    "qualification_id": sa.Uuid(),
    "home_id": sa.Uuid(),
}
NAMES = ", ".join(COLUMNS)
# Every subscription that the event might concern; whether it does is for the one rule to say.
TAKE_IN = sa.text(
    f"""
    WITH entry AS (
        INSERT INTO feed ({NAMES})
        SELECT {NAMES.replace("institution_ids", "CAST(institution_ids AS uuid[])")}
        FROM unnest({", ".join(f":{name}" for name in COLUMNS)}) AS given ({NAMES})
        ON CONFLICT (event_id) DO NOTHING
        RETURNING position, event_id, type, key, everyone, institution_ids, country
    ), listening AS (
        SELECT subscription.id, subscription.ordered, {LISTENER}
        FROM subscriptions AS subscription WHERE subscription.state IN ('active', 'paused')
    )
    SELECT listening.*, entry.position, entry.event_id, entry.type, entry.key
    FROM entry JOIN listening ON cardinality(event_types) = 0 OR entry.type = ANY (event_types)
    WHERE entry.everyone OR owner_id = ANY (entry.institution_ids)
        OR listening.institution_ids && entry.institution_ids OR entry.country = ANY (countries)
    """  # noqa: S608 - made of our own column names
).bindparams(*(sa.bindparam(name, type_=pg.ARRAY(type_)) for name, type_ in COLUMNS.items()))

QUEUED: dict[str, sa.types.TypeEngine[Any]] = {
    "subscription_id": sa.Uuid(),
    "owner_id": sa.Uuid(),
    "position": sa.BigInteger(),
    "event_id": sa.Uuid(),
    "type": sa.Text(),
    "key": sa.Text(),
}
QUEUE = sa.text(
    f"INSERT INTO deliveries ({', '.join(QUEUED)}) SELECT * FROM unnest({', '.join(f':{name}' for name in QUEUED)})"  # noqa: S608 - made of our own column names
).bindparams(*(sa.bindparam(name, type_=pg.ARRAY(type_)) for name, type_ in QUEUED.items()))


async def take_in(tx: AsyncConnection, batch: Sequence[Addressed]) -> None:
    """Append the events and queue a delivery to each subscription entitled to them: three statements for all.

    An event that the feed has already changes nothing.
    """
    await run(tx, ONE_AT_A_TIME, {})
    rows = [_row(addressed) for addressed in batch]
    candidates = await run(tx, TAKE_IN, {name: [row[name] for row in rows] for name in COLUMNS})
    if deliveries := _deliveries(batch, candidates):
        await run(tx, QUEUE, {name: [delivery[name] for delivery in deliveries] for name in QUEUED})


def _deliveries(batch: Sequence[Addressed], candidates: Sequence[Any]) -> list[dict[str, Any]]:
    audiences = {addressed.event.id: addressed.audience for addressed in batch}
    latest = {row.id: row for row in candidates}
    known = {subscription_id: listener(row) for subscription_id, row in latest.items()}
    return [
        {
            "subscription_id": row.id,
            "owner_id": row.owner_id,
            "position": row.position,
            "event_id": row.event_id,
            "type": row.type,
            "key": row.key if row.ordered else None,
        }
        for row in sorted(candidates, key=lambda row: row.position)
        if entitled(known[row.id], row.type, audiences[row.event_id])
    ]


def _row(addressed: Addressed) -> dict[str, Any]:
    event, audience = addressed.event, addressed.audience
    return {
        "event_id": event.id,
        "type": event.type,
        "subject": event.subject,
        "key": event.key,
        "sequence": event.data.version,
        "time": event.time,
        "traceparent": event.traceparent,
        "body": event.body,
        "everyone": audience.everyone,
        "institution_ids": f"{{{','.join(map(str, audience.institution_ids))}}}",
        "country": audience.country,
        "qualification_id": audience.qualification_id,
        "home_id": audience.home_id,
    }
