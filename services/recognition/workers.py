"""Where time comes in: what could not be evaluated is tried again."""

from datetime import timedelta

from services.recognition import handlers
from shared.db import SYSTEM
from shared.service import Running, Worker


async def mend(running: Running) -> int:
    """Whatever was wrong may be mended, by a new release for instance, at whose start this runs first."""
    async with running.database.transaction(SYSTEM) as tx:
        failed = await handlers.evaluate_again(tx)
    running.metrics.work.labels("mend", "failed").inc(failed)
    return 0  # what still fails is not tried again at once


MEND = Worker("mend", mend, every=timedelta(minutes=10))
