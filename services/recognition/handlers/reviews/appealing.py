"""The learner objects."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain import appeals
from services.recognition.domain.decisions import Decision
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.preconditions import require_version
from shared.problems import Forbidden


async def appeal_decision(
    tx: AsyncConnection, caller: Principal, decision_id: UUID, version: int, grounds: str
) -> Decision:
    review = await store.load_review(tx, decision_id, caller, for_update=True)
    if caller.learner_id != review.decision.learner_id:
        raise Forbidden("Only the learner whom the decision is about appeals against it.")
    require_version(review.decision.version, version)
    appealed, opened, said = appeals.open_appeal(review, ids.new_id(), grounds, clock.now())
    await store.save_decision(tx, appealed.decision)
    await store.add_appeal(tx, opened)
    await outbox.add(tx, said)
    return appealed.decision
