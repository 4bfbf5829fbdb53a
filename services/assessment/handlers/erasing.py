"""A learner was erased: so are the words about them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import store
from services.assessment.domain.erasing import without_words
from shared.contracts.agreements import LearnerErased
from shared.envelope import Event


async def erase_words(tx: AsyncConnection, events: Sequence[Event[LearnerErased]]) -> None:
    """Locked as everywhere: first what was transcribed, then what was assessed."""
    learners = {event.data.learner_id for event in events}
    await store.erase_reasons(tx, learners)
    assessments = await store.lock_assessments_of(tx, learners)
    changed = [(before.version, after) for before in assessments if (after := without_words(before)) != before]
    await store.save_assessments(tx, changed)
