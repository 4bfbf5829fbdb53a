"""Deciding anew on what a country only documented, once its policy recognises units (domain.md 4.9)."""

from collections.abc import Sequence
from itertools import chain
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.batches import Case, reconsider_all
from services.recognition.domain.gathering import gather
from services.recognition.handlers.apart import apart
from services.recognition.handlers.expiry import lock_standings
from services.recognition.store import Documented
from shared import clock, ids, outbox

LOG = structlog.get_logger(__name__)
AT_ONCE = 200
"""Units decided anew in one transaction."""


async def find_reformed_countries(tx: AsyncConnection) -> list[str]:
    """Where units were only documented that may count now."""
    return await store.find_reformed_countries(tx, clock.now().date())


async def reconsider_documented(tx: AsyncConnection, country: str, after: UUID) -> tuple[UUID | None, int]:
    """The next units of a country after this decision, by the same transcripts and agreements as before.

    Returns the last decision looked at, None if there are no more, and how many failed: they stay documented.
    """
    documented = await store.find_documented(tx, country, after, AT_ONCE)
    if not documented:
        return None, 0
    decided = await apart(tx, documented, _reconsider, _leave)
    return documented[-1].decision_id, len(documented) - len(decided)


async def _reconsider(tx: AsyncConnection, documented: Sequence[Documented]) -> list[UUID]:
    """The decisions that were looked at."""
    transcripts = [one.transcript for one in documented]
    known, at = await store.find_known(tx, transcripts), clock.now()
    cases = [
        Case(
            one.transcript,
            [unit for unit in gather(known, one.transcript, at.date()) if unit.agreed.unit_id == one.unit_id],
        )
        for one in documented
    ]
    standings = await lock_standings(
        tx, [one.learner_id for one in transcripts], [one.transcript_id for one in transcripts], at
    )
    batch = reconsider_all(standings, cases, at, ids.new_id)
    await store.save(tx, batch)
    facts = chain.from_iterable(outcome.facts for _, outcome in batch.outcomes)
    await outbox.add(tx, facts)
    return [one.decision_id for one in documented]


async def _leave(_: AsyncConnection, documented: Documented, error: Exception) -> None:
    LOG.error("documented unit left as it is", decision_id=str(documented.decision_id), exc_info=error)
