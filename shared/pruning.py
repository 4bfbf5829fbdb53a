"""Everything that grows has an end: what every service forgets after its time (not the inbox: decision 0003)."""

from datetime import timedelta

from shared import clock, idempotency, outbox
from shared.db import SYSTEM
from shared.service import Running, Worker

PUBLISHED_KEPT = timedelta(days=7)
"""Facts that are in the topics; kept a while for whoever looks into what was said."""
ANSWERS_KEPT = timedelta(hours=48)
"""A client that retries does so within hours; stored answers may hold names."""


async def prune(running: Running) -> int:
    """Forget old published facts and old answers; how many."""
    now = clock.now()
    async with running.database.transaction(SYSTEM) as tx:
        forgotten = await outbox.prune(tx, now - PUBLISHED_KEPT) + await idempotency.prune(tx, now - ANSWERS_KEPT)
    running.metrics.work.labels("prune", "forgotten").inc(forgotten)
    return 0  # what is left is not due before the next hour


PRUNING = Worker("prune", prune, every=timedelta(hours=1))
