"""How endpoints do; for the worker, which acts for everybody."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.health import Health
from services.notifications.domain.subscriptions import Subscription, SubscriptionState
from services.notifications.store.subscriptions import to_subscription
from services.notifications.tables import SUBSCRIPTIONS

COLUMNS = SUBSCRIPTIONS.c


async def lock_subscriptions(tx: AsyncConnection, ids: Collection[UUID]) -> list[Subscription]:
    """Those of them that are not deleted, locked in one order."""
    select = sa.select(SUBSCRIPTIONS).where(COLUMNS.id.in_(ids), COLUMNS.state != SubscriptionState.DELETED)
    rows = await tx.execute(select.order_by(COLUMNS.id).with_for_update())
    return [to_subscription(row) for row in rows]


async def lock_health(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Health]:
    kept = [COLUMNS[field.name] for field in fields(Health)]
    select = sa.select(COLUMNS.id, *kept)
    rows = await tx.execute(select.where(COLUMNS.id.in_(ids)).order_by(COLUMNS.id).with_for_update())
    return {row.id: Health(*row[1:]) for row in rows}


async def save_health(tx: AsyncConnection, subscription_id: UUID, health: Health) -> None:
    """Not a change of the subscription: its version stays, so that nobody's change is refused because of it."""
    values = vars(health) | ({} if health.failing_since else {"warned": False})
    await tx.execute(sa.update(SUBSCRIPTIONS).where(COLUMNS.id == subscription_id).values(values))


async def failing_for(
    tx: AsyncConnection, span: timedelta, now: datetime, *, at_most: int, warned: bool | None = None
) -> list[UUID]:
    """Subscriptions that are sent to and only failed for so long, at its beginning as at its end.

    `warned` tells those whose owner heard of it.
    """
    select = sa.select(COLUMNS.id).where(
        COLUMNS.failing_since <= now - span,
        COLUMNS.failed_at >= COLUMNS.failing_since + span,
        COLUMNS.state == SubscriptionState.ACTIVE,
    )
    if warned is not None:
        select = select.where(COLUMNS.warned.is_(warned))
    return list((await tx.execute(select.order_by(COLUMNS.failing_since).limit(at_most))).scalars())


async def mark_warned(tx: AsyncConnection, ids: Collection[UUID]) -> None:
    await tx.execute(sa.update(SUBSCRIPTIONS).where(COLUMNS.id.in_(ids)).values(warned=True))
