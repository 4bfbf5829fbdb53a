from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.deliveries import Delivery, DeliveryState
from services.notifications.tables import DELIVERIES
from shared import paging
from shared.auth import Principal
from shared.db import run
from shared.paging import PageRequest, Slice
from shared.problems import NotFound, VersionMismatch
from shared.tenancy import visible_to


@dataclass(frozen=True)
class Claimed:
    """A delivery that this worker alone may send until its lease ends; `version` proves the claim."""

    id: UUID
    version: int
    subscription_id: UUID
    owner_id: UUID
    failures: int
    event_id: UUID
    type: str
    traceparent: str
    body: bytes
    url: str
    sealed_secret: bytes


# Each subscription has its queue in the index and the recursion leaps from one to the next, so however long one of them
# is, the others do not wait behind it. By chance, so that none is always last when there is no room for all.
CLAIM = sa.text(
    """
    WITH RECURSIVE queues AS (
        (SELECT subscription_id FROM deliveries WHERE next_attempt_at IS NOT NULL ORDER BY subscription_id LIMIT 1)
        UNION ALL
        SELECT following.subscription_id FROM queues CROSS JOIN LATERAL (
            SELECT subscription_id FROM deliveries
            WHERE next_attempt_at IS NOT NULL AND subscription_id > queues.subscription_id
            ORDER BY subscription_id LIMIT 1
        ) AS following
    ), shares AS (
        SELECT subscription_id, coalesce(free, :otherwise) AS free
        FROM queues LEFT JOIN unnest(:subscription_ids, :free) AS known (subscription_id, free) USING (subscription_id)
        ORDER BY random()
    ), due AS (
        SELECT head.* FROM shares CROSS JOIN LATERAL (
            SELECT id, subscription_id, position FROM deliveries
            WHERE subscription_id = shares.subscription_id AND next_attempt_at <= now()
            ORDER BY next_attempt_at LIMIT shares.free FOR UPDATE SKIP LOCKED
        ) AS head
        LIMIT :at_most
    ), wanted AS (
        SELECT due.id, feed.position IS NOT NULL AND subscription.state = 'active' AS still,
            due.position, feed.type, feed.traceparent, feed.body, subscription.url, subscription.sealed_secret
        FROM due
        JOIN subscriptions AS subscription ON subscription.id = due.subscription_id
        LEFT JOIN feed ON feed.position = due.position
    ), claimed AS (
        UPDATE deliveries AS delivery
        SET version = delivery.version + 1,
            state = CASE WHEN still THEN 'delivering' ELSE 'dead_letter' END,
            next_attempt_at = CASE WHEN still THEN now() + :lease END
        FROM wanted WHERE delivery.id = wanted.id
        RETURNING delivery.id, version, subscription_id, owner_id, failures, event_id,
            wanted.type, traceparent, body, url, sealed_secret, still, wanted.position
    )
    SELECT id, version, subscription_id, owner_id, failures, event_id, type, traceparent, body, url, sealed_secret
    FROM claimed WHERE still ORDER BY position
    """
).bindparams(
    sa.bindparam("subscription_ids", type_=pg.ARRAY(sa.Uuid)),
    sa.bindparam("free", type_=pg.ARRAY(sa.Integer)),
    *(sa.bindparam(name, type_=sa.Integer) for name in ("otherwise", "at_most")),
    sa.bindparam("lease", type_=sa.Interval),
)

PRUNE = sa.text(
    "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries"
    " WHERE created_at < :before AND next_attempt_at IS NULL LIMIT :at_most)"
)


async def claim_due(
    tx: AsyncConnection, *, at_most: int, free: Mapping[UUID, int], otherwise: int, lease: timedelta
) -> list[Claimed]:
    """Claim the oldest that are due, `free` of each of these subscriptions and `otherwise` of any other.

    What nobody wants any more, or is pruned, becomes a dead letter instead.
    """
    shares = {"subscription_ids": list(free), "free": list(free.values()), "otherwise": otherwise}
    return [Claimed(*row) for row in await run(tx, CLAIM, {"at_most": at_most, "lease": lease, **shares})]


async def load_delivery(
    tx: AsyncConnection, delivery_id: UUID, principal: Principal, *, for_update: bool = False
) -> Delivery:
    select = _visible(principal).where(DELIVERIES.c.id == delivery_id)
    row = (await tx.execute(select.with_for_update() if for_update else select)).one_or_none()
    if row is None:
        raise NotFound
    return _delivery(row)


async def list_deliveries(
    tx: AsyncConnection,
    principal: Principal,
    wanted: PageRequest,
    *,
    subscription_id: UUID | None = None,
    state: DeliveryState | None = None,
) -> Slice[Delivery]:
    select = _visible(principal)
    if subscription_id:
        select = select.where(DELIVERIES.c.subscription_id == subscription_id)
    if state:
        select = select.where(DELIVERIES.c.state == state)
    return (await paging.fetch(tx, select, wanted, DELIVERIES.c.id)).map(_delivery)


async def save_delivery(tx: AsyncConnection, delivery: Delivery) -> None:
    update = (
        sa.update(DELIVERIES)
        .where(DELIVERIES.c.id == delivery.id, DELIVERIES.c.version == delivery.version - 1)
        .values(
            state=delivery.state,
            version=delivery.version,
            failures=delivery.failures,
            next_attempt_at=delivery.next_attempt_at,
        )
    )
    if (await tx.execute(update)).rowcount == 0:
        raise VersionMismatch


async def count_dead_letters(tx: AsyncConnection, subscription_id: UUID) -> int:
    count = sa.select(sa.func.count()).where(
        DELIVERIES.c.subscription_id == subscription_id, DELIVERIES.c.state == DeliveryState.DEAD_LETTER
    )
    return (await tx.execute(count)).scalar_one()


async def prune_deliveries(tx: AsyncConnection, before: datetime, at_most: int) -> int:
    """Forget deliveries that are over, with their attempts."""
    return (await tx.execute(PRUNE, {"before": before, "at_most": at_most})).rowcount


def _visible(principal: Principal) -> sa.Select[Any]:
    return sa.select(DELIVERIES).where(visible_to(principal, DELIVERIES.c.owner_id))


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        subscription_id=row.subscription_id,
        event_id=row.event_id,
        type=row.type,
        state=DeliveryState(row.state),
        version=row.version,
        failures=row.failures,
        next_attempt_at=row.next_attempt_at,
        created_at=row.created_at,
    )
