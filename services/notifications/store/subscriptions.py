from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.subscriptions import Scope, Subscription, SubscriptionState
from services.notifications.tables import SUBSCRIPTIONS
from shared import paging
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.problems import NotFound, VersionMismatch
from shared.tenancy import visible_to


async def add_subscription(tx: AsyncConnection, subscription: Subscription) -> None:
    await tx.execute(
        sa.insert(SUBSCRIPTIONS).values(
            id=subscription.id,
            owner_id=subscription.owner_id,
            url=subscription.url,
            event_types=list(subscription.event_types),
            countries=sorted(subscription.scope.countries),
            qualification_ids=sorted(subscription.scope.qualification_ids),
            description=subscription.description,
            sealed_secret=subscription.sealed_secret,
            created_at=subscription.created_at,
            state=subscription.state,
            version=subscription.version,
        )
    )


async def load_subscription(
    tx: AsyncConnection, subscription_id: UUID, principal: Principal, *, for_update: bool = False
) -> Subscription:
    """`NotFound` also for a deleted one, and for somebody else's."""
    select = _visible(principal).where(SUBSCRIPTIONS.c.id == subscription_id)
    row = (await tx.execute(select.with_for_update() if for_update else select)).one_or_none()
    if row is None:
        raise NotFound
    return _subscription(row)


async def load_for_delivery(tx: AsyncConnection, ids: Collection[UUID]) -> list[Subscription]:
    """Those of the subscriptions that are active, locked: for the worker, which acts for everybody."""
    select = sa.select(SUBSCRIPTIONS).where(
        SUBSCRIPTIONS.c.id.in_(ids), SUBSCRIPTIONS.c.state == SubscriptionState.ACTIVE
    )
    rows = await tx.execute(select.order_by(SUBSCRIPTIONS.c.id).with_for_update())
    return [_subscription(row) for row in rows]


async def state_of_subscription(tx: AsyncConnection, subscription_id: UUID) -> SubscriptionState:
    """Of a deleted one too, for deliveries that the caller may see anyway."""
    select = sa.select(SUBSCRIPTIONS.c.state).where(SUBSCRIPTIONS.c.id == subscription_id)
    return SubscriptionState((await tx.execute(select)).scalar_one())


async def list_subscriptions(tx: AsyncConnection, principal: Principal, wanted: PageRequest) -> Slice[Subscription]:
    found = await paging.fetch(tx, _visible(principal), wanted, SUBSCRIPTIONS.c.id)
    return found.map(_subscription)


async def save_subscription(tx: AsyncConnection, subscription: Subscription) -> None:
    """Only its state ever changes."""
    update = (
        sa.update(SUBSCRIPTIONS)
        .where(SUBSCRIPTIONS.c.id == subscription.id, SUBSCRIPTIONS.c.version == subscription.version - 1)
        .values(state=subscription.state, version=subscription.version)
    )
    if (await tx.execute(update)).rowcount == 0:
        raise VersionMismatch


def _visible(principal: Principal) -> sa.Select[Any]:
    return sa.select(SUBSCRIPTIONS).where(
        visible_to(principal, SUBSCRIPTIONS.c.owner_id), SUBSCRIPTIONS.c.state != SubscriptionState.DELETED
    )


def _subscription(row: sa.Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        owner_id=row.owner_id,
        url=row.url,
        event_types=tuple(row.event_types),
        scope=Scope(frozenset(row.countries), frozenset(row.qualification_ids)),
        description=row.description,
        sealed_secret=row.sealed_secret,
        created_at=row.created_at,
        state=SubscriptionState(row.state),
        version=row.version,
    )
