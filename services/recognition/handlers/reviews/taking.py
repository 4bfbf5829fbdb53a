"""Who works on a review."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain import reviews
from services.recognition.domain.decisions import Decision
from services.recognition.handlers.reviews.frames import locked_at_home
from services.recognition.store import QueueLength
from shared.auth import Principal
from shared.preconditions import own_institution


async def measure_queue(tx: AsyncConnection, caller: Principal) -> QueueLength:
    return await store.measure_queue(tx, own_institution(caller))


async def assign_review(
    tx: AsyncConnection, caller: Principal, decision_id: UUID, version: int, to: str | None
) -> Decision:
    """To a colleague, or to whoever asks for it."""
    review = await locked_at_home(tx, caller, decision_id, version)
    assigned = reviews.assign(review, to or caller.sub).decision
    await store.save_decision(tx, assigned)
    return assigned


async def release_review(tx: AsyncConnection, caller: Principal, decision_id: UUID, version: int) -> Decision:
    released = reviews.release(await locked_at_home(tx, caller, decision_id, version)).decision
    await store.save_decision(tx, released)
    return released
