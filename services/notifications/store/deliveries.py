from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
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


CLAIM = sa.text(
    """
    WITH due AS (
        SELECT id, subscription_id, position FROM deliveries WHERE next_attempt_at <= now()
        ORDER BY next_attempt_at LIMIT :at_most FOR UPDATE SKIP LOCKED
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
).bindparams(sa.bindparam("lease", type_=sa.Interval), sa.bindparam("at_most", type_=sa.Integer))

PRUNE = sa.text(
    "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries"
    " WHERE created_at < :before AND next_attempt_at IS NULL LIMIT :at_most)"
)


async def claim_due(tx: AsyncConnection, *, at_most: int, lease: timedelta) -> list[Claimed]:
    """Claim what is due, oldest first; what nobody wants any more, or is pruned, becomes a dead letter instead."""
    return [Claimed(*row) for row in await run(tx, CLAIM, {"at_most": at_most, "lease": lease})]


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
