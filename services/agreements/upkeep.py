"""What learners' data need as time goes by: erased once nothing asks for them, under the newest key until then.

Workers do it by themselves, and an operator by hand (`commands`). When it is stopped each learner is done or not done,
so it simply goes on when it is started again.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from services.agreements import handlers, store
from services.agreements.domain.retention import Periods
from shared.db import SYSTEM, is_transient
from shared.service import Running
from shared.vault import Vault

LOG = structlog.get_logger(__name__)
AT_ONCE = 200
FIRST = UUID(int=0)


@dataclass(frozen=True)
class Step:
    """One batch."""

    looked_at: int
    done: Sequence[UUID]
    """The pseudonyms of those for whom something was done, or would be."""


async def purge(running: Running, periods: Periods, *, dry_run: bool = False) -> AsyncGenerator[Step]:
    """Erase everybody whose time is over and who has no agreement running."""
    last = FIRST
    while True:
        async with running.database.transaction(SYSTEM) as tx:
            found = await store.next_learners(tx, last, AT_ONCE)
            over = [one.id for one in found if await handlers.is_purgeable(tx, one, periods)]
        if not found:
            return
        last = found[-1].id
        yield Step(len(found), over if dry_run else [one for one in over if await _purge(running, one, periods)])


async def _purge(running: Running, learner_id: UUID, periods: Periods) -> bool:
    """In a transaction of its own, so that one that fails keeps nobody else's data."""
    try:
        async with running.database.transaction(SYSTEM) as tx:
            purged = await handlers.purge_learner(tx, learner_id, periods)
    except Exception as error:
        if is_transient(error):
            raise
        LOG.exception("learner not purged", learner_id=str(learner_id))
        return False
    running.metrics.work.labels("purge learners", "purged").inc(purged)
    return purged


async def reseal(running: Running, vault: Vault) -> AsyncGenerator[Step]:
    """Encrypt anew what is not sealed with the first of the keys; after that the others are needed no longer."""
    last = FIRST
    while True:
        async with running.database.transaction(SYSTEM) as tx:
            found = await store.sealed_otherwise(tx, vault.key_id, last, AT_ONCE)
            done = [one.id for one in found if await handlers.reseal_learner(tx, one, vault)]
        if not found:
            return
        last = found[-1].id
        running.metrics.work.labels("reseal learners", "resealed").inc(len(done))
        yield Step(len(found), done)
