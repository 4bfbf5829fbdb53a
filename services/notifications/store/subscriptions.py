from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.subscriptions import Subscription, SubscriptionState
from services.notifications.store.listeners import scope
from services.notifications.tables import SUBSCRIPTIONS
from shared import paging
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.problems import NotFound, VersionMismatch
from shared.tenancy import visible_to

ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtext('subscriptions'), hashtext(:owner_id))")


async def count_subscriptions(tx: AsyncConnection, owner_id: UUID) -> int:
    """Those that are not deleted; nobody else counts them until the transaction ends."""
    await tx.execute(ONE_AT_A_TIME, {"owner_id": str(owner_id)})
    living = (SUBSCRIPTIONS.c.owner_id == owner_id, SUBSCRIPTIONS.c.state != SubscriptionState.DELETED)
    return (await tx.execute(sa.select(sa.func.count()).where(*living))).scalar_one()


async def add_subscription(tx: AsyncConnection, subscription: Subscription) -> None:
    await tx.execute(sa.insert(SUBSCRIPTIONS).values(**_row(subscription)))


async def load_subscription(
    tx: AsyncConnection, subscription_id: UUID, principal: Principal, *, for_update: bool = False
) -> Subscription:
    """`NotFound` also for a deleted one, and for somebody else's."""
    select = _visible(principal).where(SUBSCRIPTIONS.c.id == subscription_id)
    row = (await tx.execute(select.with_for_update() if for_update else select)).one_or_none()
    if row is None:
        raise NotFound
    return to_subscription(row)


async def state_of_subscription(tx: AsyncConnection, subscription_id: UUID) -> SubscriptionState:
    """Of a deleted one too, for deliveries that the caller may see anyway."""
    select = sa.select(SUBSCRIPTIONS.c.state).where(SUBSCRIPTIONS.c.id == subscription_id)
    return SubscriptionState((await tx.execute(select)).scalar_one())


async def list_subscriptions(tx: AsyncConnection, principal: Principal, wanted: PageRequest) -> Slice[Subscription]:
    found = await paging.fetch(tx, _visible(principal), wanted, SUBSCRIPTIONS.c.id)
    return found.map(to_subscription)


async def save_subscription(tx: AsyncConnection, subscription: Subscription) -> None:
    """All but how its endpoint does, which `save_health` keeps."""
    update = (
        sa.update(SUBSCRIPTIONS)
        .where(SUBSCRIPTIONS.c.id == subscription.id, SUBSCRIPTIONS.c.version == subscription.version - 1)
        .values(_row(subscription))
    )
    if (await tx.execute(update)).rowcount == 0:
        raise VersionMismatch


def _visible(principal: Principal) -> sa.Select[Any]:
    return sa.select(SUBSCRIPTIONS).where(
        visible_to(principal, SUBSCRIPTIONS.c.owner_id), SUBSCRIPTIONS.c.state != SubscriptionState.DELETED
    )


def _row(subscription: Subscription) -> dict[str, Any]:
    asked = subscription.scope
    kept = {name: value for name, value in vars(subscription).items() if name not in {"scope", "failing_since"}}
    return kept | {
        "event_types": list(subscription.event_types),
        "countries": sorted(asked.countries),
        "qualification_ids": sorted(asked.qualification_ids),
        "institution_ids": sorted(asked.institution_ids),
        "own_learners": asked.own_learners,
    }


def to_subscription(row: sa.Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        owner_id=row.owner_id,
        url=row.url,
        event_types=tuple(row.event_types),
        scope=scope(row),
        description=row.description,
        sealed_secret=row.sealed_secret,
        created_at=row.created_at,
        ordered=row.ordered,
        sealed_old_secret=row.sealed_old_secret,
        old_secret_until=row.old_secret_until,
        failing_since=row.failing_since,
        state=SubscriptionState(row.state),
        version=row.version,
    )
