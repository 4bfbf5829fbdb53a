"""A learner was erased: so are the words about them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from shared.contracts.agreements import LearnerErased
from shared.envelope import Event


async def erase_words(tx: AsyncConnection, events: Sequence[Event[LearnerErased]]) -> None:
    """What hosts were asked and answered, and the grounds of appeals."""
    await store.erase_words(tx, {event.data.learner_id for event in events})
