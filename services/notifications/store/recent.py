"""What became of a subscription's deliveries lately, counted by the hour in which they were queued."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.deliveries import DeliveryState
from services.notifications.tables import DELIVERIES
from shared.auth import Principal
from shared.tenancy import visible_to

Hours = Mapping[datetime, Mapping[DeliveryState, int]]


async def count_by_hour(tx: AsyncConnection, subscription_id: UUID, principal: Principal, since: datetime) -> Hours:
    """Hours in which there was nothing are left out."""
    hour = sa.func.date_trunc("hour", DELIVERIES.c.created_at).label("hour")
    select = sa.select(hour, DELIVERIES.c.state, sa.func.count().label("number")).where(
        DELIVERIES.c.subscription_id == subscription_id,
        visible_to(principal, DELIVERIES.c.owner_id),
        DELIVERIES.c.id >= _first_id(since),  # ids sort by time, and the index of a subscription's deliveries has them
        DELIVERIES.c.created_at >= since,
    )
    counted: dict[datetime, dict[DeliveryState, int]] = {}
    for row in await tx.execute(select.group_by(hour, DELIVERIES.c.state)):
        counted.setdefault(row.hour, {})[DeliveryState(row.state)] = row.number
    return counted


def _first_id(at: datetime) -> UUID:
    """The smallest UUIDv7 of a second before: ids are a little younger or older than `created_at`."""
    milliseconds = int(at.timestamp() * 1000) - 1000
    return UUID(int=milliseconds << 80)
