"""Where time comes in: what failed is tried again, what was documented decided anew, credits and parts expire."""

from datetime import timedelta
from uuid import UUID

from services.recognition import handlers, store
from shared.db import SYSTEM
from shared.service import Running, Worker


async def mend(running: Running) -> int:
    """Whatever was wrong may be mended, by a new release for instance, at whose start this runs first."""
    async with running.database.transaction(SYSTEM) as tx:
        failed = await handlers.evaluate_again(tx)
    running.metrics.work.labels("mend", "failed").inc(failed)
    return 0  # what still fails is not tried again at once


async def reconsider(running: Running) -> int:
    """What a country only documented counts as soon as its policy says so: when it is heard of, or comes into force."""
    async with running.database.transaction(SYSTEM) as tx:
        countries = await handlers.find_reformed_countries(tx)
    for country in countries:
        await _reconsider(running, country)
    return 0  # what failed is not tried again at once


async def _reconsider(running: Running, country: str) -> None:
    """Batch by batch, each in a transaction of its own."""
    last: UUID | None = UUID(int=0)
    while last:
        async with running.database.transaction(SYSTEM) as tx:
            last, failed = await handlers.reconsider_documented(tx, country, last)
        running.metrics.work.labels("reconsider", "failed").inc(failed)


MEND = Worker("mend", mend, every=timedelta(minutes=10))


async def take_checkpoint(running: Running) -> int:
    async with running.database.transaction(SYSTEM) as tx:
        taken = await handlers.take_checkpoint(tx)
    running.metrics.work.labels("checkpoint", "taken").inc(taken is not None)
    return 0  # the next one when an hour is over


async def expire(running: Running) -> int:
    """A batch at a time until nothing is left, a week's backlog too."""
    async with running.database.transaction(SYSTEM) as tx:
        return await handlers.expire_credits(tx)


EXPIRE = Worker("expire", expire, every=timedelta(hours=1))
CHECKPOINT = Worker("checkpoint", take_checkpoint, every=timedelta(hours=1))
RECONSIDER = Worker("reconsider", reconsider, every=timedelta(minutes=10), wakes_on=store.CHANGED)
