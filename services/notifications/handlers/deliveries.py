from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import store
from services.notifications.domain import deliveries, subscriptions
from services.notifications.domain.deliveries import Delivery
from shared import clock, outbox
from shared.auth import Principal
from shared.preconditions import require_version


async def redeliver(tx: AsyncConnection, caller: Principal, delivery_id: UUID, version: int) -> Delivery:
    """Queue it again, with all its attempts."""
    delivery = await store.load_delivery(tx, delivery_id, caller, for_update=True)
    require_version(delivery.version, version)
    state = await store.state_of_subscription(tx, delivery.subscription_id)
    queued = deliveries.redeliver(delivery, state, clock.now())
    await store.save_delivery(tx, queued)
    return queued


async def disable_gone(tx: AsyncConnection, subscription_ids: Collection[UUID]) -> None:
    """Disable subscriptions whose endpoints said that they are gone, and say so."""
    for subscription in await store.load_for_delivery(tx, subscription_ids):
        failed = await store.count_dead_letters(tx, subscription.id)
        disabled, facts = subscriptions.disable(subscription, failed)
        await store.save_subscription(tx, disabled)
        await outbox.add(tx, facts)
