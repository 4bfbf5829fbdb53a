"""Where time comes in: sending what is due, and forgetting what is old."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from services.notifications import store
from services.notifications.delivery import Deliverer
from services.notifications.settings import Settings
from shared import clock
from shared.db import SYSTEM
from shared.service import Running, Worker

PRUNED_AT_ONCE = 1_000


def workers(settings: Settings) -> Sequence[Worker]:
    deliverer = Deliverer(settings)

    async def deliver(running: Running) -> int:
        await deliverer.run(running)
        return deliverer.under_way  # nothing more is due, so only these are a reason to go on at once

    return [
        Worker("deliver", deliver, every=timedelta(seconds=1), wakes_on="deliveries", close=deliverer.close),
        Worker("prune feed", partial(prune, timedelta(days=settings.retention_days)), every=timedelta(minutes=10)),
    ]


async def prune(retention: timedelta, running: Running) -> int:
    """Forget a few of the feed's entries and of the deliveries that are older than this; how many of each at most."""
    before = clock.now() - retention
    async with running.database.transaction(SYSTEM) as tx:
        deliveries = await store.prune_deliveries(tx, before, PRUNED_AT_ONCE)
        return max(deliveries, await store.prune_feed(tx, before, PRUNED_AT_ONCE))
