"""What every revision begins with: the decision, and all that the record of its learner rests on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.decisions import Decision
from services.recognition.domain.reviews import check_not_appealed, check_revisable
from services.recognition.domain.revisions import Revision
from services.recognition.domain.sources import Sources
from services.recognition.domain.standing import Standing
from services.recognition.domain.unsettled import UnitsByTranscript
from services.recognition.handlers.reviews.frames import theirs_alone
from services.recognition.handlers.settlement import find_units
from shared import clock
from shared.auth import Principal


@dataclass(frozen=True)
class Matter:
    decision: Decision
    standing: Standing
    sources: Sources
    on_record: UnitsByTranscript
    at: datetime


async def matter_of(
    tx: AsyncConnection, caller: Principal, decision_id: UUID, version: int, revision: Revision
) -> Matter:
    """For staff of the home institution, in the very version that they mean; the learner is locked.

    `Forbidden` for a person whose decision on the unit was appealed against.
    """
    review, standing = await theirs_alone(tx, caller, decision_id, version)
    decision, at = review.decision, clock.now()
    check_revisable(review, revision)
    check_not_appealed(caller.sub, await store.find_appealed_deciders(tx, decision.learner_id, decision.unit_id))
    sources = await store.load_sources(tx, decision.learner_id)
    on_record = await find_units(tx, sources, [(decision.qualification_id, decision.unit_id)], at)
    return Matter(decision, standing, sources, on_record, at)
