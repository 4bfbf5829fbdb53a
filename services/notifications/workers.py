"""Where time comes in: sending what is due, passing on what everybody may see, and forgetting what is old."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from services.notifications import handlers, store, upkeep
from services.notifications.delivery import Deliverer
from services.notifications.mailing import Mailer
from services.notifications.public_topic import PublicTopic
from services.notifications.settings import Settings
from shared import clock
from shared.db import SYSTEM
from shared.service import Running, Worker

PRUNED_AT_ONCE = 1_000
LATEST_ATTEMPT = timedelta(days=7)
"""After a delivery was queued; the schedule ends after about 75 hours."""


def workers(settings: Settings) -> Sequence[Worker]:
    deliverer, public_topic = Deliverer(settings), PublicTopic(settings.platform)

    async def deliver(running: Running) -> int:
        await deliverer.run(running)
        return deliverer.under_way  # nothing more is due, so only these are a reason to go on at once

    return [
        Worker("deliver", deliver, every=timedelta(seconds=1), wakes_on="deliveries", close=deliverer.close),
        Worker("pass on", public_topic.run, every=timedelta(seconds=1), close=public_topic.close),
        Worker("reseal", partial(_reseal, settings), every=timedelta(hours=1)),
        Worker("end what only fails", end_what_only_fails, every=timedelta(minutes=10)),
        *([Worker("mail", Mailer(settings).run, every=timedelta(seconds=10))] if settings.smtp_host else []),
        Worker(
            "keep attempts", partial(keep_attempts, timedelta(days=settings.retention_days)), every=timedelta(hours=1)
        ),
        Worker("prune feed", partial(prune, timedelta(days=settings.retention_days)), every=timedelta(minutes=10)),
    ]


async def _reseal(settings: Settings, running: Running) -> int:
    async for _ in upkeep.reseal(running, settings.vault):
        pass
    return 0


async def prune(retention: timedelta, running: Running) -> int:
    """Forget a few of the feed's entries and of the deliveries that are older than this; how many of each at most."""
    before = clock.now() - retention
    async with running.database.transaction(SYSTEM) as tx:
        await store.forget_contacts(tx)
        await store.prune_notices(tx, before, PRUNED_AT_ONCE)
        deliveries = await store.prune_deliveries(tx, before, PRUNED_AT_ONCE)
        return max(deliveries, await store.prune_feed(tx, before, PRUNED_AT_ONCE))


async def keep_attempts(retention: timedelta, running: Running) -> int:
    """Drop the partitions of weeks of which no delivery is kept any more, and make those of the next ones."""
    async with running.database.transaction(SYSTEM) as tx:
        return await store.keep_attempts(tx, clock.now() - retention - LATEST_ATTEMPT)


async def end_what_only_fails(running: Running) -> int:
    async with running.database.transaction(SYSTEM) as tx:
        return await handlers.end_what_only_fails(tx)
