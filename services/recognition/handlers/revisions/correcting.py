"""What was decided with an error is put right."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain import corrections
from services.recognition.domain.corrections import Wanted
from services.recognition.domain.decisions import Decision
from services.recognition.domain.revisions import Revision
from services.recognition.handlers.revisions.frames import matter_of
from shared import ids, outbox
from shared.auth import Principal


async def correct_decision(
    tx: AsyncConnection, caller: Principal, decision_id: UUID, version: int, wanted: Wanted, legal_basis: str
) -> Decision:
    """The decision that takes the place of the one corrected."""
    it = await matter_of(tx, caller, decision_id, version, Revision.CORRECTION)
    correction = corrections.correction_of(
        it.sources, it.decision, it.on_record, wanted, legal_basis, caller.sub, it.at
    )
    changes = corrections.correct(it.standing, it.sources, it.decision, it.on_record, correction, ids.new_id)
    await store.save_changes(tx, it.decision.learner_id, changes, None)
    await store.add_correction(tx, correction)
    await outbox.add(tx, changes.facts)
    return corrections.correction_in(changes, it.decision)
