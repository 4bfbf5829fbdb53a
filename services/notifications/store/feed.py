"""The feed: every event as it came, to whom it is addressed, and who may read on from where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.audience import Audience
from services.notifications.tables import FEED
from shared.auth import Principal
from shared.db import run
from shared.envelope import Event
from shared.tenancy import visible_to


@dataclass(frozen=True)
class Addressed:
    event: Event[Any]
    audience: Audience


@dataclass(frozen=True)
class FeedPage:
    """The exact bytes of each event, and the position after which to read on."""

    bodies: Sequence[bytes]
    next: int


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
}
NAMES = ", ".join(COLUMNS)
TAKE_IN = sa.text(
    f"""
    WITH entry AS (
        INSERT INTO feed ({NAMES})
        SELECT {NAMES.replace("institution_ids", "CAST(institution_ids AS uuid[])")}
        FROM unnest({", ".join(f":{name}" for name in COLUMNS)}) AS given ({NAMES})
        ON CONFLICT (event_id) DO NOTHING
        RETURNING position, event_id, type, everyone, institution_ids, country, qualification_id
    )
    INSERT INTO deliveries (subscription_id, owner_id, position, event_id, type)
    SELECT subscription.id, subscription.owner_id, entry.position, entry.event_id, entry.type
    FROM entry JOIN subscriptions AS subscription ON subscription.state = 'active'
    WHERE (cardinality(subscription.event_types) = 0 OR entry.type = ANY (subscription.event_types))
    AND (
        entry.everyone
        OR (
            (
                subscription.owner_id = ANY (entry.institution_ids)
                OR entry.country = ANY (subscription.countries)
            )
            AND (
                cardinality(subscription.qualification_ids) = 0
                OR entry.qualification_id = ANY (subscription.qualification_ids)
            )
        )
    )
    """  # noqa: S608 - made of our own column names
).bindparams(*(sa.bindparam(name, type_=pg.ARRAY(type_)) for name, type_ in COLUMNS.items()))

PRUNE = sa.text(
    "DELETE FROM feed WHERE position IN (SELECT position FROM feed WHERE taken_at < :before LIMIT :at_most)"
)


async def take_in(tx: AsyncConnection, batch: Sequence[Addressed]) -> None:
    """Append the events and queue a delivery to each active subscription entitled to them: one statement for all.

    An event that the feed has already changes nothing.
    """
    await run(tx, ONE_AT_A_TIME, {})
    rows = [_row(addressed) for addressed in batch]
    await run(tx, TAKE_IN, {name: [row[name] for row in rows] for name in COLUMNS})


async def read_feed(tx: AsyncConnection, principal: Principal, after: int, limit: int) -> FeedPage:
    """What the caller may read after a position; nothing can come any more before what is already there."""
    select = (
        sa.select(FEED.c.position, FEED.c.body)
        .where(FEED.c.position > after, sa.or_(FEED.c.everyone, _addressed_to(principal)))
        .order_by(FEED.c.position)
        .limit(limit)
    )
    rows = (await tx.execute(select)).all()
    return FeedPage([row.body for row in rows], rows[-1].position if rows else after)


async def feed_head(tx: AsyncConnection) -> int:
    """The last position, whomever it is for; only `SYSTEM` sees it."""
    return await tx.scalar(sa.select(sa.func.max(FEED.c.position))) or 0


async def prune_feed(tx: AsyncConnection, before: datetime, at_most: int) -> int:
    return (await tx.execute(PRUNE, {"before": before, "at_most": at_most})).rowcount


def _addressed_to(principal: Principal) -> sa.ColumnElement[bool]:
    return visible_to(principal, sa.any_(FEED.c.institution_ids), country=FEED.c.country)


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
    }
