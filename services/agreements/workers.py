"""Where time comes in: what is due is done."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from services.agreements import handlers, store, upkeep
from services.agreements.settings import Settings
from services.agreements.store import Due
from services.agreements.upkeep import Step
from shared import clock
from shared.db import SYSTEM, is_transient
from shared.service import Running, Worker

LOG = structlog.get_logger(__name__)
READ_AT_ONCE = 200
UPKEEP = timedelta(hours=1)


def workers(settings: Settings) -> Sequence[Worker]:
    return [
        Worker("take due transitions", take_due_transitions, every=timedelta(seconds=settings.due_seconds)),
        Worker("purge learners", partial(_purge, settings), every=UPKEEP),
        Worker("reseal learners", partial(_reseal, settings), every=UPKEEP),
    ]


async def _purge(settings: Settings, running: Running) -> int:
    """All whose time is over, so that the next look can be a while later."""
    return await _nothing_left(upkeep.purge(running, settings.retention))


async def _reseal(settings: Settings, running: Running) -> int:
    return await _nothing_left(upkeep.reseal(running, settings.vault))


async def _nothing_left(steps: AsyncIterator[Step]) -> int:
    async for _ in steps:
        pass
    return 0


async def take_due_transitions(running: Running) -> int:
    """All that is due, a week's backlog too; what fails stays due and keeps nothing else from being done."""
    now = clock.now()
    taken = [await _take(running, due, now) async for due in _everything_due(running, now)]
    running.metrics.work.labels("take due transitions", "taken").inc(sum(taken))
    return 0  # what failed is not tried again at once


async def _everything_due(running: Running, now: datetime) -> AsyncIterator[Due]:
    last: Due | None = None
    while True:
        async with running.database.transaction(SYSTEM) as tx:
            found = await store.next_due(tx, now, READ_AT_ONCE, after=last)
        for last in found:
            yield last
        if not found:
            return


async def _take(running: Running, due: Due, now: datetime) -> bool:
    try:
        async with running.database.transaction(SYSTEM) as tx:
            return await handlers.take_due(tx, due, now)
    except Exception as error:
        if is_transient(error):
            raise
        LOG.exception("due transition failed", **vars(due))
        running.metrics.work.labels("take due transitions", "failed").inc()
        return False
