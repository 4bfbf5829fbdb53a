"""What time does: each due transition in a transaction of its own, exactly once."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.handlers import memoranda
from services.agreements.handlers.stays import START, start_on_time
from services.agreements.store import Due
from shared.problems import NotFound, WrongState

LOG = structlog.get_logger(__name__)
Transition = Callable[[AsyncConnection, UUID, datetime], Awaitable[None]]
"""Takes the transition as of its due time, not of the time that the worker came to it; the row is locked already."""

DUE: Mapping[tuple[str, str], Transition] = {
    ("learning_agreement", START): start_on_time,
    ("memorandum", "begin"): memoranda.begin_memorandum,
    ("memorandum", "expire"): memoranda.expire_memorandum,
    ("memorandum", "terminate"): memoranda.terminate_memorandum,
}


async def take_due(tx: AsyncConnection, due: Due, now: datetime) -> bool:
    """False if there was nothing to do any more: taken by another worker, put off, or no longer possible."""
    await store.lock_aggregate(tx, due)
    claimed = await store.claim_due(tx, due, now)
    if claimed is None:
        return False
    try:
        await DUE[claimed.aggregate, claimed.command](tx, claimed.aggregate_id, claimed.due_at)
    except (WrongState, NotFound) as problem:
        LOG.info("due transition dropped", **vars(claimed), because=problem.detail)
        return False
    return True
