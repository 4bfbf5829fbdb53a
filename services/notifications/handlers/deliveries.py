from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import store
from services.notifications.domain import deliveries, subscriptions
from services.notifications.domain.deliveries import Delivery
from services.notifications.domain.subscriptions import Command, Subscription
from services.notifications.store import QueuedAgain, Wanted
from shared import clock
from shared.auth import Principal
from shared.preconditions import require_version

AT_ONCE = 10_000
"""Queued by one request at the most, so that it ends in time: whoever wants more goes on after these."""


async def redeliver(tx: AsyncConnection, caller: Principal, delivery_id: UUID, version: int) -> Delivery:
    """Queue it again, with all its attempts."""
    delivery = await store.load_delivery(tx, delivery_id, caller, for_update=True)
    require_version(delivery.version, version)
    state = await store.state_of_subscription(tx, delivery.subscription_id)
    queued = deliveries.redeliver(delivery, state, clock.now())
    await store.save_delivery(tx, queued)
    return queued


async def redeliver_all(
    tx: AsyncConnection, caller: Principal, subscription_id: UUID, version: int, wanted: Wanted
) -> tuple[Subscription, QueuedAgain]:
    """Queue again what is over and was wanted of the subscription."""
    subscription = await store.load_subscription(tx, subscription_id, caller, for_update=True)
    require_version(subscription.version, version)
    subscriptions.require(subscription, Command.REDELIVER)
    mine = replace(wanted, subscription_id=subscription_id)
    return subscription, await store.queue_again(tx, caller, mine, AT_ONCE)
