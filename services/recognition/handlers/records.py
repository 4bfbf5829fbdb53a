"""Reading a learner's record."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.record import Record, progress
from services.recognition.store import Named
from shared.auth import Principal
from shared.problems import NotFound


async def read_record(tx: AsyncConnection, caller: Principal, learner_id: UUID) -> Record:
    """`NotFound` where the caller may see nothing of the learner; one's own record may be empty."""
    counted = await store.find_credits(tx, caller, learner_id)
    in_progress = await store.find_in_progress(tx, caller, learner_id)
    reviews, documented = await store.find_open_decisions(tx, caller, learner_id)
    found: list[Named] = [*counted, *in_progress, *reviews, *documented]
    if not found and caller.learner_id != learner_id:
        raise NotFound
    qualifications = await store.find_qualifications(tx, found)
    return Record(
        learner_id=learner_id,
        credits=counted,
        in_progress=in_progress,
        documented=documented,
        reviews=reviews,
        qualifications=[progress(qualification, counted) for qualification in qualifications],
    )
