"""What everything that people do about a decision begins with."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.reviews import Review
from services.recognition.domain.standing import Standing
from services.recognition.handlers.expiry import lock_standings
from shared import clock
from shared.auth import Principal
from shared.db import SYSTEM, act_for
from shared.preconditions import require_institution, require_version

HOME = "the home institution"


async def locked_at_home(tx: AsyncConnection, caller: Principal, decision_id: UUID, version: int) -> Review:
    """For staff of the home institution, in the very version that they mean."""
    review = await store.load_review(tx, decision_id, caller, for_update=True)
    require_institution(caller, review.decision.home_id, HOME)
    require_version(review.decision.version, version)
    return review


async def theirs_alone(
    tx: AsyncConnection, caller: Principal, decision_id: UUID, version: int
) -> tuple[Review, Standing]:
    """Locked as by the engine: first where the learner stands, then the decision.

    From here on the transaction acts for the service, which alone reads what others have said.
    """
    decision = await store.load_decision(tx, decision_id, caller)
    require_institution(caller, decision.home_id, HOME)
    await act_for(tx, SYSTEM)
    standings = await lock_standings(tx, [decision.learner_id], [decision.transcript_id], clock.now())
    review = await store.load_review(tx, decision_id, None, for_update=True)
    require_version(review.decision.version, version)
    return review, standings.learners[decision.learner_id]
