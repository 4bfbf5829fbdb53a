"""Everything that grows has an end: what every service forgets after its time (not the inbox: decision 0003)."""

from datetime import timedelta

from shared import clock, idempotency, outbox
from shared.db import SYSTEM
from shared.service import Running, Worker

PUBLISHED_KEPT = timedelta(days=7)
"""Facts that are in the topics; kept a while for whoever looks into what was said."""
AT_ONCE = 5_000
"""So that no statement takes long, however much there is."""
ANSWERS_KEPT = timedelta(hours=48)
"""A client that retries does so within hours; stored answers may hold names."""


async def prune(running: Running) -> int:
    """Forget some old published facts and some old answers; how many of each at most."""
    now = clock.now()
    async with running.database.transaction(SYSTEM) as tx:
        facts = await outbox.prune(tx, now - PUBLISHED_KEPT, AT_ONCE)
        answers = await idempotency.prune(tx, now - ANSWERS_KEPT, AT_ONCE)
    running.metrics.work.labels("prune", "forgotten").inc(facts + answers)
    return max(facts, answers)


PRUNING = Worker("prune", prune, every=timedelta(hours=1))
