"""What time does to credits (domain.md 4.8)."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.expiry import expire
from shared import clock, outbox

AT_ONCE = 200
"""Credits that expire in one transaction."""


async def expire_credits(tx: AsyncConnection) -> int:
    """The next ones whose last day is over; returns how many were looked at, 0 if there are no more."""
    at = clock.now()
    overdue = await store.find_overdue(tx, at.date(), AT_ONCE)
    await store.lock_learners(tx, overdue.values())
    expired = await store.expire(tx, overdue, at.date())
    completed = await store.find_completed(tx, {credit.learner_id for credit in expired})
    facts, reopened = expire(expired, completed, at)
    await store.reopen(tx, reopened)
    await outbox.add(tx, facts)
    return len(overdue)
