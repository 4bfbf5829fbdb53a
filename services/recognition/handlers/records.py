"""Reading a learner's record and how it came about."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.history import PastDecision
from services.recognition.domain.record import Record, record
from shared import clock
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.problems import NotFound


async def read_record(tx: AsyncConnection, caller: Principal, learner_id: UUID) -> Record:
    """`NotFound` where the caller may see nothing of the learner; one's own record may be empty."""
    await _require_something(tx, caller, learner_id)
    held = await store.find_held(tx, caller, learner_id)
    return record(held, await store.find_qualifications(tx, held), clock.now().date())


async def read_history(
    tx: AsyncConnection, caller: Principal, learner_id: UUID, wanted: PageRequest, unit_id: UUID | None
) -> Slice[PastDecision]:
    """The same."""
    await _require_something(tx, caller, learner_id)
    return await store.list_history(tx, caller, learner_id, wanted, unit_id)


async def _require_something(tx: AsyncConnection, caller: Principal, learner_id: UUID) -> None:
    if caller.learner_id != learner_id and not await store.has_history(tx, caller, learner_id):
        raise NotFound
